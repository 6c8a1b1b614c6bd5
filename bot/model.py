"""The trained model: which one belongs to the present files, and how it is made.

A model carries the fingerprint of everything it was made from, so a changed sentence is never served by an
old model, and an unchanged project is never trained twice.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.errors import ForPeople
from bot.settings import ROOT, Settings

_INPUTS = ("config.yml", "domain.yml", "requirements.txt", "data", "clinic", "bot/nlu", "bot/content", "bot/triage")
_SUFFIXES = frozenset({".yml", ".txt", ".py"})


class ModelMissing(ForPeople):
    """There is no model of the present files yet."""


class WrongConfiguration(ForPeople):
    """config.yml names something that does not exist."""


def fingerprint() -> str:
    """Return twelve digits that change with everything the model is made from."""
    digest = hashlib.sha256()
    for path in _input_files():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _input_files() -> Iterator[Path]:
    for name in _INPUTS:
        path = ROOT / name
        if path.is_file():
            yield path
        yield from (file for file in sorted(path.rglob("*")) if file.suffix in _SUFFIXES)


def model_path(settings: Settings) -> Path:
    """Return where the model of the present files lies, or will lie."""
    return settings.models_directory / f"kneedesk-{fingerprint()}.tar.gz"


def newest_model(settings: Settings) -> Path:
    """Return the model of the present files, or raise ModelMissing."""
    path = model_path(settings)
    if not path.exists():
        raise ModelMissing("There is no model of the present files. Train one: make train")
    return path


def train(settings: Settings) -> tuple[Path, bool]:
    """Make the model of the present files unless it is there; return it and whether it was made just now."""
    check_importers()
    path = model_path(settings)
    if path.exists():
        return path, False
    from rasa.model_training import train as train_with_rasa  # imports TensorFlow: seconds

    _show_progress()
    result = train_with_rasa(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=str(ROOT / "data"),
        output=str(settings.models_directory),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
        force_training=True,
    )
    if result.code != 0 or not path.exists():
        raise ModelMissing("Rasa made no model; what it said stands above.")
    for older in settings.models_directory.glob("kneedesk-*.tar.gz"):
        if older != path:
            older.unlink()
    return path, True


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
