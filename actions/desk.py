"""What the actions work with: the clinic's content, the database and the keys, opened once for the process."""

from __future__ import annotations

import functools
from typing import Optional

from sqlalchemy.engine import Engine

from bot.booking.requests import shown_phone_number
from bot.content.clinic import ClinicContent, load_clinic
from bot.settings import get_settings
from bot.store.conversations import encrypted_number_of
from bot.store.database import open_database
from bot.store.phone_numbers import PhoneNumbers


@functools.lru_cache(maxsize=1)
def clinic() -> ClinicContent:
    """Return the clinic's content."""
    return load_clinic(get_settings().clinic_directory)


@functools.lru_cache(maxsize=1)
def database() -> Engine:
    """Return the database."""
    return open_database(get_settings().database_url)


@functools.lru_cache(maxsize=1)
def phone_numbers() -> PhoneNumbers:
    """Return what hides and shows phone numbers."""
    return PhoneNumbers(get_settings())


def number_of_conversation(conversation_id: str) -> Optional[str]:
    """Return the phone number that the conversation's texts come from, as people write it; None on the web."""
    encrypted = encrypted_number_of(database(), conversation_id)
    return shown_phone_number(phone_numbers().decrypted(encrypted)) if encrypted else None
