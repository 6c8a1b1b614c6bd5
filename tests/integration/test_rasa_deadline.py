"""The deadline on Rasa, with Rasa's side played by a coroutine that is slow, stuck or broken."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from bot.conversation.dialogue import DialogueFailed, DialogueRequest, RasaDialogue
from tests.builders import make_turn


def _request() -> DialogueRequest:
    return DialogueRequest(make_turn(), [], "my knee hurts", None, {}, False)


async def _slow(message: Any) -> None:
    await asyncio.sleep(60)


async def _stuck(message: Any) -> None:
    time.sleep(1)  # Rasa computes on its loop, and so blocks it


async def _broken(message: Any) -> None:
    raise ValueError(message.text)


async def _silent(message: Any) -> None:
    return None


@pytest.mark.parametrize("rasa", [_slow, _stuck])
def test_a_late_answer_is_given_up_at_the_deadline(rasa: Any) -> None:
    began = time.monotonic()
    with pytest.raises(DialogueFailed, match="did not answer in time"):
        RasaDialogue(rasa).ask(_request(), 0.2)
    assert time.monotonic() - began < 0.9


def test_a_fault_inside_rasa_is_named_without_the_patients_words() -> None:
    with pytest.raises(DialogueFailed) as caught:
        RasaDialogue(_broken).ask(_request(), 5)
    assert str(caught.value) == "Rasa failed with ValueError"


def test_saying_nothing_is_a_failure_too() -> None:
    with pytest.raises(DialogueFailed, match="said nothing"):
        RasaDialogue(_silent).ask(_request(), 5)
