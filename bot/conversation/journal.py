"""Reads and writes one turn, in the database or, while that is away, in the spool."""

from __future__ import annotations

import logging
from typing import Optional

from sqlalchemy.engine import Engine

from bot.store.database import StoreUnavailable
from bot.store.spool import Spool
from bot.store.turns import Turn, find_turn, latest_turns, save_turn

logger = logging.getLogger(__name__)


class TurnJournal:
    """The store during one turn. After its first fault the turn goes on without the database."""

    def __init__(self, engine: Engine, spool: Spool) -> None:
        self._engine = engine
        self._spool = spool
        self.is_available = True

    def find(self, conversation_id: str, message_id: str) -> Optional[Turn]:
        """Return the turn of this message, or None if it is new."""
        try:
            self._spool.drain(self._engine)
            return find_turn(self._engine, conversation_id, message_id)
        except StoreUnavailable as fault:
            self._note(fault)
            return self._spool.find(conversation_id, message_id)

    def earlier_turns(self, conversation_id: str, limit: int) -> list[Turn]:
        """Return the conversation's newest turns, oldest first; none while the database is away."""
        if not self.is_available:
            return []
        try:
            return latest_turns(self._engine, conversation_id, limit)
        except StoreUnavailable as fault:
            self._note(fault)
            return []

    def write(self, turn: Turn) -> None:
        """Store the turn, or keep it in the spool until the database is back."""
        if self.is_available:
            try:
                save_turn(self._engine, turn)
                return
            except StoreUnavailable as fault:
                self._note(fault)
        try:
            self._spool.keep(turn)
        except OSError as error:
            # Even then the patient gets the reply: it is the last promise that can still be kept.
            logger.critical("A turn could not be kept anywhere: %s.", error.strerror)

    def _note(self, fault: StoreUnavailable) -> None:
        self.is_available = False
        logger.error("The database is away and a turn goes to the spool: %s", fault)
