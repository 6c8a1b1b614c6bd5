"""Starts assistant, action server and staff page together, says when they are ready, and stops them together."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import time
from typing import NamedTuple

import requests
from honcho.manager import Manager
from honcho.printer import Printer

from bot.errors import ForPeople
from bot.model import train
from bot.settings import ROOT, Settings, SettingsError, get_settings
from bot.staff.accounts import set_password
from bot.store.database import migrate, open_database

_PATIENCE_SECONDS = 120
_DEMO_NAME = "demo"


class PortTaken(ForPeople):
    """Something else listens where one of the programs should."""


class _Program(NamedTuple):
    name: str
    command: str
    port: int
    port_setting: str
    ready_path: str


def settings_of_first_start() -> Settings:
    """Return the settings; where nobody has made any yet, write a .env with fresh secrets first."""
    path = ROOT / ".env"
    try:
        return get_settings()
    except SettingsError:
        if path.exists():
            raise
    path.touch(mode=0o600)
    values = {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "DEMO_STAFF_PASSWORD": secrets.token_urlsafe(9),
    }
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return get_settings()


def run_everything(settings: Settings) -> int:
    """Run the three programs until Ctrl-C or until one of them ends; return the exit code."""
    programs = _programs(settings)
    for program in programs:
        _check_port(program, settings.listen_address)
    print("Looking whether the model is current ...", flush=True)
    _, is_new = train(settings)
    print("The model is trained." if is_new else "The model is current.", flush=True)
    _prepare_store(settings)
    manager = Manager(Printer(sys.stdout))
    for program in programs:
        manager.add_process(program.name, f"{sys.executable} -m bot {program.command}", cwd=str(ROOT))
    threading.Thread(target=_announce, args=(programs, settings), daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def _programs(settings: Settings) -> list[_Program]:
    return [
        _Program("assistant", "serve", settings.assistant_port, "ASSISTANT_PORT", "/readyz"),
        _Program("actions", "actions", settings.action_server_port, "ACTION_SERVER_PORT", "/health"),
        _Program("staff", "staff serve", settings.staff_port, "STAFF_PORT", "/readyz"),
    ]


def _check_port(program: _Program, address: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, program.port))
        except OSError:
            raise PortTaken(
                f"Port {program.port} is taken: stop what listens there, or set {program.port_setting} in .env."
            ) from None


def _prepare_store(settings: Settings) -> None:
    engine = open_database(settings.database_url)
    migrate(engine)
    if settings.demo_staff_password:
        set_password(engine, _DEMO_NAME, settings.demo_staff_password.get_secret_value())


def _announce(programs: list[_Program], settings: Settings) -> None:
    """Wait until every program is ready, and print where to click."""
    began = time.monotonic()
    for program in programs:
        while not _is_ready(program):
            if time.monotonic() - began > _PATIENCE_SECONDS:
                print(f"The {program.name} is not ready after {_PATIENCE_SECONDS} s; its messages stand above.")
                return
            time.sleep(0.25)
    print(f"\nReady after {time.monotonic() - began:.0f} s.")
    print(f"  Clinic page with the chat   http://localhost:{settings.assistant_port}/")
    print(f"  Staff page                  http://localhost:{settings.staff_port}/")
    if settings.demo_staff_password:
        print(f"    log in as {_DEMO_NAME}, password {settings.demo_staff_password.get_secret_value()}")
    print('  Text messages               .venv/bin/bot sms "my knee hurts"')
    print("  Stop                        Ctrl-C\n", flush=True)


def _is_ready(program: _Program) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{program.port}{program.ready_path}", timeout=2).ok
    except requests.RequestException:
        return False
