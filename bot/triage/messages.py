"""Labelled messages: reads the CSV that the training and the evaluation sets come in."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

from bot.triage.assessment import LEVELS
from bot.yaml_file import ContentError

_COLUMNS = ("id", "text", "topic", "topic_alt", "triage", "triage_alt")


@dataclasses.dataclass(frozen=True)
class LabelledMessage:
    """One row; an empty alternative means that there is one right answer. Not every set names families."""

    id: str
    text: str
    topic: str
    topic_alt: str
    triage: str
    triage_alt: str
    family: str = ""

    @property
    def topics(self) -> frozenset[str]:
        """Return the right topics."""
        return frozenset({self.topic, self.topic_alt} - {""})

    @property
    def levels(self) -> frozenset[str]:
        """Return the right triage levels."""
        return frozenset({self.triage, self.triage_alt} - {""})


def read_messages(path: Path) -> list[LabelledMessage]:
    """Return the rows of the file, extra columns left out; ContentError names the line of a wrong one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in _COLUMNS if column not in (reader.fieldnames or [])]
        if missing:
            raise ContentError([f"{path}:1: the columns {', '.join(missing)} are missing"])
        messages = []
        for row in reader:
            values = {column: (row[column] or "").strip() for column in _COLUMNS}
            wrong = {values["triage"], values["triage_alt"]} - {"", *LEVELS}
            if wrong or not values["triage"] or not values["topic"]:
                raise ContentError([f"{path}:{reader.line_num}: topic or triage is missing or not known"])
            family = (row.get("family") or "").strip()
            messages.append(LabelledMessage(**{**values, "text": row["text"] or "", "family": family}))
    return messages
