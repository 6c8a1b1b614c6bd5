"""The store and the whole assistant on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.booking.confirmation import confirm_request
from bot.booking.requests import save_request
from bot.store.conversation_locks import ConversationBusy, ConversationLocks
from bot.store.conversations import conversations_by_urgency
from bot.store.database import StoreUnavailable, migrate, open_database
from bot.store.turns import find_turn, latest_turns, newly_answered, save_turn
from tests.builders import make_request, make_turn
from tests.running import RunningAssistant, free_port


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found else Path(shutil.which("initdb") or "").parent


class _PostgreSQL:
    """A server of its own in a folder of its own, run as an ordinary account, as PostgreSQL insists."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "data"
        self._port = free_port()
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as_user:
            shutil.chown(directory, "postgres")
            for parent in directory.parents[:3]:
                parent.chmod(0o755)
        self._run("initdb", "--pgdata", str(self._data), "--auth", "trust", "--username", "postgres", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(_programs() / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._data.parent)

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        log = str(self._data.parent / "log")
        self._run("pg_ctl", "start", "--wait", "--pgdata", str(self._data), "--options", options, "--log", log)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--mode", "immediate", "--pgdata", str(self._data))

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_PostgreSQL]:
    server = _PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def engine(server: _PostgreSQL) -> Engine:
    engine = open_database(server.url)
    migrate(engine)
    return engine


def test_turns_and_conversations_are_kept(engine: Engine) -> None:
    turn = make_turn("knee 🦵", conversation_id="pg-1", triage_level="urgent", replies=[{"text": "x"}])
    save_turn(engine, turn)
    found = find_turn(engine, "pg-1", turn.message_id)
    assert found is not None
    assert (found.text, found.received_at, found.replies) == (turn.text, turn.received_at, [{"text": "x"}])
    assert [turn.text for turn in latest_turns(engine, "pg-1", 5)] == ["knee 🦵"]
    assert conversations_by_urgency(engine, 1)[0].id == "pg-1"


def test_one_confirmation_makes_one_request(engine: Engine) -> None:
    request = make_request(conversation_id="pg-2")
    assert save_request(engine, request) == save_request(engine, request)


def test_a_confirmed_visit_is_a_turn_and_news(engine: Engine) -> None:
    save_turn(engine, make_turn(conversation_id="pg-5"))
    reference = save_request(engine, make_request(conversation_id="pg-5"))
    assert "pg-5" not in newly_answered(engine).values()
    assert confirm_request(engine, reference, "Confirmed.", "staff")
    assert "pg-5" in newly_answered(engine).values()
    assert [turn.outcome for turn in latest_turns(engine, "pg-5", 5)] == [None, "visit_confirmed"]


def test_two_assistants_take_the_turns_of_a_conversation_one_after_the_other(server: _PostgreSQL) -> None:
    first, second = (ConversationLocks(open_database(server.url)) for _ in range(2))
    order = []

    def later() -> None:
        with second.hold("pg-3"):
            order.append("second")

    with first.hold("pg-3"):
        waiting = threading.Thread(target=later)
        waiting.start()
        with second.hold("pg-other"):
            order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_conversation_held_elsewhere_is_busy_in_the_end(server: _PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.conversation_locks.WAIT_SECONDS", 1)
    first, second = (ConversationLocks(open_database(server.url)) for _ in range(2))
    with first.hold("pg-4"), pytest.raises(ConversationBusy), second.hold("pg-4"):
        pass


def test_several_assistants_may_migrate_at_once(server: _PostgreSQL) -> None:
    threads = [threading.Thread(target=migrate, args=(open_database(server.url),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


def test_the_assistant_answers_books_and_survives_a_restart_of_the_database(
    server: _PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("assistant-on-postgresql")
    with RunningAssistant(directory, database_url=server.url) as assistant:
        patient = assistant.patient()
        patient.say("what can cause pain behind the knee")
        server.stop()
        try:
            assert patient.say("i cant breathe")["replies"][0]["level"] == "emergency"
        finally:
            server.start()
        patient.say("nul\x00byte")
        assert [turn["text"] for turn in patient.history()] == [
            "what can cause pain behind the knee",
            "i cant breathe",
            "nulbyte",
        ]
        number = "+14045550111"
        for text in ("book a visit", "Ana", "same", "monday", "1", "knee pain", "1"):
            assistant.text(text, number)
        assert "Reference KD-" in assistant.text("1", number)


def test_a_database_that_is_away_is_named(server: _PostgreSQL) -> None:
    with pytest.raises(StoreUnavailable):
        migrate(open_database("postgresql://postgres@127.0.0.1:9/postgres"))
