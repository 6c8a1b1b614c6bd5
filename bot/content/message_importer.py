"""Gives Rasa's training the topics of the messages that triage learns from."""

from __future__ import annotations

from typing import Any, Optional, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.settings import ROOT
from bot.triage.messages import read_messages

WEIGHT = "weight"


class MessageImporter(TrainingDataImporter):
    """Reads these `files` of `data/triage/`: those whose messages are told apart by topic.

    They are many and mostly complaints, so each has this `weight` where a phrase of the topics has 1.
    """

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[list[str], str]] = None,
        files: Optional[list[str]] = None,
        weight: float = 1.0,
        **kwargs: Any,
    ) -> None:
        self._metadata = {WEIGHT: weight}
        self._paths = [ROOT / "data" / "triage" / f"{name}.csv" for name in files or ()]

    def get_domain(self) -> Domain:
        return Domain.empty()

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        return StoryGraph([])

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        messages = (message for path in self._paths for message in read_messages(path))
        return TrainingData(
            [
                Message.build(text=message.text, intent=message.topic, intent_metadata=self._metadata)
                for message in messages
            ]
        )

    def get_config(self) -> dict[str, Any]:
        return {}

    def get_config_file_for_auto_config(self) -> Optional[str]:
        return None
