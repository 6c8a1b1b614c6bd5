"""What the widget may send, read and checked; and what a refusal looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any, Optional, TypeVar

from pydantic import BaseModel, Extra, Field, StrictBool, ValidationError, root_validator
from sanic import HTTPResponse, Request, response
from sanic.exceptions import SanicException

from bot.settings import Settings

# Line breaks and tabs are a patient's. Other control characters PostgreSQL cannot even store, and half of a character
# (a lone surrogate, which JSON lets through) nobody can: the rest of the text must still be read.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_MESSAGE_ID = Field(..., regex=r"^[A-Za-z0-9_-]{8,64}$")

Json = dict[str, Any]
# What it answers is a response or a stream, which in Sanic share no type.
Handler = Callable[[Request], Coroutine[Any, Any, Any]]
Body = TypeVar("Body", bound=BaseModel)


class Refusal(Exception):
    """A request that is answered with a 4xx or 5xx and a plain reason."""

    def __init__(
        self, status: int, code: str, message: str, reply: Optional[Json] = None, retry_after_seconds: int = 0
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body: Json = {"error": {"code": code, "message": message}}
        if reply:
            self.body["reply"] = reply
        self.headers = {"Retry-After": str(retry_after_seconds)} if retry_after_seconds else {}


class SentMessage(BaseModel):
    """The body of a message: text, or the id of a choice."""

    id: str = _MESSAGE_ID
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


class SentFeedback(BaseModel):
    """The body of a feedback: the message whose answer it is about, and whether that helped."""

    id: str = _MESSAGE_ID
    helpful: StrictBool

    class Config:
        extra = Extra.forbid


def parsed(request: Request, kind: type[Body]) -> Body:
    """Return the request's body as this kind, or raise Refusal with what is wrong."""
    try:
        body = request.json
    except (SanicException, UnicodeError):
        raise Refusal(400, "invalid_json", "The body must be JSON in UTF-8.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_message", "The body must be a JSON object.")
    try:
        return kind.parse_obj(body)
    except ValidationError as error:
        reasons = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise Refusal(400, "invalid_message", reasons.replace("__root__: ", "")) from None


def refusing(handler: Handler, settings: Settings) -> Handler:
    """Wrap the handler: other sites' pages are refused, refusals become JSON, allowed origins are named."""

    async def handle(request: Request) -> Any:
        origin = request.headers.get("Origin")
        try:
            if origin and origin not in settings.allowed_origins:
                raise Refusal(403, "origin_not_allowed", "This site may not use the chat. See WIDGET_ORIGINS.")
            answer = await handler(request)
        except Refusal as refusal:
            answer = response.json(refusal.body, status=refusal.status, headers=refusal.headers)
        answer.headers["Cache-Control"] = "no-store"
        if origin in settings.allowed_origins:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
            answer.headers["Vary"] = "Origin"
        return answer

    return handle


async def preflight(request: Request) -> HTTPResponse:
    """Answer the browser's question of what a page of another site may send."""
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
        "Access-Control-Max-Age": "600",
    }
    return response.empty(headers=headers)
