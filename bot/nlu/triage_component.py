"""Rasa component, the last of the pipeline: puts the triage into the parse and lets a red flag take over.

A turn has assessed the message before Rasa sees it; then its assessment arrives with the message. Without a
turn (`rasa shell`, `rasa test nlu`) the message is assessed here, for itself.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.clinic import BOOK
from bot.content.importer import RED_FLAG_INTENT
from bot.model_files import ModelMissing
from bot.settings import ROOT
from bot.triage.engine import Triage
from bot.triage.opening import load_triage

logger = logging.getLogger(__name__)

_FALLBACK = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TriageComponent(GraphComponent, IntentClassifier):
    """Adds `triage` and `topic` to the parse; at emergency or urgent it sets the intent to the advice's."""

    def __init__(self, triage: Triage) -> None:
        self._triage = triage

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"clinic": "clinic", "models": "models"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TriageComponent:
        clinic, models = ROOT / config["clinic"], ROOT / config["models"]
        try:
            return cls(load_triage(clinic, models))
        except ModelMissing:
            logger.warning("Triage has no second reader here; `bot train` makes it. The rules stand alone.")
            return cls(Triage.from_directory(clinic / "red_flags"))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._process_one(message)
        return messages

    def _process_one(self, message: Message) -> None:
        of_turn = (message.get("metadata") or {}).get("triage") or self._assess(message.get(TEXT) or "")
        ranking = message.get("intent_ranking") or [message.get(INTENT) or {}]
        topic: dict[str, Any] = next((entry for entry in ranking if entry.get("name") != _FALLBACK), {})
        message.set("topic", topic, add_to_output=True)
        message.set("triage", of_turn["parse"], add_to_output=True)
        intent = self._overriding_intent(of_turn, topic.get("name"))
        if intent:
            message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)

    def _assess(self, text: str) -> dict[str, Any]:
        assessment = self._triage.assess(text)
        return {"parse": assessment.as_parse(), "group": assessment.group, "stands": None}

    @staticmethod
    def _overriding_intent(of_turn: dict[str, Any], topic: Any) -> str | None:
        if of_turn["group"]:
            return f"{RED_FLAG_INTENT}{of_turn['group']}"
        return of_turn["stands"] if topic == BOOK else None
