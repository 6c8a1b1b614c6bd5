"""Sends every request of docs/http-api.md, in order, and compares the answers with the page."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

import requests
from twilio.request_validator import RequestValidator

from bot.settings import ROOT
from tests.builders import TWILIO_TOKEN
from tests.running import RunningAssistant

_EXAMPLE = re.compile(
    r"```http\n(?P<request>.*?)```\n+```(?P<type>json|xml|text) (?P<status>\d+)\n(?P<answer>.*?)```", re.S
)


def test_every_example_of_the_page_works(assistant: RunningAssistant) -> None:
    page = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
    examples = list(_EXAMPLE.finditer(page))
    assert len(examples) == page.count("```http")
    known: dict[str, str] = {}
    for example in examples:
        answer = _send(assistant, example["request"], known)
        assert answer.status_code == int(example["status"]), f"{example['request']}\n{answer.text}"
        if example["type"] == "json":
            _compare(json.loads(example["answer"]), answer.json(), known, example["request"])
        elif example["type"] == "text":
            expected = re.escape(example["answer"]).replace("…", ".*")
            assert re.fullmatch(expected, _first_event(answer)), example["request"]
        else:
            before, after = example["answer"].strip().split("…")
            assert before in answer.text
            assert answer.text.endswith(after)


def _send(assistant: RunningAssistant, text: str, known: dict[str, str]) -> requests.Response:
    head, _, body = text.strip().partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    if "{signature}" in head:
        address = f"{assistant.settings.public_url}{path}"
        known["signature"] = RequestValidator(TWILIO_TOKEN).compute_signature(address, dict(parse_qsl(body)))
    for name, value in known.items():
        body = body.replace(f"{{{name}}}", value)
        headers = {key: text.replace(f"{{{name}}}", value) for key, text in headers.items()}
    return requests.request(method, assistant.base + path, headers=headers, data=body.encode(), timeout=30, stream=True)


def _first_event(stream: requests.Response) -> str:
    """Read the stream up to the end of its first event, and hang up."""
    text = ""
    with stream:
        for part in stream.iter_content(1):
            text += part.decode("ascii")
            if "data: " in text and text.endswith("\n\n"):
                break
    return text.removesuffix("\n")


def _compare(expected: Any, given: Any, known: dict[str, str], where: str) -> None:
    """Compare shapes; `…` is anything, a placeholder is remembered, a list shows what its items look like."""
    if isinstance(expected, dict):
        assert set(expected) == set(given), where
        for key, value in expected.items():
            if key == "token":
                known["token"] = given[key]
            _compare(value, given[key], known, where)
    elif isinstance(expected, list):
        assert given, where
        for item in given:
            _compare(expected[0], item, known, where) if item is given[0] or expected[0] != "…" else None
    elif isinstance(expected, str) and expected.startswith("{"):
        known[expected.strip("{}")] = given
    elif expected != "…":
        assert expected == given or where.startswith("GET"), f"{where}: {expected!r} is {given!r}"
