"""Reads conversations: the list for staff, and the number an SMS conversation belongs to."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Optional

from sqlalchemy import case, func, select, update
from sqlalchemy.engine import Engine

from bot.store.database import reading, writing
from bot.store.tables import conversations, turns, utc_now
from bot.store.turns import LEVELS


@dataclasses.dataclass(frozen=True)
class Conversation:
    """One conversation as the list shows it; `triage_level` is the highest it ever reached."""

    id: str
    channel: str
    started_at: dt.datetime
    last_turn_at: dt.datetime
    triage_level: str
    reviewed_at: Optional[dt.datetime]
    turn_count: int


def conversations_by_urgency(engine: Engine, limit: int, offset: int = 0) -> list[Conversation]:
    """Return conversations: unreviewed red flags first, the gravest on top, then the newest."""
    rank: Any = case({level: number for number, level in enumerate(LEVELS)}, value=conversations.c.triage_level)
    waiting: Any = case((conversations.c.reviewed_at.is_(None) & (rank >= LEVELS.index("urgent")), rank), else_=0)
    wanted = _select().order_by(waiting.desc(), conversations.c.last_turn_at.desc()).limit(limit).offset(offset)
    with reading(engine) as connection:
        return [Conversation(**row._mapping) for row in connection.execute(wanted)]


def find_conversation(engine: Engine, conversation_id: str) -> Optional[Conversation]:
    """Return the conversation, or None."""
    with reading(engine) as connection:
        row = connection.execute(_select().where(conversations.c.id == conversation_id)).one_or_none()
    return Conversation(**row._mapping) if row else None


def mark_reviewed(engine: Engine, conversation_id: str) -> None:
    """Note that staff have read the conversation; a new red flag takes the note away."""
    this = conversations.c.id == conversation_id
    with writing(engine) as connection:
        connection.execute(update(conversations).where(this).values(reviewed_at=utc_now()))


def encrypted_number_of(engine: Engine, conversation_id: str) -> Optional[bytes]:
    """Return the encrypted phone number of an SMS conversation, or None."""
    wanted = select(conversations.c.phone_encrypted).where(conversations.c.id == conversation_id)
    with reading(engine) as connection:
        return connection.execute(wanted).scalar_one_or_none()


def _select() -> Any:
    count = select(func.count()).where(turns.c.conversation_id == conversations.c.id).scalar_subquery()
    columns = [conversations.c[field.name] for field in dataclasses.fields(Conversation)[:-1]]
    return select(*columns, count.label("turn_count"))
