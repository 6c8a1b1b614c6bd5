"""The red-flag engine: assesses a message together with what its conversation said before."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Optional

from bot.triage.assessment import LEVELS, RED_FLAG_LEVELS, Assessment, Finding, Sign
from bot.triage.context import ContextReader, MessageContext
from bot.triage.phrases import Match, PhraseBook
from bot.triage.rules import Level, Rule, RuleBook, Term, load_rules
from bot.triage.second_opinion import TAKES_BACK, SecondOpinion
from bot.triage.second_reader import Message, Reading, SecondReader
from bot.triage.sites import UNSAID, SiteFinder
from bot.triage.words import Spelling, Word, language_of

_ANY_FINDING = ""
_READS_LIKE = "reads_like_"
# The longest message that is answered (bot/conversation/limits.py) has about as many words.
_LONGEST_PIECE = 250
_LEG_CHECK = "leg_check_"
_DOUBTED = "doubted"


class Triage:
    """The clinic's rules, ready to assess messages. Safe to use from several threads."""

    def __init__(self, rules: RuleBook, second_reader: Optional[SecondReader] = None) -> None:
        self.rules = rules
        self._second_opinion = SecondOpinion(second_reader, rules)
        self.red_flag_groups = {name for name, group in rules.groups.items() if group.level in RED_FLAG_LEVELS}
        self._reading_of = {
            finding: _READS_LIKE + name for name, group in rules.groups.items() for finding in group.findings
        }
        stated = [
            _stands_for(source + group, group, rules.groups[group].level)
            for source in (_READS_LIKE, _LEG_CHECK)
            for group in sorted(self.red_flag_groups)
        ]
        self._all_rules = [(rule, frozenset(_findings_of(rule))) for rule in (*rules.rules, *stated)]
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
    def from_directory(cls, directory: Path, second_reader: Optional[SecondReader] = None) -> Triage:
        """Load the rules of this directory, or raise ContentError. Without a second reader the rules stand alone."""
        return cls(load_rules(directory), second_reader)

    def _vocabulary(self) -> set[str]:
        books = (self._findings, self._other_meanings, self._sites, self._context)
        return set(self.rules.words.fillers).union(*(book.vocabulary for book in books))

    def assess(self, text: str, said_before: Iterable[Finding] = ()) -> Assessment:
        """Assess the message; `said_before` are the findings of the conversation's earlier messages, in order."""
        words = self._spelling.words_of(text)
        now, marks = self._look_at(text, words)
        reading, doubts = self._second_opinion.of(words, marks, now)
        if doubts and not reading and self._is_red_flag(now):
            now = [dataclasses.replace(f, context=_DOUBTED, counts=False) if f.counts else f for f in now]
        before = self._still_standing(said_before, now)
        if reading and self._is_graver(reading, self._signs([*before, *now], now)):
            said = text[reading.start : reading.end]
            now.append(Finding(_READS_LIKE + reading.group, UNSAID, "present", True, said, reading.start, reading.end))
        return self._assessment(now, before, text)

    def assess_answer(self, title: str, group: str, said_before: Iterable[Finding] = ()) -> Assessment:
        """Assess the answer to the leg check that stands for this group of red flags."""
        answer = Finding(_LEG_CHECK + group, UNSAID, "present", True, title, 0, len(title))
        return self._assessment([answer], self._still_standing(said_before, []), title)

    def _assessment(self, now: Sequence[Finding], before: Sequence[Finding], text: str) -> Assessment:
        signs = self._signs([*before, *now], now)
        return Assessment(
            level=signs[0].level if signs else "none",
            signs=signs,
            standing=self._signs(before, before),
            findings=tuple(now),
            language=language_of(text),
            rules_version=self.rules.version,
        )

    def seen(self, text: str) -> Message:
        """Return the message as the second reader sees it."""
        words = self._spelling.words_of(text)
        return Message(" ".join(word.text for word in words), self._look_at(text, words)[1])

    def second_reading(self, text: str) -> Optional[Reading]:
        """Return what the second reader alone sees in the message; for measurements."""
        words = self._spelling.words_of(text)
        now, marks = self._look_at(text, words)
        return self._second_opinion.of(words, marks, now).reading

    def _is_graver(self, reading: Reading, signs: Sequence[Sign]) -> bool:
        level = self.rules.groups[reading.group].level
        return not signs or LEVELS.index(level) > LEVELS.index(signs[0].level)

    def _is_red_flag(self, now: Sequence[Finding]) -> bool:
        return any(sign.level in RED_FLAG_LEVELS for sign in self._signs(now, now))

    def _look_at(self, text: str, words: Sequence[Word]) -> tuple[list[Finding], frozenset[str]]:
        """Return the findings of the message, and the marks that tell the second reader of them."""
        found: list[Finding] = []
        cues: set[str] = set()
        for piece in _pieces(words):
            context = self._context.read([word.text for word in piece])
            found += self._findings_in(text, piece, context)
            cues |= context.labels
        now = _newest_of_each(found)
        return now, self._marks(now, cues)

    def _marks(self, now: Sequence[Finding], cues: Iterable[str]) -> frozenset[str]:
        """Name each finding in its light and place, the signs, and the cues."""
        lights = (f"{finding.name}:{finding.context}" for finding in now)
        places = (f"{finding.name}@{site}:{finding.counts}" for finding in now for site in finding.sites)
        signs = (name for sign in self._signs(now, now) for name in (f"sign:{sign.sign}", f"level:{sign.level}"))
        return frozenset((*lights, *places, *signs, *cues))

    def _findings_in(self, text: str, words: Sequence[Word], context: MessageContext) -> list[Finding]:
        tokens = [word.text for word in words]
        other_meanings = self._other_meanings.find(tokens)
        matches = [match for match in self._findings.find(tokens) if not _means_other(match, other_meanings)]
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

    def _still_standing(self, said_before: Iterable[Finding], now: Sequence[Finding]) -> list[Finding]:
        """Leave out what this message takes back: a denied or resolved finding, at the same place or anywhere."""
        standing: list[Finding] = []
        for finding in (*said_before, *(finding for finding in now if finding.context in TAKES_BACK)):
            if finding.context in TAKES_BACK:
                standing = [earlier for earlier in standing if not self._withdraws(finding, earlier)]
            elif finding.counts or finding.context == _DOUBTED:
                standing.append(finding)
        return standing

    def _withdraws(self, denial: Finding, finding: Finding) -> bool:
        same_place = denial.sites == UNSAID or not set(denial.sites).isdisjoint(finding.sites)
        same_finding = finding.name == denial.name and same_place
        return same_finding or finding.name == self._reading_of.get(denial.name)

    def _signs(self, findings: Sequence[Finding], needed: Sequence[Finding]) -> tuple[Sign, ...]:
        """Return the signs that these findings add up to and that need one of `needed`, the gravest first."""
        counting = [finding for finding in findings if finding.counts]
        as_routine = [finding for finding in findings if finding.counts or finding.context == _DOUBTED]
        named = {finding.name for finding in as_routine}
        possible = (rule for rule, names in self._all_rules if not names.isdisjoint(named))
        chosen = ((rule, as_routine if rule.level == "routine" else counting) for rule in possible)
        found = [sign for rule, usable in chosen if (sign := _sign_of(rule, usable, needed))]
        return tuple(sorted(found, key=lambda sign: (-LEVELS.index(sign.level), sign.start)))


def _pieces(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Cut a message that is too long for a conversation, so that the time it takes grows with its length only.

    Within a piece every finding is compared with every cue and body part.
    """
    start = 0
    while start < len(words):
        end = min(start + _LONGEST_PIECE, len(words))
        if end < len(words):
            ends = (
                place + 1 for place in range(end - 1, start + _LONGEST_PIECE // 2, -1) if words[place].text in ".!?"
            )
            end = next(ends, end)
        yield words[start:end]
        start = end


def _findings_of(rule: Rule) -> Iterator[str]:
    return (term.finding for terms in rule.alternatives for term in terms)


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


def _newest_of_each(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out what the message says again in the same light."""
    newest = {(finding.name, finding.sites, finding.context): finding for finding in findings}
    return sorted(newest.values(), key=lambda finding: finding.start)


def _stands_for(finding: str, group: str, level: Level) -> Rule:
    """Return the rule that this finding is a sign of the group all by itself."""
    return Rule(finding, group, level, alternatives=((Term(finding, frozenset()),),), exceptions=())


def _means_other(match: Match, other_meanings: Iterable[Match]) -> bool:
    return any(
        other.label in (_ANY_FINDING, match.label) and other.start < match.end and match.start < other.end
        for other in other_meanings
    )
