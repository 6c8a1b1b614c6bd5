"""A second reader beside the rules: classifiers that have learned from messages how red flags sound.

A linear one sees n-grams of words and letters, and marks of what the rules saw ("swelling:denied"). Where it is not
sure, another reads the meaning. The evidence are the words that weighed most. The rules work without it (engine.py).
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
from bot.triage.meaning_reader import MeaningReader
from bot.triage.rules import SecondReaderFile
from bot.triage.words import Word

NO_RED_FLAG = ""
# A long story is read in overlapping pieces, or the one sentence that matters drowns in it.
_PIECE, _STEP = 100, 50
_LONGEST_EVIDENCE = 8
_PENALTY = 30.0
_TOLERANCE = 1e-2
_ARGUABLE_WEIGHT = 0.5
# Between these likelihoods of a red flag the meaning is read too, in a few pieces at most: it takes longest.
_SURELY_NONE, _SURELY_ONE = 0.1, 0.7
_MOST_MEANINGS = 8
_LIKELY_AT_ALL = 0.1

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


class Look(NamedTuple):
    """The pieces of a message, and how likely each is of each group: pieces x groups."""

    pieces: Sequence[Sequence[Word]]
    likely: Any


class SecondReader:
    """Reads messages. Safe to use from several threads."""

    def __init__(self, groups: Sequence[str], arrays: dict[str, Any], meaning: MeaningReader) -> None:
        self._groups = list(groups)
        self._arrays = arrays
        self._meaning = meaning
        self._is_red_flag = np.array([group != NO_RED_FLAG for group in groups])

    @classmethod
    def train(cls, examples: Sequence[Example], joined: Sequence[Example] = ()) -> SecondReader:
        """Learn from the examples, and how words sound beside other matters from the joined ones."""
        everything = [*examples, *joined]
        messages = [example.message for example in everything]
        counts = _NGRAMS.counts([message.text for message in messages])
        rarity = TfidfTransformer().fit(counts).idf_.astype(np.float32)
        labels = np.array([example.group for example in everything])
        trust = np.array([_ARGUABLE_WEIGHT if example.is_arguable else 1.0 for example in everything])
        groups, weights, offsets = fit_one_against_rest(_machine, _rows(messages, rarity), labels, trust)
        meaning = MeaningReader.train([message.text for message in messages[: len(examples)]], labels[: len(examples)])
        return cls(groups, {"rarity": rarity, "weights": weights, "offsets": offsets}, meaning)

    @property
    def red_flag_groups(self) -> set[str]:
        """Return the groups that it can name."""
        return set(self._groups) - {NO_RED_FLAG}

    @classmethod
    def load(cls, path: Path) -> SecondReader:
        """Load what `save` wrote: plain arrays, so that loading runs no code."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        words = {name: arrays.pop(name) for name in ("rarity", "weights", "offsets")}
        return cls(json.loads(str(arrays.pop("groups"))), words, MeaningReader(arrays))

    def save(self, path: Path) -> None:
        """Write the reader to this file."""
        with path.open("wb") as file:
            np.savez_compressed(file, groups=json.dumps(self._groups), **self._arrays, **self._meaning.arrays)

    def look(self, words: Sequence[Word], marks: frozenset[str]) -> Look:
        """Return how likely each piece of the message is of each group."""
        pieces = list(_pieces(words))
        messages = [Message(_text(piece), marks) for piece in pieces]
        likely = expit(_rows(messages, self._arrays["rarity"]) @ self._arrays["weights"] + self._arrays["offsets"])
        likely /= likely.sum(axis=1, keepdims=True)
        red_flag = likely[:, self._is_red_flag].sum(axis=1)
        unsure = np.flatnonzero((red_flag > _SURELY_NONE) & (red_flag < _SURELY_ONE))
        unsure = unsure[np.argsort(red_flag[unsure])[-_MOST_MEANINGS:]]
        if unsure.size:
            likely[unsure] = (likely[unsure] + self._meaning.likelihoods([messages[n].text for n in unsure])) / 2
        return Look(pieces, likely)

    def likelihood(self, look: Look) -> float:
        """Return how likely some piece of the message holds a red flag."""
        return float(look.likely[:, self._is_red_flag].sum(axis=1).max())

    def reading(self, look: Look, thresholds: SecondReaderFile, emergencies: Collection[str]) -> Optional[Reading]:
        """Return the gravest red flag that a piece of the message reads like, or None.

        A sure red flag that is no sure emergency is raised to the likeliest urgent group, if that is likely at all.
        """
        is_emergency = np.array([group in emergencies for group in self._groups])
        for counts, groups, threshold in (
            (is_emergency, is_emergency, thresholds.emergency),
            (self._is_red_flag, self._is_red_flag & ~is_emergency, thresholds.red_flag),
        ):
            sums = look.likely[:, counts].sum(axis=1)
            number = int(sums.argmax())
            likely = look.likely[number]
            group, heard = (int(np.where(some, likely, 0).argmax()) for some in (groups, counts))
            if sums[number] >= threshold and likely[group] >= _LIKELY_AT_ALL:
                return Reading(self._groups[group], *self._evidence(look.pieces[number], heard))
        return None

    def _evidence(self, words: Sequence[Word], column: int) -> tuple[int, int]:
        """Return from where to where those words stand that weigh most for the group of this column."""
        alone = _NGRAMS.counts([word.text for word in words])
        alone.data *= self._arrays["rarity"][alone.indices] * self._arrays["weights"][alone.indices, column]
        first, last = _heaviest(alone.sum(axis=1).ravel().tolist()[0])
        return words[first].start, words[last].end


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
