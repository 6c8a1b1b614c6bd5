"""The chat widget's HTTP interface; docs/http-api.md describes it, and a test runs every example there.

Who a conversation belongs to is said by a token this server signed, never by a field the client chose.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Optional

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from pydantic import BaseModel, Extra, Field, ValidationError, root_validator
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response
from sanic.exceptions import SanicException

from bot.channels.turns import off_the_loop
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import TooFast
from bot.conversation.message import Message
from bot.conversation.opening import open_front_desk
from bot.settings import Settings, get_settings
from bot.store.conversation_locks import ConversationBusy
from bot.store.database import StoreUnavailable
from bot.store.turns import Turn

TOKEN_SECONDS = 24 * 60 * 60
_CHANNEL = "widget"
# Line breaks and tabs are a patient's; other control characters PostgreSQL cannot even store.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Json = dict[str, Any]
Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class Refusal(Exception):
    """A request that is answered with a 4xx or 5xx and a plain reason."""

    def __init__(self, status: int, code: str, message: str, reply: Optional[Json] = None) -> None:
        super().__init__(code)
        self.status = status
        self.body: Json = {"error": {"code": code, "message": message}}
        if reply:
            self.body["reply"] = _shown(reply)


class SentMessage(BaseModel):
    """The body of a message: text, or the id of a choice."""

    id: str = Field(..., regex=r"^[A-Za-z0-9_-]{8,64}$")
    text: Optional[str] = None
    choice: Optional[str] = Field(None, max_length=40)

    class Config:
        extra = Extra.forbid

    @root_validator(skip_on_failure=True)
    def _says_one_thing(cls, values: Json) -> Json:
        if (values["text"] is None) == (values["choice"] is None):
            raise ValueError("send either text or choice")
        if values["text"] is not None:
            values["text"] = _CONTROL_CHARACTERS.sub("", values["text"])
            if not values["text"].strip():
                raise ValueError("text is empty")
        return values


class WidgetChannel(InputChannel):
    """Serves the widget: start a conversation, send a message, fetch the history."""

    @classmethod
    def name(cls) -> str:
        return _CHANNEL

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("widget")
        settings = get_settings()
        api = _WidgetApi(open_front_desk(on_new_message), settings)
        for method, path, handler in (
            ("POST", "/conversations", api.start),
            ("POST", "/messages", api.send),
            ("GET", "/messages", api.history),
        ):
            blueprint.add_route(_refusing(handler, settings), path, methods=[method], name=handler.__name__)
        for path in ("/conversations", "/messages"):
            preflight = _refusing(_preflight, settings)
            blueprint.add_route(preflight, path, methods=["OPTIONS"], name=f"preflight{path.replace('/', '_')}")
        return blueprint


class _WidgetApi:
    def __init__(self, desk: FrontDesk, settings: Settings) -> None:
        self._desk = desk
        self._tokens = URLSafeTimedSerializer(settings.derived_key("conversation token"))

    async def start(self, request: Request) -> HTTPResponse:
        try:
            self._desk.limits.count_conversation(request.remote_addr or request.ip)
        except TooFast:
            raise self._too_fast() from None
        token = {"token": self._tokens.dumps(f"web-{uuid.uuid4().hex}"), "expires_in": TOKEN_SECONDS}
        return response.json({**token, **self._beginning()}, status=201)

    def _beginning(self) -> Json:
        """Return what stands above the first message."""
        return {
            "notice": self._desk.notice("notice", _CHANNEL)["text"],
            "greeting": _shown(self._desk.opening(_CHANNEL)),
        }

    async def send(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation_of(request)
        sent = _parsed(request)
        message = Message(conversation_id, sent.id, _CHANNEL, sent.text or "", sent.choice)
        try:
            turn = await off_the_loop(self._desk.take_turn, message)
        except TooFast:
            raise self._too_fast() from None
        except ConversationBusy:
            notice = self._desk.notice("busy", _CHANNEL)
            raise Refusal(409, "busy", "An earlier message is still being answered.", notice) from None
        return response.json(_shown_turn(turn))

    async def history(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation_of(request)
        try:
            turns = await off_the_loop(self._desk.history, conversation_id)
        except StoreUnavailable:
            notice = self._desk.notice("unavailable", _CHANNEL)
            raise Refusal(503, "unavailable", "The history cannot be read just now.", notice) from None
        return response.json({**self._beginning(), "turns": [_shown_turn(turn) for turn in turns]})

    def _conversation_of(self, request: Request) -> str:
        token = request.token or ""
        try:
            return str(self._tokens.loads(token, max_age=TOKEN_SECONDS))
        except SignatureExpired:
            raise Refusal(401, "token_expired", "This conversation has ended. Start a new one.") from None
        except BadSignature:
            raise Refusal(401, "token_invalid", "Send the token you were given as a bearer token.") from None

    def _too_fast(self) -> Refusal:
        notice = self._desk.notice("too_fast", _CHANNEL)
        return Refusal(429, "too_fast", "Too many messages. Wait a minute.", notice)


def _parsed(request: Request) -> SentMessage:
    try:
        body = request.json
    except (SanicException, UnicodeError):
        raise Refusal(400, "invalid_json", "The body must be JSON in UTF-8.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_message", "The body must be a JSON object.")
    try:
        return SentMessage.parse_obj(body)
    except ValidationError as error:
        reasons = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise Refusal(400, "invalid_message", reasons.replace("__root__: ", "")) from None


def _refusing(handler: Handler, settings: Settings) -> Handler:
    """Wrap the handler: other sites' pages are refused, refusals become JSON, allowed origins are named."""

    async def handle(request: Request) -> HTTPResponse:
        origin = request.headers.get("Origin")
        try:
            if origin and origin not in settings.allowed_origins:
                raise Refusal(403, "origin_not_allowed", "This site may not use the chat. See WIDGET_ORIGINS.")
            answer = await handler(request)
        except Refusal as refusal:
            answer = response.json(refusal.body, status=refusal.status)
        answer.headers["Cache-Control"] = "no-store"
        if origin in settings.allowed_origins:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Vary"] = "Origin"
        return answer

    return handle


async def _preflight(request: Request) -> HTTPResponse:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }
    return response.empty(headers=headers)


def _shown_turn(turn: Turn) -> Json:
    return {
        "id": turn.message_id,
        "at": turn.received_at.isoformat(timespec="seconds"),
        "text": turn.text,
        "replies": [_shown(reply) for reply in turn.replies or ()],
    }


def _shown(reply: Json) -> Json:
    """Return the reply as the patient's browser may see it: without the payloads."""
    choices = [{"id": choice["id"], "title": choice["title"]} for choice in reply["choices"]]
    return {**reply, "choices": choices}
