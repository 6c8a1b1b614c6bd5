"""Decides in which light a finding is said: present, denied, past, imagined, somebody else's (ConText).

When the scope of a cue is unclear the finding counts. Cues come from `clinic/red_flags/context.yml`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from bot.triage.phrases import Match, PhraseBook
from bot.triage.rules import ContextFile

_YEAR = re.compile(r"(?:19|20)\d\d")
# How the cues name a year before this one: "in 2019" is long over, and in time every year is.
_PAST_YEAR = "YEAR"
_SENTENCE_ENDS = frozenset(".!?;\n")
# How far a "no" reaches: to the next item of a list of findings, and no further.
_REACH = 6
_REACH_BACK = 4


class ContextReader:
    """Finds the cues of a message and says what they do to its findings."""

    def __init__(self, cues: ContextFile) -> None:
        phrases = {name: list(values) for name, values in cues.dict().items()}
        self._book = PhraseBook(phrases)

    @property
    def vocabulary(self) -> set[str]:
        """Return the words of all cues."""
        return self._book.vocabulary

    def read(self, words: Sequence[str]) -> MessageContext:
        """Find the cues of this message."""
        # The closing full stop that people leave out lets a cue say "at the end": "chest pain? no".
        return MessageContext(words, self._book.find([*_with_past_years(words), "."]))


class MessageContext:
    """The cues of one message."""

    def __init__(self, words: Sequence[str], cues: Sequence[Match]) -> None:
        self._words = words
        self._cues: dict[str, list[Match]] = defaultdict(list)
        for cue in _without_cancelled(cues):
            self._cues[cue.label].append(cue)
        self._sentence_of = _numbered(words, [place for place, word in enumerate(words) if word in _SENTENCE_ENDS])
        ends = {place for place, word in enumerate(words) if word in _SENTENCE_ENDS}
        ends |= {cue.start for cue in self._of("clause_ends")}
        self._clause_of = _numbered(words, sorted(ends))

    def _of(self, label: str) -> list[Match]:
        return self._cues[label]

    @property
    def labels(self) -> set[str]:
        """Return the kinds of cues in the message."""
        return {label for label, cues in self._cues.items() if cues}

    def denies_between(self, start: int, end: int) -> bool:
        """Return whether a denial stands between these places."""
        return any(start <= cue.start and cue.end <= end for cue in self._of("denial"))

    def clause(self, place: int) -> int:
        """Return the number of the clause at this place."""
        return self._clause_of[place]

    def sentence(self, place: int) -> int:
        """Return the number of the sentence at this place."""
        return self._sentence_of[place]

    def of(self, finding: Match, others: Sequence[Match], sites: Sequence[Match], lasting: bool) -> str:
        """Return the context of this finding, given all findings and sites of the message."""
        lights: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("animal", lambda: self._in_same_sentence("animals", finding)),
            ("denied", lambda: self._is_denied(finding, others, sites)),
            ("relative", lambda: self._is_of_relative(finding)),
            ("past", lambda: self._in_same_clause("past", finding) and not self._in_same_clause("present", finding)),
            # Chest pain or a faint that has passed may come back as the clot moves on (reference, gap 7).
            ("resolved", lambda: not lasting and self._is_resolved(finding, others)),
            ("present", lambda: bool(self._of("happening"))),
            ("imagined", lambda: self._is_imagined(finding)),
            ("question", lambda: self._is_general(finding)),
        )
        return next((light for light, holds in lights if holds()), "present")

    def _in_same_sentence(self, label: str, finding: Match) -> bool:
        return any(self.sentence(cue.start) == self.sentence(finding.start) for cue in self._of(label))

    def _in_same_clause(self, label: str, finding: Match) -> bool:
        return any(self.clause(cue.start) == self.clause(finding.start) for cue in self._of(label))

    def _is_denied(self, finding: Match, others: Sequence[Match], sites: Sequence[Match]) -> bool:
        forward = any(
            cue.end <= finding.start
            and not any(other.start <= cue.start and cue.end <= other.end for other in others)
            and self._reaches(cue, finding, others, sites)
            for cue in self._of("denial")
        )
        return forward or any(self._reaches_back(cue, finding, others) for cue in self._of("denial_behind"))

    def _reaches(self, cue: Match, finding: Match, others: Sequence[Match], sites: Sequence[Match]) -> bool:
        if self.clause(cue.start) != self.clause(finding.start):
            return False
        if any(cue.end <= end.start < finding.start for end in self._of("denial_ends")):
            return False
        steps = [cue.end, *(other.end for other in others if cue.end <= other.start < finding.start), finding.start]
        if any(later - earlier > _REACH for earlier, later in itertools.pairwise(steps)):
            return False
        return not any(
            self._starts_new_clause(place, cue, finding, others, sites) for place in range(cue.end, finding.start)
        )

    def _starts_new_clause(
        self, place: int, cue: Match, finding: Match, others: Sequence[Match], sites: Sequence[Match]
    ) -> bool:
        """Return whether a new statement begins at `place`: "no fever, *my calf is swollen*"."""
        before = self._words[place - 1]
        after_item = before in (",", "and") or any(cue.end <= other.end <= place for other in others)
        if not after_item:
            return False
        if any(start.start == place for start in self._of("clause_starts")):
            return True
        # A body part before its finding is a statement; behind it ("no swelling, pain in the calf") it is not.
        return before in (",", "and") and any(site.start == place and site.end <= finding.start for site in sites)

    def _reaches_back(self, cue: Match, finding: Match, others: Sequence[Match]) -> bool:
        if not 0 <= cue.start - finding.end <= _REACH_BACK:
            return False
        return not any(finding.end <= other.start < cue.start for other in others)

    def _is_of_relative(self, finding: Match) -> bool:
        return (
            self._in_same_sentence("relatives", finding)
            and self._in_same_sentence("relatives_past", finding)
            and not self._in_same_clause("present", finding)
        )

    def _is_resolved(self, finding: Match, others: Sequence[Match]) -> bool:
        for cue in self._of("resolved"):
            if cue.start < finding.end:
                continue
            same = self.sentence(cue.start) == self.sentence(finding.start)
            before = [other for other in others if other.end <= cue.start]
            alone = not any(self.sentence(other.start) == self.sentence(cue.start) for other in before)
            if same or (alone and self.sentence(cue.start) == self.sentence(finding.start) + 1):
                return True
        return False

    def _is_imagined(self, finding: Match) -> bool:
        return any(
            cue.end <= finding.start and self.sentence(cue.start) == self.sentence(finding.start)
            for cue in self._of("imagined")
        )

    def _is_general(self, finding: Match) -> bool:
        if self._in_same_sentence("personal", finding):
            return False
        return self._in_same_sentence("general_question", finding) or self._is_question(finding)

    def _is_question(self, finding: Match) -> bool:
        number = self.sentence(finding.start)
        places = [place for place, sentence in enumerate(self._sentence_of) if sentence == number]
        return any(cue.start == places[0] for cue in self._of("question_starts"))


def _with_past_years(words: Sequence[str]) -> list[str]:
    """Put `_PAST_YEAR` for every year before this one."""
    this_year = dt.date.today().year
    return [_PAST_YEAR if _YEAR.fullmatch(word) and int(word) < this_year else word for word in words]


def _without_cancelled(cues: Sequence[Match]) -> list[Match]:
    """Leave out the cues that lie within a phrase that is none: "no idea", "not going down"."""
    harmless = [cue for cue in cues if cue.label == "harmless"]
    return [
        cue
        for cue in cues
        if cue.label not in ("denial", "denial_behind", "resolved", "imagined")
        or not any(cue.start < other.end and other.start < cue.end for other in harmless)
    ]


def _numbered(words: Sequence[str], ends: Sequence[int]) -> list[int]:
    """Number the parts of the message; a part's closing mark belongs to it."""
    numbers, number = [], 0
    last = set(ends)
    for place, word in enumerate(words):
        if place in last and word not in _SENTENCE_ENDS:
            number += 1  # a word such as "but" opens the new part
        numbers.append(number)
        if place in last and word in _SENTENCE_ENDS:
            number += 1
    return numbers
