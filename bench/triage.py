"""Measures triage by itself, on one core: messages of about sixty words, and how the time grows with length."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator

from bot.evaluation.safety import safety_sets
from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.opening import load_triage

_ROUNDS = 20
_WORDS = range(50, 71)
_KILOBYTES = (12, 25, 50, 100)


def triage_figures() -> Iterator[str]:
    """Yield the lines of the report."""
    os.sched_setaffinity(0, {0})
    triage = load_triage(ROOT / "clinic", ROOT / "models")
    texts = [message.text for rows in safety_sets().values() for message in rows if len(message.text.split()) in _WORDS]
    for text in texts:
        triage.assess(text)  # the dictionaries load late
    times = sorted(_milliseconds(triage, text) for _ in range(_ROUNDS) for text in texts)
    yield f"triage of a message of {_WORDS[0]} to {_WORDS[-1]} words: median {statistics.median(times):.1f} ms, "
    yield f"  99th percentile {times[int(len(times) * 0.99)]:.1f} ms ({len(texts)} messages, {_ROUNDS} times)"
    story = " ".join(texts)
    for kilobytes in _KILOBYTES:
        long_story = (story * (kilobytes * 1000 // len(story) + 1))[: kilobytes * 1000]
        yield f"triage of {kilobytes} KB: {_milliseconds(triage, long_story) / 1000:.2f} s"


def _milliseconds(triage: Triage, text: str) -> float:
    start = time.perf_counter()
    triage.assess(text)
    return (time.perf_counter() - start) * 1000
