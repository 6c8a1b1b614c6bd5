from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.booking_answers import answer_to, field_to_change, is_phone_number_alone, is_question, says_one_of
from bot.content.clinic import BOOKING_FIELDS, ClinicContent


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("404 905 7342", "(404) 905-7342"),
        ("my cell is 404.905.7342 thx", "(404) 905-7342"),
        ("+1 (404) 905-7342", "(404) 905-7342"),
        ("call me at 4049057342 after 5", "(404) 905-7342"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("905-7342", None),
        ("404 905 734", None),
        ("idk", None),
        ("", None),
    ],
)
def test_phone_numbers_are_read_as_people_write_them(clinic: ClinicContent, text: str, number: str | None) -> None:
    assert answer_to("patient_phone", text, clinic.booking) == number


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("part_of_day", "mornings are best", "Morning"),
        ("part_of_day", "AFTER WORK", "Evening"),
        ("part_of_day", "doesn't matter", "Any time"),
        ("part_of_day", "purple", None),
        ("new_patient", "nope", "I am new"),
        ("new_patient", "I've been before", "I have been before"),
        ("new_patient", "first time", "I am new"),
        ("patient_name", "Ana María O'Neil", "Ana María O'Neil"),
        ("patient_name", "yes", None),
        ("patient_name", "12345", None),
        ("preferred_days", "tue or thurs", "tue or thurs"),
        ("preferred_days", "ok", None),
        ("visit_reason", "  knee\n pain ", "knee pain"),
        ("visit_reason", "🤷", None),
    ],
)
def test_each_field_takes_what_answers_it(clinic: ClinicContent, field: str, text: str, value: str | None) -> None:
    assert answer_to(field, text, clinic.booking) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("change my phone number", "patient_phone"),
        ("the days are wrong", "preferred_days"),
        ("Name", "patient_name"),
        ("time of day", "part_of_day"),
        ("everything is fine", None),
    ],
)
def test_a_correction_names_its_field(clinic: ClinicContent, text: str, field: str | None) -> None:
    assert field_to_change(text, clinic.booking) == field


@pytest.mark.parametrize(
    ("field", "text", "topic", "confidence", "asks"),
    [
        ("patient_name", "what are your hours?", "opening_hours", 0.9, True),
        ("patient_name", "insurance", "insurance_cost", 0.9, True),
        ("patient_name", "Maria Lopez", "greet", 0.3, False),
        ("preferred_days", "fridays only", "opening_hours", 0.95, False),
        ("preferred_days", "are you open on fridays?", "opening_hours", 0.95, True),
        ("visit_reason", "it hurts when I run", "pain_with_activity", 0.99, False),
        ("visit_reason", "how do you treat it", "treatment_overview", 0.9, True),
        ("new_patient", "yes", "affirm", 1.0, False),
        ("part_of_day", "morning", "greet", 0.8, False),
        ("patient_phone", "talk to a person", "talk_to_human", 0.97, True),
        ("patient_phone", "404 905 7342", "contact", 0.97, False),
    ],
)
def test_a_question_in_between_is_told_from_an_answer(
    clinic: ClinicContent, field: str, text: str, topic: str, confidence: float, asks: bool
) -> None:
    parse: dict[str, Any] = {"topic": {"name": topic, "confidence": confidence}}
    assert is_question(text, field, parse, frozenset(clinic.answers), clinic.booking) == asks


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert says_one_of("Never mind!", ["never mind"])
    assert not says_one_of("never mind the pain", ["never mind"])


def test_a_lone_number_is_told_from_text_with_one() -> None:
    assert is_phone_number_alone("(404) 905-7342")
    assert not is_phone_number_alone("Ana 404 905 7342")


@given(st.sampled_from(BOOKING_FIELDS), st.text(max_size=2000))
def test_no_answer_is_longer_than_staff_can_read(clinic: ClinicContent, field: str, text: str) -> None:
    value = answer_to(field, text, clinic.booking)
    assert value is None or 0 < len(value) <= 300
