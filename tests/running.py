"""Runs the real programs for tests: their own processes, ports, database and secrets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Optional
from xml.etree import ElementTree

import requests
from itsdangerous import URLSafeTimedSerializer
from twilio.request_validator import RequestValidator

from bot.model import train
from bot.settings import ROOT, Settings
from tests.builders import SECRET_KEY, TWILIO_TOKEN, make_settings

_PATIENCE_SECONDS = 90
STAFF_NAME, STAFF_PASSWORD = "test-staff", "a good long password"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def conversation_of(token: str) -> str:
    """Return the conversation's id, which the token carries for everybody to read but nobody to change."""
    return str(URLSafeTimedSerializer("unknown").loads_unsafe(token)[1])


class Patient:
    """A patient at the widget's HTTP interface."""

    def __init__(self, base: str) -> None:
        self.base = f"{base}/webhooks/widget"
        started = requests.post(f"{self.base}/conversations", timeout=30)
        assert started.status_code == 201, started.text
        self.started = started.json()
        self.headers = {"Authorization": f"Bearer {self.started['token']}"}

    @property
    def conversation_id(self) -> str:
        return conversation_of(self.started["token"])

    def post(self, body: Any, **options: Any) -> requests.Response:
        return requests.post(f"{self.base}/messages", json=body, headers=self.headers, timeout=30, **options)

    def say(self, text: str) -> dict[str, Any]:
        """Send the text and return the turn."""
        answer = self.post({"id": uuid.uuid4().hex, "text": text})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def choose(self, turn: dict[str, Any], title: str | int) -> dict[str, Any]:
        """Press the button of this title, or with this number, and return the turn."""
        choices = [choice for reply in turn["replies"] for choice in reply["choices"]]
        numbered = enumerate(choices, start=1)
        chosen = next(choice["id"] for number, choice in numbered if title in (number, choice["title"]))
        answer = self.post({"id": uuid.uuid4().hex, "choice": chosen})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def history(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.base}/messages", headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["turns"]


class RunningAssistant:
    """The three programs of `bot run`."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        self.directory = directory
        ports = {name: free_port() for name in ("assistant_port", "action_server_port", "staff_port")}
        self.settings: Settings = make_settings(
            directory, **ports, public_url=f"http://localhost:{ports['assistant_port']}", **settings
        )
        self.log_path = directory / "log.txt"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> RunningAssistant:
        train(self.settings)
        add = [sys.executable, "-m", "bot", "staff", "add", STAFF_NAME, "--password", STAFF_PASSWORD]
        subprocess.run(add, check=True, cwd=ROOT, env=self._environment(), stdout=subprocess.DEVNULL)
        for name in ("serve", "actions", "staff serve"):
            self.start(name)
        for name in ("serve", "actions", "staff serve"):
            self.wait_for(name)
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        for name in list(self._processes):
            self.stop(name)

    def _environment(self) -> dict[str, str]:
        settings = self.settings
        return {
            **os.environ,
            "SECRET_KEY": SECRET_KEY,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "DATABASE_URL": settings.database_url,
            "SPOOL_DIRECTORY": str(settings.spool_directory),
            "PUBLIC_URL": settings.public_url,
            "WIDGET_ORIGINS": settings.widget_origins,
            "ASSISTANT_PORT": str(settings.assistant_port),
            "ACTION_SERVER_PORT": str(settings.action_server_port),
            "STAFF_PORT": str(settings.staff_port),
            "CLINIC_DIRECTORY": str(settings.clinic_directory),
            "ANSWER_DEADLINE_SECONDS": str(settings.answer_deadline_seconds),
        }

    def start(self, name: str) -> None:
        """Start one of the programs."""
        command = [sys.executable, "-m", "bot", *name.split()]
        with self.log_path.open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=subprocess.STDOUT
            )

    def wait_for(self, name: str) -> None:
        """Wait until one of the programs is ready."""
        address = {
            "serve": f"{self.base}/readyz",
            "actions": f"http://127.0.0.1:{self.settings.action_server_port}/health",
            "staff serve": f"{self.staff_base}/readyz",
        }[name]
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            assert self._processes[name].poll() is None, f"{name} ended:\n{self.log()}"
            try:
                if requests.get(address, timeout=2).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} was not ready in time:\n{self.log()}")

    def stop(self, name: str) -> None:
        """Stop one of the programs."""
        process = self._processes.pop(name)
        process.terminate()
        process.wait(20)

    def log(self) -> str:
        """Return everything the programs have logged."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    @property
    def base(self) -> str:
        return f"http://localhost:{self.settings.assistant_port}"

    @property
    def staff_base(self) -> str:
        return f"http://localhost:{self.settings.staff_port}"

    def patient(self) -> Patient:
        """Return a patient with a fresh conversation."""
        return Patient(self.base)

    def post_sms(self, fields: dict[str, str], signature: Optional[str] = None) -> requests.Response:
        """Post these fields as Twilio would; signed, unless a signature is given."""
        address = f"{self.settings.public_url}/webhooks/sms"
        signature = (
            RequestValidator(TWILIO_TOKEN).compute_signature(address, fields) if signature is None else signature
        )
        return requests.post(
            f"{self.base}/webhooks/sms", data=fields, headers={"X-Twilio-Signature": signature}, timeout=30
        )

    def text(self, text: str, sender: str, **fields: str) -> str:
        """Send a text message and return the reply; an empty one for silence."""
        values = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": sender, "Body": text, "NumMedia": "0", **fields}
        answer = self.post_sms(values)
        assert answer.status_code == 200, answer.text
        return "\n".join(message.text or "" for message in ElementTree.fromstring(answer.text))


def new_number() -> str:
    """Return a phone number nobody has texted from yet."""
    return f"+1404{uuid.uuid4().int % 10**7:07d}"
