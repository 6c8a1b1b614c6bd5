from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.feedback import can_be_rated
from tests.builders import make_turn

_ANSWER = {"outcome": "answered", "topic": "meniscus_tear", "replies": [{"kind": "answer", "text": "x", "choices": []}]}


def test_an_answer_can_be_rated() -> None:
    assert can_be_rated(make_turn(**_ANSWER))


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": None},
        {"outcome": "fallback"},
        {"topic": "greet"},
        {"topic": None},
        {"replies": None},
        {"replies": [{"kind": "advice"}]},
        {"replies": [{"kind": "answer"}, {"kind": "leg_check"}]},
        {"dialogue_state": {"slots": {}, "active_loop": "booking_form"}},
        {"events": [{"event": "user", "parse_data": {"intent": {"name": "nlu_fallback"}}}]},
    ],
)
def test_advice_questions_and_excuses_cannot(values: dict[str, Any]) -> None:
    assert not can_be_rated(make_turn(**{**_ANSWER, **values}))
