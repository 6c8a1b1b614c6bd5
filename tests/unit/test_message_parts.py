"""How a message is cut into the sentences that are read by themselves."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.message_parts import ASKS, PART_OF, MessageParts
from bot.settings import ROOT

_CONFIG = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"][0]
_PARTS = MessageParts(_CONFIG)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("how much is it and where are you?", ["how much is it", "where are you?"]),
        ("My knee aches. What can I do?", ["My knee aches.", "What can I do?"]),
        ("what is a cyst\nhow do you treat it", ["what is a cyst", "how do you treat it"]),
        ("aches and pains behind the knee", []),
        ("what about cupping?", []),
        ("ok. thanks!", []),
        ("", []),
    ],
)
def test_a_message_is_cut_where_another_sentence_or_question_begins(text: str, sentences: list[str]) -> None:
    assert _PARTS.sentences(text) == sentences


@pytest.mark.parametrize(("sentence", "asks"), [("you open today?", True), ("Wheres it", True), ("It hurts", False)])
def test_a_question_is_known_by_its_mark_or_its_first_word(sentence: str, asks: bool) -> None:
    assert _PARTS.asks(sentence) is asks


@given(st.text(max_size=300))
def test_the_whole_message_stays_in_front_and_its_parts_name_it(text: str) -> None:
    message = Message(data={TEXT: text})
    first, *parts = _PARTS.process([message])
    assert first is message
    assert all(part.get(PART_OF) is message and part.get(TEXT) in text for part in parts)
    assert all(isinstance(part.get(ASKS), bool) for part in parts)
