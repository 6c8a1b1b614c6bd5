"""Reads the phrases of `data/nlu/` that topics are recognised by, with the place of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bot.yaml_file import YamlFile

# Words that do not tell two phrases apart.
_FILLERS = frozenset({"a", "an", "the", "and", "so", "um", "uh", "like", "just", "please", "hi", "hey", "my", "your"})


class TrainingPhrase(NamedTuple):
    """A phrase of a topic; `file` and `entry` say where it stands."""

    text: str
    topic: str
    file: YamlFile
    entry: int

    def problem(self, what: str) -> str:
        """Return `file:line: what`; the line is that of the topic's examples."""
        return self.file.problem(("nlu", self.entry, "examples"), what)


def training_phrases(directory: Path) -> Iterator[TrainingPhrase]:
    """Yield every phrase; ContentError if a file is no YAML."""
    for path in sorted(directory.glob("*.yml")):
        file = YamlFile(path)
        for number, entry in enumerate(file.data["nlu"]):
            for line in entry["examples"].splitlines():
                if line.startswith("- "):
                    yield TrainingPhrase(line[2:], entry["intent"], file, number)


def alike_across_topics(phrases: Iterable[TrainingPhrase]) -> Iterator[tuple[TrainingPhrase, TrainingPhrase]]:
    """Yield every phrase that says the same words as one of another topic, and that one.

    Order, case, punctuation, repetition and filler words make no difference.
    """
    first_with: dict[frozenset[str], TrainingPhrase] = {}
    for phrase in phrases:
        words = frozenset(re.findall(r"\w+", re.sub(r"['’]", "", phrase.text.lower())))
        first = first_with.setdefault((words - _FILLERS) or words, phrase)
        if first.topic != phrase.topic:
            yield phrase, first
