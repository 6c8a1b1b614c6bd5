"""The journal: every message with its reply, written down before it is processed and after it is answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, Optional

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.store.database import reading, writing
from bot.store.tables import conversations, turns

LEVELS = ("none", "routine", "urgent", "emergency")
# More than all assistants together can answer between two looks of `newly_answered`.
_NEWEST = 1000


@dataclasses.dataclass
class Turn:
    """One message of a patient and, once answered, what the assistant made of it.

    `outcome` is None while the message waits, then one of bot.conversation's outcomes. `replies`, `triage`,
    `events` and `dialogue_state` are plain JSON. `helpful` is the patient's word on the answer, `id` the number
    that the store gave the turn.
    """

    conversation_id: str
    message_id: str
    channel: str
    received_at: dt.datetime
    text: str
    choice_id: Optional[str] = None
    answered_at: Optional[dt.datetime] = None
    outcome: Optional[str] = None
    replies: Optional[list[dict[str, Any]]] = None
    topic: Optional[str] = None
    confidence: Optional[float] = None
    triage_level: Optional[str] = None
    triage: Optional[dict[str, Any]] = None
    events: Optional[list[dict[str, Any]]] = None
    dialogue_state: Optional[dict[str, Any]] = None
    phone_encrypted: Optional[bytes] = None
    helpful: Optional[bool] = None
    id: Optional[int] = None


_TURN_COLUMNS = [column for column in turns.c if column.name != "id"]


def find_turn(engine: Engine, conversation_id: str, message_id: str) -> Optional[Turn]:
    """Return the turn of this message, or None if it has not been received yet."""
    found = _select_turns().where(turns.c.conversation_id == conversation_id, turns.c.message_id == message_id)
    with reading(engine) as connection:
        row = connection.execute(found).one_or_none()
    return _turn(row) if row else None


def latest_turns(engine: Engine, conversation_id: str, limit: int, after_id: int = 0) -> list[Turn]:
    """Return up to `limit` of the conversation's newest turns, oldest first."""
    wanted = _select_turns().where(turns.c.conversation_id == conversation_id, turns.c.id > after_id)
    with reading(engine) as connection:
        rows = connection.execute(wanted.order_by(turns.c.id.desc()).limit(limit)).all()
    return [_turn(row) for row in reversed(rows)]


def latest_outcome(engine: Engine, conversation_id: str, among: Sequence[str]) -> Optional[str]:
    """Return the newest of the conversation's outcomes that is one of these, or None."""
    wanted = select(turns.c.outcome).where(turns.c.conversation_id == conversation_id, turns.c.outcome.in_(among))
    with reading(engine) as connection:
        return connection.execute(wanted.order_by(turns.c.id.desc()).limit(1)).scalar_one_or_none()


def save_turn(engine: Engine, turn: Turn) -> None:
    """Write the turn down, new or answered, with its conversation, in one transaction."""
    with writing(engine) as connection:
        write_turn(connection, turn)


def write_turn(connection: Connection, turn: Turn) -> None:
    """Write the turn down within a transaction that does more."""
    values = {column.name: getattr(turn, column.name) for column in _TURN_COLUMNS}
    this_turn = (turns.c.conversation_id == turn.conversation_id, turns.c.message_id == turn.message_id)
    _save_conversation(connection, turn)
    if connection.execute(update(turns).where(*this_turn).values(values)).rowcount == 0:
        connection.execute(insert(turns).values(values))


def save_feedback(engine: Engine, conversation_id: str, message_id: str, is_helpful: bool) -> None:
    """Keep what the patient thinks of this turn's answer."""
    this_turn = (turns.c.conversation_id == conversation_id, turns.c.message_id == message_id)
    with writing(engine) as connection:
        connection.execute(update(turns).where(*this_turn).values(helpful=is_helpful))


def newly_answered(engine: Engine) -> dict[int, str]:
    """Return the newest turns that are answered: number and conversation."""
    newest = select(func.max(turns.c.id)).scalar_subquery()
    wanted = select(turns.c.id, turns.c.conversation_id).where(
        turns.c.id > newest - _NEWEST, turns.c.answered_at.is_not(None)
    )
    with reading(engine) as connection:
        return {row.id: row.conversation_id for row in connection.execute(wanted)}


def _save_conversation(connection: Connection, turn: Turn) -> None:
    this_conversation = conversations.c.id == turn.conversation_id
    if connection.execute(select(conversations.c.id).where(this_conversation)).one_or_none() is None:
        connection.execute(
            insert(conversations).values(
                id=turn.conversation_id,
                channel=turn.channel,
                phone_encrypted=turn.phone_encrypted,
                started_at=turn.received_at,
                last_turn_at=turn.received_at,
            )
        )
    changes: dict[str, Any] = {"last_turn_at": turn.received_at}
    if turn.triage_level in ("urgent", "emergency"):
        changes |= {"triage_level": _higher_level(turn.triage_level), "reviewed_at": None}
    connection.execute(update(conversations).where(this_conversation).values(changes))


def _higher_level(level: str) -> Any:
    rank: Any = case({name: number for number, name in enumerate(LEVELS)}, value=conversations.c.triage_level)
    return case((rank >= LEVELS.index(level), conversations.c.triage_level), else_=level)


def _select_turns() -> Any:
    return select(turns.c.id, *_TURN_COLUMNS, conversations.c.channel).join(
        conversations, conversations.c.id == turns.c.conversation_id
    )


def _turn(row: Row) -> Turn:
    return Turn(**row._mapping)


def as_json(turn: Turn) -> dict[str, Any]:
    """Return the turn as plain JSON, as the spool keeps it."""
    values = dataclasses.asdict(turn)
    for name in ("received_at", "answered_at"):
        values[name] = values[name].isoformat() if values[name] else None
    values["phone_encrypted"] = turn.phone_encrypted.decode() if turn.phone_encrypted else None
    return values


def from_json(values: dict[str, Any]) -> Turn:
    """Return the turn that `as_json` wrote."""
    values = dict(values)
    for name in ("received_at", "answered_at"):
        values[name] = dt.datetime.fromisoformat(values[name]) if values[name] else None
    values["phone_encrypted"] = values["phone_encrypted"].encode() if values["phone_encrypted"] else None
    return Turn(**values)


def choices_of(turn_list: Sequence[Turn]) -> list[dict[str, str]]:
    """Return every choice these turns offered, the newest turn's last."""
    return [choice for turn in turn_list for reply in turn.replies or () for choice in reply.get("choices", ())]
