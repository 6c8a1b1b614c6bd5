"""Plays every conversation of this folder against the running assistant, through the channel it names.

A step is what the patient does, `say` or `choose` (a title, or the number of a choice), and what must hold then:
`level` of the first reply, `has` for texts that the replies contain, `has_not` for texts that they do not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.running import RunningAssistant, new_number

_FOLDER = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.yml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("channel", ["widget", "sms"])
def test_conversation(assistant: RunningAssistant, path: Path, channel: str) -> None:
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    if channel not in script.get("channels", ["widget", "sms"]):
        pytest.skip("not for this channel")
    play = _by_widget(assistant) if channel == "widget" else _by_sms(assistant)
    for step in script["steps"]:
        replies = play(step)
        said = "\n".join(reply["text"] for reply in replies)
        for text in _listed(step, "has"):
            assert text in said, f"{step}: {said}"
        for text in _listed(step, "has_not"):
            assert text not in said, f"{step}: {said}"
        if channel == "widget":
            assert step.get("level") == replies[0].get("level"), f"{step}: {said}"


def _listed(step: dict[str, Any], key: str) -> list[str]:
    value = step.get(key, [])
    return [str(text) for text in (value if isinstance(value, list) else [value])]


def _by_widget(assistant: RunningAssistant) -> Any:
    patient = assistant.patient()
    last: dict[str, Any] = {}

    def play(step: dict[str, Any]) -> list[dict[str, Any]]:
        last.update(patient.choose(last, step["choose"]) if "choose" in step else patient.say(step["say"]))
        return last["replies"]

    return play


def _by_sms(assistant: RunningAssistant) -> Any:
    number, last = new_number(), [""]

    def play(step: dict[str, Any]) -> list[dict[str, Any]]:
        text = step.get("say") or _digit(last[0], step["choose"])
        last[0] = assistant.text(text, number)
        return [{"text": last[0]}]

    return play


def _digit(reply: str, title: str | int) -> str:
    if isinstance(title, int):
        return str(title)
    return next(line.split(" ", 1)[0] for line in reply.splitlines() if line.split(" ", 1)[1:] == [title])
