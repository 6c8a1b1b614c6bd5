"""The front desk with Rasa's side played by a few lines: what goes out when things go right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.content.clinic import ClinicContent
from bot.conversation.dialogue import DialogueFailed, DialogueReply, DialogueRequest
from bot.conversation.front_desk import FrontDesk
from bot.conversation.limits import RateLimits, TooFast
from bot.store.database import open_database
from bot.store.spool import Spool
from bot.store.turns import find_turn, latest_turns
from bot.triage.engine import Triage
from tests.builders import make_message

BUTTONS = [{"title": "The exam", "payload": "/diagnosis_exam"}, {"title": "Morning", "payload": "Morning"}]


class _Rasa:
    """Plays Rasa: notes what it was asked and says one sentence, or fails."""

    def __init__(self) -> None:
        self.asked: list[DialogueRequest] = []
        self.fails = False
        self.active_loop: str | None = None
        self.second_topic: str | None = None

    def ask(self, request: DialogueRequest, deadline_seconds: float) -> DialogueReply:
        self.asked.append(request)
        if self.fails:
            raise DialogueFailed("as the test wants it")
        said = [{"text": "An answer.", "buttons": BUTTONS, "response": "utter_x"}]
        state = {"slots": {}, "active_loop": self.active_loop}
        return DialogueReply(said, "causes_overview", self.second_topic, 0.9, [{"event": "user"}], state)


@pytest.fixture
def rasa() -> _Rasa:
    return _Rasa()


@pytest.fixture
def make_desk(tmp_path: Path, triage: Triage, clinic: ClinicContent, rasa: _Rasa) -> Callable[[Engine], FrontDesk]:
    def make(engine: Engine) -> FrontDesk:
        spool = Spool(tmp_path / "spool")
        return FrontDesk(
            engine=engine,
            spool=spool,
            triage=triage,
            clinic=clinic,
            dialogue=rasa,
            limits=RateLimits(20, 20),
            deadline=1,
        )

    return make


@pytest.fixture
def desk(engine: Engine, make_desk: Callable[[Engine], FrontDesk]) -> FrontDesk:
    return make_desk(engine)


def _texts(turn: Any) -> list[str]:
    return [reply["text"] for reply in turn.replies]


def test_a_message_is_answered_and_stored_with_all_that_is_known(desk: FrontDesk, engine: Engine) -> None:
    message = make_message("my knee hurts")
    turn = desk.take_turn(message)
    stored = find_turn(engine, message.conversation_id, message.message_id)
    assert stored is not None
    assert _texts(stored) == ["An answer."]
    assert (stored.topic, stored.confidence, stored.triage_level) == ("causes_overview", 0.9, "routine")
    assert stored.replies == turn.replies


def test_a_repeated_message_gets_the_same_replies_and_asks_rasa_once(desk: FrontDesk, rasa: _Rasa) -> None:
    message = make_message()
    assert desk.take_turn(message).replies == desk.take_turn(message).replies
    assert len(rasa.asked) == 1


def test_a_message_is_written_down_before_rasa_sees_it(desk: FrontDesk, engine: Engine, rasa: _Rasa) -> None:
    message = make_message("written first")
    rasa.ask = lambda request, deadline: pytest.fail(str(latest_turns(engine, "web-1", 1)[0].text))  # type: ignore[method-assign]
    with pytest.raises(pytest.fail.Exception, match="written first"):
        desk.take_turn(message)


def test_a_turn_that_broke_off_is_answered_when_its_message_comes_again(desk: FrontDesk, rasa: _Rasa) -> None:
    message = make_message()
    rasa.ask, working = lambda request, deadline: 1 / 0, rasa.ask  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        desk.take_turn(message)
    rasa.ask = working  # type: ignore[method-assign]
    assert _texts(desk.take_turn(message)) == ["An answer."]


@pytest.mark.parametrize("text", ["/restart", '/book_appointment{"name":"x"}', "//greet", " /back"])
def test_a_leading_slash_reaches_rasa_as_plain_text(desk: FrontDesk, rasa: _Rasa, text: str) -> None:
    desk.take_turn(make_message(text))
    assert not rasa.asked[0].text.startswith(("/", " "))
    assert rasa.asked[0].topic is None


def test_a_red_flag_behind_a_slash_is_found(desk: FrontDesk) -> None:
    assert desk.take_turn(make_message("/greet@1.0 my calf is swollen and hot")).triage_level == "urgent"


def test_the_advice_is_the_only_reply_to_an_emergency(desk: FrontDesk, clinic: ClinicContent) -> None:
    turn = desk.take_turn(make_message("i cant breathe, do you have hours on saturday"))
    (reply,) = turn.replies or []
    assert (reply["kind"], reply["level"], reply["choices"]) == ("advice", "emergency", [])
    assert reply["text"].startswith("Call 911")


def test_urgent_advice_offers_a_visit_last(desk: FrontDesk, clinic: ClinicContent) -> None:
    (reply,) = desk.take_turn(make_message("my calf is swollen")).replies or []
    assert [choice["title"] for choice in reply["choices"]] == [clinic.booking.label]


def test_the_advice_goes_out_when_rasa_fails(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.fails = True
    turn = desk.take_turn(make_message("i cant breathe"))
    assert (turn.outcome, (turn.replies or [])[0]["level"]) == ("fallback", "emergency")


def test_the_apology_has_the_phone_number_when_rasa_fails(desk: FrontDesk, rasa: _Rasa, clinic: ClinicContent) -> None:
    rasa.fails = True
    (reply,) = desk.take_turn(make_message("what can cause it")).replies or []
    assert clinic.clinic.phone in reply["text"]


def test_a_failed_booking_says_that_nothing_was_requested(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.active_loop = "booking_form"
    desk.take_turn(make_message("book"))
    rasa.fails = True
    (reply,) = desk.take_turn(make_message("Ana")).replies or []
    assert "Nothing has been requested" in reply["text"]


def test_a_red_flag_leaves_the_form_even_if_rasa_fails(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.active_loop = "booking_form"
    desk.take_turn(make_message("book"))
    rasa.fails = True
    turn = desk.take_turn(make_message("i cant breathe"))
    assert turn.events == [
        {"event": "active_loop", "name": None},
        {"event": "slot", "name": "requested_slot", "value": None},
    ]


def test_a_red_flag_outside_the_form_stores_no_events_of_its_own(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.fails = True
    assert desk.take_turn(make_message("i cant breathe")).events is None


def test_rasa_is_told_to_leave_the_form_by_a_red_flag_only(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.active_loop = "booking_form"
    for text in ("book", "what can cause it", "i cant breathe"):
        desk.take_turn(make_message(text))
    assert [bool(request.leaving_events) for request in rasa.asked] == [False, False, True]


def test_after_an_emergency_the_reminder_comes_first_and_booking_is_not_offered(desk: FrontDesk) -> None:
    desk.take_turn(make_message("i cant breathe"))
    turn = desk.take_turn(make_message("my knee hurts too"))
    assert "911" in _texts(turn)[0]
    assert _texts(turn)[1] == "An answer."
    assert all(choice["payload"] != "/book_appointment" for reply in turn.replies for choice in reply["choices"])


def test_a_routine_complaint_is_offered_a_visit_and_a_plain_question_is_not(desk: FrontDesk) -> None:
    complaint = desk.take_turn(make_message("my knee hurts on stairs"))
    question = desk.take_turn(make_message("what is a meniscus", conversation_id="web-2"))
    offers = [[choice["payload"] for choice in turn.replies[-1]["choices"]] for turn in (complaint, question)]
    assert ("/book_appointment" in offers[0], "/book_appointment" in offers[1]) == (True, False)


def test_a_button_is_resolved_on_the_server(desk: FrontDesk, rasa: _Rasa) -> None:
    first = desk.take_turn(make_message("what is a meniscus"))
    topic, value = (choice["id"] for choice in first.replies[0]["choices"])
    desk.take_turn(make_message("", choice_id=topic))
    desk.take_turn(make_message("", choice_id=value))
    assert [(request.topic, request.text) for request in rasa.asked[1:]] == [
        ("diagnosis_exam", "The exam"),
        (None, "Morning"),
    ]


def test_an_unknown_button_gets_a_plain_reply(desk: FrontDesk, rasa: _Rasa) -> None:
    turn = desk.take_turn(make_message("", choice_id="never-offered"))
    assert (turn.outcome, rasa.asked) == ("unknown_choice", [])
    assert "choice" in _texts(turn)[0]


def test_a_button_of_another_conversation_is_unknown(desk: FrontDesk) -> None:
    choice = desk.take_turn(make_message("what is a meniscus")).replies[0]["choices"][0]
    turn = desk.take_turn(make_message("", choice_id=choice["id"], conversation_id="web-2"))
    assert turn.outcome == "unknown_choice"


def test_the_digits_of_an_sms_list_choose(desk: FrontDesk, rasa: _Rasa) -> None:
    sms = {"channel": "sms", "conversation_id": "sms-1"}
    desk.take_turn(make_message("what is a meniscus", **sms))
    desk.take_turn(make_message("1.", **sms))
    assert rasa.asked[1].topic == "diagnosis_exam"


def test_a_number_that_was_not_offered_is_text(desk: FrontDesk, rasa: _Rasa) -> None:
    sms = {"channel": "sms", "conversation_id": "sms-1"}
    desk.take_turn(make_message("what is a meniscus", **sms))
    desk.take_turn(make_message("9", **sms))
    assert (rasa.asked[1].topic, rasa.asked[1].text) == (None, "9")


def test_a_long_text_is_assessed_in_full_and_not_classified(desk: FrontDesk, rasa: _Rasa) -> None:
    turn = desk.take_turn(make_message("blah " * 300 + "and i cant breathe"))
    assert (turn.outcome, turn.triage_level, rasa.asked) == ("too_long", "emergency", [])
    assert _texts(turn)[0].startswith("Call 911")


def test_the_limit_of_length_is_the_channels(desk: FrontDesk) -> None:
    text = "x" * 1200
    assert desk.take_turn(make_message(text)).outcome == "too_long"
    assert desk.take_turn(make_message(text, channel="sms", conversation_id="sms-1")).outcome == "answered"


def test_the_first_sms_names_the_clinic_and_how_to_stop(desk: FrontDesk) -> None:
    sms = {"channel": "sms", "conversation_id": "sms-1"}
    first, second = (desk.take_turn(make_message(text, **sms)) for text in ("hi", "hello"))
    assert "STOP" in _texts(first)[-1]
    assert "STOP" not in " ".join(_texts(second))


def test_too_many_messages_are_refused_but_a_red_flag_is_not(desk: FrontDesk) -> None:
    for number in range(20):
        desk.take_turn(make_message(f"question {number}"))
    with pytest.raises(TooFast):
        desk.take_turn(make_message("and one more"))
    assert desk.take_turn(make_message("i cant breathe")).triage_level == "emergency"


def test_while_the_database_is_away_nothing_is_lost_and_nobody_left_alone(
    tmp_path: Path, engine: Engine, make_desk: Callable[[Engine], FrontDesk], clinic: ClinicContent
) -> None:
    away = make_desk(open_database(f"sqlite:///{tmp_path}"))  # a folder is no database
    flagged, plain = make_message("i cant breathe"), make_message("what can cause it")
    assert _texts(away.take_turn(flagged))[0].startswith("Call 911")
    assert clinic.clinic.phone in _texts(away.take_turn(plain))[0]
    assert away.take_turn(plain).replies == away.take_turn(plain).replies
    back = make_desk(engine)
    back.take_turn(make_message("are you back"))
    assert [turn.text for turn in latest_turns(engine, "web-1", 10)] == [flagged.text, plain.text, "are you back"]


def test_a_second_question_is_answered_behind_the_first(desk: FrontDesk, rasa: _Rasa, clinic: ClinicContent) -> None:
    rasa.second_topic = "opening_hours"
    first, second = desk.take_turn(make_message("what can cause it and when are you open")).replies or []
    assert (first["choices"], second["text"]) == ([], clinic.answers["opening_hours"].web)
    assert [choice["title"] for choice in second["choices"]] == ["The exam", "Morning", clinic.booking.label]


def test_a_question_beside_a_wish_to_book_is_answered_before_the_form_asks(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.second_topic, rasa.active_loop = "opening_hours", "booking_form"
    assert _texts(desk.take_turn(make_message("book me in. when are you open?")))[1:] == ["An answer."]


@pytest.mark.parametrize("topic", ["thanks", "describe_symptoms", "no_such_topic"])
def test_what_answers_no_question_is_not_added(desk: FrontDesk, rasa: _Rasa, topic: str) -> None:
    rasa.second_topic = topic
    assert _texts(desk.take_turn(make_message("what can cause it. thanks"))) == ["An answer."]


def test_no_answer_stands_beside_advice(desk: FrontDesk, rasa: _Rasa) -> None:
    rasa.second_topic = "strengthening"
    (reply,) = desk.take_turn(make_message("my calf is swollen. what exercises?")).replies or []
    assert reply["kind"] == "advice"
