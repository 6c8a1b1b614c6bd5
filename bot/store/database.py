"""Opens the database: SQLite in WAL mode by default, PostgreSQL by DATABASE_URL, migrated at start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from bot.errors import ForPeople

# How long a statement waits for a locked or absent database. Twilio gives up on a webhook after
# 15 s, and a turn needs the database a few times before its reply goes out.
WAIT_SECONDS = 2


_sqlite_writer = threading.Lock()


class StoreUnavailable(ForPeople):
    """The database is gone, locked or full; what should have been kept was not."""


def open_database(url: str) -> Engine:
    """Return an engine for this URL; the database itself is first touched when it is used."""
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return create_engine(
        url,
        future=True,
        pool_pre_ping=True,
        pool_timeout=WAIT_SECONDS,
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "options": f"-c statement_timeout={WAIT_SECONDS}s -c lock_timeout={WAIT_SECONDS}s",
        },
    )


def _open_sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # A connection for each use: SQLite opens one in microseconds, and it must not change threads.
    engine = create_engine(url, future=True, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})

    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    def _begin(connection: Connection) -> None:
        # A transaction that reads and then writes fails at once, without waiting, when another
        # process wrote in between; taking the write lock first makes it wait its turn instead.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection to read with, turning a database fault into StoreUnavailable."""
    with _faults_named(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction, turning a database fault into StoreUnavailable; IntegrityError passes."""
    with _faults_named(), _one_writer(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def _one_writer(engine: Engine) -> Iterator[None]:
    """Let the threads of this process write to SQLite in turn; SQLite itself waits by sleeping and trying again."""
    if engine.dialect.name != "sqlite":
        yield
        return
    if not _sqlite_writer.acquire(timeout=WAIT_SECONDS):
        raise StoreUnavailable("another turn holds the database")
    try:
        yield
    finally:
        _sqlite_writer.release()


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        # Only the driver's own message: SQLAlchemy's carries the parameters, and so patients' words.
        raise StoreUnavailable(str(getattr(error, "orig", "no free connection"))) from None


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest version, or raise StoreUnavailable."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Several assistants may start at once; the first one migrates, the others wait for it.
            connection.execute(text("SELECT pg_advisory_xact_lock(20261122)"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
