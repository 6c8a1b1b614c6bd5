"""Compares ways to recognise topics, on the held-back messages: the table of docs/understanding.md.

    python -m bench.understanding

Every way is trained by Rasa on the project's own phrases, in a process of its own; another process loads it and reads
the messages one by one, as they come from patients. DIET learns from `data/nlu/` alone, for ten epochs, which take
twelve minutes.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from bot.evaluation.figures import share
from bot.settings import ROOT
from bot.triage.messages import read_messages

_MESSAGES = ROOT / "tests" / "understanding" / "messages.csv"
_DOCUMENT = ROOT / "docs" / "understanding.md"
_BEGIN, _END = "<!-- figures: make ablation -->", "<!-- end of figures -->"
_TOKENS = {"name": "WhitespaceTokenizer"}
_LETTERS = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 5, "min_df": 2}
_EMBEDDING = {"name": "bot.nlu.sentence_embedding.SentenceEmbeddingFeaturizer"}
_CLASSIFIER = "bot.nlu.topic_classifier.TopicClassifier"
_DIET = "DIET"
_WAYS: dict[str, list[dict[str, Any]]] = {
    "n-grams": [{"name": _CLASSIFIER}],
    "embedding": [_EMBEDDING, {"name": _CLASSIFIER, "ngrams_weight": 0.0}],
    "both": [_EMBEDDING, {"name": _CLASSIFIER}],
    _DIET: [_TOKENS, {"name": "CountVectorsFeaturizer"}, _LETTERS, {"name": "DIETClassifier", "epochs": 10}],
}


def main() -> None:
    """Measure every way and put the table into the document; with arguments, do one step of it."""
    if sys.argv[1:2] == ["train"]:
        return _train(Path(sys.argv[2]))
    if sys.argv[1:2] == ["read"]:
        return _read(Path(sys.argv[2]))
    rows = []
    for name in _WAYS:
        rows.append(_row(name, _measured(name)))
        print(rows[-1], flush=True)
    families = sorted({message.family for message in read_messages(_MESSAGES)})
    header = ["", *(name.replace("_", " ") for name in families), "all", "training", "a message", "memory", "archive"]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))
    before, _, rest = _DOCUMENT.read_text(encoding="utf-8").partition(_BEGIN)
    _DOCUMENT.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")
    return None


def _row(name: str, found: dict[str, Any]) -> list[str]:
    right = [f"{found['right'][family]:.1%}" for family in sorted(found["right"])]
    return [
        name,
        *right,
        f"{found['all']:.1%}",
        f"{found['training_seconds']:.0f} s",
        f"{found['milliseconds']:.1f} ms",
        f"{found['megabytes']:.0f} MB",
        f"{found['archive_megabytes']:.0f} MB",
    ]


def _measured(name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
        config["pipeline"] = _WAYS[name]
        if name == _DIET:
            config["importers"] = [importer for importer in config["importers"] if "files" not in importer]
        (directory / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        started = time.monotonic()
        _step("train", directory)
        training = time.monotonic() - started
        found: dict[str, Any] = json.loads(_step("read", directory).splitlines()[-1])
        archive = (directory / "model.tar.gz").stat().st_size / 1e6
        return {**found, "training_seconds": training, "archive_megabytes": archive}


def _step(name: str, directory: Path) -> str:
    command = [sys.executable, "-m", "bench.understanding", name, str(directory)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _train(directory: Path) -> None:
    from rasa.model_training import train_nlu

    train_nlu(
        config=str(directory / "config.yml"),
        nlu_data=str(ROOT / "data" / "nlu"),
        output=str(directory),
        fixed_model_name="model",
        domain=str(ROOT / "domain.yml"),
    )


def _read(directory: Path) -> None:
    from rasa.core.agent import Agent

    agent = Agent.load(str(directory / "model.tar.gz"))
    right: defaultdict[str, list[bool]] = defaultdict(list)
    seconds = []
    for message in read_messages(_MESSAGES):
        started = time.perf_counter()
        parsed = asyncio.run(agent.parse_message(message.text))
        seconds.append(time.perf_counter() - started)
        right[message.family].append(parsed["intent"]["name"] in message.topics)
    everything = [is_right for family in right.values() for is_right in family]
    print(
        json.dumps(
            {
                "right": {family: sum(hits) / len(hits) for family, hits in right.items()},
                "all": share(everything).hits / len(everything),
                "milliseconds": statistics.median(seconds) * 1000,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            }
        )
    )


if __name__ == "__main__":
    main()
