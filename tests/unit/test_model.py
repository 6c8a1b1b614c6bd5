"""Training leaves whole models or none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot import model
from tests.builders import make_settings


def _write_half(rules: Path, path: Path) -> None:
    path.write_bytes(b"half of a reader")
    raise OSError("no space left on device")


def _write_half_when_the_other_has(path: Path) -> None:
    path.write_bytes(b"half of an archive")
    while not list(path.parent.glob("*.npz")):
        time.sleep(0.01)
    raise OSError("no space left on device")


def test_training_that_is_broken_off_leaves_nothing_that_passes_for_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_train_with_rasa", _write_half_when_the_other_has)
    monkeypatch.setattr(model, "_train_second_reader", _write_half)
    settings = make_settings(tmp_path, models_directory=tmp_path / "models")
    with pytest.raises(OSError, match="no space"):
        model.train(settings)
    assert list((tmp_path / "models").iterdir()) == []
