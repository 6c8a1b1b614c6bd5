"""Finds wording that loads and yet serves patients badly: too long, too hard to read, too much for a text message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import textstat

from bot.content.clinic import ClinicContent
from bot.triage.rules import Advice, RuleBook, Wording
from bot.yaml_file import Place, YamlFile

# Patient texts should be at US grade 6 to 8 (AMA, NIH).
_HIGHEST_GRADE = 8.0
_MOST_SENTENCES = 5
_MOST_SEGMENTS = 2
# GSM 03.38: 160 letters fit a single text message, 153 each part of a longer one; those of the extension count twice,
# and one letter outside both turns the whole text to UCS-2 with 70 and 67.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
# What is filled in during a booking, mostly the patient's own words, has no school grade.
_PLACEHOLDER = re.compile(r"\{\w+\}")
_SPANISH = frozenset({"spanish"})


def segments(text: str) -> int:
    """Return how many parts a text message of this text is sent in."""
    if set(text) <= _GSM | _GSM_EXTENSION:
        length, alone, joined = len(text) + sum(letter in _GSM_EXTENSION for letter in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def school_grade(text: str) -> float:
    """Return the US school grade (Flesch-Kincaid) that reads the text with ease; a list's items count as sentences."""
    text = _PLACEHOLDER.sub("it", text)
    lines = (line.removeprefix("- ").rstrip() for line in text.splitlines() if line.strip())
    return float(textstat.flesch_kincaid_grade("\n".join(line if line[-1] in ".!?" else f"{line}." for line in lines)))


def lint_content(clinic: ClinicContent, rules: RuleBook, directory: Path) -> Iterator[str]:
    """Yield every problem with file and line."""
    for name, answer in clinic.answers.items():
        file = YamlFile(directory / "answers" / f"{name}.yml")
        yield from _problems(file, (), answer)
        if len(_SENTENCE_END.findall(answer.web)) > _MOST_SENTENCES:
            yield file.problem(("web",), f"web has more than {_MOST_SENTENCES} sentences")
    messages, booking = YamlFile(directory / "messages.yml"), YamlFile(directory / "booking.yml")
    for name, message in clinic.messages.items():
        yield from _problems(messages, (name,), message, is_english=name not in _SPANISH)
    for place, wording in clinic.booking.wordings():
        yield from _problems(booking, place, wording)
    leg_check = YamlFile(directory / "leg_check.yml")
    yield from _advice_problems(clinic, leg_check, ("question",), clinic.leg_check.question)
    for name, line in clinic.leg_check.answers.items():
        if line.outcome:
            yield from _advice_problems(clinic, leg_check, ("answers", name, "outcome"), line.outcome)
    for name, group in rules.groups.items():
        if group.advice:
            file = YamlFile(directory / "red_flags" / f"{name}.yml")
            yield from _advice_problems(clinic, file, ("advice",), group.advice)


def _advice_problems(clinic: ClinicContent, file: YamlFile, place: Place, advice: Advice) -> Iterator[str]:
    yield from _problems(file, place, clinic.fill(advice))
    yield from _problems(file, (*place, "es"), clinic.fill(advice.es), is_english=False)


def _problems(file: YamlFile, place: Place, wording: Wording, *, is_english: bool = True) -> Iterator[str]:
    parts = segments(wording.sms)
    if parts > _MOST_SEGMENTS:
        yield file.problem((*place, "sms"), f"sms fills {parts} text messages, not {_MOST_SEGMENTS}")
    texts = {"web": wording.web, "sms": wording.sms} if is_english else {}
    for key, text in texts.items():
        grade = school_grade(text) if text.strip() else 0.0
        if grade > _HIGHEST_GRADE:
            yield file.problem((*place, key), f"{key} reads at school grade {grade}, above {_HIGHEST_GRADE:.0f}")
