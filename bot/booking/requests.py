"""Stores booking requests under a reference number that a patient can read out on the phone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from typing import Any

import phonenumbers
from sqlalchemy import insert, select
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import IntegrityError

from bot.store.database import reading, writing
from bot.store.tables import booking_requests, utc_now

# Neither 0 and O nor 1, I and L: references are read aloud and written down.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_REGION = "US"


class NotAPhoneNumber(ValueError):
    """The text holds no phone number that can be called."""


@dataclasses.dataclass(frozen=True)
class BookingRequest:
    """What the booking form collected. `message_id` is that of the patient's confirmation."""

    conversation_id: str
    message_id: str
    patient_name: str
    phone_encrypted: bytes
    preferred_days: str
    part_of_day: str
    visit_reason: str
    new_patient: bool
    reference: str = ""
    status: str = "requested"
    requested_at: dt.datetime = dataclasses.field(default_factory=utc_now)


def phone_number_in(text: str) -> str:
    """Return the first valid phone number of the text as +14049057342, or raise NotAPhoneNumber."""
    for match in phonenumbers.PhoneNumberMatcher(text, _REGION, leniency=phonenumbers.Leniency.VALID):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    raise NotAPhoneNumber(text)


def shown_phone_number(number: str) -> str:
    """Return +14049057342 as people of its country write it: (404) 905-7342."""
    parsed = phonenumbers.parse(number, _REGION)
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    if phonenumbers.region_code_for_number(parsed) != _REGION:
        style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def save_request(engine: Engine, request: BookingRequest) -> str:
    """Store the request and return its reference; the same confirmation again returns the first one's.

    Raises StoreUnavailable.
    """
    values = {**dataclasses.asdict(request), "reference": _new_reference()}
    try:
        with writing(engine) as connection:
            connection.execute(insert(booking_requests).values(values))
    except IntegrityError:
        same = (
            booking_requests.c.conversation_id == request.conversation_id,
            booking_requests.c.message_id == request.message_id,
        )
        with reading(engine) as connection:
            return str(connection.execute(select(booking_requests.c.reference).where(*same)).scalar_one())
    return str(values["reference"])


def newest_requests(engine: Engine, limit: int) -> list[BookingRequest]:
    """Return the newest requests first, or raise StoreUnavailable."""
    columns = [booking_requests.c[field.name] for field in dataclasses.fields(BookingRequest)]
    wanted = select(*columns).order_by(booking_requests.c.requested_at.desc()).limit(limit)
    with reading(engine) as connection:
        return [_request(row) for row in connection.execute(wanted)]


def references_in(engine: Engine, conversation_id: str) -> dict[str, str]:
    """Return the conversation's references by the message that confirmed each, or raise StoreUnavailable."""
    wanted = select(booking_requests.c.message_id, booking_requests.c.reference).where(
        booking_requests.c.conversation_id == conversation_id
    )
    with reading(engine) as connection:
        return {row.message_id: row.reference for row in connection.execute(wanted)}


def _request(row: Row) -> BookingRequest:
    values: dict[str, Any] = dict(row._mapping)
    return BookingRequest(**values)


def _new_reference() -> str:
    return "KD-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
