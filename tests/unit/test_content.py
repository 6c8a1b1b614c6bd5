from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.clinic import ClinicContent, load_clinic
from bot.settings import ROOT
from bot.triage.rules import load_rules
from bot.yaml_file import ContentError

# One text message holds 160 characters of the GSM alphabet, each of several 153; two are what people read.
_TWO_SEGMENTS = 306
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


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


def test_every_sms_fits_two_segments_of_the_gsm_alphabet(clinic: ClinicContent) -> None:
    advice = {
        f"{name}/{language}": clinic.fill(wording).sms
        for name, group in load_rules(ROOT / "clinic" / "red_flags").groups.items()
        if group.advice
        for language, wording in (("en", group.advice), ("es", group.advice.es))
    }
    texts = {**{name: answer.sms for name, answer in clinic.answers.items()}, **advice}
    texts |= {name: message.sms for name, message in clinic.messages.items()}
    too_long = {name: len(text) for name, text in texts.items() if len(text) > _TWO_SEGMENTS}
    strange = {name: set(text) - _GSM for name, text in texts.items() if set(text) - _GSM}
    assert (too_long, strange) == ({}, {})


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
