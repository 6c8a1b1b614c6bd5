"""Whatever patients do, every word they get is the clinic's: driven at random over HTTP, through both channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.approval import content_items
from bot.content.clinic import ClinicContent
from bot.settings import ROOT
from bot.training_phrases import training_phrases
from bot.triage.engine import Triage
from bot.triage.messages import read_messages
from tests.running import RunningAssistant

_TOPICS = [phrase.text for phrase in training_phrases(ROOT / "data" / "nlu")]
_RED_FLAGS = [message.text for message in read_messages(ROOT / "tests" / "safety" / "red_flags.csv")]
_STEERING = [
    "book a visit",
    "yes",
    "no",
    "cancel",
    "never mind",
    "same",
    "4045550123",
    "tuesday",
    "morning",
    "thanks",
    "1",
]
# A number below 8 presses the button at that place, if there is one; a text is typed.
_MOVES = st.one_of(
    st.integers(0, 7),
    st.sampled_from(_TOPICS),
    st.tuples(st.sampled_from(_TOPICS), st.sampled_from(_TOPICS)).map(" ".join),
    st.sampled_from(_RED_FLAGS),
    st.sampled_from(_STEERING),
    # What consists of control characters only is no message; the widget's channel refuses it.
    st.text(max_size=60).filter(lambda text: any(letter.isprintable() and letter != " " for letter in text)),
)
_CONVERSATIONS = st.lists(_MOVES, min_size=1, max_size=6)
_SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def said_by_the_clinic(clinic: ClinicContent, triage: Triage) -> re.Pattern[str]:
    """Match any of the clinic's texts; what a patient typed into a form may stand where a placeholder is."""
    items = content_items(clinic, triage.rules)
    texts = {text.strip() for item in items for text in (item.title, *(text for _, text in item.texts))}
    longest_first = sorted(texts, key=len, reverse=True)
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", r"[^\\n]*?", re.escape(text)) for text in longest_first))


def _words(replies: list[dict[str, Any]]) -> Iterator[str]:
    for reply in replies:
        yield reply["text"].strip()
        yield from (choice["title"] for choice in reply["choices"])


@_SETTINGS
@given(moves=_CONVERSATIONS)
def test_every_word_in_the_widget_is_the_clinics(
    assistant: RunningAssistant, said_by_the_clinic: re.Pattern[str], moves: list[Any]
) -> None:
    patient = assistant.patient()
    offered = patient.started["greeting"]["choices"]
    for move in moves:
        if isinstance(move, int) and not offered:
            continue
        turn = (
            patient.choose({"replies": [{"choices": offered}]}, move % len(offered) + 1)
            if isinstance(move, int)
            else patient.say(move)
        )
        assert turn["replies"]
        assert [words for words in _words(turn["replies"]) if not said_by_the_clinic.fullmatch(words)] == []
        offered = turn["replies"][-1]["choices"]


@_SETTINGS
@given(moves=_CONVERSATIONS, number=st.integers(10_000, 99_999))
def test_every_word_in_a_text_message_is_the_clinics(
    assistant: RunningAssistant, said_by_the_clinic: re.Pattern[str], moves: list[Any], number: int
) -> None:
    for move in moves:
        reply = assistant.text(str(move), f"+140455{number}")
        lines = re.sub(r"^\d+ ", "", reply, flags=re.MULTILINE)
        rest = said_by_the_clinic.sub("", lines)
        assert not re.search(r"\w", rest), rest
