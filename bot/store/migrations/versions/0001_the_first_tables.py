"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("phone_encrypted", sa.LargeBinary()),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("last_turn_at", _TIME, nullable=False),
        sa.Column("triage_level", sa.String(10), server_default="none", nullable=False),
        sa.Column("reviewed_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_last_turn_at", "conversations", ["last_turn_at"])
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(80), nullable=False),
        sa.Column("message_id", sa.String(80), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("choice_id", sa.String(40)),
        sa.Column("answered_at", _TIME),
        sa.Column("outcome", sa.String(20)),
        sa.Column("replies", sa.JSON()),
        sa.Column("topic", sa.String(40)),
        sa.Column("confidence", sa.Float()),
        sa.Column("triage_level", sa.String(10)),
        sa.Column("triage", sa.JSON()),
        sa.Column("events", sa.JSON()),
        sa.Column("dialogue_state", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_turns_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_turns_conversation_id_message_id"),
    )
    op.create_table(
        "booking_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("conversation_id", sa.String(80), nullable=False),
        sa.Column("message_id", sa.String(80), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("status", sa.String(20), server_default="requested", nullable=False),
        sa.Column("patient_name", sa.Text(), nullable=False),
        sa.Column("phone_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("preferred_days", sa.Text(), nullable=False),
        sa.Column("part_of_day", sa.Text(), nullable=False),
        sa.Column("visit_reason", sa.Text(), nullable=False),
        sa.Column("new_patient", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_booking_requests"),
        sa.UniqueConstraint("reference", name="uq_booking_requests_reference"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_booking_requests_conversation_id_message_id"),
    )
    op.create_index("ix_booking_requests_requested_at", "booking_requests", ["requested_at"])
    op.create_table(
        "staff_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_members"),
        sa.UniqueConstraint("name", name="uq_staff_members_name"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("staff_name", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
