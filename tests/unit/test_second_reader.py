"""The second reader, trained on a handful of messages: what it may do to what the rules say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.meaning_reader import MeaningReader
from bot.triage.rules import load_rules
from bot.triage.second_reader import NO_RED_FLAG, Example, SecondReader
from bot.triage.training import train_second_reader
from bot.triage.words import Spelling
from bot.yaml_file import ContentError

_RULES = ROOT / "clinic" / "red_flags"
_SAYINGS = {
    "chest": [
        "a truck is parked on my ribcage",
        "truck parked on her ribcage",
        "truck on my ribcage since lunch",
        f"{'walk ' * 80} truck on my ribcage",
        "i have a heart attack",
        "my chest hurts",
    ],
    "clot": [
        "lower leg is a balloon animal",
        "my lower leg is a balloon animal today",
        "balloon animal of a leg",
        "my calf is swollen",
    ],
    NO_RED_FLAG: [
        "total heart attack when i saw the bill",
        "the wedding gave me a heart attack",
        "a knee that creaks",
        "do you have parking",
        "my truck is parked outside",
        "balloon party",
        "walk " * 100,
    ],
}
_UNKNOWN_TO_THE_RULES = "since lunch a truck is parked on my ribcage"


@pytest.fixture(scope="module")
def reader(triage: Triage) -> SecondReader:
    return SecondReader.train(
        [
            Example(triage.seen(text), group, is_arguable=False)
            for group, texts in _SAYINGS.items()
            for text in texts * 5
        ]
    )


@pytest.fixture(scope="module")
def both(reader: SecondReader) -> Triage:
    return Triage(load_rules(_RULES), reader)


def test_it_raises_what_the_rules_do_not_know(triage: Triage, both: Triage) -> None:
    assert triage.assess(_UNKNOWN_TO_THE_RULES).level == "none"
    assessment = both.assess(_UNKNOWN_TO_THE_RULES)
    assert (assessment.level, assessment.group) == ("emergency", "chest")
    assert "ribcage" in assessment.signs[0].text


def test_it_adds_nothing_where_the_rules_say_as_much(both: Triage) -> None:
    assessment = both.assess("my chest hurts, as if a truck is parked on my ribcage")
    assert [sign.sign for sign in assessment.signs if sign.level == "emergency"] == ["chest_pain"]
    assert both.assess("my calf is swollen, my truck is parked outside").level == "urgent"


def test_where_a_cue_leaves_open_whether_a_sign_counts_it_decides(triage: Triage, both: Triage) -> None:
    assert triage.assess("total heart attack at that wedding").level == "emergency"
    assert both.assess("total heart attack at that wedding").level == "none"


@pytest.mark.parametrize("text", ["a heart attack", "no parking, and i have a heart attack"])
def test_where_there_is_no_such_cue_the_rules_stand(both: Triage, text: str) -> None:
    assert both.assess(text).level == "emergency"


def test_what_it_does_not_believe_still_counts_as_a_complaint(both: Triage) -> None:
    assert both.assess("knee pain gave me a heart attack at the wedding").level == "routine"


def test_what_it_raised_stands_in_later_messages(both: Triage) -> None:
    said_before = both.assess(_UNKNOWN_TO_THE_RULES).findings
    assert both.assess("do you have parking", said_before).standing_emergency == "chest"


def test_a_denial_of_a_finding_of_the_group_takes_the_reading_back(both: Triage) -> None:
    said_before = both.assess(_UNKNOWN_TO_THE_RULES).findings
    assert both.assess("no chest pain, i was joking", said_before).standing_emergency is None


def test_one_sentence_counts_in_a_long_story(both: Triage) -> None:
    story = "walk " * 300
    assert both.assess(story).level == "none"
    assert both.assess(f"{story} {_UNKNOWN_TO_THE_RULES} {story}").level == "emergency"


def test_a_saved_reader_reads_the_same(reader: SecondReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "reader.npz")
    loaded = SecondReader.load(tmp_path / "reader.npz")
    for text in (text for said in _SAYINGS.values() for text in said):
        words = Spelling(set(), {}).words_of(text)
        looks = [each.look(words, frozenset({"mark"})).likely for each in (reader, loaded)]
        assert (looks[0] == looks[1]).all()


@pytest.fixture
def meanings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is read for its meaning."""
    read: list[str] = []
    likelihoods = MeaningReader.likelihoods

    def collect(self: MeaningReader, texts: list[str]) -> Any:
        read.extend(texts)
        return likelihoods(self, texts)

    monkeypatch.setattr(MeaningReader, "likelihoods", collect)
    return read


def test_the_meaning_is_read_only_where_the_words_leave_it_open(both: Triage, meanings: list[str]) -> None:
    for text in ("truck parked on her ribcage", "a knee that creaks", "do you have parking"):
        both.assess(text)
    assert meanings == []
    both.assess("my leg creaks")
    assert set(meanings) == {"my leg creaks"}


def test_of_a_story_without_end_a_few_pieces_are_read_for_their_meaning(both: Triage, meanings: list[str]) -> None:
    both.assess("my leg creaks " * 400)
    assert len(meanings) == 8


def test_a_message_whose_level_does_not_fit_its_file_stops_training(triage: Triage, tmp_path: Path) -> None:
    header = "id,text,topic,topic_alt,triage,triage_alt\n"
    (tmp_path / "chest.csv").write_text(f"{header}chest-1,my knee creaks,describe_symptoms,,routine,\n")
    with pytest.raises(ContentError, match="chest-1 is routine"):
        train_second_reader(triage, tmp_path, tmp_path)
