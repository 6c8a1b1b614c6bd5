from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.booking.requests import newest_requests, save_request
from bot.settings import Settings
from bot.store.conversation_locks import ConversationBusy, ConversationLocks
from bot.store.conversations import conversations_by_urgency, mark_reviewed
from bot.store.database import StoreUnavailable, migrate, open_database
from bot.store.phone_numbers import PhoneNumbers
from bot.store.spool import Spool
from bot.store.tables import metadata, utc_now
from bot.store.turns import as_json, find_turn, from_json, latest_outcome, latest_turns, save_turn
from tests.builders import make_request, make_settings, make_turn


def test_a_turn_comes_back_as_it_was_stored(engine: Engine) -> None:
    turn = make_turn("knee? 🦵 ñ", replies=[{"text": "x", "choices": []}], phone_encrypted=b"secret")
    save_turn(engine, turn)
    found = find_turn(engine, turn.conversation_id, turn.message_id)
    assert found is not None
    assert (found.text, found.received_at, found.replies) == (turn.text, turn.received_at, turn.replies)


def test_an_answered_turn_replaces_the_received_one(engine: Engine) -> None:
    turn = make_turn()
    save_turn(engine, turn)
    turn.outcome, turn.answered_at = "answered", utc_now()
    save_turn(engine, turn)
    assert [stored.outcome for stored in latest_turns(engine, turn.conversation_id, 10)] == ["answered"]


def test_the_newest_turns_come_oldest_first(engine: Engine) -> None:
    for number in range(5):
        save_turn(engine, make_turn(str(number)))
    assert [turn.text for turn in latest_turns(engine, "web-1", 3)] == ["2", "3", "4"]


def test_a_turn_survives_the_way_through_json() -> None:
    turn = make_turn(answered_at=utc_now(), phone_encrypted=b"secret", triage={"level": "none"})
    assert from_json(as_json(turn)) == turn


def test_the_newest_of_some_outcomes_is_found(engine: Engine) -> None:
    for outcome in ("sms_stopped", "answered", "sms_started", "answered"):
        save_turn(engine, make_turn(outcome=outcome))
    assert latest_outcome(engine, "web-1", ("sms_stopped", "sms_started")) == "sms_started"
    assert latest_outcome(engine, "web-2", ("sms_stopped", "sms_started")) is None


def test_unreviewed_red_flags_come_first_then_the_newest(engine: Engine) -> None:
    now = utc_now()
    for number, (name, level) in enumerate(
        [("old-emergency", "emergency"), ("urgent", "urgent"), ("reviewed", "emergency"), ("newest", "none")]
    ):
        received = now + dt.timedelta(minutes=number)
        save_turn(engine, make_turn(conversation_id=name, triage_level=level, received_at=received))
    mark_reviewed(engine, "reviewed")
    order = [conversation.id for conversation in conversations_by_urgency(engine, 10)]
    assert order == ["old-emergency", "urgent", "newest", "reviewed"]


def test_a_new_red_flag_takes_the_review_away(engine: Engine) -> None:
    save_turn(engine, make_turn(triage_level="urgent"))
    mark_reviewed(engine, "web-1")
    save_turn(engine, make_turn(triage_level="none"))
    assert conversations_by_urgency(engine, 1)[0].reviewed_at is not None
    save_turn(engine, make_turn(triage_level="urgent"))
    assert conversations_by_urgency(engine, 1)[0].reviewed_at is None


def test_a_locked_database_is_named_and_its_message_holds_no_words(tmp_path: Path, engine: Engine) -> None:
    with sqlite3.connect(tmp_path / "test.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable) as caught:
            save_turn(engine, make_turn("a very private thing"))
    assert "private" not in str(caught.value)


def test_kept_turns_reach_the_database_once_it_is_back(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    turn = make_turn("kept")
    spool.keep(turn)
    assert spool.find(turn.conversation_id, turn.message_id) == turn
    spool.drain(engine)
    assert [stored.text for stored in latest_turns(engine, "web-1", 10)] == ["kept"]
    assert spool.find(turn.conversation_id, turn.message_id) is None


def test_kept_turns_stay_while_the_database_is_away(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.keep(make_turn())
    with pytest.raises(StoreUnavailable):
        spool.drain(open_database(f"sqlite:///{tmp_path}"))
    assert len(list((tmp_path / "spool").glob("*.json"))) == 1


def test_kept_turns_can_be_read_by_this_account_alone(tmp_path: Path) -> None:
    Spool(tmp_path / "spool").keep(make_turn())
    (path,) = (tmp_path / "spool").glob("*.json")
    assert path.stat().st_mode & 0o077 == 0


def test_one_turn_at_a_time_in_each_conversation(engine: Engine) -> None:
    locks = ConversationLocks(engine)
    order = []

    def later() -> None:
        with locks.hold("web-1"):
            order.append("second")

    with locks.hold("web-1"):
        waiting = threading.Thread(target=later)
        waiting.start()
        with locks.hold("web-2"):
            order.append("other conversation")
        order.append("first")
    waiting.join()
    assert order == ["other conversation", "first", "second"]


def test_a_conversation_whose_turn_does_not_end_is_busy(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.conversation_locks.WAIT_SECONDS", 0.05)
    locks = ConversationLocks(engine)
    with locks.hold("web-1"), pytest.raises(ConversationBusy), locks.hold("web-1"):
        pass


def test_one_confirmation_makes_one_booking_request(engine: Engine) -> None:
    request = make_request()
    assert save_request(engine, request) == save_request(engine, request)
    assert save_request(engine, make_request()) != save_request(engine, make_request())
    assert len(newest_requests(engine, 10)) == 4 - 1


def test_phone_numbers_are_recognised_by_hash_and_read_by_key(tmp_path: Path) -> None:
    settings: Settings = make_settings(tmp_path)
    numbers, others = PhoneNumbers(settings), PhoneNumbers(make_settings(tmp_path, secret_key="another" * 8))
    number = "+14049057342"
    assert numbers.hashed(number) == PhoneNumbers(settings).hashed(number) != others.hashed(number)
    assert number.encode() not in numbers.encrypted(number)
    assert PhoneNumbers(settings).decrypted(numbers.encrypted(number)) == number


def test_the_migrations_make_the_tables_the_code_uses(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    save_turn(engine, make_turn())
    migrate(engine)
    assert len(latest_turns(engine, "web-1", 10)) == 1
