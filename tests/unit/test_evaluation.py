from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.figures import Prediction, figures, share
from bot.evaluation.plots import draw_plots
from bot.evaluation.report import shown_figures
from bot.triage.messages import LabelledMessage, read_messages
from bot.yaml_file import ContentError


def _message(topic: str, triage: str = "none", topic_alt: str = "", triage_alt: str = "") -> LabelledMessage:
    return LabelledMessage("1", "text", topic, topic_alt, triage, triage_alt)


def _guess(topic: str, triage: str = "none", offered: tuple[str, ...] = (), was_unsure: bool = False) -> Prediction:
    return Prediction(topic, 0.9, triage, (), "reply", frozenset(offered), was_unsure)


def test_the_alternative_topic_counts_as_right() -> None:
    result = figures([_message("contact", topic_alt="location"), _message("contact")], [_guess("location")] * 2)
    assert result.topic_accuracy[:2] == (1, 2)


def test_sensitivity_counts_settled_rows_only() -> None:
    messages = [_message("x", "emergency"), _message("x", "emergency", triage_alt="urgent"), _message("x", "urgent")]
    result = figures(messages, [_guess("x", "urgent"), _guess("x", "urgent"), _guess("x", "none")])
    assert result.emergency_recognised[:2] == (0, 1)
    assert result.red_flag_recognised[:2] == (1, 2)


def test_false_alarms_count_ordinary_rows_only() -> None:
    messages = [_message("x", "routine", triage_alt="none"), _message("x", "urgent", triage_alt="routine")]
    assert figures(messages, [_guess("x", "urgent")] * 2).false_alarms[:2] == (1, 1)


def test_turned_away_is_false_only_without_the_topic_among_the_buttons() -> None:
    messages = [_message("contact"), _message("contact"), _message("out_of_scope")]
    guesses = [
        _guess("location", offered=("contact",), was_unsure=True),
        _guess("out_of_scope"),
        _guess("contact", was_unsure=True),
    ]
    result = figures(messages, guesses)
    assert (result.false_rejections[:2], result.out_of_scope_recall[:2]) == ((1, 2), (1, 1))


def test_the_interval_is_wilsons() -> None:
    assert [round(value, 3) for value in share([True] * 8 + [False] * 2)[2:]] == [0.490, 0.943]


def test_every_triage_miss_is_listed() -> None:
    messages, guesses = [_message("x", "emergency")], [_guess("x", "none")]
    assert "1: emergency taken for none: text" in shown_figures(figures(messages, guesses), messages, guesses)


def test_extra_columns_are_ignored_and_wrong_rows_named(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    header = "id,text,topic,topic_alt,triage,triage_alt,note\n"
    path.write_text(header + '1,"a, b",contact,,none,,x\n', encoding="utf-8")
    assert read_messages(path) == [LabelledMessage("1", "a, b", "contact", "", "none", "")]
    path.write_text(header + "1,a,contact,,terrible,,x\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"set\.csv:2: topic or triage is missing or not known"):
        read_messages(path)
    path.write_text("id,text\n", encoding="utf-8")
    with pytest.raises(ContentError, match="the columns topic, topic_alt, triage, triage_alt are missing"):
        read_messages(path)


def test_confidence_and_confusions_are_drawn(tmp_path: Path) -> None:
    messages = [_message("contact"), _message("location"), _message("contact", topic_alt="location")]
    pictures = draw_plots(messages, [_guess("contact"), _guess("contact"), _guess("location")], tmp_path / "new")
    assert [(path.name, path.read_bytes()[:4]) for path in pictures] == [
        ("reliability.png", b"\x89PNG"),
        ("confusion.png", b"\x89PNG"),
    ]
