"""Puts a turn's replies together, in the channel's wording, with choices as opaque ids."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Optional

from bot.content.clinic import BOOK, ClinicContent
from bot.conversation.dialogue import DialogueReply
from bot.triage.assessment import Assessment
from bot.triage.rules import RuleBook, Wording

Json = dict[str, Any]

_GREETING = "greet"
# What is no answer to a question: these are not added to the answer of another topic.
_NO_SECOND_ANSWER = frozenset(
    {
        "affirm",
        "deny",
        "greet",
        "goodbye",
        "thanks",
        "complaint",
        "describe_symptoms",
        "other_body_part",
        "out_of_scope",
    }
)


class ReplyWriter:
    """Writes replies: `{"kind", "text", "choices"}`, and for an advice its "level".

    The kind is "advice", "answer" or "notice". A choice keeps its payload on the server; the patient sees its
    id and title.
    """

    def __init__(self, clinic: ClinicContent, rules: RuleBook) -> None:
        self._clinic = clinic
        self._rules = rules

    def opening(self, channel: str) -> Json:
        """Return the greeting; its choices have the same ids in every conversation."""
        answer = self._clinic.answers[_GREETING]
        choices = [
            _choice(self._clinic.label(topic), f"/{topic}", f"opening-{number}")
            for number, topic in enumerate(answer.choices)
        ]
        return {"kind": "answer", "text": _text(answer, channel), "choices": choices}

    def advice(self, assessment: Assessment, channel: str) -> Json:
        """Return the advice that is due, in the language of the message."""
        advice = self._rules.groups[assessment.group or ""].advice
        if advice is None:
            raise ValueError(f"the group {assessment.group} has no advice")
        wording = self._clinic.fill(advice.es if assessment.language == "es" else advice)
        choices = [] if assessment.level == "emergency" else [self._topic_choice(BOOK)]
        return {"kind": "advice", "level": assessment.level, "text": _text(wording, channel), "choices": choices}

    def after_leg_check(self, outcome: Wording, channel: str) -> Json:
        """Return what follows a leg check that found nothing, with an offer to book."""
        return {
            "kind": "answer",
            "text": _text(self._clinic.fill(outcome), channel),
            "choices": [self._topic_choice(BOOK)],
        }

    def has_notice(self, name: str) -> bool:
        """Return whether the clinic has a message of this name."""
        return name in self._clinic.messages

    def notice(self, name: str, channel: str) -> Json:
        """Return one of the clinic's messages."""
        return {"kind": "notice", "text": _text(self._clinic.messages[name], channel), "choices": []}

    def said_by_rasa(self, reply: DialogueReply) -> list[Json]:
        """Return Rasa's utterances as replies."""
        return [
            {
                "kind": "answer",
                "text": utterance["text"],
                "choices": [_choice(button["title"], button["payload"]) for button in utterance["buttons"]],
            }
            for utterance in reply.utterances
        ]

    def add_second_answer(self, replies: list[Json], topic: Optional[str], channel: str, *, before_form: bool) -> None:
        """Answer a message's second question too, behind the first answer or before a form's question.

        A wish for a visit beside another question becomes the offer to book.
        """
        if topic == BOOK and not before_form:
            self.offer_visit(replies)
        answer = self._clinic.answers.get(topic or "")
        if answer is None or topic in _NO_SECOND_ANSWER:
            return
        second = {"kind": "answer", "text": _text(answer, channel), "choices": []}
        if before_form:
            replies.insert(0, second)
            return
        offered = [*replies[-1]["choices"], *map(self._topic_choice, answer.choices)]
        second["choices"] = list({choice["payload"]: choice for choice in offered}.values())
        for reply in replies:
            reply["choices"] = []
        replies.append(second)

    def offer_visit(self, replies: Sequence[Json]) -> None:
        """Add the offer to book to the last reply, unless it is there already."""
        if not any(_is_booking(choice) for choice in replies[-1]["choices"]):
            replies[-1]["choices"].append(self._topic_choice(BOOK))

    def withdraw_visit(self, replies: Sequence[Json]) -> None:
        """Take every offer to book away."""
        for reply in replies:
            reply["choices"] = [choice for choice in reply["choices"] if not _is_booking(choice)]

    def behind_reminder(self, group: str, replies: Sequence[Json], channel: str) -> list[Json]:
        """Put the reminder of an emergency in front of the replies, and take every offer to book away."""
        reminder = self.notice(self._rules.groups[group].stands or "", channel)
        self.withdraw_visit(replies)
        return [reminder, *(reply for reply in replies if reply["text"] != reminder["text"])]

    def _topic_choice(self, topic: str) -> Json:
        return _choice(self._clinic.label(topic), f"/{topic}")


def _choice(title: str, payload: str, choice_id: str = "") -> Json:
    return {"id": choice_id or secrets.token_urlsafe(6), "title": title, "payload": payload}


def _is_booking(choice: Json) -> bool:
    return bool(choice["payload"] == f"/{BOOK}")


def _text(wording: Wording, channel: str) -> str:
    return wording.sms if channel == "sms" else wording.web
