"""The event stream over real HTTP: who hears what, and what a client that was away still gets."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Optional

import pytest
import requests
from sqlalchemy.engine import Engine

from bot.booking.confirmation import confirm_request
from bot.booking.requests import newest_requests, save_request
from bot.channels.widget_events import TooManyStreams, TurnStreams
from bot.conversation.feedback import can_be_rated
from bot.store.database import StoreUnavailable, open_database
from bot.store.phone_numbers import PhoneNumbers
from bot.store.tables import utc_now
from bot.store.turns import latest_turns, newly_answered, save_turn
from tests.builders import make_request, make_turn
from tests.running import Patient, RunningAssistant


class _Stream:
    """One open stream, read event by event."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(chunk_size=1, decode_unicode=True)

    def next(self) -> tuple[str, dict[str, Any]]:
        """Wait for the next turn and return its event id and the turn."""
        event: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
            elif "data" in event:
                return event["id"], json.loads(event["data"])
            else:
                event = {}
        raise AssertionError("the stream has ended")


@contextmanager
def _listening(patient: Patient, last_id: Optional[str] = None) -> Iterator[_Stream]:
    headers = {**patient.headers, **({"Last-Event-ID": last_id} if last_id else {})}
    with requests.get(f"{patient.base}/events", headers=headers, stream=True, timeout=30) as answer:
        yield _Stream(answer)


