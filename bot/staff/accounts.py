"""Staff members, their passwords, and the audit of what they looked at."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine

from bot.store.audit import write_entry
from bot.store.database import reading, writing
from bot.store.tables import staff_members, utc_now

_hasher = PasswordHasher()
# Checked when the name is unknown, so that names cannot be told by the time an answer takes.
_NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RjYTmHXVGqvUeCgMxjpCSx4rJMlOnmfFVQ8KbTm1Y7k"


def set_password(engine: Engine, name: str, password: str) -> None:
    """Add the staff member, or change the password of one."""
    values = {"password_hash": _hasher.hash(password)}
    this = staff_members.c.name == name
    with writing(engine) as connection:
        if connection.execute(update(staff_members).where(this).values(values)).rowcount == 0:
            connection.execute(insert(staff_members).values(name=name, added_at=utc_now(), **values))


def is_right_password(engine: Engine, name: str, password: str) -> bool:
    """Return whether this staff member has this password."""
    with reading(engine) as connection:
        wanted = select(staff_members.c.password_hash).where(staff_members.c.name == name)
        stored = connection.execute(wanted).scalar_one_or_none()
    try:
        matches = _hasher.verify(stored or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def is_staff_member(engine: Engine, name: str) -> bool:
    """Return whether somebody of this name may use the staff page."""
    with reading(engine) as connection:
        wanted = select(staff_members.c.id).where(staff_members.c.name == name)
        return connection.execute(wanted).one_or_none() is not None


def record(engine: Engine, staff_name: str, action: str, subject: str = "") -> None:
    """Write an audit entry: who did what, and to which conversation."""
    with writing(engine) as connection:
        write_entry(connection, staff_name, action, subject)
