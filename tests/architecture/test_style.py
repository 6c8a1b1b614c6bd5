"""House rules that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.content.clinic import load_clinic
from bot.settings import ROOT

_FILES = sorted(path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py"))
_MODULES_OF_WIDGET = sorted((ROOT / "bot" / "widget").glob("*.js"))
_LONGEST_MODULE, _LONGEST_FUNCTION, _FEWEST_SHORT_FUNCTIONS = 300, 40, 0.8
_EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
# Lay words of the rules: none of them has a business in Python.
_MEDICAL = re.compile(r"\b(calf|swollen|swelling|knee pain|chest pain|fever|suicid\w+|numb|numbness)\b", re.IGNORECASE)


def _functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (f"{path.name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _LONGEST_MODULE


@pytest.mark.parametrize("path", _MODULES_OF_WIDGET, ids=lambda path: path.name)
def test_no_module_of_the_widget_is_too_long_or_opens_without_saying_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _LONGEST_MODULE
    assert text.startswith("/**")


def test_the_widget_makes_nothing_from_html_and_keeps_nothing_but_the_token() -> None:
    for path in _MODULES_OF_WIDGET:
        code = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|document\.cookie", code
        ), path.name
        assert "sessionStorage" not in code or path.name == "token.js", path.name


def test_functions_are_short() -> None:
    lengths = dict(pair for path in _FILES for pair in _functions(path) if "migrations" not in path.parts)
    assert {name: length for name, length in lengths.items() if length > _LONGEST_FUNCTION} == {}
    assert sum(length <= 15 for length in lengths.values()) / len(lengths) >= _FEWEST_SHORT_FUNCTIONS


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert {path.stem for path in _FILES} & _EMPTY_NAMES == set()


def test_every_module_says_what_it_is() -> None:
    for path in _FILES:
        if "migrations" not in path.parts:
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_no_medical_term_and_no_wording_of_the_clinic_is_in_python() -> None:
    wording = {message.web for message in load_clinic(ROOT / "clinic").messages.values()}
    for path in _FILES:
        for text in _strings(path):
            if path.name != "supervisor.py":  # its example of a text message is for the person at the terminal
                assert not _MEDICAL.search(text), f"{path}: {text}"
            assert not text or text not in wording


def test_the_environment_is_read_in_one_place() -> None:
    readers = {path.name for path in _FILES if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))}
    assert readers <= {"logs.py"}, "logs.py sets defaults for libraries; settings.py alone reads"


def test_no_file_names_a_package_registry() -> None:
    hosts = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs")
    names = (
        "requirements.txt",
        "pyproject.toml",
        "Makefile",
        "README.md",
        "CONTRIBUTING.md",
        "tests/types/package-lock.json",
    )
    for name in names:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not any(host in text for host in hosts), name