def test_a_turn_is_heard_by_everybody_who_listens_to_the_conversation(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    with _listening(patient) as one, _listening(patient) as two:
        assert one.answer.headers["Content-Type"].startswith("text/event-stream")
        turn = patient.say("what is a meniscus")
        assert one.next()[1] == two.next()[1] == turn


def test_nobody_hears_somebody_elses_conversation(assistant: RunningAssistant) -> None:
    first, second = assistant.patient(), assistant.patient()
    with _listening(second) as stream:
        first.say("what is a meniscus")
        mine = second.say("how do you treat it")
        assert stream.next()[1] == mine


def test_who_resumes_by_the_last_id_gets_what_was_missed_and_nothing_twice(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("what is a meniscus")
    with _listening(patient) as stream:
        last_id, _ = stream.next()
    missed = [patient.say("how do you treat it"), patient.say("how long does it take")]
    with _listening(patient, last_id) as stream:
        assert [stream.next()[1], stream.next()[1]] == missed


def test_the_history_says_where_to_resume(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("what is a meniscus")
    history = requests.get(f"{patient.base}/messages", headers=patient.headers, timeout=30).json()
    with _listening(patient, history["last_event_id"]) as stream:
        later = patient.say("how do you treat it")
        assert stream.next()[1] == later


def test_a_reply_that_overtakes_an_answer_does_not_hide_it(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("hello")
    engine = open_database(assistant.settings.database_url)
    waiting = make_turn("slow one", conversation_id=patient.conversation_id)
    save_turn(engine, waiting)
    early = {"replies": [], "answered_at": utc_now(), "outcome": "answered"}
    save_turn(engine, make_turn("overtakes", conversation_id=patient.conversation_id, **early))
    with _listening(patient) as stream:
        texts = [stream.next() for _ in range(2)]
        last_id = texts[-1][0]
        assert [turn["text"] for _, turn in texts] == ["hello", "overtakes"]
    waiting.answered_at, waiting.replies = utc_now(), []
    save_turn(engine, waiting)
    with _listening(patient, last_id) as stream:
        assert stream.next()[1]["text"] == "slow one"


def test_a_stream_needs_the_token_and_a_sensible_id(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    with _listening(patient, "1; DROP") as stream:
        assert stream.answer.status_code == 400
    patient.headers = {}
    with _listening(patient) as stream:
        assert (stream.answer.status_code, stream.answer.json()["error"]["code"]) == (401, "token_invalid")


def test_a_conversation_has_only_so_many_streams(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    open_streams = [
        requests.get(f"{patient.base}/events", headers=patient.headers, stream=True, timeout=30) for _ in range(9)
    ]
    assert [answer.status_code for answer in open_streams] == [200] * 8 + [429]
    assert open_streams[-1].headers["Retry-After"] == "60"
    for answer in open_streams:
        answer.close()
    assert patient.say("what is a meniscus")["replies"]


def test_an_address_has_only_so_many_streams_however_many_conversations_it_begins(engine: Engine) -> None:
    streams = TurnStreams(engine, lambda turn: {})
    with ExitStack() as opened:
        for number in range(20):
            streams.check_room(f"web-{number}", "203.0.113.7")
            opened.enter_context(streams.open(f"web-{number}", "203.0.113.7"))
        with pytest.raises(TooManyStreams):
            streams.check_room("web-another", "203.0.113.7")
        streams.check_room("web-another", "198.51.100.4")
    streams.check_room("web-another", "203.0.113.7")


def test_a_stream_too_many_of_an_address_is_refused(assistant: RunningAssistant) -> None:
    with ExitStack() as opened:
        streams = [opened.enter_context(_listening(assistant.patient())) for _ in range(21)]
        assert streams[0].answer.status_code == 200
        assert (streams[-1].answer.status_code, streams[-1].answer.headers["Retry-After"]) == (429, "60")


def test_looking_for_answers_goes_on_after_a_mistake_of_ours(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[str] = []
    looked_again = threading.Event()

    def look(engine: Engine) -> dict[int, str]:
        looks.append("look")
        if len(looks) == 1:
            raise LookupError("what a patient wrote")
        looked_again.set()
        return newly_answered(engine)

    monkeypatch.setattr("bot.channels.widget_events.newly_answered", look)
    monkeypatch.setattr("bot.channels.widget_events._HEARTBEAT_SECONDS", 0.1)

    async def send(text: str) -> None:
        pass

    async def listen() -> bool:
        streams = TurnStreams(engine, lambda turn: {})
        with streams.open("web-1", "203.0.113.7") as bell:
            following = asyncio.create_task(streams.follow("web-1", bell, 0, send))
            has_looked_again = await asyncio.to_thread(looked_again.wait, 10)
            streams.close()
            await following
        return has_looked_again

    with ThreadPoolExecutor(1) as elsewhere:  # the browser's tests leave a loop running on this thread
        assert elsewhere.submit(asyncio.run, listen()).result()
    assert "ended with LookupError" in caplog.text
    assert "what a patient wrote" not in caplog.text


def test_an_open_stream_does_not_keep_the_assistant_from_stopping(tmp_path: Path) -> None:
    with RunningAssistant(tmp_path) as assistant:
        patient = assistant.patient()
        with _listening(patient) as stream:
            patient.say("what is a meniscus")
            stream.next()
            assistant.stop("serve")
            with pytest.raises(AssertionError, match="has ended"):
                stream.next()


def test_too_many_messages_are_told_when_to_try_again(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    answers = [patient.post({"id": uuid.uuid4().hex, "text": "hello"}) for _ in range(61)]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_an_answer_is_rated_and_rated_again(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    turn = patient.say("what is a meniscus")
    assert (turn["can_be_rated"], turn["helpful"]) == (True, None)
    for helpful in (True, False):
        body = {"id": turn["id"], "helpful": helpful}
        answer = requests.post(f"{patient.base}/feedback", json=body, headers=patient.headers, timeout=30)
        assert (answer.status_code, answer.json()) == (200, body)
        assert patient.history()[0]["helpful"] is helpful


@pytest.mark.parametrize("text", ["my calf is swollen and hot", "hello", "book a visit"])
def test_what_is_no_answer_cannot_be_rated(assistant: RunningAssistant, text: str) -> None:
    patient = assistant.patient()
    turn = patient.say(text)
    assert turn["can_be_rated"] is False
    body = {"id": turn["id"], "helpful": True}
    answer = requests.post(f"{patient.base}/feedback", json=body, headers=patient.headers, timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_answer")


def test_nobody_rates_somebody_elses_answer(assistant: RunningAssistant) -> None:
    first, second = assistant.patient(), assistant.patient()
    body = {"id": first.say("what is a meniscus")["id"], "helpful": True}
    assert requests.post(f"{second.base}/feedback", json=body, headers=second.headers, timeout=30).status_code == 404


def test_a_requested_visit_is_named_in_its_turn(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    for text in ("book a visit", "Ana Lopez", "404 905 7342", "monday", "morning", "knee pain", "i am new"):
        turn = patient.say(text)
        assert turn["requested_visit"] is None
    turn = patient.choose(turn, "Yes, send it")
    assert turn["requested_visit"] in turn["replies"][0]["text"]
    assert patient.history()[-1] == turn


def test_a_visit_is_confirmed_once_and_only_its_chat_is_told(engine: Engine) -> None:
    save_turn(engine, make_turn(conversation_id="web-1"))
    save_turn(engine, make_turn(conversation_id="sms-1", channel="sms"))
    chat, sms = (save_request(engine, make_request(conversation_id=name)) for name in ("web-1", "sms-1"))
    gone = save_request(engine, make_request(conversation_id="web-gone"))
    assert [confirm_request(engine, reference, "Confirmed.", "staff") for reference in (chat, sms, gone)] == [True] * 3
    assert confirm_request(engine, chat, "Confirmed.", "staff") is False
    assert confirm_request(engine, "KD-NOBODY", "Confirmed.", "staff") is False
    assert {request.status for request in newest_requests(engine, 10)} == {"confirmed"}
    told = latest_turns(engine, "web-1", 10)[-1]
    assert (told.text, told.replies, can_be_rated(told)) == (
        "",
        [{"kind": "notice", "text": "Confirmed.", "choices": []}],
        False,
    )
    assert len(latest_turns(engine, "sms-1", 10)) == 1
    assert latest_turns(engine, "web-gone", 10) == []


def test_who_confirmed_is_written_down_or_nothing_is_confirmed(engine: Engine) -> None:
    save_turn(engine, make_turn(conversation_id="web-1"))
    reference = save_request(engine, make_request(conversation_id="web-1"))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entries RENAME TO lost")
    with pytest.raises(StoreUnavailable):
        confirm_request(engine, reference, "Confirmed.", "Ana")
    assert len(latest_turns(engine, "web-1", 10)) == 1
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lost RENAME TO audit_entries")
    assert confirm_request(engine, reference, "Confirmed.", "Ana")
    assert confirm_request(engine, reference, "Confirmed.", "Ana") is False
    with engine.connect() as connection:
        entries = connection.exec_driver_sql("SELECT staff_name, action, subject FROM audit_entries").all()
    assert entries == [("Ana", "confirmed a visit", reference)]


def test_no_message_of_a_patient_can_take_the_place_of_a_confirmation(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    patient.say("hello")
    phone = PhoneNumbers(assistant.settings).encrypted("+14045550123")
    engine = open_database(assistant.settings.database_url)
    request = make_request(conversation_id=patient.conversation_id, phone_encrypted=phone)
    assert confirm_request(engine, save_request(engine, request), "Confirmed.", "Ana")
    confirmation = patient.history()[-1]["id"]
    assert patient.post({"id": confirmation, "text": "hello"}).status_code == 400


def test_a_confirmation_does_not_come_between_a_question_and_its_answer(assistant: RunningAssistant) -> None:
    patient = assistant.patient()
    asked = patient.say("dull ache behind my knee since monday")
    assert asked["replies"][-1]["kind"] == "leg_check"
    engine = open_database(assistant.settings.database_url)
    phone = PhoneNumbers(assistant.settings).encrypted("+14045550123")
    request = make_request(conversation_id=patient.conversation_id, phone_encrypted=phone)
    assert confirm_request(engine, save_request(engine, request), "Confirmed.", "staff")
    assert "within a few days" in patient.say("getting worse")["replies"][0]["text"]
    assert [turn["text"] for turn in patient.history()] == [asked["text"], "", "getting worse"]


def test_only_answered_turns_are_news(engine: Engine) -> None:
    turn = make_turn(conversation_id="web-1")
    save_turn(engine, turn)
    assert newly_answered(engine) == {}
    turn.answered_at = utc_now()
    save_turn(engine, turn)
    assert list(newly_answered(engine).values()) == ["web-1"]
