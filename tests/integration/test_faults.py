"""What patients get when a part of the assistant is gone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy.engine import make_url

from tests.running import RunningAssistant, new_number


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAssistant]:
    """An assistant of this module's own, to break."""
    with RunningAssistant(tmp_path_factory.mktemp("fragile")) as running:
        yield running


def _text(turn: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in turn["replies"])


def _database(assistant: RunningAssistant) -> Path:
    return Path(make_url(assistant.settings.database_url).database or "")


@contextmanager
def _locked(assistant: RunningAssistant) -> Iterator[None]:
    connection = sqlite3.connect(_database(assistant), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_without_the_action_server_nothing_claims_to_be_requested(fragile: RunningAssistant) -> None:
    patient = fragile.patient()
    turn = patient.say("book a visit")
    fragile.stop("actions")
    try:
        turn = patient.say("Ana")
        assert "Nothing has been requested" in _text(turn)
        assert "(404) 905-7342" in _text(turn)
        assert patient.say("i cant breathe")["replies"][0]["level"] == "emergency"
        assert "strained or overused" in _text(fragile.patient().say("what can cause pain behind the knee"))
    finally:
        fragile.start("actions")
        fragile.wait_for("actions")
    assert "What phone number" in _text(_booked_until_name(fragile))


def _booked_until_name(assistant: RunningAssistant) -> dict[str, Any]:
    patient = assistant.patient()
    patient.say("book a visit")
    return patient.say("Ana")


def test_a_confirmation_while_the_action_server_is_away_can_be_given_again(fragile: RunningAssistant) -> None:
    number = "+14045550199"
    for text in ("book a visit", "Ana", "same", "monday", "1", "knee pain", "1"):
        fragile.text(text, number)
    fragile.stop("actions")
    try:
        assert "Nothing has been requested" in fragile.text("1", number)
    finally:
        fragile.start("actions")
        fragile.wait_for("actions")
    assert "Reference KD-" in fragile.text("yes", number)


def test_while_the_database_is_locked_every_patient_is_answered_and_nothing_is_lost(fragile: RunningAssistant) -> None:
    patient, number = fragile.patient(), new_number()
    first = patient.say("what can cause it")
    with _locked(fragile):
        began = time.monotonic()
        flagged = patient.say("my calf is swollen and hot")
        assert time.monotonic() - began < 10
        assert flagged["replies"][0]["level"] == "urgent"
        assert "(404) 905-7342" in _text(patient.say("how do you treat it"))
        assert "not working" in fragile.text("how do you treat it", number)
        assert requests.get(f"{fragile.base}/readyz", timeout=10).json() == {"model": True, "database": True}
    patient.say("are you back")
    texts = [turn["text"] for turn in patient.history()]
    assert texts == [first["text"], "my calf is swollen and hot", "how do you treat it", "are you back"]


def test_while_the_database_is_gone_every_patient_is_answered_and_nothing_is_lost(fragile: RunningAssistant) -> None:
    patient = fragile.patient()
    patient.say("what can cause it")
    database = _database(fragile)
    away = database.with_suffix(".away")
    database.rename(away)
    database.mkdir()
    try:
        assert patient.say("i cant breathe")["replies"][0]["level"] == "emergency"
        answer = requests.get(f"{patient.base}/messages", headers=patient.headers, timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert requests.get(f"{fragile.base}/readyz", timeout=10).status_code == 503
    finally:
        database.rmdir()
        away.rename(database)
    patient.say("are you back")
    assert [turn["text"] for turn in patient.history()] == ["what can cause it", "i cant breathe", "are you back"]


def test_a_killed_assistant_answers_the_message_that_is_sent_again(fragile: RunningAssistant) -> None:
    patient = fragile.patient()
    first = patient.say("what can cause it")
    fragile.stop("serve")
    fragile.start("serve")
    fragile.wait_for("serve")
    again = patient.post({"id": first["id"], "text": first["text"]}).json()
    assert again == first
    assert patient.history() == [first]


def test_no_fault_put_a_patients_words_into_the_log(fragile: RunningAssistant) -> None:
    log = fragile.log()
    for words in ("calf", "breathe", "Ana", "knee pain", "5550199"):
        assert words not in log
