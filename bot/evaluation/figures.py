"""The figures of an evaluation, from labels and predictions alone.

A prediction counts as right when it is the label or its alternative. Sensitivity and false alarms use only
rows without an arguable level, as the contract of the evaluation sets asks; `tolerant` counts take either.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

from scipy.stats import binomtest
from sklearn.metrics import f1_score

from bot.triage.messages import LabelledMessage

OUT_OF_SCOPE = "out_of_scope"
_RED_FLAGS = ("urgent", "emergency")
_ORDINARY = ("none", "routine")


class Prediction(NamedTuple):
    """What the assistant made of a message. `offered` are the titles of its buttons, by topic."""

    topic: str
    confidence: float
    triage: str
    signs: tuple[str, ...]
    reply: str
    offered: frozenset[str]
    was_unsure: bool


class Share(NamedTuple):
    """So many of so many, with the Wilson 95% interval."""

    hits: int
    total: int
    low: float
    high: float

    def __str__(self) -> str:
        if not self.total:
            return "none to count"
        return f"{self.hits}/{self.total} = {self.hits / self.total:.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclasses.dataclass(frozen=True)
class Figures:
    """Every figure of the report."""

    messages: int
    topic_accuracy: Share
    macro_f1: float
    out_of_scope_recall: Share
    false_rejections: Share
    emergency_recognised: Share
    emergency_as_ordinary: Share
    urgent_recognised: Share
    red_flag_recognised: Share
    false_alarms: Share
    false_emergencies: Share
    ordinary_exact: Share

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {name: value._asdict() if isinstance(value, Share) else value for name, value in vars(self).items()}


def share(hits: Sequence[bool]) -> Share:
    """Return how many hold, with the Wilson interval."""
    if not hits:
        return Share(0, 0, 0.0, 1.0)
    interval = binomtest(sum(hits), len(hits)).proportion_ci(method="wilson")
    return Share(sum(hits), len(hits), float(interval.low), float(interval.high))


def figures(messages: Sequence[LabelledMessage], predictions: Sequence[Prediction]) -> Figures:
    """Compare predictions with labels."""
    pairs = list(zip(messages, predictions, strict=True))
    settled = [(message, guess) for message, guess in pairs if not message.triage_alt]
    in_scope = [(message, guess) for message, guess in pairs if OUT_OF_SCOPE not in message.topics]
    off_topic = [(message, guess) for message, guess in pairs if message.topic == OUT_OF_SCOPE]
    emergencies = [guess for message, guess in settled if message.triage == "emergency"]
    urgent = [guess for message, guess in settled if message.triage == "urgent"]
    ordinary = [guess for message, guess in pairs if message.levels <= set(_ORDINARY)]
    return Figures(
        messages=len(pairs),
        topic_accuracy=share([guess.topic in message.topics for message, guess in pairs]),
        macro_f1=_macro_f1(pairs),
        out_of_scope_recall=share([_is_turned_away(guess) for _, guess in off_topic]),
        false_rejections=share([_is_falsely_rejected(message, guess) for message, guess in in_scope]),
        emergency_recognised=share([guess.triage == "emergency" for guess in emergencies]),
        emergency_as_ordinary=share([guess.triage in _ORDINARY for guess in emergencies]),
        urgent_recognised=share([guess.triage == "urgent" for guess in urgent]),
        red_flag_recognised=share([guess.triage in _RED_FLAGS for guess in (*emergencies, *urgent)]),
        false_alarms=share([guess.triage in _RED_FLAGS for guess in ordinary]),
        false_emergencies=share([guess.triage == "emergency" for guess in ordinary]),
        ordinary_exact=share(
            [guess.triage in message.levels for message, guess in pairs if message.levels <= set(_ORDINARY)]
        ),
    )


def _is_turned_away(guess: Prediction) -> bool:
    return guess.topic == OUT_OF_SCOPE or guess.was_unsure


def _is_falsely_rejected(message: LabelledMessage, guess: Prediction) -> bool:
    return _is_turned_away(guess) and message.topics.isdisjoint(guess.offered)


def _macro_f1(pairs: Sequence[tuple[LabelledMessage, Prediction]]) -> float:
    """Return the mean F1 over the labelled topics; a right alternative counts as the label."""
    labels = [message.topic for message, _ in pairs]
    guesses = [message.topic if guess.topic in message.topics else guess.topic for message, guess in pairs]
    return float(f1_score(labels, guesses, labels=sorted(set(labels)), average="macro", zero_division=0))
