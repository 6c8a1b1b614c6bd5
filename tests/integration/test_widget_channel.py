"""The widget's interface over real HTTP: conversations, and every kind of bad input."""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from typing import Any

import pytest
import requests
from itsdangerous import URLSafeTimedSerializer

from tests.running import Patient, RunningAssistant


def _texts(turn: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in turn["replies"])


def test_a_question_gets_the_clinics_answer(assistant: RunningAssistant) -> None:
    turn = assistant.patient().say("what can cause pain behind the knee")
    assert "strained or overused" in _texts(turn)


def test_a_patient_books_a_visit_with_buttons_a_question_and_a_correction(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    turn = patient.say("I want to book an appointment")
    assert "name" in _texts(turn)
    patient.say("Ana Lopez")
    turn = patient.say("what insurance do you take?")
    assert "insurance plans" in turn["replies"][0]["text"]
    assert "phone number" in turn["replies"][-1]["text"]
    assert "area code" in _texts(patient.say("555"))
    patient.say("404 905 7342")
    turn = patient.say("tuesday or thursday")
    turn = patient.choose(turn, "Morning")
    turn = patient.say("pain behind my knee when I run")
    turn = patient.choose(turn, "I am new")
    assert "Name: Ana Lopez" in _texts(turn)
    turn = patient.choose(turn, "Change something")
    turn = patient.choose(turn, "Days")
    turn = patient.say("fridays only")
    assert "Days: fridays only" in _texts(turn)
    turn = patient.choose(turn, "Yes, send it")
    assert "reference number is KD-" in _texts(turn)
    assert "not a booked visit yet" in _texts(turn)


def test_thanks_do_not_derail_the_form(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("book a visit please")
    turn = patient.say("thanks")
    assert "What is your name" in turn["replies"][-1]["text"]


def test_a_booking_can_be_cancelled_and_begun_again(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("book a visit")
    patient.say("Ana Lopez")
    assert "not sent anything" in _texts(patient.say("never mind"))
    assert "What is your name" in _texts(patient.say("book a visit"))


def test_a_red_flag_in_the_middle_of_a_booking_leaves_the_form(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("book a visit")
    turn = patient.say("Ana, and my calf is swollen and hot")
    assert turn["replies"][0]["level"] == "urgent"
    assert "hamstring" in _texts(patient.say("what can cause pain behind the knee"))
    assert "What is your name" in _texts(patient.choose(turn, "Ask for a visit"))


def test_signs_given_piecemeal_add_up(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    assert patient.say("it aches behind my knee")["replies"][0]["kind"] == "answer"
    assert patient.say("i was on a 9 hour flight on sunday")["replies"][0]["level"] == "urgent"


def test_after_an_emergency_no_booking_is_taken(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    assert patient.say("i cant breathe")["replies"][0]["level"] == "emergency"
    turn = patient.say("ok can i book an appointment")
    assert "call 911" in turn["replies"][0]["text"]
    assert "What is your name" not in _texts(turn)


def test_the_history_is_what_was_said(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    turns = [patient.say("hello"), patient.say("what is a meniscus")]
    assert patient.history() == turns


def test_a_repeated_id_gets_the_same_replies_once(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    body = {"id": uuid.uuid4().hex, "text": "what can cause it"}
    first, second = patient.post(body), patient.post(body)
    assert first.json() == second.json()
    assert len(patient.history()) == 1


def test_the_same_message_sent_many_times_at_once_is_one_turn(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    body = {"id": uuid.uuid4().hex, "text": "what can cause it"}
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(patient.post(body).text)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_an_unclear_message_gets_topics_to_choose_from_and_then_a_person(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    turn = patient.say("qwe zxcv plorf")
    if "Did you mean" in _texts(turn):
        assert turn["replies"][-1]["choices"]
        assert "a person" in _texts(patient.say("blarf wug")).lower()
    else:
        assert "cannot help with that" in _texts(turn)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"id": "x" * 16, "text": ""}, "text is empty"),
        ({"id": "x" * 16, "text": " \n\x00 "}, "text is empty"),
        ({"id": "x" * 16}, "send either text or choice"),
        ({"id": "x" * 16, "text": "a", "choice": "b"}, "send either text or choice"),
        ({"id": "short", "text": "hello"}, "id: "),
        ({"id": "../../etc/passwd", "text": "hello"}, "id: "),
        ({"text": "hello"}, "id: field required"),
        ({"id": "x" * 16, "text": "hello", "sender": "somebody"}, "sender: extra fields"),
        (["hello"], "must be a JSON object"),
        ("hello", "must be a JSON object"),
    ],
)
def test_a_malformed_message_is_refused_with_a_plain_reason(
    assistant: RunningAssistant, body: Any, reason: str
) -> None:
    answer = assistant.patient().post(body)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]["message"]


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b'{"id": NaN', b"null" * 3])
def test_what_is_no_json_is_refused(assistant: RunningAssistant, data: bytes) -> None:
    patient = assistant.patient()
    answer = requests.post(f"{patient.base}/messages", data=data, headers=patient.headers, timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    "text",
    [
        "😭😭😭",
        "ركبتي تؤلمني",
        "膝盖疼",
        "nul\x00byte and \x1b[31mcolour",
        "/restart",
        '/book_appointment{"name":"x"}',
        "/session_start",
        "{patient_name} {0} %s ${HOME}",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE turns; --",
        "a" * 999,
    ],
)
def test_any_text_gets_a_reply_a_patient_can_use(assistant: RunningAssistant, text: str) -> None:
    patient = assistant.patient()
    turn = patient.say(text)
    assert turn["replies"][0]["text"].strip()
    assert "\x00" not in turn["text"]
    assert patient.history() == [turn]


@pytest.mark.parametrize("broken", [r"\ud800", r"\udfff", r"\ud800\ud800"])
def test_half_a_character_does_not_keep_an_emergency_from_its_advice(assistant: RunningAssistant, broken: str) -> None:
    patient = assistant.patient()
    body = f'{{"id": "{uuid.uuid4().hex}", "text": "i cant breathe {broken}"}}'
    answer = requests.post(f"{patient.base}/messages", data=body, headers=patient.headers, timeout=30)
    assert answer.status_code == 200
    assert answer.json()["replies"][0]["level"] == "emergency"
    assert patient.history() == [answer.json()]


def test_half_a_character_elsewhere_is_refused(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    for body in (r'{"id": "abcdefgh\ud800", "text": "a"}', r'{"id": "abcdefgh", "text": "a", "\ud800": 1}'):
        answer = requests.post(f"{patient.base}/messages", data=body, headers=patient.headers, timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_message")


def test_a_hundred_kilobytes_are_assessed_and_answered(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    turn = patient.say("my knee has a long story. " * 4000 + "and now i cant breathe")
    assert turn["replies"][0]["level"] == "emergency"
    assert "a few sentences" in _texts(patient.say("my knee has a long story. " * 4000))


def test_more_than_the_server_takes_is_refused(assistant: RunningAssistant) -> None:
    answer = assistant.patient().post({"id": "x" * 16, "text": "a" * 600_000})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def _token(assistant: RunningAssistant, payload: Any) -> str:
    return URLSafeTimedSerializer(assistant.settings.derived_key("conversation token")).dumps(payload)


def test_a_forged_or_missing_token_is_refused(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    genuine = patient.started["token"]
    for token in ("", "forged", genuine[:-2] + "xx", URLSafeTimedSerializer("another key").dumps("web-1")):
        patient.headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = patient.post({"id": "x" * 16, "text": "hello"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_invalid")


def test_an_expired_token_is_refused_by_name(assistant: RunningAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itsdangerous.timed.time.time", itertools.repeat(1_600_000_000).__next__)
    old = _token(assistant, "web-1")
    monkeypatch.undo()
    patient = assistant.patient()
    patient.headers = {"Authorization": f"Bearer {old}"}
    assert patient.post({"id": "x" * 16, "text": "hello"}).json()["error"]["code"] == "token_expired"


def test_nobody_reads_or_writes_somebody_elses_conversation(assistant: RunningAssistant) -> None:
    first, second = assistant.patient(), assistant.patient()
    turn = first.say("what can cause it")
    assert second.history() == []
    choice = turn["replies"][0]["choices"][0]["id"]
    answer = second.post({"id": uuid.uuid4().hex, "choice": choice}).json()
    assert "cannot find that choice" in _texts(answer)
    assert len(first.history()) == 1


def test_a_message_id_of_another_conversation_is_just_an_id(assistant: RunningAssistant) -> None:
    first, second = assistant.patient(), assistant.patient()
    body = {"id": uuid.uuid4().hex, "text": "what can cause it"}
    first.post(body)
    other = second.post({**body, "text": "what is a meniscus"}).json()
    assert other["text"] == "what is a meniscus"


def test_another_sites_page_is_refused_and_our_own_is_not(assistant: RunningAssistant) -> None:
    address = f"{assistant.base}/webhooks/widget/conversations"
    foreign = requests.post(address, headers={"Origin": "https://evil.example"}, timeout=30)
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in foreign.headers
    own = requests.options(address, headers={"Origin": assistant.base}, timeout=30)
    assert (own.status_code, own.headers["Access-Control-Allow-Origin"]) == (204, assistant.base)


def test_too_many_messages_are_refused_with_words_for_the_patient(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    answers = [patient.post({"id": uuid.uuid4().hex, "text": "hello"}) for _ in range(61)]
    assert [answer.status_code for answer in answers[:60]] == [200] * 60
    assert answers[60].status_code == 429
    assert "911" in answers[60].json()["reply"]["text"]


def test_unknown_addresses_and_methods_disclose_nothing(assistant: RunningAssistant) -> None:
    for method, path in (("GET", "/version"), ("GET", "/conversations/default/tracker"), ("DELETE", "/readyz")):
        answer = requests.request(method, assistant.base + path, timeout=30)
        assert answer.status_code in (404, 405)
        assert "rasa" not in answer.text.lower()
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_nothing_a_patient_writes_is_in_the_log(assistant: RunningAssistant) -> None:
    patient: Patient = assistant.patient()
    secret = "Zebediah"
    patient.say(f"/book_appointment{{'name': '{secret}'}}")
    patient.say("book a visit")
    patient.say(secret)
    patient.say("404 905 7342")
    patient.post({"id": "x" * 16, "text": secret, secret: 1})
    requests.post(f"{patient.base}/messages", data=json.dumps(secret)[:-1], headers=patient.headers, timeout=30)
    log = assistant.log()
    assert secret not in log
    assert "905" not in log
