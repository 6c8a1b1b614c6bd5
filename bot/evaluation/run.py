"""Runs an evaluation: every message through a turn of its own, then the figures and the files."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from bot.evaluation.assistant import assistant_for_evaluation
from bot.evaluation.figures import Prediction, figures
from bot.evaluation.report import shown_figures
from bot.settings import Settings
from bot.store.turns import Turn
from bot.triage.messages import LabelledMessage, read_messages

_PROGRESS_EVERY = 100


def evaluate_file(
    settings: Settings,
    file: Path,
    predictions_file: Optional[Path] = None,
    json_file: Optional[Path] = None,
    plots: Optional[Path] = None,
) -> str:
    """Return the report; write the files, and the pictures into the folder, that are asked for."""
    messages = read_messages(file)
    predictions = []
    with assistant_for_evaluation(settings) as answer:
        for number, message in enumerate(messages):
            if number % _PROGRESS_EVERY == 0:
                print(f"{number} of {len(messages)} messages", file=sys.stderr)
            predictions.append(_prediction(answer(message.id, message.text)))
    result = figures(messages, predictions)
    if predictions_file:
        _write_predictions(predictions_file, messages, predictions)
    if json_file:
        json_file.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
    if plots:
        from bot.evaluation.plots import draw_plots  # matplotlib takes seconds, and most evaluations are read

        draw_plots(messages, predictions, plots)
    return shown_figures(result, messages, predictions)


def _prediction(turn: Turn) -> Prediction:
    choices = [choice for reply in turn.replies or () for choice in reply["choices"]]
    parts = [reply["text"].strip() for reply in turn.replies or ()] + [f"[{choice['title']}]" for choice in choices]
    signs = (turn.triage or {}).get("signs", ())
    events = turn.events or ()
    intent = next((event["parse_data"]["intent"]["name"] for event in events if event["event"] == "user"), "")
    return Prediction(
        topic=turn.topic or "",
        confidence=turn.confidence or 0.0,
        triage=turn.triage_level or "none",
        signs=tuple(sign["sign"] for sign in signs),
        reply="\n".join(parts),
        offered=frozenset(choice["payload"].lstrip("/") for choice in choices),
        was_unsure=intent == "nlu_fallback",
    )


def _write_predictions(path: Path, messages: Sequence[LabelledMessage], predictions: Sequence[Prediction]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "topic", "confidence", "triage", "signs", "reply"])
        for message, guess in zip(messages, predictions, strict=True):
            row = [message.id, guess.topic, f"{guess.confidence:.4f}", guess.triage, " ".join(guess.signs), guess.reply]
            writer.writerow(row)
