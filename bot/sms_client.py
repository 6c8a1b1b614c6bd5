"""Sends a text message to the running assistant as Twilio would, for people without a Twilio number."""

from __future__ import annotations

import uuid
from typing import Optional
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from bot.errors import ForPeople
from bot.settings import Settings

_PATH = "/webhooks/sms"
_PATIENCE_SECONDS = 15  # Twilio's own


class AssistantUnreachable(ForPeople):
    """The assistant does not run, or refused the message."""


def send_sms(settings: Settings, text: str, sender: str, sid: Optional[str] = None) -> str:
    """Return the assistant's reply; an empty one if it keeps silent."""
    fields = {
        "MessageSid": sid or f"SM{uuid.uuid4().hex}",
        "From": sender,
        "To": "+15005550006",
        "Body": text,
        "NumMedia": "0",
    }
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    signature = validator.compute_signature(settings.public_url + _PATH, fields)
    address = f"http://127.0.0.1:{settings.assistant_port}{_PATH}"
    try:
        answer = requests.post(
            address, data=fields, headers={"X-Twilio-Signature": signature}, timeout=_PATIENCE_SECONDS
        )
    except requests.ConnectionError:
        raise AssistantUnreachable(f"Nobody answers at {address}. Start the assistant: make run") from None
    if not answer.ok:
        raise AssistantUnreachable(f"The assistant refused the message: {answer.status_code} {answer.text}")
    return "\n".join(message.text or "" for message in ElementTree.fromstring(answer.text))
