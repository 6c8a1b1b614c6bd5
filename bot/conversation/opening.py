"""Opens the front desk for a process: database, rules, content and Rasa, put together once."""

from __future__ import annotations

import functools

from bot.content.clinic import load_clinic
from bot.conversation.dialogue import HandleMessage, RasaDialogue
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import RateLimits
from bot.settings import get_settings
from bot.store.database import open_database
from bot.store.spool import Spool
from bot.triage.opening import load_triage


@functools.lru_cache(maxsize=1)
def open_front_desk(handle_message: HandleMessage) -> FrontDesk:
    """Return the process's front desk; Rasa hands every channel the same `handle_message`."""
    settings = get_settings()
    return FrontDesk(
        engine=open_database(settings.database_url),
        spool=Spool(settings.spool_directory),
        triage=load_triage(settings.clinic_directory, settings.models_directory),
        clinic=load_clinic(settings.clinic_directory),
        dialogue=RasaDialogue(handle_message),
        limits=RateLimits(settings.messages_per_minute, settings.conversations_per_minute),
        deadline=settings.answer_deadline_seconds,
    )
