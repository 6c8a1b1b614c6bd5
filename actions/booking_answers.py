"""Understands messages to the booking form: functions over text and the clinic's words, without Rasa or store."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional

from bot.booking.requests import NotAPhoneNumber, phone_number_in, shown_phone_number
from bot.content.clinic import BookingContent

_LONGEST_ANSWER = 300
_A_LETTER = re.compile(r"[^\W\d_]")
# Above this the classifier is believed that a message in the form is a question and not an answer.
_SURE, _SURE_WITHOUT_QUESTION_FORM = 0.4, 0.75
# Fields whose answers may well read like a topic: "it hurts when I run", "Fridays only".
_READ_LIKE_TOPICS = frozenset({"visit_reason", "preferred_days"})
# Topics that are an answer, or nothing, when the form has asked something.
_NO_QUESTIONS = frozenset({"affirm", "deny", "describe_symptoms", "other_body_part", "out_of_scope"})


def plain(text: str) -> str:
    """Return the text in lower case, without apostrophes and punctuation, single-spaced."""
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’]", "", text.lower())).split())


def says_one_of(text: str, phrases: Sequence[str]) -> bool:
    """Return whether the whole text is one of these phrases."""
    return plain(text) in {plain(phrase) for phrase in phrases}


def option_named(text: str, options: Mapping[str, Sequence[str]]) -> Optional[str]:
    """Return the option whose name, or one of whose words, the text holds; the longest wins; None if none does."""
    said = f" {plain(text)} "
    found = [
        (len(word), option)
        for option, words in options.items()
        for word in map(plain, (option, *words))
        if f" {word} " in said
    ]
    return max(found)[1] if found else None


def answer_to(field: str, text: str, booking: BookingContent) -> Optional[str]:
    """Return the value that the text gives this field, or None if it gives none."""
    words = booking.words
    if field == "patient_phone":
        try:
            return shown_phone_number(phone_number_in(text))
        except NotAPhoneNumber:
            return None
    if field == "part_of_day":
        return option_named(text, words.part_of_day)
    if field == "new_patient":
        return option_named(text, words.new_patient)
    if field != "visit_reason" and says_one_of(text, [*words.send, *words.change]):
        return None
    value = " ".join(text.split())[:_LONGEST_ANSWER]
    return value if _A_LETTER.search(value) else None


def is_phone_number_alone(text: str) -> bool:
    """Return whether the text is a phone number and nothing else."""
    try:
        phone_number_in(text)
    except NotAPhoneNumber:
        return False
    return not _A_LETTER.search(text)


def field_to_change(text: str, booking: BookingContent) -> Optional[str]:
    """Return the field that the text names ("change my phone number"), or None."""
    names = {field: [question.label, *booking.words.fields[field]] for field, question in booking.questions.items()}
    return option_named(text, names)


def is_question(
    text: str, field: str, parse: Mapping[str, Any], answered: Collection[str], booking: BookingContent
) -> bool:
    """Return whether the message asks something of its own rather than answering the form."""
    topic = parse.get("topic") or {}
    name, confidence = topic.get("name"), topic.get("confidence") or 0.0
    if name not in answered or name in _NO_QUESTIONS:
        return False
    asks = text.rstrip().endswith("?") or plain(text).split(" ")[0] in booking.words.question_starts
    if asks:
        return bool(confidence >= _SURE)
    return (
        field not in _READ_LIKE_TOPICS
        and confidence >= _SURE_WITHOUT_QUESTION_FORM
        and not answer_is_clear(field, text, booking)
    )


def answer_is_clear(field: str, text: str, booking: BookingContent) -> bool:
    """Return whether a field with checkable values finds one in the text."""
    checkable = field in ("patient_phone", "part_of_day", "new_patient")
    return checkable and answer_to(field, text, booking) is not None
