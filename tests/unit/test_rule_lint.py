"""What `bot check` says about rules that load and yet make no sense."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.lint import lint_rules

Problems = Callable[[str, str], list[str]]


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """Return what is wrong once a text of chest.yml has been replaced."""

    def changed(before: str, after: str) -> list[str]:
        directory = tmp_path / "red_flags"
        shutil.copytree(ROOT / "clinic" / "red_flags", directory)
        path = directory / "chest.yml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return list(lint_rules(Triage.from_directory(directory), directory))

    return changed


def test_the_clinics_rules_are_in_order(problems: Problems) -> None:
    assert problems("level", "level") == []


def test_a_finding_that_no_sign_uses_is_named_with_its_line(problems: Problems) -> None:
    (problem,) = problems("  chest_pain:\n", "  hiccups: {says: [hiccups]}\n  chest_pain:\n")
    assert "chest.yml:" in problem
    assert "no sign uses the finding hiccups" in problem


def test_a_phrase_that_stands_twice_is_named(problems: Problems) -> None:
    (problem,) = problems("says: [heart attack,", "says: [heart attack, infarto,")
    assert "'infarto' stands here twice" in problem


def test_a_phrase_that_another_meaning_hides_is_named(problems: Problems) -> None:
    (problem,) = problems("says: [heart attack,", "says: [heart attack, high blood pressure,")
    assert "'high blood pressure' is never found" in problem


def test_a_condition_of_two_signs_is_named(problems: Problems) -> None:
    (problem,) = problems("when: [coughs_blood]", "when: [coughs_blood, heart_racing]")
    assert "'heart_racing' is a condition of the sign" in problem
