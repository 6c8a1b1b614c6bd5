"""Rasa component: a linear classifier from features to topics, with confidence that can be believed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from bot.content.importer import ORIGIN
from bot.content.message_importer import WEIGHT
from bot.linear_models import NgramCounter, fit_one_against_rest, weighted
from bot.nlu.message_parts import ASKS, PART_OF

_SHOWN = 5
_KEPT_BACK = 0.2
_TOLERANCE = 0.05
# What only one message says, no other message will be recognised by.
_FEWEST_MESSAGES = 2
_NGRAMS = NgramCounter(re.compile(r"\w+").findall)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """A linear support vector machine over n-grams and the sentence embedding.

    A question of a longer message that is surely of another topic becomes `second_topic`; so does a sentence of a
    topic among the `wishes`, which need not be asked.
    Its margins become confidences by one temperature, fitted on messages that the machine had not seen.
    What is kept is plain arrays: loading runs no code and takes milliseconds.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._topics: list[str] = []
        self._arrays: dict[str, Any] = {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "ngrams_weight": 1.0,
            "embedding_weight": 1.2,
            "penalty": 1.0,
            "second_topic_threshold": 0.5,
            "wishes": [],
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        _check_clinic_content(examples)
        labels = np.array([example.get(INTENT) for example in examples])
        counts = _NGRAMS.counts([example.get(TEXT) for example in examples])
        self._arrays["columns"] = np.flatnonzero(np.bincount(counts.indices) >= _FEWEST_MESSAGES)
        self._arrays["rarity"] = TfidfTransformer().fit(counts[:, self._arrays["columns"]]).idf_.astype(np.float32)
        rows, trust = self._rows(examples), np.array([_metadata(example).get(WEIGHT, 1.0) for example in examples])
        self._arrays["temperature"] = np.float32(self._fitted_temperature(rows, labels, trust))
        self._topics, self._arrays["weights"], self._arrays["offsets"] = self._fit(rows, labels, trust)
        self._persist()
        return self._resource

    def _fit(self, rows: csr_matrix, labels: Any, trust: Any) -> tuple[list[str], Any, Any]:
        return fit_one_against_rest(lambda: LinearSVC(C=self._config["penalty"], tol=_TOLERANCE), rows, labels, trust)

    def _fitted_temperature(self, rows: csr_matrix, labels: Any, trust: Any) -> float:
        learnt, kept = train_test_split(range(len(labels)), test_size=_KEPT_BACK, stratify=labels, random_state=1)
        topics, weights, offsets = self._fit(rows[learnt], labels[learnt], trust[learnt])
        numbers = np.searchsorted(topics, labels[kept])
        return _best_temperature(rows[kept] @ weights + offsets, numbers)

    def _rows(self, messages: Sequence[Message]) -> csr_matrix:
        """Return what the machine sees: weighted n-grams of length one beside the embedding."""
        counts = _NGRAMS.counts([message.get(TEXT) for message in messages])[:, self._arrays["columns"]]
        vectors = np.vstack([_vector(message) for message in messages])
        ngrams = weighted(counts, self._arrays["rarity"]) * self._config["ngrams_weight"]
        return hstack([ngrams, csr_matrix(vectors * self._config["embedding_weight"])]).tocsr()

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as directory:
            np.savez_compressed(directory / "classifier.npz", **self._arrays)
            (directory / "topics.json").write_text(json.dumps(self._topics), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            with np.load(directory / "classifier.npz", allow_pickle=False) as arrays:
                classifier._arrays = dict(arrays)
            classifier._topics = json.loads((directory / "topics.json").read_text(encoding="utf-8"))
        return classifier

    def process(self, messages: list[Message]) -> list[Message]:
        parts: defaultdict[int, list[Message]] = defaultdict(list)
        for message in messages:
            if message.get(PART_OF):
                parts[id(message.get(PART_OF))].append(message)
        whole = [message for message in messages if not message.get(PART_OF)]
        for message in whole:
            self._process_one(message, parts[id(message)])
        return whole

    def _process_one(self, message: Message, parts: list[Message]) -> None:
        if not message.get(TEXT):
            ranking: list[dict[str, Any]] = [{"name": None, "confidence": 0.0}]
        else:
            whole, *sentences = self._margins([message, *parts])
            ranking = self._ranking(whole)
            asked = [margins for part, margins in zip(parts, sentences, strict=True) if part.get(ASKS)]
            said = [margins for part, margins in zip(parts, sentences, strict=True) if not part.get(ASKS)]
            second = self._second_topic(ranking[0]["name"], asked, said)
            if second:
                message.set("second_topic", second, add_to_output=True)
        message.set("intent", ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking[:_SHOWN], add_to_output=True)

    def _margins(self, messages: Sequence[Message]) -> Any:
        return self._rows(messages) @ self._arrays["weights"] + self._arrays["offsets"]

    def _ranking(self, margins: Any) -> list[dict[str, Any]]:
        confidences = softmax(margins / self._arrays["temperature"])
        order = np.argsort(confidences)[::-1]
        return [{"name": self._topics[number], "confidence": float(confidences[number])} for number in order]

    def _second_topic(self, topic: str, asked: list[Any], said: list[Any]) -> Optional[dict[str, Any]]:
        """Return what else is asked or wished, the surest first; None if nothing is sure."""
        wishes = [entry for entry in self._likeliest(said) if entry["name"] in self._config["wishes"]]
        others = [entry for entry in (*self._likeliest(asked), *wishes) if entry["name"] != topic]
        surest = max(others, key=lambda entry: float(entry["confidence"]), default=None)
        return surest if surest and surest["confidence"] >= self._config["second_topic_threshold"] else None

    def _likeliest(self, sentences: list[Any]) -> list[dict[str, Any]]:
        return [self._ranking(margins)[0] for margins in sentences]


def _check_clinic_content(examples: Sequence[Message]) -> None:
    if not any(_metadata(example).get("origin") == ORIGIN for example in examples):
        raise InvalidConfigException(
            "The clinic's content is not in the training data. Under `importers`, config.yml must name "
            "bot.content.importer.ClinicImporter."
        )


def _metadata(example: Message) -> dict[str, Any]:
    """Return what the importers say of the example's topic."""
    found: dict[str, Any] = (example.get("metadata") or {}).get("intent") or {}
    return found


def _vector(message: Message) -> Any:
    """Return the sentence embedding; without that featurizer there is none."""
    _, dense = message.get_dense_features(TEXT)
    return dense.features[0] if dense else np.zeros(1, dtype=np.float32)


def _best_temperature(margins: Any, labels: Any) -> float:
    """Return the temperature under which the held-out margins explain their labels best."""

    def surprise(logarithm: float) -> float:
        logs = log_softmax(margins / np.exp(logarithm), axis=1)
        return float(-logs[np.arange(len(labels)), labels].mean())

    found = minimize_scalar(surprise, bounds=(-5, 3), method="bounded")
    return float(np.exp(found.x))
