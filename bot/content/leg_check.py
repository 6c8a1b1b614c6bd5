"""The leg check as the clinic wrote it (clinic/leg_check.yml): one question, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from pydantic import root_validator

from bot.triage.rules import Advice, RuleBook
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

    def unknown_names(self, rules: RuleBook) -> Iterator[str]:
        """Yield what is wrong with the groups and findings that the answers name."""
        for name, answer in self.answers.items():
            if answer.group is not None and (answer.group not in rules.groups or not rules.groups[answer.group].advice):
                yield f"leg_check.yml: the answer {name} leads to {answer.group!r}, which is no group with advice"
            for finding in answer.findings:
                if finding not in rules.findings:
                    yield f"leg_check.yml: the answer {name} names {finding!r}, which is no finding of the rules"
