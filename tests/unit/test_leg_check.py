"""The leg check: when it is asked, and what an answer in the patient's own words means."""

from __future__ import annotations

import pytest

from bot.content.clinic import ClinicContent
from bot.conversation.leg_check import LegCheck
from bot.conversation.message import Meaning
from bot.store.tables import utc_now
from bot.store.turns import Turn
from bot.triage.engine import Triage
from bot.yaml_file import ContentError

_PAIN = "it aches behind my knee"


@pytest.fixture
def leg_check(clinic: ClinicContent, triage: Triage) -> LegCheck:
    return LegCheck(clinic, triage.rules)


@pytest.fixture
def asked(leg_check: LegCheck) -> Turn:
    question = leg_check.question("widget", "en")
    return Turn("c", "m", "widget", utc_now(), _PAIN, replies=[question], triage_level="routine")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        (_PAIN, True),
        ("my wife has a cramp behind her knee since monday", True),
        ("tight behind the knee after leg day", False),
        ("i twisted it and it hurts behind the knee", False),
        ("both knees ache behind the knee", False),
        ("what causes pain behind the knee", False),
        ("no pain behind my knee", False),
        ("it aches behind my knee and my calf is swollen", False),
        ("my kneecap hurts", False),
    ],
)
def test_it_is_due_for_unexplained_pain_behind_the_knee(
    leg_check: LegCheck, triage: Triage, text: str, due: bool
) -> None:
    assert leg_check.is_due(triage.assess(text), []) is due


def test_it_is_asked_once(leg_check: LegCheck, triage: Triage, asked: Turn) -> None:
    assert not leg_check.is_due(triage.assess(_PAIN), [asked])


def test_it_is_not_asked_once_advice_has_been_given(leg_check: LegCheck, triage: Triage) -> None:
    advised = Turn("c", "m", "widget", utc_now(), "my calf is swollen", triage_level="urgent")
    assert not leg_check.is_due(triage.assess(_PAIN), [advised])


@pytest.mark.parametrize(
    ("text", "answer", "group"),
    [
        ("swollen, yes", "leg_sign", "clot"),
        ("it's warm", "leg_sign", "clot"),
        ("I was on a long flight", "risk", "clot"),
        ("I'm on the pill", "risk", "clot"),
        ("No.", "none", None),
        ("none of these!", "none", None),
        ("no, not swollen", None, None),
        ("Not sure", "not_sure", "clot"),
        ("getting worse", "no_cause", None),
        ("no se", "not_sure", "clot"),
        ("do you take insurance", None, None),
    ],
)
def test_an_answer_in_own_words(
    leg_check: LegCheck, triage: Triage, asked: Turn, text: str, answer: str | None, group: str | None
) -> None:
    answered = leg_check.answered(Meaning(text), triage.assess(text), [asked])
    assert (answered.name if answered else None, answered.group if answered else None) == (answer, group)


def test_words_are_no_answer_when_something_else_was_said_in_between(
    leg_check: LegCheck, triage: Triage, asked: Turn
) -> None:
    later = Turn("c", "m2", "widget", utc_now(), "do you take insurance", replies=[])
    assert leg_check.answered(Meaning("no"), triage.assess("no"), [asked, later]) is None


@pytest.mark.parametrize(("key", "value"), [("group", "chests"), ("findings", ["swellings"])])
def test_an_answer_that_names_what_the_rules_do_not_have_stops_the_start(
    clinic: ClinicContent, triage: Triage, key: str, value: object
) -> None:
    answers = clinic.leg_check.answers
    wrong = {**answers, "leg_sign": answers["leg_sign"].copy(update={key: value})}
    with pytest.raises(ContentError, match="leg_sign"):
        LegCheck(clinic._replace(leg_check=clinic.leg_check.copy(update={"answers": wrong})), triage.rules)
