"""Trains the models of the present files: Rasa's, and on another core the second reader of triage."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import yaml

from bot.errors import ForPeople
from bot.model_files import ModelMissing, model_path, second_reader_path
from bot.settings import ROOT, Settings
from bot.triage.engine import Triage

# A training beside this one may still be at work on an unfinished model.
_LONGEST_TRAINING_SECONDS = 60 * 60


class WrongConfiguration(ForPeople):
    """config.yml names something that does not exist."""


def train(settings: Settings) -> tuple[Path, bool]:
    """Make the models of the present files unless they are there; return Rasa's and whether it was made just now."""
    check_importers()
    models = settings.models_directory
    path, second_reader = model_path(models), second_reader_path(models)
    if path.exists() and second_reader.exists():
        return path, False
    models.mkdir(parents=True, exist_ok=True)
    # Whoever is killed while writing must not leave half a model under the name of a whole one.
    with tempfile.TemporaryDirectory(dir=models, prefix="unfinished-") as directory:
        unfinished = Path(directory)
        with ProcessPoolExecutor(1) as other_core:
            rules = settings.clinic_directory / "red_flags"
            read = other_core.submit(_train_second_reader, rules, unfinished / second_reader.name)
            _train_with_rasa(unfinished / path.name)
            read.result()
        if path != model_path(models):
            raise ModelMissing("The files have changed while the model was trained. Train it again: make train")
        for whole in (second_reader, path):
            os.replace(unfinished / whole.name, whole)
    _sweep(models, (path, second_reader))
    return path, True


def _sweep(models: Path, present: Collection[Path]) -> None:
    """Remove the models of other files, and what a training left that was killed."""
    for older in models.glob("kneedesk-*"):
        if older not in present:
            older.unlink()
    for left in models.glob("unfinished-*"):
        if time.time() - left.stat().st_mtime > _LONGEST_TRAINING_SECONDS:
            shutil.rmtree(left)


def _train_with_rasa(path: Path) -> None:
    from rasa.model_training import train as train_with_rasa  # imports TensorFlow: seconds

    _show_progress()
    result = train_with_rasa(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=str(ROOT / "data"),
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
        force_training=True,
    )
    if result.code != 0 or not path.exists():
        raise ModelMissing("Rasa made no model; what it said stands above.")


def _train_second_reader(rules: Path, path: Path) -> None:
    from bot.triage.training import train_second_reader

    train_second_reader(Triage.from_directory(rules), ROOT / "data" / "triage", ROOT / "data" / "nlu").save(path)


def _show_progress() -> None:
    """Print one line for each part that Rasa begins to train."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("  %(message)s"))
    handler.addFilter(lambda record: record.getMessage().startswith("Starting"))
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.setLevel(logging.INFO)
    hooks.addHandler(handler)
    hooks.propagate = False


def check_importers() -> None:
    """Raise WrongConfiguration for an importer that cannot be imported: Rasa would only warn and go on without it."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    names = [importer["name"] for importer in config.get("importers", [])]
    if not any("." in name for name in names):
        raise WrongConfiguration("config.yml: `importers` must name bot.content.importer.ClinicImporter")
    for name in names:
        module, _, attribute = name.rpartition(".")
        if module and not hasattr(_imported(module, name), attribute):
            raise WrongConfiguration(f"config.yml: there is no importer {name}")


def _imported(module: str, name: str) -> object:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise WrongConfiguration(f"config.yml: the importer {name} cannot be imported: {error}") from error
