"""The leg check as the clinic wrote it (clinic/leg_check.yml): one question, and what each answer means."""

from __future__ import annotations

from typing import Optional

from pydantic import root_validator

from bot.triage.rules import Advice
from bot.yaml_file import StrictModel


class LegCheckAnswer(StrictModel):
    """One line to pick: it leads to the advice of a `group` of red flags, or to an `outcome` of its own.

    `says` are whole answers in people's own words, `findings` what they may state instead.
    """

    title: Advice
    group: Optional[str] = None
    outcome: Optional[Advice] = None
    says: list[str] = []
    findings: list[str] = []

    @root_validator(skip_on_failure=True)
    def _leads_somewhere(cls, values: dict[str, object]) -> dict[str, object]:
        if (values["group"] is None) == (values["outcome"] is None):
            raise ValueError("an answer needs a group or an outcome, and not both")
        return values


class LegCheckContent(StrictModel):
    """leg_check.yml."""

    question: Advice
    answers: dict[str, LegCheckAnswer]
