from __future__ import annotations

from pathlib import Path

import pytest

from bot.yaml_file import ContentError, StrictModel, YamlFile


class _Entry(StrictModel):
    says: list[str]
    count: int = 0


class _File(StrictModel):
    entries: dict[str, _Entry]


def _file(directory: Path, text: str) -> YamlFile:
    path = directory / "file.yml"
    path.write_text(text, encoding="utf-8")
    return YamlFile(path)


def test_the_word_no_stays_a_word(tmp_path: Path) -> None:
    parsed = _file(tmp_path, "entries:\n  denial:\n    says: [no, not]\n    count: 2\n").parse(_File)
    assert parsed.entries["denial"] == _Entry(says=["no", "not"], count=2)


def test_an_unknown_key_is_named_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"file\.yml:4: entries\.denial\.colour: extra fields not permitted"):
        _file(tmp_path, "entries:\n  denial:\n    says: [no]\n    colour: red\n").parse(_File)


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        _file(tmp_path, "entries:\n  one: {count: many}\n  two: {says: [x], extra: 1}\n").parse(_File)
    assert len(caught.value.problems) == 3


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"file\.yml:3: 'one' stands here twice"):
        _file(tmp_path, "entries:\n  one: {says: [a]}\n  one: {says: [b]}\n")


def test_broken_yaml_and_missing_files_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"file\.yml:2: "):
        _file(tmp_path, "entries: [a\n")
    with pytest.raises(ContentError, match=r"gone\.yml: this file is missing"):
        YamlFile(tmp_path / "gone.yml")
