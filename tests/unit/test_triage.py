"""The engine on the clinic's rules: sentences as patients write them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.rules import load_rules

_RULES = load_rules(ROOT / "clinic" / "red_flags")
_FLAGGED = [(name, text) for name, group in _RULES.groups.items() for text in group.examples.flagged]
_NOT_FLAGGED = [(name, text) for name, group in _RULES.groups.items() for text in group.examples.not_flagged]


@pytest.mark.parametrize(("group", "text"), _FLAGGED)
def test_every_rule_file_flags_its_own_examples(triage: Triage, group: str, text: str) -> None:
    assert group in {sign.group for sign in triage.assess(text).signs}


@pytest.mark.parametrize(("group", "text"), _NOT_FLAGGED)
def test_no_rule_file_flags_its_counter_examples(triage: Triage, group: str, text: str) -> None:
    assert group not in {sign.group for sign in triage.assess(text).signs}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("swelling isn't going down in my calf", "urgent"),
        ("no injury, calf is swollen", "urgent"),
        ("not my knee, my calf is swollen", "urgent"),
        ("no swelling, redness or fever in my calf", "none"),
        ("i dont have any swelling in my calf", "none"),
        ("chest pain? no", "none"),
        ("why is my calf so hot", "urgent"),
        ("could my swollen calf be a clot?", "urgent"),
        ("should i come in if my calf is swollen and red? it started yesterday", "urgent"),
        ("my husband's calf is swollen", "urgent"),
        ("my dad had a clot and now my calf is swollen", "urgent"),
        ("my mom had a blood clot years ago", "none"),
        ("what is a blood clot", "none"),
        ("calf was swollen last year, all healed", "none"),
        ("passed out yesterday, feel fine now", "emergency"),
        ("MY CALF IS SWOLLEN", "urgent"),
        ("my claf is swolen", "urgent"),
        ("my knee is swollen", "routine"),
        ("knee is fine but calf is swollen and warm", "urgent"),
        ("numb foot since i hurt my knee", "emergency"),
        ("my dogs leg is swollen", "none"),
    ],
)
def test_context_decides(triage: Triage, text: str, level: str) -> None:
    assert triage.assess(text).level == level


def test_signs_of_different_messages_add_up(triage: Triage) -> None:
    first = triage.assess("it aches behind my knee")
    assert first.level == "routine"
    second = triage.assess("i was on a 9 hour flight on sunday", first.findings)
    assert (second.level, second.group) == ("urgent", "clot")


def test_a_denial_takes_back_its_own_sign_only(triage: Triage) -> None:
    first = triage.assess("my calf is swollen and i cant catch my breath")
    later = triage.assess("no my calf isnt swollen actually", first.findings)
    assert [sign.group for sign in later.standing if sign.level != "routine"] == ["chest"]


def test_a_sign_stands_in_later_messages_without_being_new(triage: Triage) -> None:
    first = triage.assess("i cant breathe")
    later = triage.assess("what are your hours", first.findings)
    assert later.level == "none"
    assert later.standing_emergency == "chest"


def test_the_evidence_is_the_patients_own_words(triage: Triage) -> None:
    text = "Hi! Since Monday my left CALF is SWOLEN & warm…"
    sign = triage.assess(text).signs[0]
    assert (sign.sign, sign.text, text[sign.start : sign.end]) == ("leg_swelling", "SWOLEN", "SWOLEN")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("me duele el pecho y no puedo respirar", "es"),
        ("que horas abren", "es"),
        ("si", "es"),
        ("no", "en"),
        ("no no no", "en"),
        ("my name is José García", "en"),
        ("me duele my knee and the back of my leg", "en"),
        ("", "en"),
        ("🙂 404-555-0123", "en"),
    ],
)
def test_the_language_is_that_of_most_words(triage: Triage, text: str, language: str) -> None:
    assert triage.assess(text).language == language


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_assessed(triage: Triage, text: str) -> None:
    assessment = triage.assess(text)
    assert assessment.level in ("none", "routine", "urgent", "emergency")
    assert all(text[sign.start : sign.end] == sign.text for sign in assessment.signs)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([text for _, text in _FLAGGED if text.isascii()]),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["", "hi there. ", "sorry to bother you, ", "um so like "]),
    st.sampled_from(["", " thanks", ". what are your hours?", " lol", "!!!"]),
)
def test_politeness_casing_and_a_second_topic_lose_no_red_flag(
    triage: Triage, text: str, cased: object, before: str, after: str
) -> None:
    plain = triage.assess(text)
    dressed = triage.assess(before + cased(text) + after)  # type: ignore[operator]
    assert dressed.is_red_flag == plain.is_red_flag


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=string.ascii_letters + " .,?!'\n", max_size=200))
def test_a_red_flag_is_found_behind_any_finished_sentence(triage: Triage, before: str) -> None:
    assert triage.assess(before + "\nI can not breathe and my chest hurts right now.").level == "emergency"
