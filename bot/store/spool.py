"""Keeps turns in files while the database is away, so that nothing a patient says is lost.

One file a turn, named by a hash of its ids: the answered turn overwrites the received one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from pathlib import Path
from typing import Optional

from sqlalchemy.engine import Engine

from bot.store.turns import Turn, as_json, from_json, save_turn

logger = logging.getLogger(__name__)


class Spool:
    """A folder of turns that still have to reach the database."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._draining = threading.Lock()

    def keep(self, turn: Turn) -> None:
        """Write the turn to a file that only this account can read; OSError if even that fails."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(turn.conversation_id, turn.message_id)
        partial = path.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(as_json(turn)), encoding="utf-8")
        partial.replace(path)

    def find(self, conversation_id: str, message_id: str) -> Optional[Turn]:
        """Return the kept turn of this message, or None."""
        path = self._path(conversation_id, message_id)
        return _read(path) if path.exists() else None

    def drain(self, engine: Engine) -> None:
        """Move the kept turns into the database, oldest first; StoreUnavailable if it is still away."""
        waiting = list(self._directory.glob("*.json"))
        if not waiting or not self._draining.acquire(blocking=False):
            return
        try:
            for path in sorted(waiting, key=lambda path: path.stat().st_mtime):
                save_turn(engine, _read(path))
                path.unlink()
            logger.info("%d kept turns are in the database now.", len(waiting))
        except FileNotFoundError:
            pass  # another assistant with the same folder was faster
        finally:
            self._draining.release()

    def _path(self, conversation_id: str, message_id: str) -> Path:
        ids = f"{conversation_id}\n{message_id}".encode()
        return self._directory / f"{hashlib.sha256(ids).hexdigest()}.json"


def _read(path: Path) -> Turn:
    return from_json(json.loads(path.read_text(encoding="utf-8")))
