"""A second reader beside the rules: a linear classifier that has learned from messages how red flags sound.

It sees n-grams of words and letters, and marks of what the rules saw ("swelling:denied"); it knows no meaning,
and what it names as evidence are the words that weighed most. The rules work without it (engine.py).
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from bot.linear_models import NgramCounter, fit_one_against_rest, weighted
from bot.triage.rules import SecondReaderFile
from bot.triage.words import Word

NO_RED_FLAG = ""
# A long story is read in overlapping pieces, or the one sentence that matters drowns in it.
_PIECE, _STEP = 60, 30
_LONGEST_EVIDENCE = 8
_PENALTY = 30.0
_TOLERANCE = 1e-2
_ARGUABLE_WEIGHT = 0.5

_NGRAMS = NgramCounter(str.split)
_MARKS = HashingVectorizer(analyzer=list, n_features=2**14, norm="l2", alternate_sign=False, dtype=np.float32)
_MARKS_WEIGHT = 0.5


class Message(NamedTuple):
    """What the reader sees of a message: its words in the rules' spelling, and the marks that the rules left."""

    text: str
    marks: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Example:
    """A labelled message; `group` is NO_RED_FLAG for an ordinary one."""

    message: Message
    group: str
    is_arguable: bool


@dataclasses.dataclass(frozen=True)
class Reading:
    """The red flag that a message reads like, and the place of the words that weighed most."""

    group: str
    start: int
    end: int


class SecondReader:
    """Reads messages. Safe to use from several threads."""

    def __init__(self, groups: Sequence[str], arrays: dict[str, Any]) -> None:
        self._groups = list(groups)
        self._arrays = arrays
        self._is_red_flag = np.array([group != NO_RED_FLAG for group in groups])

    @classmethod
    def train(cls, examples: Sequence[Example]) -> SecondReader:
        """Learn from the examples: one against the rest for each group."""
        messages = [example.message for example in examples]
        counts = _NGRAMS.counts([message.text for message in messages])
        rarity = TfidfTransformer().fit(counts).idf_.astype(np.float32)
        labels = np.array([example.group for example in examples])
        trust = np.array([_ARGUABLE_WEIGHT if example.is_arguable else 1.0 for example in examples])
        groups, weights, offsets = fit_one_against_rest(_machine, _rows(messages, rarity), labels, trust)
        return cls(groups, {"rarity": rarity, "weights": weights, "offsets": offsets})

    @classmethod
    def load(cls, path: Path) -> SecondReader:
        """Load what `save` wrote: plain arrays, so that loading runs no code."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        return cls(json.loads(str(arrays.pop("groups"))), arrays)

    def save(self, path: Path) -> None:
        """Write the reader to this file."""
        with path.open("wb") as file:
            np.savez_compressed(file, groups=json.dumps(self._groups), **self._arrays)

    def read(
        self, words: Sequence[Word], marks: frozenset[str], thresholds: SecondReaderFile, emergencies: Collection[str]
    ) -> Optional[Reading]:
        """Return the gravest red flag that a piece of the message reads like, or None."""
        pieces = list(_pieces(words))
        likely = self.likelihoods([Message(_text(piece), marks) for piece in pieces])
        is_emergency = np.array([group in emergencies for group in self._groups])
        is_urgent = self._is_red_flag & ~is_emergency
        for counts, threshold in ((is_emergency, thresholds.emergency), (is_urgent, thresholds.red_flag)):
            sums = likely[:, counts].sum(axis=1)
            number = int(sums.argmax())
            if sums[number] >= threshold:
                return self._reading(pieces[number], int(np.where(counts, likely[number], 0).argmax()))
        return None

    def likelihood(self, words: Sequence[Word], marks: frozenset[str]) -> float:
        """Return how likely some piece of the message holds a red flag."""
        likely = self.likelihoods([Message(_text(piece), marks) for piece in _pieces(words)])
        return float(likely[:, self._is_red_flag].sum(axis=1).max())

    def likelihoods(self, messages: Sequence[Message]) -> Any:
        """Return an array with a row for each message and a column for each group; the rows sum up to one."""
        rows = _rows(messages, self._arrays["rarity"])
        likely = expit(rows @ self._arrays["weights"] + self._arrays["offsets"])
        return likely / likely.sum(axis=1, keepdims=True)

    def _reading(self, words: Sequence[Word], column: int) -> Reading:
        alone = _NGRAMS.counts([word.text for word in words])
        weights = self._arrays["weights"][: alone.shape[1], column]
        first, last = _heaviest(list(alone @ (weights * self._arrays["rarity"])))
        return Reading(self._groups[column], words[first].start, words[last].end)


def _machine() -> LogisticRegression:
    return LogisticRegression(C=_PENALTY, solver="liblinear", tol=_TOLERANCE, random_state=1)


def _rows(messages: Sequence[Message], rarity: Any) -> csr_matrix:
    counts = _NGRAMS.counts([message.text for message in messages])
    marks = _MARKS.transform([message.marks for message in messages])
    return hstack([weighted(counts, rarity), marks * _MARKS_WEIGHT]).tocsr()


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _pieces(words: Sequence[Word]) -> Iterable[Sequence[Word]]:
    starts = range(0, max(len(words) - _PIECE, 0) + _STEP, _STEP)
    return (words[start : start + _PIECE] for start in starts)


def _heaviest(weights: Sequence[float]) -> tuple[int, int]:
    """Return the first and last place of the run of words that weighs most."""
    sums = [0.0, *itertools.accumulate(weights)]
    runs = (
        (first, last)
        for first in range(len(weights))
        for last in range(first, min(first + _LONGEST_EVIDENCE, len(weights)))
    )
    return max(runs, key=lambda run: sums[run[1] + 1] - sums[run[0]])
