"""Rasa's lock store: it has nothing left to lock.

A turn holds its conversation's lock (`bot.store.conversation_locks`) from before the message is written
down until after the reply is stored. Rasa's own stores lock the dialogue alone, and poll once a second.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore


class TurnLockStore(InMemoryLockStore):
    """Lets every message through: its turn already holds the conversation's lock."""

    def __init__(self, endpoint_config: object = None) -> None:
        super().__init__()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[TicketLock, None]:
        yield self.create_lock(conversation_id)
