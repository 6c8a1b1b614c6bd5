"""The directions of the house: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.settings import ROOT

# From the ground up; a module imports from its own floor and those below it.
_FLOORS = [
    {
        "bot.errors",
        "bot.logs",
        "bot.settings",
        "bot.yaml_file",
        "bot.model_files",
        "bot.linear_models",
        "bot.sentence_model",
        "bot.training_phrases",
    },
    {"bot.store"},
    {"bot.triage"},
    {"bot.content", "bot.booking"},
    {"bot.conversation"},
    {"bot.channels", "bot.nlu", "bot.staff", "actions"},
    {"bot.model", "bot.server", "bot.sms_client", "bot.checks", "bot.evaluation"},
    {"bot.supervisor"},
    {"bot.__main__"},
]
# Each of these stands alone on its floor.
_STRANGERS = ({"bot.channels", "bot.nlu", "bot.staff", "actions"}, {"bot.content", "bot.booking"})
# The modules that speak to Rasa; everything else must start without it.
_KNOW_RASA = {
    "bot.store.tracker_store",
    "bot.store.lock_store",
    "bot.content.importer",
    "bot.content.message_importer",
    "bot.conversation.dialogue",
    "bot.conversation.opening",
    "bot.channels.widget",
    "bot.channels.sms",
    "bot.nlu.message_parts",
    "bot.nlu.sentence_embedding",
    "bot.nlu.topic_classifier",
    "bot.nlu.triage_component",
    "bot.model",
    "bot.server",
    "bot.checks",
    "bot.evaluation.assistant",
}
_FILES = sorted(path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _room(name: str) -> str | None:
    rooms = [room for floor in _FLOORS for room in floor if name == room or name.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def _floor(room: str) -> int:
    return next(number for number, rooms in enumerate(_FLOORS) if room in rooms)


_MODULES = [path for path in _FILES if "migrations" not in path.parts and _name(path) != "bot"]


@pytest.mark.parametrize("path", _MODULES, ids=_name)
def test_imports_run_one_way(path: Path) -> None:
    room = _room(_name(path))
    assert room, f"{_name(path)} stands on no floor"
    for imported in _imports(path):
        other = _room(imported)
        if other is None or other == room:
            continue
        assert _floor(other) <= _floor(room), f"{_name(path)} imports {imported} from a floor above"
        assert not any({room, other} <= rooms for rooms in _STRANGERS), (
            f"{_name(path)} imports its neighbour {imported}"
        )


@pytest.mark.parametrize("path", _MODULES, ids=_name)
def test_only_the_named_modules_know_rasa(path: Path) -> None:
    knows = any(imported.split(".")[0] == "rasa" for imported in _imports(path))
    assert not knows or _name(path) in _KNOW_RASA


def test_triage_content_and_booking_know_no_web_framework() -> None:
    frameworks = {"sanic", "starlette", "requests", "aiohttp"}
    for path in _MODULES:
        if (_room(_name(path)) or "") in {"bot.triage", "bot.content", "bot.booking", "bot.store"}:
            assert not frameworks & {imported.split(".")[0] for imported in _imports(path)}, _name(path)
