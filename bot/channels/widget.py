"""The chat widget's HTTP interface; docs/http-api.md describes it, and a test runs every example there.

Who a conversation belongs to is said by a token this server signed, never by a field the client chose.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response
from sanic.response import ResponseStream
from sqlalchemy.engine import Engine

from bot.channels.turns import off_the_loop
from bot.channels.widget_events import TooManyStreams, TurnStreams, resume_point
from bot.channels.widget_requests import Refusal, SentFeedback, SentMessage, parsed, preflight, refusing
from bot.channels.widget_turns import TurnView
from bot.conversation.feedback import NotAnAnswer, rate
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import TooFast
from bot.conversation.message import Message
from bot.conversation.opening import open_front_desk
from bot.settings import Settings, get_settings
from bot.store.conversation_locks import ConversationBusy
from bot.store.database import StoreUnavailable, open_database

TOKEN_SECONDS = 24 * 60 * 60
_CHANNEL = "widget"
_EVENT_ID = re.compile(r"[0-9]{1,9}")

Json = dict[str, Any]


class WidgetChannel(InputChannel):
    """Serves the widget: start a conversation, send a message, rate an answer, fetch the history, listen."""

    @classmethod
    def name(cls) -> str:
        return _CHANNEL

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("widget")
        settings = get_settings()
        api = _WidgetApi(open_front_desk(on_new_message), open_database(settings.database_url), settings)
        for method, path, handler in (
            ("POST", "/conversations", api.start),
            ("POST", "/messages", api.send),
            ("GET", "/messages", api.history),
            ("POST", "/feedback", api.rate),
            ("GET", "/events", api.listen),
        ):
            blueprint.add_route(refusing(handler, settings), path, methods=[method], name=handler.__name__)
        for path in ("/conversations", "/messages", "/feedback", "/events"):
            asked = refusing(preflight, settings)
            blueprint.add_route(asked, path, methods=["OPTIONS"], name=f"preflight{path.replace('/', '_')}")

        @blueprint.before_server_stop
        async def stop(*_: object) -> None:
            api.streams.close()

        return blueprint


class _WidgetApi:
    def __init__(self, desk: FrontDesk, engine: Engine, settings: Settings) -> None:
        self._desk = desk
        self._engine = engine
        self._view = TurnView(engine, desk.notice("spanish", _CHANNEL)["text"])
        self._tokens = URLSafeTimedSerializer(settings.derived_key("conversation token"))
        self.streams = TurnStreams(engine, self._view.turn)

    async def start(self, request: Request) -> HTTPResponse:
        try:
            self._desk.limits.count_conversation(_address_of(request))
        except TooFast as refused:
            raise self._too_fast(refused) from None
        token = {"token": self._tokens.dumps(f"web-{uuid.uuid4().hex}"), "expires_in": TOKEN_SECONDS}
        return response.json({**token, **self._beginning()}, status=201)

    def _beginning(self) -> Json:
        """Return what stands above the first message."""
        return {
            "notice": self._desk.notice("notice", _CHANNEL)["text"],
            "greeting": self._view.reply(self._desk.opening(_CHANNEL)),
        }

    async def send(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation_of(request)
        sent = parsed(request, SentMessage)
        message = Message(conversation_id, sent.id, _CHANNEL, sent.text or "", sent.choice)
        try:
            turn = await off_the_loop(self._desk.take_turn, message)
        except TooFast as refused:
            raise self._too_fast(refused) from None
        except ConversationBusy:
            raise Refusal(409, "busy", "An earlier message is still being answered.", self._notice("busy")) from None
        return response.json(await off_the_loop(self._view.turn, turn))

    async def history(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation_of(request)
        try:
            turns = await off_the_loop(self._desk.history, conversation_id)
            shown = await off_the_loop(self._view.turns, turns)
        except StoreUnavailable:
            raise self._unavailable("The history cannot be read just now.") from None
        return response.json({**self._beginning(), "turns": shown, "last_event_id": str(resume_point(turns))})

    async def rate(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation_of(request)
        sent = parsed(request, SentFeedback)
        try:
            self._desk.limits.count_message(conversation_id)
            await off_the_loop(rate, self._engine, conversation_id, sent.id, sent.helpful)
        except TooFast as refused:
            raise self._too_fast(refused) from None
        except NotAnAnswer:
            raise Refusal(404, "no_answer", "There is no answer to this message that can be rated.") from None
        except StoreUnavailable:
            raise self._unavailable("The feedback cannot be stored just now.") from None
        return response.json({"id": sent.id, "helpful": sent.helpful})

    async def listen(self, request: Request) -> ResponseStream:
        conversation_id = self._conversation_of(request)
        last_id = request.headers.get("Last-Event-ID", "0")
        if not _EVENT_ID.fullmatch(last_id):
            raise Refusal(400, "invalid_message", "Last-Event-ID must be an id of an event.")
        address = _address_of(request)
        try:
            self.streams.check_room(conversation_id, address)
        except TooManyStreams:
            raise Refusal(429, "too_fast", "Too many open streams.", self._notice("too_fast"), 60) from None

        async def follow(stream: Any) -> None:
            with self.streams.open(conversation_id, address) as bell:
                await self.streams.follow(conversation_id, bell, int(last_id), stream.write)

        # nginx would gather the events until its buffer is full.
        return response.stream(follow, headers={"X-Accel-Buffering": "no"}, content_type="text/event-stream")

    def _conversation_of(self, request: Request) -> str:
        token = request.token or ""
        try:
            return str(self._tokens.loads(token, max_age=TOKEN_SECONDS))
        except SignatureExpired:
            raise Refusal(401, "token_expired", "This conversation has ended. Start a new one.") from None
        except BadSignature:
            raise Refusal(401, "token_invalid", "Send the token you were given as a bearer token.") from None

    def _notice(self, name: str) -> Json:
        return self._view.reply(self._desk.notice(name, _CHANNEL))

    def _too_fast(self, refused: TooFast) -> Refusal:
        message = "Too many messages. Wait for as long as Retry-After says."
        return Refusal(429, "too_fast", message, self._notice("too_fast"), refused.retry_after_seconds)

    def _unavailable(self, message: str) -> Refusal:
        return Refusal(503, "unavailable", message, self._notice("unavailable"))


def _address_of(request: Request) -> str:
    """Return the browser's address, which a trusted proxy may have told."""
    return request.remote_addr or request.ip
