"""Where the trained models of the present files lie: Rasa's, and the second reader of triage, which must not need it.

A model carries the fingerprint of everything it was made from, so a changed sentence is never served by an
old model, and an unchanged project is never trained twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.errors import ForPeople
from bot.settings import ROOT

_INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements.txt",
    "data",
    "clinic",
    "bot/content",
    "bot/linear_models.py",
    "bot/nlu",
    "bot/sentence_model.py",
    "bot/training_phrases.py",
    "bot/triage",
)
_SUFFIXES = frozenset({".yml", ".txt", ".py", ".csv"})


class ModelMissing(ForPeople):
    """There is no model of the present files yet."""

    def __init__(self, what: str = "There is no model of the present files. Train one: make train") -> None:
        super().__init__(what)


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


def model_path(models: Path) -> Path:
    """Return where in this directory Rasa's model of the present files lies, or will lie."""
    return models / f"kneedesk-{fingerprint()}.tar.gz"


def second_reader_path(models: Path) -> Path:
    """Return where in this directory the second reader of the present files lies, or will lie."""
    return models / f"kneedesk-{fingerprint()}.npz"


def newest_model(models: Path) -> Path:
    """Return Rasa's model of the present files, or raise ModelMissing."""
    path = model_path(models)
    if not path.exists():
        raise ModelMissing
    return path
