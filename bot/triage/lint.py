"""Finds rules that make sense to the loader and none to a reader: never used, never reached, said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.triage.engine import Triage
from bot.triage.rules import Finding, GroupFile, WordsFile
from bot.yaml_file import YamlFile


def lint_rules(triage: Triage, directory: Path) -> Iterator[str]:
    """Yield every problem with file and line."""
    used = _findings_in_use(triage.rules.groups)
    conditions: dict[str, str] = {}
    for name, group in triage.rules.groups.items():
        file = YamlFile(directory / f"{name}.yml")
        for finding_name, finding in group.findings.items():
            if finding_name not in used:
                yield file.problem(("findings", finding_name), f"no sign uses the finding {finding_name}")
            yield from _phrase_problems(triage, file, finding_name, finding)
        for sign_name, sign in group.signs.items():
            for number, condition in enumerate(sign.when):
                earlier = conditions.setdefault(condition, sign_name)
                if earlier != sign_name and group.level != "routine":
                    place = ("signs", sign_name, "when", number)
                    yield file.problem(place, f"{condition!r} is a condition of the sign {earlier} already")


def _findings_in_use(groups: Mapping[str, GroupFile]) -> set[str]:
    signs = [sign for group in groups.values() for sign in group.signs.values()]
    conditions = (condition for sign in signs for condition in (*sign.when, *sign.unless))
    return {part.partition(" @ ")[0].strip() for condition in conditions for part in condition.split(" + ")}


def _phrase_problems(triage: Triage, file: YamlFile, name: str, finding: Finding) -> Iterator[str]:
    counts = Counter(finding.says)
    for number, phrase in enumerate(finding.says):
        place = ("findings", name, "says", number)
        if counts[phrase] > 1:
            counts[phrase] = 0
            yield file.problem(place, f"{phrase!r} stands here twice")
        elif not _is_reached(triage, name, _example(phrase, triage.rules.words)):
            yield file.problem(place, f"{phrase!r} is never found: another meaning or its spelling hides it")


def _is_reached(triage: Triage, name: str, text: str) -> bool:
    return any(found.name == name for found in triage.assess(text).findings)


def _example(phrase: str, words: WordsFile) -> str:
    """Return a text that the phrase describes: the first word of each list, nothing in the gaps."""
    parts = (words.lists[part[1:-1]][0] if part.startswith("<") else part for part in phrase.split() if part != "...")
    return " ".join(parts)
