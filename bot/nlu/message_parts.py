"""Rasa component, the first of the pipeline: puts the sentences of a longer message beside it, to be read alone.

The parts travel with their message through the featurizers; the topic classifier reads them and lets them go. Rasa
takes the first message of the batch for the result, so the whole one stays in front.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

# Properties of a part: the message that it is a part of, and whether it asks something.
PART_OF, ASKS = "part_of", "asks"
_MOST_PARTS = 8
_FEWEST_WORDS = 2


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageParts(GraphComponent):
    """Appends to each message its sentences, if there are several."""

    def __init__(self, config: dict[str, Any]) -> None:
        starts = "|".join(map(re.escape, config["question_starts"]))
        self._starts_question = re.compile(rf"(?:{starts})\b", re.IGNORECASE)
        # "How much is it and where are you?" holds two questions, "aches and pains" holds none.
        self._ends = re.compile(
            rf"(?<=[.!?])\s+|\n+|\.\.+|[,;]?\s+(?:and|also|plus|,)\s+(?=(?:{starts})\b)", re.IGNORECASE
        )

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"question_starts": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageParts:
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        parts = [
            Message(data={TEXT: sentence, PART_OF: message, ASKS: self.asks(sentence)})
            for message in messages
            for sentence in self.sentences(message.get(TEXT) or "")
        ]
        return [*messages, *parts]

    def sentences(self, text: str) -> list[str]:
        """Return the sentences of the text, a question joined by "and" apart; none if it is a single one."""
        sentences = [part.strip() for part in self._ends.split(text) if len(part.split()) >= _FEWEST_WORDS]
        return sentences[:_MOST_PARTS] if len(sentences) > 1 else []

    def asks(self, sentence: str) -> bool:
        """Return whether the sentence is a question."""
        return sentence.endswith("?") or self._starts_question.match(sentence) is not None
