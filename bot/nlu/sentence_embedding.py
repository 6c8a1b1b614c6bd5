"""Rasa component: gives every message the vector of its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.sentence_model import SentenceModel, SentenceModelFiles, make_sentence_model

_GRAPH, _TOKENIZER = "sentence.onnx", "tokenizer.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the sentence embedding of all-MiniLM-L6-v2 as a sentence-level feature.

    Training learns nothing; it puts the model into the archive, so that what was trained is what is served.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, name: str) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._model: Optional[SentenceModel] = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return dict(DenseFeaturizer.get_default_config())

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        pass

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbeddingFeaturizer:
        return cls(config, model_storage, resource, execution_context.node_name or cls.__name__)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEmbeddingFeaturizer:
        component = cls.create(config, model_storage, resource, execution_context)
        component._open()
        return component

    def _open(self) -> SentenceModel:
        with self._storage.read_from(self._resource) as directory:
            files = SentenceModelFiles((directory / _GRAPH).read_bytes(), (directory / _TOKENIZER).read_bytes())
        self._model = SentenceModel(files)
        return self._model

    def train(self, training_data: TrainingData) -> Resource:
        files = make_sentence_model()
        with self._storage.write_to(self._resource) as directory:
            (directory / _GRAPH).write_bytes(files.graph)
            (directory / _TOKENIZER).write_bytes(files.tokenizer)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self._embed(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        self._embed(messages)
        return messages

    def _embed(self, messages: Sequence[Message]) -> None:
        model = self._model or self._open()
        with_text = [message for message in messages if message.get(TEXT)]
        vectors = model.embed([message.get(TEXT) for message in with_text])
        for message, vector in zip(with_text, vectors, strict=True):
            row = np.asarray(vector, dtype=np.float32).reshape(1, -1)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
