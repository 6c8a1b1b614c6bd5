"""What triage says of a message: findings, the signs they add up to, and the level with its evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Optional

LEVELS = ("none", "routine", "urgent", "emergency")
RED_FLAG_LEVELS = ("urgent", "emergency")


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something the message says, where in the body, and in which light.

    `context` is "present", "denied", "past", "resolved", "imagined", "question", "relative" or "animal";
    in most of these the finding does not count. `start` and `end` are places in the message's own text.
    """

    name: str
    sites: tuple[str, ...]
    context: str
    counts: bool
    text: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Sign:
    """A sign that the findings add up to; its text and place are those of the newest finding."""

    sign: str
    group: str
    level: str
    text: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Assessment:
    """The verdict on one message, together with what the conversation said before.

    `signs` need something this message says, the gravest first; `standing` are those that held before it.
    """

    level: str
    signs: tuple[Sign, ...]
    standing: tuple[Sign, ...]
    findings: tuple[Finding, ...]
    language: str
    rules_version: str

    @property
    def is_red_flag(self) -> bool:
        """Return whether advice is due before anything else."""
        return self.level in RED_FLAG_LEVELS

    @property
    def group(self) -> Optional[str]:
        """Return the group whose advice is due, or None."""
        return self.signs[0].group if self.is_red_flag else None

    @property
    def standing_emergency(self) -> Optional[str]:
        """Return the group of an emergency that the conversation stated before, or None."""
        return next((sign.group for sign in self.standing if sign.level == "emergency"), None)

    def as_parse(self) -> dict[str, Any]:
        """Return what a Rasa parse carries as `triage`."""
        signs = [{"sign": sign.sign, "text": sign.text, "start": sign.start, "end": sign.end} for sign in self.signs]
        return {"level": self.level, "signs": signs}

    def as_json(self) -> dict[str, Any]:
        """Return the assessment as the turn stores it, with the evidence that staff see."""
        return dataclasses.asdict(self)


def findings_from_json(stored: Sequence[dict[str, Any]]) -> list[Finding]:
    """Return the findings of a stored assessment."""
    return [Finding(**{**values, "sites": tuple(values["sites"])}) for values in stored]
