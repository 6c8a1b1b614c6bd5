"""Triage on messages it has not seen, and on messages changed in ways that must not matter, or must."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation.figures import Share
from bot.evaluation.safety import judges, safety_sets, sensitivity
from bot.model import train
from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.messages import read_messages
from bot.triage.opening import load_triage
from tests.builders import make_settings

_SETS = safety_sets()
# What docs/safety.md reports, less what a handful of messages makes.
_FLOORS = {"emergency": 0.96, "either": 0.97, "hard": 0.08, "ordinary": 0.03}
# Each says one sign of its group plainly, so that a denial of it leaves none.
_PLAIN = {
    "chest pain": "emergency",
    "trouble breathing": "emergency",
    "slurred speech": "emergency",
    "swelling in my calf": "urgent",
    "fever and chills with my knee pain": "urgent",
    "numbness in my foot": "urgent",
}


@pytest.fixture(scope="module")
def whole_triage(tmp_path_factory: pytest.TempPathFactory) -> Triage:
    """Triage with the second reader, as it runs."""
    settings = make_settings(tmp_path_factory.mktemp("safety"))
    train(settings)
    return load_triage(settings.clinic_directory, settings.models_directory)


@pytest.fixture(scope="module")
def caught(whole_triage: Triage) -> list[str]:
    """The red flags that are recognised."""
    return [message.text for message in _SETS["red_flags"] if whole_triage.assess(message.text).is_red_flag]


@pytest.fixture(scope="module")
def stated(triage: Triage, caught: list[str]) -> list[str]:
    """Those of them that the rules recognise by themselves."""
    return [text for text in caught if triage.assess(text).is_red_flag]


def test_the_sets_are_large_and_half_of_them_hard_negatives() -> None:
    assert sum(map(len, _SETS.values())) >= 500
    assert len(_SETS["hard_negatives"]) >= len(_SETS["red_flags"]) * 0.9


def test_no_message_of_the_sets_is_trained_on() -> None:
    def key(text: str) -> str:
        return " ".join("".join(letter for letter in text.lower() if letter.isalnum() or letter == " ").split())

    trained = {key(row.text) for path in (ROOT / "data" / "triage").glob("*.csv") for row in read_messages(path)}
    held_back = {key(message.text) for rows in _SETS.values() for message in rows}
    assert not {text for text in trained & held_back if len(text.split()) > 3}


def test_triage_stays_as_good_as_docs_safety_says(whole_triage: Triage) -> None:
    judge = judges(whole_triage)["KneeDesk"]
    emergencies = [message for message in _SETS["red_flags"] if message.triage == "emergency"]
    assert _rate(sensitivity(emergencies, judge, "emergency")) >= _FLOORS["emergency"]
    assert _rate(sensitivity(_SETS["red_flags"], judge)) >= _FLOORS["either"]
    assert _rate(sensitivity(_SETS["hard_negatives"], judge)) <= _FLOORS["hard"]
    assert _rate(sensitivity(_SETS["ordinary"], judge)) <= _FLOORS["ordinary"]


def _rate(share: Share) -> float:
    return share.hits / share.total


_CHANGES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "lower case": str.lower,
    "politeness": lambda text: f"Hello! {text} Thank you so much.",
    "a second topic": lambda text: f"{text} Also, do you take Aetna?",
    "no apostrophes": lambda text: text.replace("'", ""),
    "exclamation marks": lambda text: text + "!!!",
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_does_not_matter_loses_nothing_that_the_rules_see(
    triage: Triage, stated: list[str], change: Callable[[str], str], data: st.DataObject
) -> None:
    assert triage.assess(change(data.draw(st.sampled_from(stated)))).is_red_flag


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_what_does_not_matter_loses_hardly_any_red_flag(
    whole_triage: Triage, caught: list[str], change: Callable[[str], str]
) -> None:
    kept = [whole_triage.assess(change(text)).is_red_flag for text in caught]
    assert sum(kept) >= 0.96 * len(caught)


@pytest.mark.parametrize("sign", _PLAIN)
@pytest.mark.parametrize("other", ["no fever", "no swelling", "no chest pain", "no numbness"])
def test_the_denial_of_another_sign_loses_no_red_flag(whole_triage: Triage, sign: str, other: str) -> None:
    if other.rsplit(maxsplit=1)[-1] in sign:
        pytest.skip("the same sign")
    assert whole_triage.assess(f"{other} but I have {sign}").level == _PLAIN[sign]
    assert whole_triage.assess(f"I have {sign}, {other}").level == _PLAIN[sign]


@pytest.mark.parametrize("sign", _PLAIN)
@pytest.mark.parametrize("denial", ["no {}", "I have no {}", "I don't have {}", "without {}", "never had {}"])
def test_the_denial_of_the_sign_itself_takes_it_away(whole_triage: Triage, sign: str, denial: str) -> None:
    assert not whole_triage.assess(denial.format(sign)).is_red_flag


def test_a_slip_of_the_thumb_loses_hardly_any(whole_triage: Triage, caught: list[str]) -> None:
    choice = random.Random(1)
    slipped = [_with_slip(text, choice) for text in caught if len(text.split()) >= 4]
    kept = [whole_triage.assess(text).is_red_flag for text in slipped]
    assert sum(kept) >= 0.97 * len(slipped)


def _with_slip(text: str, choice: random.Random) -> str:
    """Swap two neighbouring letters inside a word of at least five."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not places:
        return text
    place = choice.choice(places)
    word = words[place]
    at = choice.randrange(1, len(word) - 2)
    words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)
