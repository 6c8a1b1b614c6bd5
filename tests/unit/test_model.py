"""Training leaves whole models or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import model
from tests.builders import make_settings


def test_training_that_is_broken_off_leaves_nothing_that_passes_for_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_write(path: Path) -> None:
        path.write_bytes(b"half of an archive")
        raise KeyboardInterrupt

    monkeypatch.setattr(model, "_train_with_rasa", half_write)
    monkeypatch.setattr(model, "_train_second_reader", half_write)
    settings = make_settings(tmp_path, models_directory=tmp_path / "models")
    with pytest.raises(KeyboardInterrupt):
        model.train(settings)
    assert list((tmp_path / "models").iterdir()) == []
