from __future__ import annotations

from pathlib import Path

from bot.training_phrases import alike_across_topics, training_phrases

_FILE = """nlu:
- intent: location
  examples: |
    - where are you
    - how do I find you
- intent: contact
  examples: |
    - Please, where ARE you?
    - how do you find me in the phone book
"""


def test_phrases_that_say_the_same_words_in_two_topics_are_found_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "clinic.yml").write_text(_FILE, encoding="utf-8")
    ((phrase, other),) = alike_across_topics(training_phrases(tmp_path))
    assert (phrase.topic, other.topic) == ("contact", "location")
    assert phrase.problem("twice").endswith("clinic.yml:7: twice")
