"""The leg check: one question, asked once, when a pain behind the knee has no cause and no other sign.

It never delays advice that is due, and silence is safe: whoever does not answer has read what to look for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

from bot.content.clinic import ClinicContent
from bot.conversation.message import LEG_CHECK, Meaning
from bot.store.turns import Turn
from bot.triage.assessment import Assessment
from bot.triage.rules import RuleBook, Wording
from bot.triage.words import language_of, plain
from bot.yaml_file import ContentError

KIND = "leg_check"
# The group of rules whose sign asks for the check (clinic/red_flags/leg_pain.yml).
_GROUP = "leg_pain"

Json = dict[str, Any]


class LegCheckAnswered(NamedTuple):
    """The answer's name, and what it means: a group of red flags, or the wording of an outcome."""

    name: str
    language: str
    group: Optional[str]
    outcome: Optional[Wording]

    def as_json(self) -> Json:
        """Return what the turn keeps for the staff."""
        return {"answer": self.name, "group": self.group}


class LegCheck:
    """Knows when to ask, what to ask, and what an answer means."""

    def __init__(self, clinic: ClinicContent, rules: RuleBook) -> None:
        """Take the clinic's words; ContentError if they name what the rules do not have."""
        problems = list(clinic.leg_check.unknown_names(rules))
        if problems:
            raise ContentError(problems)
        self._content = clinic.leg_check

    def is_due(self, assessment: Assessment, earlier: Sequence[Turn]) -> bool:
        """Return whether to ask now; `earlier` are the turns that still count."""
        ambiguous = any(sign.group == _GROUP for sign in (*assessment.signs, *assessment.standing))
        advised = assessment.is_red_flag or any(turn.triage_level in ("urgent", "emergency") for turn in earlier)
        return ambiguous and not advised and not any(_asks(turn) for turn in earlier)

    def question(self, channel: str, language: str) -> Json:
        """Return the question as a reply."""
        choices = [
            {"id": f"leg-check-{name}", "title": _in(answer.title, channel, language), "payload": LEG_CHECK + name}
            for name, answer in self._content.answers.items()
        ]
        return {"kind": KIND, "text": _in(self._content.question, channel, language), "choices": choices}

    def answered(self, meaning: Meaning, assessment: Assessment, earlier: Sequence[Turn]) -> Optional[LegCheckAnswered]:
        """Return the answer that this message gives, or None; only the turn right behind the question can."""
        name = meaning.leg_check
        if name is None and earlier and _asks(earlier[-1]) and not assessment.is_red_flag:
            name = self._in_own_words(meaning.text, assessment)
        if name is None or name not in self._content.answers:
            return None
        answer, language = self._content.answers[name], language_of(meaning.text)
        outcome = (answer.outcome.es if language == "es" else answer.outcome) if answer.outcome else None
        return LegCheckAnswered(name, language, answer.group, outcome)

    def _in_own_words(self, text: str, assessment: Assessment) -> Optional[str]:
        stated = {finding.name for finding in assessment.findings if finding.counts}
        said = plain(text)
        for name, answer in self._content.answers.items():
            if not stated.isdisjoint(answer.findings):
                return name
        return next((name for name, answer in self._content.answers.items() if said in answer.says), None)


def _asks(turn: Turn) -> bool:
    return any(reply["kind"] == KIND for reply in turn.replies or ())


def _in(wording: Any, channel: str, language: str) -> str:
    chosen = wording.es if language == "es" else wording
    return str(chosen.sms if channel == "sms" else chosen.web)
