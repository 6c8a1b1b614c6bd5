"""One turn at a time in each conversation. Waiting blocks a thread; nothing polls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

# Longer than the deadline of the turn in front, shorter than Twilio's patience of 15 s.
WAIT_SECONDS = 8


class ConversationBusy(Exception):
    """Another turn of the same conversation did not end in time."""


class ConversationLocks:
    """Locks by conversation: within this process, and on PostgreSQL between all assistants."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def hold(self, conversation_id: str) -> Iterator[None]:
        """Hold the conversation's lock, or raise ConversationBusy."""
        lock = self._borrow(conversation_id)
        try:
            if not lock.acquire(timeout=WAIT_SECONDS):
                raise ConversationBusy
            try:
                with self._held_between_assistants(conversation_id):
                    yield
            finally:
                lock.release()
        finally:
            self._give_back(conversation_id)

    def _borrow(self, conversation_id: str) -> threading.Lock:
        with self._guard:
            lock, users = self._locks.get(conversation_id, (threading.Lock(), 0))
            self._locks[conversation_id] = (lock, users + 1)
            return lock

    def _give_back(self, conversation_id: str) -> None:
        with self._guard:
            lock, users = self._locks.pop(conversation_id)
            if users > 1:
                self._locks[conversation_id] = (lock, users - 1)

    @contextmanager
    def _held_between_assistants(self, conversation_id: str) -> Iterator[None]:
        if self._engine.dialect.name != "postgresql":
            yield
            return
        connection = None
        try:
            connection = self._engine.connect()
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
            connection.execute(text(f"SET LOCAL statement_timeout = '{WAIT_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": conversation_id})
        except DBAPIError as error:
            if connection is not None:
                connection.close()
            if getattr(error.orig, "pgcode", None) in ("55P03", "57014"):  # lock or statement timeout
                raise ConversationBusy from None
            connection = None  # the database is away: the turn goes on without it, see bot.store.spool
        try:
            yield
        finally:
            if connection is not None:
                connection.close()
