"""The widget's event stream: turns as they are answered, in whichever process or tab that happens.

Staff confirm a visit in another process, so the database is what tells. One query every few seconds looks on
behalf of all open streams, and none is made while no stream is open.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Optional

from sqlalchemy.engine import Engine

from bot.channels.turns import off_the_loop
from bot.store.database import StoreUnavailable
from bot.store.turns import Turn, latest_turns, newly_answered

logger = logging.getLogger(__name__)

TURNS_SENT = 200
_LOOK_SECONDS = 1.5
# Proxies close what is silent for a minute; the widget takes a longer silence for a dead connection.
_HEARTBEAT_SECONDS = 15
# Then the widget connects anew, so that an expired token does not go on hearing.
_LONGEST_SECONDS = 15 * 60
_STREAMS_OF_ONE_CONVERSATION = 8
# Conversations cost nothing, so whoever wants all streams begins many. A family or a waiting room has fewer.
_STREAMS_OF_ONE_ADDRESS = 20
# Every stream holds a file descriptor, and a process often has 1,024: most must stay free for messages.
_STREAMS = 500

Send = Callable[[str], Awaitable[Any]]
Shown = Callable[[Turn], dict[str, Any]]


class TooManyStreams(Exception):
    """One more would take from others what messages need."""


class TurnStreams:
    """The open streams. Lives on the web server's loop; the database is asked on threads."""

    def __init__(self, engine: Engine, shown: Shown) -> None:
        self._engine = engine
        self._shown = shown
        self._bells: dict[str, list[asyncio.Event]] = {}
        self._addresses: Counter[str] = Counter()
        self._watch: Optional[asyncio.Task[None]] = None
        self._is_closing = False

    def check_room(self, conversation_id: str, address: str) -> None:
        """Raise TooManyStreams if this conversation, this address, or all together have as many as they may."""
        if (
            len(self._bells.get(conversation_id, ())) >= _STREAMS_OF_ONE_CONVERSATION
            or self._addresses[address] >= _STREAMS_OF_ONE_ADDRESS
            or self._addresses.total() >= _STREAMS
        ):
            raise TooManyStreams

    @contextmanager
    def open(self, conversation_id: str, address: str) -> Iterator[asyncio.Event]:
        """Count a stream while it is open, and give it a bell that rings when its conversation has news."""
        bell = asyncio.Event()
        self._bells.setdefault(conversation_id, []).append(bell)
        self._addresses[address] += 1
        try:
            yield bell
        finally:
            self._addresses[address] -= 1
            self._addresses += Counter()  # forgets who has none left
            self._bells[conversation_id].remove(bell)
            if not self._bells[conversation_id]:
                del self._bells[conversation_id]

    async def follow(self, conversation_id: str, bell: asyncio.Event, after_id: int, send: Send) -> None:
        """Send the conversation's turns after this one as they are answered, until the client or the server leaves."""
        until = time.monotonic() + _LONGEST_SECONDS
        sent: set[int] = set()
        await send("retry: 3000\n\n")
        while not self._is_closing and time.monotonic() < until:
            self._keep_looking()
            bell.clear()
            try:
                after_id = await self._send_news(conversation_id, after_id, sent, send)
            except StoreUnavailable:
                await asyncio.sleep(_LOOK_SECONDS)
                bell.set()
            await self._wait(bell, send)

    def close(self) -> None:
        """End every stream: the server waits for open connections when it stops."""
        self._is_closing = True
        self._ring(self._bells)

    async def _send_news(self, conversation_id: str, after_id: int, sent: set[int], send: Send) -> int:
        """Send what is answered and return the number of the last turn before which nothing is still waiting.

        A turn carries that number as its event id: a staff member's reply can overtake the answer to a message,
        and whoever resumes behind it must still get that answer.
        """
        turns = await off_the_loop(latest_turns, self._engine, conversation_id, TURNS_SENT, after_id)
        is_complete = True
        for turn in turns:
            is_complete = is_complete and turn.answered_at is not None
            after_id = (turn.id or 0) if is_complete else after_id
            if turn.answered_at and turn.id not in sent:
                sent.add(turn.id or 0)
                shown = await off_the_loop(self._shown, turn)
                await send(f"id: {after_id}\nevent: turn\ndata: {json.dumps(shown)}\n\n")
        return after_id

    @staticmethod
    async def _wait(bell: asyncio.Event, send: Send) -> None:
        try:
            await asyncio.wait_for(bell.wait(), _HEARTBEAT_SECONDS)
        except asyncio.TimeoutError:
            await send(": still here\n\n")

    def _keep_looking(self) -> None:
        """See to it that somebody looks, also after a mistake of ours has ended it."""
        if self._watch and not self._watch.done():
            return
        fault = self._watch.exception() if self._watch else None
        if fault:
            logger.error("Looking for answers ended with %s and begins again", type(fault).__name__)
        self._watch = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        """Ring the bells of conversations with newly answered turns, while anybody listens."""
        known: Optional[set[int]] = None
        while self._bells and not self._is_closing:
            try:
                answered = await off_the_loop(newly_answered, self._engine)
            except StoreUnavailable as fault:
                if known is not None:
                    logger.error("The database is away and no event is sent: %s", fault)
                known = None
            else:
                # The first look, also after a fault, knows nothing of what was missed: it rings all.
                self._ring(self._bells if known is None else {answered[id] for id in answered.keys() - known})
                known = set(answered)
            await asyncio.sleep(_LOOK_SECONDS)

    def _ring(self, conversation_ids: Any) -> None:
        for conversation_id in conversation_ids:
            for bell in self._bells.get(conversation_id, ()):
                bell.set()


def resume_point(turns: list[Turn]) -> int:
    """Return the number of the last turn before which nothing is still waiting; 0 if there is none."""
    point = 0
    for turn in turns:
        if turn.answered_at is None:
            break
        point = turn.id or 0
    return point
