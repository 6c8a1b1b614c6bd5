from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.clinic import ClinicContent, load_clinic
from bot.content.lint import lint_content, segments
from bot.settings import ROOT
from bot.triage.rules import load_rules
from bot.yaml_file import ContentError


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copy the clinic's folder and replace a text in one of its files."""

    def change(name: str, before: str, after: str) -> Path:
        directory = tmp_path / "clinic"
        shutil.copytree(ROOT / "clinic", directory)
        path = directory / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return directory

    return change


Change = Callable[[str, str, str], Path]


def test_an_unknown_fact_is_said_to_be_unknown_with_the_phone_number(clinic: ClinicContent) -> None:
    answer = clinic.answers["opening_hours"]
    assert "I do not have our opening hours" in answer.web
    assert clinic.clinic.phone in answer.sms


def test_a_fact_is_served_as_soon_as_the_clinic_fills_it_in(copy: Change) -> None:
    clinic = load_clinic(copy("clinic.yml", "opening_hours:\n", "opening_hours: Monday to Friday, 8 to 6\n"))
    assert clinic.answers["opening_hours"].web.startswith("We are open Monday to Friday, 8 to 6.")


@pytest.mark.parametrize(
    ("name", "before", "after", "problem"),
    [
        ("answers/greet.yml", "label:", "lable:", r"greet\.yml:2: lable: extra fields not permitted"),
        ("answers/greet.yml", "sms:", "smss:", r"sms: field required"),
        ("answers/contact.yml", "{phone}", "{fax}", r"contact\.yml:\d+: clinic\.yml does not say 'fax'"),
        ("answers/contact.yml", "{phone}", "{street_address}", r"does not say 'street_address'"),
        ("answers/contact.yml", "[phone]", "[fax]", r"facts\.yml has no fact 'fax'"),
        ("answers/contact.yml", "[book_appointment]", "[dance]", r"there is no answer 'dance' to offer"),
        ("answers/contact.yml", "topic: contact", "topic: phone", r"the file is named 'contact'"),
        ("messages.yml", "too_fast:", "too_slow:", r"too_fast is missing"),
        ("clinic.yml", 'phone: "(404) 905-7342"', "phone:", r"clinic\.yml:\d+: phone: "),
        ("booking.yml", "  preferred_days:\n    label", "  days:\n    label", r"questions must be exactly"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    copy: Change, name: str, before: str, after: str, problem: str
) -> None:
    with pytest.raises(ContentError, match=problem):
        load_clinic(copy(name, before, after))


@pytest.mark.parametrize(
    ("name", "before", "after", "problem"),
    [
        ("chest.yml", "when: [chest_pain, heart_attack]", "when: [chest_pane]", "there is no finding 'chest_pane'"),
        ("clot.yml", "swelling @ any_leg", "swelling @ tail", "there is no site 'tail'"),
        ("chest.yml", "chest <ache>", "chest <aches>", "there is no word list <aches>"),
        ("chest.yml", "level: emergency", "level: emergancy", "unexpected value"),
        ("chest.yml", "sources:", "source:", "sources: field required"),
        ("clot.yml", "level: urgent", "level: urgent\nstands: emergency_stands", "`stands` belongs to"),
    ],
)
def test_a_broken_rule_file_is_told_with_file_and_line(
    copy: Change, name: str, before: str, after: str, problem: str
) -> None:
    with pytest.raises(ContentError, match=rf"{name}:\d+: .*{problem}|{problem}"):
        load_rules(copy(f"red_flags/{name}", before, after) / "red_flags")


@pytest.fixture
def problems(copy: Change) -> Callable[[str, str, str], list[str]]:
    """Say what `bot check` finds in the wording of a clinic with one text replaced."""

    def found(name: str, before: str, after: str) -> list[str]:
        directory = copy(name, before, after)
        return list(lint_content(load_clinic(directory), load_rules(directory / "red_flags"), directory))

    return found


Problems = Callable[[str, str, str], list[str]]

_HARD = "Comprehensive neuromusculoskeletal rehabilitation necessitates individualized periodization considerations."


def test_the_clinics_own_wording_is_short_and_easy(problems: Problems) -> None:
    assert problems("answers/contact.yml", "topic", "topic") == []


@pytest.mark.parametrize(
    ("name", "before", "after", "problem"),
    [
        (
            "answers/contact.yml",
            "You can reach",
            _HARD + " You can reach",
            r"contact\.yml:4: web reads at school grade",
        ),
        ("answers/contact.yml", 'sms: "Call', f'sms: "{_HARD} Call', r"contact\.yml:7: sms reads at school grade"),
        ("answers/contact.yml", "You can reach", "Yes. No. Go. Do. You can reach", r"yml:4: web has more than 5 sent"),
        ("answers/contact.yml", 'sms: "Call', 'sms: "' + "We are here. " * 24 + "Call", r"sms fills 3 text messages"),
        ("answers/contact.yml", 'sms: "Call', 'sms: "' + "¡Está aquí! " * 8 + "Call", r"sms fills 3 text messages"),
        ("messages.yml", "web: I cannot see pictures.", f"web: I cannot. {_HARD}", r"messages\.yml:\d+: web reads"),
        ("booking.yml", 'sms: "All right', 'sms: "' + "One more. " * 40, r"booking\.yml:\d+: sms fills"),
        ("red_flags/chest.yml", 'sms: "Call 911 now.', 'sms: "' + "Call 911 now. " * 20, r"chest\.yml:\d+: sms fills"),
        ("leg_check.yml", 'sms: "', 'sms: "' + "One more thing. " * 20, r"leg_check\.yml:\d+: sms fills"),
    ],
)
def test_wording_that_serves_patients_badly_is_told_with_file_and_line(
    problems: Problems, name: str, before: str, after: str, problem: str
) -> None:
    assert any(re.search(problem, found) for found in problems(name, before, after))


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 307, 3), ("[" * 80, 1), ("[" * 81, 2), ("á" * 70, 1), ("á" * 71, 2)],
)
def test_a_text_message_is_counted_as_the_carriers_count_it(text: str, count: int) -> None:
    assert segments(text) == count


def test_an_emergency_advice_begins_with_what_to_do() -> None:
    first_words = (
        "Call 911 now",
        "Call or text 988 now",
        "Go to the nearest emergency",
        "Go to an emergency",
        "Go to a",
    )
    for group in load_rules(ROOT / "clinic" / "red_flags").groups.values():
        if group.level == "emergency" and group.advice:
            assert group.advice.web.startswith(first_words)
            assert group.advice.sms.startswith(first_words)
