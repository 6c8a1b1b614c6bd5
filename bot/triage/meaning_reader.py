"""Reads what a message means where its words alone leave that open: a small network over the sentence embedding.

"I can't lace that boot any more" and "her ankle is huge" share no word. Half the layers of the sentence model tell red
flags apart as well as all of them and take half the time.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from bot.sentence_model import SentenceModel, SentenceModelFiles, make_sentence_model

_LAYERS = 3
_HIDDEN = 256
_BATCH = 256
# More steps learn the messages by heart.
_STEPS = 1500
# An embedding has length one, too little for the network to learn from in so many steps.
_SCALE = 4.0


class MeaningReader:
    """Gives each message a likelihood for each group of red flags. `arrays` are what has to be kept of it."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.arrays = arrays
        self._model = SentenceModel(SentenceModelFiles(arrays["graph"].tobytes(), arrays["tokenizer"].tobytes()))

    @classmethod
    def train(cls, texts: Sequence[str], labels: Any) -> MeaningReader:
        """Learn from messages and their groups, in the order in which groups sort; there must be three at least."""
        files = make_sentence_model(_LAYERS)
        batch = min(_BATCH, len(texts))
        rounds = max(_STEPS // math.ceil(len(texts) / batch), 1)
        network = MLPClassifier(_HIDDEN, batch_size=batch, max_iter=rounds, random_state=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(SentenceModel(files).embed(texts) * _SCALE, labels)
        hidden_weights, last_weights = network.coefs_
        hidden_offsets, last_offsets = network.intercepts_
        return cls(
            {
                "graph": np.frombuffer(files.graph, dtype=np.uint8),
                "tokenizer": np.frombuffer(files.tokenizer, dtype=np.uint8),
                "hidden_weights": hidden_weights.astype(np.float32),
                "hidden_offsets": hidden_offsets.astype(np.float32),
                "last_weights": last_weights.astype(np.float32),
                "last_offsets": last_offsets.astype(np.float32),
            }
        )

    def likelihoods(self, texts: Sequence[str]) -> Any:
        """Return an array with a row for each text and a column for each group; the rows sum up to one."""
        arrays, vectors = self.arrays, self._model.embed(texts) * _SCALE
        hidden = np.maximum(vectors @ arrays["hidden_weights"] + arrays["hidden_offsets"], 0)
        return softmax(hidden @ arrays["last_weights"] + arrays["last_offsets"], axis=1)
