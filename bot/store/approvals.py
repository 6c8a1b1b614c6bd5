"""Keeps who approved which wording of the clinic's, and when."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Engine

from bot.store.database import reading, writing
from bot.store.tables import content_approvals, utc_now


class Approval(NamedTuple):
    """One staff member's approval of an item as it stood then."""

    content_hash: str
    staff_name: str
    approved_at: dt.datetime


def approve(engine: Engine, item: str, content_hash: str, staff_name: str) -> None:
    """Write down that this staff member approves the item with this content."""
    values = {"item": item, "content_hash": content_hash, "staff_name": staff_name, "approved_at": utc_now()}
    with writing(engine) as connection:
        connection.execute(insert(content_approvals).values(values))


def newest_approvals(engine: Engine) -> dict[str, Approval]:
    """Return the newest approval of each item, by the item's name."""
    newest = select(func.max(content_approvals.c.id)).group_by(content_approvals.c.item)
    wanted = select(content_approvals).where(content_approvals.c.id.in_(newest))
    with reading(engine) as connection:
        rows = connection.execute(wanted).all()
    return {row.item: Approval(row.content_hash, row.staff_name, row.approved_at) for row in rows}
