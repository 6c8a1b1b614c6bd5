"""Loads the red-flag rules of `clinic/red_flags/` and checks that they make sense.

A *finding* is something a person may say ("swelling"); a *site* is where; a *sign* is a combination of
findings that asks for a level. The files hold all the wording; docs/red-flags.md explains their format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Optional

from pydantic import Field

from bot.yaml_file import ContentError, StrictModel, YamlFile

WORDS_FILE, BODY_FILE, CONTEXT_FILE, TRAPS_FILE = "words.yml", "body.yml", "context.yml", "other_meanings.yml"
READER_FILE = "second_reader.yml"
_NO_GROUPS = (WORDS_FILE, BODY_FILE, CONTEXT_FILE, TRAPS_FILE, READER_FILE)

Level = Literal["emergency", "urgent", "routine"]
Light = Literal["denied", "past", "resolved", "imagined", "question", "relative"]


class WordsFile(StrictModel):
    """Words that the phrases of all files are built from."""

    fillers: list[str]
    gap_ends: list[str]
    shorthand: dict[str, str]
    lists: dict[str, list[str]]


class BodyFile(StrictModel):
    """The parts of the body, and names for several of them."""

    fillers: list[str]
    sites: dict[str, list[str]]
    groups: dict[str, list[str]]
    parted_by: list[str]
    joined_by: list[str]
    goes_on_by: list[str]


class OtherMeaningsFile(StrictModel):
    """Phrases whose words mean something else here."""

    phrases: list[str]


class SecondReaderFile(StrictModel):
    """How likely a red flag, or an emergency, must be to raise a level, and below what a doubtful one is none."""

    red_flag: float = Field(gt=0, lt=1)
    emergency: float = Field(gt=0, lt=1)
    doubt: float = Field(ge=0, lt=1)


class ContextFile(StrictModel):
    """The cues that say a finding is denied, past, imagined or somebody else's."""

    denial: list[str]
    denial_behind: list[str]
    harmless: list[str]
    denial_ends: list[str]
    clause_starts: list[str]
    clause_ends: list[str]
    past: list[str]
    present: list[str]
    happening: list[str]
    resolved: list[str]
    imagined: list[str]
    general_question: list[str]
    question_starts: list[str]
    personal: list[str]
    relatives: list[str]
    relatives_past: list[str]
    animals: list[str]
    unclear: list[str]


class Finding(StrictModel):
    """Something a person may say, in all the ways they say it.

    It counts when it is said of the present, and `also_when` it is said in one of these lights. What is
    `lasting` counts although it has passed.
    """

    says: list[str] = Field(min_items=1)
    unless: list[str] = []
    lasting: bool = False
    also_when: list[Light] = []


class Sign(StrictModel):
    """A combination of findings that asks for the group's level."""

    means: str
    when: list[str] = Field(min_items=1)
    unless: list[str] = []
    level: Optional[Level] = None


class Wording(StrictModel):
    """What the patient reads."""

    web: str
    sms: str


class Advice(Wording):
    """The advice of a group of signs, in English and Spanish."""

    es: Wording


class Examples(StrictModel):
    """Messages that the rules must flag, and messages that they must not."""

    flagged: list[str] = Field(min_items=1)
    not_flagged: list[str] = []


class GroupFile(StrictModel):
    """One group of signs that share a level and an advice.

    `stands` names the message (messages.yml) that answers a wish to book while the emergency stands.
    """

    level: Level
    sources: list[str] = Field(min_items=1)
    advice: Optional[Advice] = None
    stands: Optional[str] = None
    findings: dict[str, Finding] = {}
    signs: dict[str, Sign] = {}
    examples: Examples


class Term(NamedTuple):
    """One condition of a sign: this finding, at one of these sites (anywhere, if there are none)."""

    finding: str
    sites: frozenset[str]


class Rule(NamedTuple):
    """One sign, ready to be evaluated."""

    sign: str
    group: str
    level: Level
    alternatives: tuple[tuple[Term, ...], ...]
    exceptions: tuple[tuple[Term, ...], ...]


