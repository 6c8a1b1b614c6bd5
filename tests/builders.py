"""Small functions that make what a test needs, with defaults for what it does not care about."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from bot.booking.requests import BookingRequest
from bot.conversation.message import Message
from bot.settings import Settings
from bot.store.tables import utc_now
from bot.store.turns import Turn

SECRET_KEY = "a secret key of forty characters for tests"
TWILIO_TOKEN = "twilio-token-for-tests"

_numbers = itertools.count(1)


def make_settings(directory: Path, **values: Any) -> Settings:
    """Return settings with a database in this directory; nothing is read from .env."""
    defaults: dict[str, Any] = {
        "secret_key": SECRET_KEY,
        "twilio_auth_token": TWILIO_TOKEN,
        "database_url": f"sqlite:///{directory / 'test.db'}",
        "spool_directory": directory / "spool",
    }
    return Settings(_env_file=None, **{**defaults, **values})


def make_message(text: str = "my knee hurts", **values: Any) -> Message:
    """Return a message with an id of its own."""
    defaults = {"conversation_id": "web-1", "message_id": f"message-{next(_numbers)}", "channel": "widget"}
    return Message(**{**defaults, "text": text, **values})


def make_turn(text: str = "my knee hurts", **values: Any) -> Turn:
    """Return a received, unanswered turn."""
    defaults = {"conversation_id": "web-1", "message_id": f"message-{next(_numbers)}", "channel": "widget"}
    return Turn(**{**defaults, "received_at": utc_now(), "text": text, **values})


def make_request(**values: Any) -> BookingRequest:
    """Return a booking request."""
    defaults = {
        "conversation_id": "web-1",
        "message_id": f"message-{next(_numbers)}",
        "patient_name": "Ana",
        "phone_encrypted": b"encrypted",
        "preferred_days": "Tuesday",
        "part_of_day": "Morning",
        "visit_reason": "knee pain",
        "new_patient": True,
    }
    return BookingRequest(**{**defaults, **values})
