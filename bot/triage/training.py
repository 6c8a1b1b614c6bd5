"""Trains the second reader on the project's own messages.

A file of `data/triage/` that is named like a group of red flags holds messages of that group; every other file
holds ordinary ones. The phrases of the topics are ordinary too, save those that the rules flag.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.training_phrases import training_phrases
from bot.triage.assessment import RED_FLAG_LEVELS
from bot.triage.engine import Triage
from bot.triage.messages import read_messages
from bot.triage.second_reader import NO_RED_FLAG, Example, Message, SecondReader
from bot.yaml_file import ContentError


def train_second_reader(triage: Triage, messages: Path, phrases: Path) -> SecondReader:
    """Return a reader of these directories; ContentError names a row whose level does not fit its file."""
    labelled, ordinary = [*_from_messages(triage, messages)], [*_from_phrases(triage, phrases)]
    return SecondReader.train([*labelled, *ordinary], [*_with_a_second_topic(labelled, ordinary)])


def _with_a_second_topic(labelled: Sequence[Example], ordinary: Sequence[Example]) -> Iterator[Example]:
    """Say each message once more next to a question of another topic, which must neither hide nor make a red flag."""
    choice = random.Random(1)
    for example in labelled:
        if ordinary:
            parts = [example.message, choice.choice(ordinary).message]
            choice.shuffle(parts)
            both = Message(" ".join(part.text for part in parts), parts[0].marks | parts[1].marks)
            yield dataclasses.replace(example, message=both)


def _from_messages(triage: Triage, directory: Path) -> Iterator[Example]:
    for path in sorted(directory.glob("*.csv")):
        group = path.stem if path.stem in triage.red_flag_groups else NO_RED_FLAG
        for message in read_messages(path):
            if (message.triage in RED_FLAG_LEVELS) != bool(group):
                raise ContentError([f"{path}: {message.id} is {message.triage}, which does not fit the file's name"])
            yield Example(triage.seen(message.text), group, bool(message.triage_alt))


def _from_phrases(triage: Triage, directory: Path) -> Iterator[Example]:
    for phrase in training_phrases(directory):
        if not triage.assess(phrase.text).is_red_flag:
            yield Example(triage.seen(phrase.text), NO_RED_FLAG, is_arguable=False)
