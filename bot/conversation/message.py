"""A patient's message, and what it means once its buttons and numbers are resolved."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Optional

from bot.store.turns import Turn, choices_of

# How the payload of an answer to the leg check begins; its name follows.
LEG_CHECK = "leg_check="


@dataclasses.dataclass(frozen=True)
class Message:
    """What a channel hands over: text, or the id of a choice that was offered before."""

    conversation_id: str
    message_id: str
    channel: str
    text: str = ""
    choice_id: Optional[str] = None
    phone_encrypted: Optional[bytes] = None


@dataclasses.dataclass(frozen=True)
class Meaning:
    """Text to classify, or what a choice stands for: a topic, or an answer to the leg check.

    Not known if the choice was never offered.
    """

    text: str = ""
    topic: Optional[str] = None
    leg_check: Optional[str] = None
    is_known: bool = True


def meaning_of(message: Message, earlier: Sequence[Turn], opening_choices: Sequence[dict[str, str]]) -> Meaning:
    """Resolve the message's choice, or an SMS that is the number of one."""
    choice = _chosen(message, earlier, opening_choices)
    if choice:
        payload = choice["payload"]
        if payload.startswith(LEG_CHECK):
            return Meaning(choice["title"], leg_check=payload.removeprefix(LEG_CHECK))
        return Meaning(choice["title"], payload[1:]) if payload.startswith("/") else Meaning(payload)
    # A leading slash is Rasa's shortcut past the classifier; from a patient it is text like any other.
    return Meaning(message.text.strip().lstrip("/").strip(), is_known=message.choice_id is None)


def _chosen(
    message: Message, earlier: Sequence[Turn], opening_choices: Sequence[dict[str, str]]
) -> Optional[dict[str, str]]:
    if message.choice_id:
        offered = [*opening_choices, *choices_of(earlier)]
        return next((choice for choice in offered if choice["id"] == message.choice_id), None)
    number = message.text.strip().rstrip(".)")
    if message.channel == "sms" and number.isdecimal() and earlier:
        offered = choices_of(earlier[-1:])
        if 1 <= int(number) <= len(offered):
            return offered[int(number) - 1]
    return None
