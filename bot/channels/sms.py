"""The SMS channel: a Twilio webhook in, TwiML out, in one request.

Twilio signs the *public* address it called, so a wrong PUBLIC_URL refuses everything: that is meant to be loud.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Optional
from urllib.parse import parse_qsl

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.channels.turns import off_the_loop
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import TooFast
from bot.conversation.message import Message
from bot.conversation.opening import open_front_desk
from bot.settings import Settings, get_settings
from bot.store.conversation_locks import ConversationBusy
from bot.store.phone_numbers import PhoneNumbers
from bot.store.turns import Turn

PATH = "/webhooks/sms"
_CHANNEL = "sms"
# The carriers' words (Twilio's defaults, and "revoke" and "opt out" of 47 CFR 64.1200(a)(10)).
_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"})
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info"})


class ReceivedSms(NamedTuple):
    """What Twilio posts of a text message."""

    sid: str
    sender: str
    text: str
    has_picture: bool


class SmsChannel(InputChannel):
    """Answers Twilio's webhook."""

    @classmethod
    def name(cls) -> str:
        return _CHANNEL

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("sms")
        webhook = _Webhook(open_front_desk(on_new_message), get_settings())

        @blueprint.post("/")
        async def receive(request: Request) -> HTTPResponse:
            return await webhook.receive(request)

        return blueprint


class _Webhook:
    def __init__(self, desk: FrontDesk, settings: Settings) -> None:
        self._desk = desk
        self._numbers = PhoneNumbers(settings)
        self._validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
        self._public_address = settings.public_url + PATH

    async def receive(self, request: Request) -> HTTPResponse:
        if not self._is_from_twilio(request):
            return response.text("The signature is missing or wrong.", status=403)
        sms = _received(request)
        if sms is None:
            return response.text("MessageSid and From are needed.", status=400)
        return await off_the_loop(self._answer, sms)

    def _is_from_twilio(self, request: Request) -> bool:
        address = self._public_address + (f"?{request.query_string}" if request.query_string else "")
        signature = request.headers.get("X-Twilio-Signature", "")
        return bool(self._validator.validate(address, _fields(request), signature))

    def _answer(self, sms: ReceivedSms) -> HTTPResponse:
        message = Message(
            conversation_id=f"sms-{self._numbers.hashed(sms.sender)}",
            message_id=sms.sid,
            channel=_CHANNEL,
            text=sms.text,
            phone_encrypted=self._numbers.encrypted(sms.sender),
        )
        try:
            turn = self._take(message, sms)
        except TooFast:
            return _twiml(self._desk.notice("too_fast", _CHANNEL)["text"])
        except ConversationBusy:
            return _twiml(self._desk.notice("busy", _CHANNEL)["text"])
        return _twiml(self._rendered(turn))

    def _take(self, message: Message, sms: ReceivedSms) -> Turn:
        outcome = self._keyword(sms.text)
        if outcome is None and self._desk.has_stopped(message.conversation_id):
            outcome = "unanswered"
        if outcome is None and not sms.text.strip():
            outcome = "picture" if sms.has_picture else "empty"
        return self._desk.take_note(message, outcome) if outcome else self._desk.take_turn(message)

    @staticmethod
    def _keyword(text: str) -> Optional[str]:
        word = " ".join(text.lower().strip(" .!\n").split())
        for words, outcome in ((_STOP, "sms_stopped"), (_START, "sms_started"), (_HELP, "sms_help")):
            if word in words:
                return outcome
        return None

    def _rendered(self, turn: Turn) -> str:
        """Return the replies as one text, choices as a numbered list whose digits can be texted back."""
        replies = turn.replies or []
        lines = [reply["text"] for reply in replies if reply["kind"] != "notice" or len(replies) == 1]
        titles = [choice["title"] for reply in replies for choice in reply["choices"]]
        if titles:
            lines.append(self._desk.notice("sms_choose", _CHANNEL)["text"])
            lines += [f"{number} {title}" for number, title in enumerate(titles, start=1)]
        lines += [reply["text"] for reply in replies if reply["kind"] == "notice" and len(replies) > 1]
        return "\n".join(lines)


def _fields(request: Request) -> dict[str, str]:
    """Return what Twilio posted, empty fields too: it signs them, and a picture's Body is one. Sanic drops them."""
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _received(request: Request) -> Optional[ReceivedSms]:
    form = _fields(request)
    sid, sender = form.get("MessageSid"), form.get("From")
    if not sid or not sender:
        return None
    text = (form.get("Body") or "").replace("\x00", "")
    return ReceivedSms(sid[:64], sender, text, has_picture=(form.get("NumMedia") or "0") != "0")


def _twiml(text: str) -> HTTPResponse:
    twiml = MessagingResponse()
    if text:
        twiml.message(text)
    return response.text(str(twiml), content_type="text/xml")
