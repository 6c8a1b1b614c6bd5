"""An assistant in this process, with a database of its own that vanishes: for `bot ask` and `bot evaluate`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.content.clinic import load_clinic
from bot.conversation.dialogue import RasaDialogue
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import RateLimits
from bot.conversation.message import Message
from bot.server import load_assistant
from bot.settings import Settings
from bot.store.database import migrate, open_database
from bot.store.spool import Spool
from bot.store.turns import Turn
from bot.triage.opening import load_triage

# The first message pays for what is loaded late; nobody waits for it here.
_PATIENCE_SECONDS = 60


class _ActionsHere(EndpointConfig):
    """Runs the custom actions in this process instead of calling an action server."""

    def __init__(self) -> None:
        super().__init__("in this process")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        return await self._executor.run(kwargs["json"])


Answer = Callable[[str, str], Turn]


@contextmanager
def assistant_for_evaluation(settings: Settings) -> Iterator[Answer]:
    """Yield a function from a message's id and text to its turn; every id is a fresh conversation."""
    agent = asyncio.run(load_assistant(settings, _ActionsHere()))
    with tempfile.TemporaryDirectory() as directory:
        engine = open_database(f"sqlite:///{directory}/evaluation.db")
        migrate(engine)
        desk = FrontDesk(
            engine=engine,
            spool=Spool(Path(directory) / "spool"),
            triage=load_triage(settings.clinic_directory, settings.models_directory),
            clinic=load_clinic(settings.clinic_directory),
            dialogue=RasaDialogue(agent.handle_message),
            limits=RateLimits(settings.messages_per_minute, settings.conversations_per_minute),
            deadline=_PATIENCE_SECONDS,
        )

        def answer(message_id: str, text: str) -> Turn:
            return desk.take_turn(Message(f"evaluation-{message_id}", message_id, "widget", text))

        yield answer
