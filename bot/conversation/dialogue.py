"""Asks Rasa, under a deadline, on a thread and event loop of its own.

Rasa computes on the loop it runs on. On the web server's loop a slow message would stop every other
patient, and no deadline could be kept.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Optional

import aiohttp
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.content.clinic import BOOK
from bot.store.tracker_store import DialogueOfTurn, dialogue_of_turn
from bot.store.turns import Turn

logger = logging.getLogger(__name__)

_ACTION_SECONDS = 3
_REJECTED = 400  # how the action server says that an action does not want to run; not a fault

_LEAVE_FORM: list[dict[str, Any]] = [
    {"event": "active_loop", "name": None},
    {"event": "slot", "name": "requested_slot", "value": None},
]

HandleMessage = Callable[[UserMessage], Awaitable[Any]]
Json = dict[str, Any]


class DialogueFailed(Exception):
    """Rasa gave no usable answer: it failed, was late, or could not reach the action server."""


@dataclasses.dataclass(frozen=True)
class DialogueRequest:
    """A message for Rasa; `topic` is set for a button that stands for a topic, and then nothing is parsed."""

    turn: Turn
    earlier_turns: list[Turn]
    text: str
    topic: Optional[str]
    metadata: Json
    is_red_flag: bool

    @property
    def is_in_form(self) -> bool:
        """Return whether the booking form is active."""
        states = (turn.dialogue_state for turn in reversed(self.earlier_turns) if turn.dialogue_state)
        return next(states, {}).get("active_loop") is not None

    @property
    def is_booking(self) -> bool:
        """Return whether the message belongs to a request for a visit."""
        return self.topic == BOOK or self.is_in_form

    @property
    def leaving_events(self) -> list[Json]:
        """Return what the tracker must be told when a red flag leaves the form; otherwise nothing."""
        return _LEAVE_FORM if self.is_red_flag and self.is_in_form else []


@dataclasses.dataclass(frozen=True)
class DialogueReply:
    """Rasa's answer: what it said, what it understood, and what a turn stores for the next one.

    `second_topic` is what the message asked besides; Rasa has not answered that.
    """

    utterances: list[Json]
    topic: Optional[str]
    second_topic: Optional[str]
    confidence: Optional[float]
    events: list[Json]
    state: Optional[Json]

    @property
    def active_loop(self) -> Optional[str]:
        """Return the name of the form that goes on, or None."""
        return (self.state or {}).get("active_loop")


class _WebOutput(CollectingOutputChannel):
    @classmethod
    def name(cls) -> str:
        return "web"


class _SmsOutput(CollectingOutputChannel):
    """Rasa picks the response variants for this name."""

    @classmethod
    def name(cls) -> str:
        return "sms"


class ActionServer(EndpointConfig):
    """The action server as Rasa sees it; a fault in it is noted, for Rasa itself would go on in silence."""

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=self.headers, timeout=aiohttp.ClientTimeout(total=_ACTION_SECONDS))

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Any:
        kwargs["timeout"] = _ACTION_SECONDS  # Rasa asks for 300 s
        try:
            return await super().request(method, *args, **kwargs)
        except ClientResponseError as error:
            if error.status != _REJECTED:
                _note_failure(f"it answered {error.status}")
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            _note_failure(type(error).__name__)
            raise


def _note_failure(reason: str) -> None:
    dialogue = dialogue_of_turn.get()
    if dialogue:
        dialogue.failure = f"the action server failed: {reason}"


class RasaDialogue:
    """Rasa, behind one plain call."""

    def __init__(self, handle_message: HandleMessage) -> None:
        self._handle_message = handle_message
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True).start()

    def ask(self, request: DialogueRequest, deadline_seconds: float) -> DialogueReply:
        """Return Rasa's answer, or raise DialogueFailed."""
        future = asyncio.run_coroutine_threadsafe(self._ask(request), self._loop)
        try:
            return future.result(deadline_seconds)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise DialogueFailed("Rasa did not answer in time") from None

    async def _ask(self, request: DialogueRequest) -> DialogueReply:
        dialogue = DialogueOfTurn(request.earlier_turns, request.leaving_events)
        dialogue_of_turn.set(dialogue)
        try:
            await self._handle_message(_user_message(request))
        # Whatever goes wrong inside Rasa, the patient must get an answer; the type alone is logged,
        # because Rasa's messages quote the patient.
        except Exception as error:
            raise DialogueFailed(f"Rasa failed with {type(error).__name__}") from error
        if dialogue.failure:
            raise DialogueFailed(dialogue.failure)
        return _reply(dialogue)


def _user_message(request: DialogueRequest) -> UserMessage:
    turn = request.turn
    parse_data = None
    if request.topic:
        topic = {"name": request.topic, "confidence": 1.0}
        parse_data = {"text": request.text, "intent": topic, "topic": topic, "entities": []}
    return UserMessage(
        text=request.text,
        output_channel=_SmsOutput() if turn.channel == "sms" else _WebOutput(),
        sender_id=turn.conversation_id,
        parse_data=parse_data,
        input_channel=turn.channel,
        message_id=turn.message_id,
        metadata=request.metadata,
    )


def _reply(dialogue: DialogueOfTurn) -> DialogueReply:
    said = [event for event in dialogue.new_events if event["event"] == "bot"]
    parse: Json = next((event["parse_data"] for event in dialogue.new_events if event["event"] == "user"), {})
    topic = parse.get("topic") or {}
    is_sure = (parse.get("intent") or {}).get("name") == topic.get("name")
    second = (parse.get("second_topic") or {}).get("name") if is_sure else None
    if not said:
        raise DialogueFailed("Rasa said nothing")
    utterances = [
        {
            "text": event["text"],
            "buttons": event["data"].get("buttons") or [],
            "response": event["metadata"].get("utter_action"),
        }
        for event in said
    ]
    return DialogueReply(
        utterances, topic.get("name"), second, topic.get("confidence"), dialogue.new_events, dialogue.state
    )