class RuleBook(NamedTuple):
    """All the rules of the clinic."""

    version: str
    words: WordsFile
    body: BodyFile
    context: ContextFile
    other_meanings: tuple[str, ...]
    second_reader: SecondReaderFile
    groups: Mapping[str, GroupFile]
    findings: Mapping[str, Finding]
    rules: tuple[Rule, ...]


def load_rules(directory: Path) -> RuleBook:
    """Read every file of the directory, or raise ContentError with file and line of each problem."""
    words = YamlFile(directory / WORDS_FILE).parse(WordsFile)
    body = YamlFile(directory / BODY_FILE).parse(BodyFile)
    context = YamlFile(directory / CONTEXT_FILE).parse(ContextFile)
    traps = YamlFile(directory / TRAPS_FILE).parse(OtherMeaningsFile)
    reader = YamlFile(directory / READER_FILE).parse(SecondReaderFile)
    files = {path.stem: YamlFile(path) for path in sorted(directory.glob("*.yml")) if path.name not in _NO_GROUPS}
    groups = {name: file.parse(GroupFile) for name, file in files.items()}
    findings = {name: finding for group in groups.values() for name, finding in group.findings.items()}
    problems = [*_unknown_names(files, groups, words, body, set(findings))]
    if problems:
        raise ContentError(problems)
    rules = tuple(rule for name, group in groups.items() for rule in _rules_of(name, group, body))
    version = _version(directory)
    return RuleBook(version, words, body, context, tuple(traps.phrases), reader, groups, findings, rules)


def _rules_of(name: str, group: GroupFile, body: BodyFile) -> Iterator[Rule]:
    for sign_name, sign in group.signs.items():
        yield Rule(
            sign=sign_name,
            group=name,
            level=sign.level or group.level,
            alternatives=tuple(_terms(condition, body) for condition in sign.when),
            exceptions=tuple(_terms(condition, body) for condition in sign.unless),
        )


def _terms(condition: str, body: BodyFile) -> tuple[Term, ...]:
    return tuple(_term(part.strip(), body) for part in condition.split(" + "))


def _term(part: str, body: BodyFile) -> Term:
    finding, _, places = part.partition(" @ ")
    names = [name.strip() for name in places.split("|")] if places else []
    return Term(finding, frozenset(site for name in names for site in body.groups.get(name, [name])))


def _unknown_names(
    files: Mapping[str, YamlFile],
    groups: Mapping[str, GroupFile],
    words: WordsFile,
    body: BodyFile,
    findings: set[str],
) -> Iterator[str]:
    sites = {*body.sites, *body.groups, "unsaid"}
    for name, group in groups.items():
        file = files[name]
        if group.level != "routine" and group.advice is None:
            yield file.problem((), "a group of red flags needs an advice")
        if (group.level == "emergency") != (group.stands is not None):
            yield file.problem(("level",), "`stands` belongs to a group of emergencies, and each needs one")
        for finding_name, finding in group.findings.items():
            for key in ("says", "unless"):
                for number, phrase in enumerate(getattr(finding, key)):
                    for unknown in _lists_named_in(phrase) - set(words.lists):
                        place = ("findings", finding_name, key, number)
                        yield file.problem(place, f"there is no word list <{unknown}> in {WORDS_FILE}")
        for sign_name, sign in group.signs.items():
            for key in ("when", "unless"):
                for number, condition in enumerate(getattr(sign, key)):
                    place = ("signs", sign_name, key, number)
                    for what in _unknown_terms(condition, findings, sites):
                        yield file.problem(place, what)


def _unknown_terms(condition: str, findings: set[str], sites: set[str]) -> Iterator[str]:
    for part in condition.split(" + "):
        finding, _, places = part.strip().partition(" @ ")
        if finding not in findings:
            yield f"there is no finding {finding!r}"
        for place in filter(None, (name.strip() for name in places.split("|"))):
            if place not in sites:
                yield f"there is no site {place!r} in {BODY_FILE}"


def _lists_named_in(phrase: str) -> set[str]:
    return {part[1:-1] for part in phrase.split() if part.startswith("<") and part.endswith(">")}


def _version(directory: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(directory.glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
