"""The red-flag engine: assesses a message together with what its conversation said before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

from bot.triage.assessment import LEVELS, Assessment, Finding, Sign
from bot.triage.context import ContextReader
from bot.triage.phrases import Match, PhraseBook
from bot.triage.rules import Rule, RuleBook, Term, load_rules
from bot.triage.sites import SiteFinder
from bot.triage.words import Spelling, Word

_ANY_FINDING = ""


class Triage:
    """The clinic's rules, ready to assess messages. Safe to use from several threads."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules
        words = rules.words
        says = {name: finding.says for name, finding in rules.findings.items()}
        unless = {name: finding.unless for name, finding in rules.findings.items() if finding.unless}
        self._findings = PhraseBook(says, words.lists, words.fillers, words.gap_ends)
        traps = {**unless, _ANY_FINDING: rules.other_meanings}
        self._other_meanings = PhraseBook(traps, words.lists, words.fillers, words.gap_ends)
        self._sites = SiteFinder(rules.body)
        self._context = ContextReader(rules.context)
        self._spelling = Spelling(self._vocabulary(), words.shorthand)

    @classmethod
    def from_directory(cls, directory: Path) -> Triage:
        """Load the rules of this directory, or raise ContentError."""
        return cls(load_rules(directory))

    def _vocabulary(self) -> set[str]:
        books = (self._findings, self._other_meanings, self._sites, self._context)
        return set(self.rules.words.fillers).union(*(book.vocabulary for book in books))

    def assess(self, text: str, said_before: Iterable[Finding] = ()) -> Assessment:
        """Assess the message; `said_before` are the findings of the conversation's earlier messages, in order."""
        words = self._spelling.words_of(text)
        now = self._findings_in(text, words)
        before = _still_standing(said_before, now)
        signs = self._signs([*before, *now], now)
        return Assessment(
            level=signs[0].level if signs else "none",
            signs=signs,
            standing=self._signs(before, before),
            findings=tuple(now),
            language="en",
            rules_version=self.rules.version,
        )

    def _findings_in(self, text: str, words: Sequence[Word]) -> list[Finding]:
        tokens = [word.text for word in words]
        other_meanings = self._other_meanings.find(tokens)
        matches = [match for match in self._findings.find(tokens) if not _means_other(match, other_meanings)]
        context = self._context.read(tokens)
        sites = self._sites.find(tokens)
        findings = []
        for match in matches:
            rule = self.rules.findings[match.label]
            light = context.of(match, matches, sites, rule.lasting)
            start, end = words[match.start].start, words[match.end - 1].end
            findings.append(
                Finding(
                    name=match.label,
                    sites=self._sites.of(match, matches, sites, tokens, context),
                    context=light,
                    counts=light == "present" or light in rule.also_when,
                    text=text[start:end],
                    start=start,
                    end=end,
                )
            )
        return findings

    def _signs(self, findings: Sequence[Finding], needed: Sequence[Finding]) -> tuple[Sign, ...]:
        """Return the signs that these findings add up to and that need one of `needed`, the gravest first."""
        counting = [finding for finding in findings if finding.counts]
        found = [sign for rule in self.rules.rules if (sign := _sign_of(rule, counting, needed))]
        return tuple(sorted(found, key=lambda sign: (-LEVELS.index(sign.level), sign.start)))


def _sign_of(rule: Rule, findings: Sequence[Finding], needed: Sequence[Finding]) -> Optional[Sign]:
    if any(_holds(terms, findings) for terms in rule.exceptions):
        return None
    for terms in rule.alternatives:
        fresh = [finding for finding in _holds(terms, findings) if finding in needed]
        if fresh:
            newest = max(fresh, key=lambda finding: finding.end)
            return Sign(rule.sign, rule.group, rule.level, newest.text, newest.start, newest.end)
    return None


def _holds(terms: Sequence[Term], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that fulfil all the terms, the newest for each; nothing if a term is not fulfilled."""
    chosen = []
    for term in terms:
        fulfilling = [finding for finding in findings if _fulfils(finding, term)]
        if not fulfilling:
            return []
        chosen.append(fulfilling[-1])
    return chosen


def _fulfils(finding: Finding, term: Term) -> bool:
    return finding.name == term.finding and (not term.sites or not term.sites.isdisjoint(finding.sites))


def _still_standing(said_before: Iterable[Finding], now: Sequence[Finding]) -> list[Finding]:
    """Leave out what this message takes back: a denied or resolved finding, at the same place or anywhere."""
    withdrawn = [finding for finding in now if finding.context in ("denied", "resolved")]
    standing: list[Finding] = []
    for finding in said_before:
        if finding.context in ("denied", "resolved"):
            standing = [earlier for earlier in standing if not _withdraws(finding, earlier)]
        elif finding.counts:
            standing.append(finding)
    return [finding for finding in standing if not any(_withdraws(denial, finding) for denial in withdrawn)]


def _withdraws(denial: Finding, finding: Finding) -> bool:
    same_place = denial.sites == ("unsaid",) or not set(denial.sites).isdisjoint(finding.sites)
    return denial.name == finding.name and same_place


def _means_other(match: Match, other_meanings: Iterable[Match]) -> bool:
    return any(
        other.label in (_ANY_FINDING, match.label) and other.start < match.end and match.start < other.end
        for other in other_meanings
    )
