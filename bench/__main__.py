"""Measures KneeDesk and a fresh `rasa init` project one after the other, over HTTP, and prints ratios.

Both run alone, with the same compiled bytecode and on the same cores; the project's action server and staff
page are not part of the figures, `rasa init` has neither.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests

from bench.triage import triage_figures
from bot.model import train
from bot.settings import ROOT
from tests.builders import SECRET_KEY, TWILIO_TOKEN, make_settings
from tests.running import free_port

_PATIENCE_SECONDS = 300
_MESSAGES_ALONE = 200
_PATIENTS, _MESSAGES_EACH = 16, 25
_TEXTS = (
    "hello",
    "what can cause pain behind my knee",
    "i have been running a lot and now the back of my knee is sore when i walk down the stairs",
    "do you take insurance",
    "thanks",
)

Say = Callable[[str], None]


class Figures(NamedTuple):
    """What is measured of a server."""

    seconds_to_first_answer: float
    megabytes: float
    median_alone: float
    p95_alone: float
    median_together: float
    p95_together: float
    messages_per_second: float


_TITLES = {
    "seconds_to_first_answer": ("start to first answer", "s"),
    "megabytes": ("resident memory", "MB"),
    "median_alone": ("one patient, median", "ms"),
    "p95_alone": ("one patient, 95th percentile", "ms"),
    "median_together": (f"{_PATIENTS} patients, median", "ms"),
    "p95_together": (f"{_PATIENTS} patients, 95th percentile", "ms"),
    "messages_per_second": (f"{_PATIENTS} patients, messages a second", ""),
}


@contextmanager
def _server(command: list[str], directory: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (directory / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _measure(process: subprocess.Popen[bytes], new_patient: Callable[[], Say]) -> Figures:
    began = time.monotonic()
    say = _first_answer(process, new_patient, began)
    to_first_answer = time.monotonic() - began
    alone = _timed(say, _MESSAGES_ALONE)
    together: list[float] = []
    threads = [
        threading.Thread(target=lambda: together.extend(_timed(new_patient(), _MESSAGES_EACH)))
        for _ in range(_PATIENTS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(together) / (time.monotonic() - began)
    return Figures(to_first_answer, _megabytes(process.pid), *_middle(alone), *_middle(together), rate)


def _first_answer(process: subprocess.Popen[bytes], new_patient: Callable[[], Say], began: float) -> Say:
    while time.monotonic() - began < _PATIENCE_SECONDS:
        if process.poll() is not None:
            sys.exit("The server ended before it answered.")
        try:
            say = new_patient()
            say("hello")
        except (requests.RequestException, AssertionError):
            time.sleep(0.05)
        else:
            return say
    sys.exit("The server did not answer in time.")


def _timed(say: Say, count: int) -> list[float]:
    times = []
    for number in range(count):
        began = time.perf_counter()
        say(_TEXTS[number % len(_TEXTS)])
        times.append((time.perf_counter() - began) * 1000)
    return times


def _middle(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _kneedesk(directory: Path) -> Figures:
    settings = make_settings(directory)
    train(settings)
    port = free_port()
    environment = {
        "SECRET_KEY": SECRET_KEY,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "DATABASE_URL": settings.database_url,
        "ASSISTANT_PORT": str(port),
        "MESSAGES_PER_MINUTE": "1000000",
        "PYTHONPATH": str(ROOT),
    }
    base = f"http://127.0.0.1:{port}/webhooks/widget"

    def new_patient() -> Say:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {session.post(f'{base}/conversations', timeout=60).json()['token']}"

        def say(text: str) -> None:
            answer = session.post(f"{base}/messages", json={"id": uuid.uuid4().hex, "text": text}, timeout=60)
            assert answer.json()["replies"], answer.text

        return say

    with _server([sys.executable, "-m", "bot", "serve"], directory, environment) as process:
        return _measure(process, new_patient)


def _rasa_init(directory: Path) -> Figures:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    rasa = [sys.executable, "-m", "rasa"]
    print("Making and training a fresh `rasa init` project, about two minutes ...", flush=True)
    with (directory / "init.txt").open("wb") as log:
        subprocess.run(
            [*rasa, "init", "--no-prompt"],
            cwd=directory,
            env={**os.environ, **quiet},
            check=True,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    port = free_port()
    address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"

    def new_patient() -> Say:
        session, sender = requests.Session(), uuid.uuid4().hex

        def say(text: str) -> None:
            answer = session.post(address, json={"sender": sender, "message": text}, timeout=60)
            assert answer.status_code == 200, answer.text

        return say

    with _server([*rasa, "run", "--port", str(port), "--interface", "127.0.0.1"], directory, quiet) as process:
        return _measure(process, new_patient)


def main() -> None:
    """Measure both and print the table."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        print("Measuring KneeDesk ...", flush=True)
        ours = _kneedesk(Path(first))
        theirs = _rasa_init(Path(second))
    print(f"\n{'':<36}{'KneeDesk':>12}{'rasa init':>12}{'ratio':>8}")
    for name, (title, unit) in _TITLES.items():
        mine, other = getattr(ours, name), getattr(theirs, name)
        print(f"{f'{title} ({unit})' if unit else title:<36}{mine:>12.1f}{other:>12.1f}{mine / other:>8.2f}")
    print("", *triage_figures(), sep="\n")


if __name__ == "__main__":
    main()
