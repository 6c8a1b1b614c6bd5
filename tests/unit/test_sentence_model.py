from __future__ import annotations

import numpy as np
import pytest

from bot.sentence_model import SentenceModel, make_sentence_model


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    return SentenceModel(make_sentence_model())


def test_sentences_of_one_meaning_are_near_and_others_far(model: SentenceModel) -> None:
    stairs, steps, hours = model.embed(
        ["my knee hurts going down the stairs", "pain in my knee on steps", "when do you open on saturday"]
    )
    assert stairs @ steps > 0.7
    assert stairs @ hours < 0.3


def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(model: SentenceModel) -> None:
    texts = ["short", "a somewhat longer sentence about a knee", "short too", ""]
    together = model.embed(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    assert np.allclose(together, np.vstack([model.embed([text]) for text in texts]), atol=0.02)


def test_a_text_without_end_takes_no_longer_than_its_beginning(model: SentenceModel) -> None:
    beginning = "my knee hurts " * 100
    assert np.allclose(model.embed([beginning]), model.embed([beginning * 50]), atol=1e-5)


def test_fewer_layers_make_a_smaller_model_that_still_tells_sentences_apart() -> None:
    whole, half = make_sentence_model(), make_sentence_model(layers=3)
    assert len(half.graph) < 0.85 * len(whole.graph)
    stairs, steps, hours = SentenceModel(half).embed(
        ["my knee hurts going down the stairs", "pain in my knee on steps", "when do you open on saturday"]
    )
    assert stairs @ steps > stairs @ hours
