"""The commands, as somebody types them."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT
from tests.builders import SECRET_KEY, TWILIO_TOKEN
from tests.running import RunningAssistant


def _bot(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"SECRET_KEY": SECRET_KEY, "TWILIO_AUTH_TOKEN": TWILIO_TOKEN, **environment}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_ask_shows_reply_topic_triage_and_evidence(assistant: RunningAssistant) -> None:
    shown = _bot("ask", "my calf is swollen, do you have hours on saturday").stdout
    assert "urgent care" in shown
    assert "triage      urgent" in shown
    assert 'clot/leg_swelling (urgent): "swollen"' in shown


def test_evaluate_reports_figures_and_writes_both_files(assistant: RunningAssistant, tmp_path: Path) -> None:
    file, predictions, figures = (tmp_path / name for name in ("set.csv", "predictions.csv", "figures.json"))
    rows = [
        "id,text,topic,topic_alt,triage,triage_alt",
        "1,what can cause pain behind the knee,causes_overview,,none,",
        "2,i cant breathe,describe_symptoms,,emergency,",
        "3,play some jazz,out_of_scope,,none,",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    done = _bot("evaluate", str(file), "--predictions", str(predictions), "--json", str(figures))
    assert "emergency recognised as emergency" in done.stdout
    with predictions.open(encoding="utf-8", newline="") as written:
        guessed = {row["id"]: row for row in csv.DictReader(written)}
    assert list(guessed["1"]) == ["id", "topic", "confidence", "triage", "signs", "reply"]
    assert (guessed["1"]["topic"], guessed["2"]["triage"]) == ("causes_overview", "emergency")
    assert guessed["2"]["reply"].startswith("Call 911")
    assert json.loads(figures.read_text(encoding="utf-8"))["emergency_recognised"]["hits"] == 1


def test_evaluate_names_the_line_of_a_wrong_row(tmp_path: Path) -> None:
    file = tmp_path / "set.csv"
    file.write_text("id,text\n1,a\n", encoding="utf-8")
    done = _bot("evaluate", str(file))
    assert done.returncode == 1
    assert done.stderr.strip().endswith("are missing")


def test_check_finds_everything_in_order() -> None:
    done = _bot("check")
    assert (done.stdout.strip(), done.returncode) == ("Everything is in order.", 0)


def test_sms_prints_the_reply_of_the_running_assistant(assistant: RunningAssistant) -> None:
    settings = assistant.settings
    environment = {"ASSISTANT_PORT": str(settings.assistant_port), "PUBLIC_URL": settings.public_url}
    done = _bot("sms", "what can cause pain behind the knee", **environment)
    assert done.stdout.startswith("Common causes")


def test_sms_says_in_one_sentence_that_nobody_answers() -> None:
    done = _bot("sms", "hello", ASSISTANT_PORT="9")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "make run" in done.stderr


def test_a_missing_setting_is_one_sentence() -> None:
    done = _bot("serve", SECRET_KEY="")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "SECRET_KEY" in done.stderr


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _bot("run", ASSISTANT_PORT=str(taken.getsockname()[1]))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "is taken" in done.stderr


def test_training_again_changes_nothing(assistant: RunningAssistant) -> None:
    assert _bot("train").stdout.startswith("Nothing has changed")


def test_serve_starts_with_nothing_that_nobody_approved(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'test.db'}"
    done = _bot("serve", REQUIRE_APPROVED_CONTENT="1", DATABASE_URL=database)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "answers/contact" in done.stderr
