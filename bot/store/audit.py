"""The audit: which staff member did what, and to which conversation."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.store.tables import audit_entries, utc_now


def write_entry(connection: Connection, staff_name: str, action: str, subject: str = "") -> None:
    """Write an entry, in the transaction of what it is about if that changes anything."""
    values = {"staff_name": staff_name, "action": action, "subject": subject[:120]}
    connection.execute(insert(audit_entries).values(at=utc_now(), **values))
