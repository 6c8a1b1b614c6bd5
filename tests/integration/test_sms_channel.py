"""The SMS channel over real HTTP with real Twilio signatures."""

from __future__ import annotations

import sqlite3
import uuid

import pytest
from sqlalchemy.engine import make_url

from tests.running import RunningAssistant, new_number


@pytest.fixture
def number() -> str:
    return new_number()


def _fields(sender: str, text: str = "what can cause it", **fields: str) -> dict[str, str]:
    return {"MessageSid": f"SM{uuid.uuid4().hex}", "From": sender, "Body": text, "NumMedia": "0", **fields}


def test_a_question_gets_the_short_wording(assistant: RunningAssistant, number: str) -> None:
    reply = assistant.text("what can cause pain behind the knee", number)
    assert reply.startswith("Common causes: hamstring strain or overuse")


@pytest.mark.parametrize("signature", ["", "forged", "bm90IGEgc2lnbmF0dXJl"])
def test_a_wrong_signature_is_refused(assistant: RunningAssistant, number: str, signature: str) -> None:
    assert assistant.post_sms(_fields(number), signature=signature).status_code == 403


def test_a_signature_of_other_words_is_refused(assistant: RunningAssistant, number: str) -> None:
    fields = _fields(number)
    genuine = assistant.post_sms(fields)
    assert genuine.status_code == 200
    changed = assistant.post_sms({**fields, "Body": "other"}, signature=genuine.request.headers["X-Twilio-Signature"])
    assert changed.status_code == 403


def test_repeated_sms_gets_the_same_reply_once(assistant: RunningAssistant, number: str) -> None:
    fields = _fields(number)
    assert assistant.post_sms(fields).text == assistant.post_sms(fields).text
    assert "STOP" not in assistant.text("what is a meniscus", number), "the first text's notice came twice"


def test_a_picture_without_words_gets_a_request_for_words(assistant: RunningAssistant, number: str) -> None:
    assert assistant.text("", number, NumMedia="1").startswith("I cannot see pictures")


def test_an_empty_text_is_answered(assistant: RunningAssistant, number: str) -> None:
    assert assistant.text("  ", number).startswith("I did not get any words")


def test_a_missing_body_is_answered(assistant: RunningAssistant, number: str) -> None:
    fields = _fields(number)
    del fields["Body"]
    assert assistant.post_sms(fields).status_code == 200


def test_stop_silences_and_start_speaks_again(assistant: RunningAssistant, number: str) -> None:
    assert "no more texts" in assistant.text("STOP", number)
    assert assistant.text("what can cause it", number) == ""
    assert "on again" in assistant.text("Start", number)
    assert "Common causes" in assistant.text("what can cause it", number)


def test_help_names_the_clinic_and_how_to_stop(assistant: RunningAssistant, number: str) -> None:
    reply = assistant.text("help", number)
    assert "iCare" in reply
    assert "STOP" in reply


def test_choices_are_a_numbered_list_whose_digits_work(assistant: RunningAssistant, number: str) -> None:
    reply = assistant.text("my knee hurts when i run", number)
    lines = reply.splitlines()
    digit = next(line.split()[0] for line in lines if line.endswith("Ask for a visit"))
    assert "What is your name" in assistant.text(digit, number)


def test_a_visit_is_booked_by_text_with_the_same_number(assistant: RunningAssistant) -> None:
    number = "+14045550142"
    for text in ("book a visit", "Ana"):
        assistant.text(text, number)
    assistant.text("SAME", number)
    for text in ("monday", "2", "knee pain", "1"):
        summary = assistant.text(text, number)
    assert "Ana, (404) 555-0142. monday, Afternoon. knee pain." in summary
    assert "Reference KD-" in assistant.text("1", number)


def test_an_emergency_says_911_in_its_first_words(assistant: RunningAssistant, number: str) -> None:
    assert assistant.text("i cant breathe and my leg is swollen", number).startswith("Call 911 now")


def test_a_long_text_is_answered_with_a_request_to_shorten_it(assistant: RunningAssistant, number: str) -> None:
    assert "more than I can take in" in assistant.text("knee " * 400, number)


def test_the_number_is_stored_as_hash_and_cipher_only(assistant: RunningAssistant) -> None:
    number = "+14045550777"
    assistant.text("hello", number)
    path = make_url(assistant.settings.database_url).database
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        dump = "\n".join(map(str, database.execute("SELECT * FROM conversations").fetchall()))
    assert "5550777" not in dump
    assert "5550777" not in assistant.log()
