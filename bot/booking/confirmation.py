"""Staff confirm a requested visit, and the patient's chat says so."""

from __future__ import annotations

from typing import Optional

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Engine

from bot.store.audit import write_entry
from bot.store.database import writing
from bot.store.tables import booking_requests, conversations, utc_now
from bot.store.turns import Turn, write_turn

VISIT_CONFIRMED = "visit_confirmed"
_CHANNEL = "widget"


def confirm_request(engine: Engine, reference: str, words: str, staff_name: str) -> bool:
    """Confirm the request and write these words into its conversation; return whether it was still waiting.

    They become a turn without a message, so that the history has them and an open chat shows them. A text
    message is not sent: staff told the patient on the phone. Who did it stands in the audit, or it is not done.
    Raises StoreUnavailable.
    """
    this = (booking_requests.c.reference == reference, booking_requests.c.status == "requested")
    with writing(engine) as connection:
        if connection.execute(update(booking_requests).where(*this).values(status="confirmed")).rowcount == 0:
            return False
        conversation_id = _chat_of(connection, reference)
        if conversation_id:
            write_turn(connection, _told(conversation_id, reference, words))
        write_entry(connection, staff_name, "confirmed a visit", reference)
        return True


def _chat_of(connection: Connection, reference: str) -> Optional[str]:
    """Return the request's conversation if it is one of the widget's and still kept."""
    wanted = (
        select(conversations.c.id)
        .join(booking_requests, booking_requests.c.conversation_id == conversations.c.id)
        .where(booking_requests.c.reference == reference, conversations.c.channel == _CHANNEL)
    )
    return connection.execute(wanted).scalar_one_or_none()


def _told(conversation_id: str, reference: str, words: str) -> Turn:
    now = utc_now()
    return Turn(
        conversation_id=conversation_id,
        message_id=f"confirmed:{reference}",  # the colon keeps it apart from every id that a client may send
        channel=_CHANNEL,
        received_at=now,
        text="",
        answered_at=now,
        outcome=VISIT_CONFIRMED,
        replies=[{"kind": "notice", "text": words, "choices": []}],
    )
