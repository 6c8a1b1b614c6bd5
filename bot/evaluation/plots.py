"""Draws an evaluation: whether the confidence can be believed, and which topics are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from sklearn.calibration import calibration_curve
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

from bot.evaluation.figures import Prediction
from bot.triage.messages import LabelledMessage

_BINS = 10
_INCHES_A_TOPIC = 0.3


def draw_plots(messages: Sequence[LabelledMessage], predictions: Sequence[Prediction], directory: Path) -> list[Path]:
    """Write reliability.png and confusion.png to the directory and return them; an alternative topic is right."""
    mpl.use("Agg")  # no screen is asked for
    directory.mkdir(parents=True, exist_ok=True)
    reliability, confusion = directory / "reliability.png", directory / "confusion.png"
    _draw_reliability(messages, predictions, reliability)
    _draw_confusion(messages, predictions, confusion)
    return [reliability, confusion]


def _draw_reliability(messages: Sequence[LabelledMessage], predictions: Sequence[Prediction], path: Path) -> None:
    is_right = [guess.topic in message.topics for message, guess in zip(messages, predictions, strict=True)]
    confidences = [guess.confidence for guess in predictions]
    right, said = calibration_curve(is_right, np.clip(confidences, 0, 1), n_bins=_BINS)
    figure, (curve, counts) = plt.subplots(
        2, sharex=True, gridspec_kw={"height_ratios": (3, 1)}, figsize=(5, 6), layout="constrained"
    )
    curve.plot([0, 1], [0, 1], color="grey", linestyle="dashed", label="as it should be")
    curve.plot(said, right, marker="o", label="measured")
    curve.set(ylabel="share that is right", title=f"{len(messages)} messages")
    curve.legend()
    counts.hist(confidences, bins=_BINS, range=(0, 1))
    counts.set(xlabel="confidence", ylabel="messages")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _draw_confusion(messages: Sequence[LabelledMessage], predictions: Sequence[Prediction], path: Path) -> None:
    pairs = list(zip(messages, predictions, strict=True))
    labels = [message.topic for message in messages]
    guesses = [message.topic if guess.topic in message.topics else guess.topic for message, guess in pairs]
    topics = sorted({*labels, *guesses})
    size = 3 + _INCHES_A_TOPIC * len(topics)
    figure, axes = plt.subplots(figsize=(size, size), layout="constrained")
    matrix = ConfusionMatrixDisplay(confusion_matrix(labels, guesses, labels=topics), display_labels=topics)
    matrix.plot(ax=axes, xticks_rotation="vertical", colorbar=False, cmap="Blues")
    for count in matrix.text_.ravel():
        count.set_visible(count.get_text() != "0")
    axes.set(xlabel="taken for", ylabel="labelled")
    figure.savefig(path, dpi=120)
    plt.close(figure)
