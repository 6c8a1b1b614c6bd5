"""Sets what the second reader sees against what the rules see, so that each decides what it knows better.

Without a reader (a missing model, a test) it sees nothing and doubts nothing: the rules stand alone.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.triage.assessment import Finding
from bot.triage.rules import RuleBook
from bot.triage.second_reader import Reading, SecondReader
from bot.triage.words import Word

TAKES_BACK = ("denied", "resolved")

# Cues whose reach is a matter of the whole story. A denial is none of them: its reach is one clause.
_OPEN_CUES = frozenset({"past", "imagined", "general_question", "relatives", "relatives_past", "animals", "unclear"})
# As many words behind a denied finding may belong to it.
_REACH = 8
# What is left of a message without its denials says nothing in fewer: "I have (no chest pain)".
_FEWEST_WORDS = 4

Span = tuple[int, int]


class Opinion(NamedTuple):
    """The red flag that a message reads like, and whether a sign that a cue leaves open is too unlikely to count."""

    reading: Optional[Reading]
    doubts: bool


_NO_OPINION = Opinion(None, doubts=False)


class SecondOpinion:
    """Raises what the rules missed, and doubts what they take for a red flag. Safe to use from several threads."""

    def __init__(self, reader: Optional[SecondReader], rules: RuleBook) -> None:
        self._reader = reader
        self._thresholds = rules.second_reader
        self._emergencies = {name for name, group in rules.groups.items() if group.level == "emergency"}
        self._part_ends = {*rules.context.clause_ends, *",;.!?\n"}

    def of(self, words: Sequence[Word], marks: frozenset[str], findings: Sequence[Finding]) -> Opinion:
        """Return the red flag that the message reads like, apart from what the rules see denied in it."""
        if not self._reader or not words:
            return _NO_OPINION
        look = self._reader.look(words, marks)
        reading = self._reader.reading(look, self._thresholds, self._emergencies)
        doubts = not marks.isdisjoint(_OPEN_CUES) and self._reader.likelihood(look) < self._thresholds.doubt
        taken_back = [self._span(finding, words) for finding in findings if finding.context in TAKES_BACK]
        if reading and any(start < reading.end and reading.start < end for start, end in taken_back):
            # "no chest pain" reads like chest pain; what counts is the rest of the message.
            starts = [word.start for word in words]
            left_out = {place for start, end in taken_back for place in _places(starts, start, end)}
            rest = [word for place, word in enumerate(words) if place not in left_out]
            return Opinion(self._reading(rest, marks) if len(rest) >= _FEWEST_WORDS else None, doubts)
        return Opinion(reading, doubts)

    def _reading(self, words: Sequence[Word], marks: frozenset[str]) -> Optional[Reading]:
        if not self._reader or not words:
            return None
        return self._reader.reading(self._reader.look(words, marks), self._thresholds, self._emergencies)

    def _span(self, finding: Finding, words: Sequence[Word]) -> Span:
        """Return from where to where the finding and what goes with it is said: "swelling in my calf"."""
        first_behind = bisect_left(words, finding.end, key=lambda word: word.start)
        goes_on = itertools.takewhile(
            lambda word: word.text not in self._part_ends, words[first_behind : first_behind + _REACH]
        )
        return finding.start, max((word.end for word in goes_on), default=finding.end)


def _places(starts: Sequence[int], start: int, end: int) -> range:
    return range(bisect_left(starts, start), bisect_left(starts, end))
