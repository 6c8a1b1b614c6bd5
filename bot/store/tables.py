"""The tables. All times are UTC; SQLite keeps them without a zone, `Utc` gives it back."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator):  # type: ignore[type-arg]
    """A point in time, aware on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Optional[dt.datetime], dialect: object) -> Optional[dt.datetime]:
        return value.astimezone(dt.timezone.utc) if value else None

    def process_result_value(self, value: Optional[dt.datetime], dialect: object) -> Optional[dt.datetime]:
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=dt.timezone.utc)


def utc_now() -> dt.datetime:
    """Return the present time, aware, in UTC."""
    return dt.datetime.now(dt.timezone.utc)


conversations = Table(
    "conversations",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("phone_encrypted", LargeBinary),
    Column("started_at", Utc, nullable=False),
    Column("last_turn_at", Utc, nullable=False),
    Column("triage_level", String(10), nullable=False, server_default="none"),
    Column("reviewed_at", Utc),
    Index("ix_conversations_last_turn_at", "last_turn_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", String(80), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("text", Text, nullable=False),
    Column("choice_id", String(40)),
    Column("answered_at", Utc),
    Column("outcome", String(20)),
    Column("replies", JSON),
    Column("topic", String(40)),
    Column("confidence", Float),
    Column("triage_level", String(10)),
    Column("triage", JSON),
    Column("events", JSON),
    Column("dialogue_state", JSON),
    Column("helpful", Boolean),
    UniqueConstraint("conversation_id", "message_id"),
)

booking_requests = Table(
    "booking_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(12), nullable=False, unique=True),
    Column("conversation_id", String(80), nullable=False),
    Column("message_id", String(80), nullable=False),
    Column("requested_at", Utc, nullable=False),
    Column("status", String(20), nullable=False, server_default="requested"),
    Column("patient_name", Text, nullable=False),
    Column("phone_encrypted", LargeBinary, nullable=False),
    Column("preferred_days", Text, nullable=False),
    Column("part_of_day", Text, nullable=False),
    Column("visit_reason", Text, nullable=False),
    Column("new_patient", Boolean, nullable=False),
    # One confirmation makes one request, however often the action server is asked.
    UniqueConstraint("conversation_id", "message_id"),
    Index("ix_booking_requests_requested_at", "requested_at"),
)

staff_members = Table(
    "staff_members",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("added_at", Utc, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("staff_name", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(120), nullable=False, server_default=""),
    Index("ix_audit_entries_at", "at"),
)

content_approvals = Table(
    "content_approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", String(80), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("staff_name", String(80), nullable=False),
    Column("approved_at", Utc, nullable=False),
    Index("ix_content_approvals_item", "item"),
)
