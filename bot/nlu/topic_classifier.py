"""Rasa component: a linear classifier from features to topics, with confidence that can be believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from bot.content.importer import ORIGIN
from bot.ngrams import weighted

_SHOWN = 5
_FOLDS = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """A linear support vector machine over n-gram counts and the sentence embedding.

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
        return {"embedding_weight": 1.2, "penalty": 1.0}

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
        self._topics = sorted({example.get(INTENT) for example in examples})
        labels = np.array([self._topics.index(example.get(INTENT)) for example in examples])
        counts, vectors = _features(examples)
        self._arrays["rarity"] = TfidfTransformer().fit(counts).idf_.astype(np.float32)
        rows = self._rows(counts, vectors)
        machine = LinearSVC(C=self._config["penalty"])
        margins = cross_val_predict(
            machine, rows, labels, cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=1), method="decision_function"
        )
        machine.fit(rows, labels)
        self._arrays |= {
            "weights": np.ascontiguousarray(machine.coef_.T, dtype=np.float32),
            "offsets": machine.intercept_.astype(np.float32),
            "temperature": np.float32(_best_temperature(margins, labels)),
        }
        self._persist()
        return self._resource

    def _rows(self, counts: csr_matrix, vectors: Any) -> csr_matrix:
        """Return what the machine sees: weighted n-grams of length one beside the embedding."""
        return hstack(
            [weighted(counts, self._arrays["rarity"]), csr_matrix(vectors * self._config["embedding_weight"])]
        ).tocsr()

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
        for message in messages:
            ranking = self._ranking(message)
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[:_SHOWN], add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if not message.get(TEXT):
            return [{"name": None, "confidence": 0.0}]
        rows = self._rows(*_features([message]))
        margins = rows @ self._arrays["weights"] + self._arrays["offsets"]
        confidences = softmax(margins[0] / self._arrays["temperature"])
        order = np.argsort(confidences)[::-1]
        return [{"name": self._topics[number], "confidence": float(confidences[number])} for number in order]


def _check_clinic_content(examples: Sequence[Message]) -> None:
    if not any((example.get("metadata") or {}).get("intent", {}).get("origin") == ORIGIN for example in examples):
        raise InvalidConfigException(
            "The clinic's content is not in the training data. Under `importers`, config.yml must name "
            "bot.content.importer.ClinicImporter."
        )


def _features(messages: Sequence[Message]) -> tuple[csr_matrix, Any]:
    """Return the n-gram counts and the embeddings, a row a message."""
    counts, vectors = [], []
    for message in messages:
        _, sparse = message.get_sparse_features(TEXT)
        _, dense = message.get_dense_features(TEXT)
        counts.append(sparse.features.tocsr() if sparse else csr_matrix((1, 1)))
        vectors.append(dense.features[0] if dense else np.zeros(1, dtype=np.float32))
    return vstack(counts).tocsr(), np.vstack(vectors)


def _best_temperature(margins: Any, labels: Any) -> float:
    """Return the temperature under which the held-out margins explain their labels best."""

    def surprise(logarithm: float) -> float:
        logs = log_softmax(margins / np.exp(logarithm), axis=1)
        return float(-logs[np.arange(len(labels)), labels].mean())

    found = minimize_scalar(surprise, bounds=(-5, 3), method="bounded")
    return float(np.exp(found.x))
