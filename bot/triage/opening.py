"""Opens the clinic's triage: its rules with the second reader that was trained beside them."""

from __future__ import annotations

from pathlib import Path

from bot.model_files import ModelMissing, second_reader_path
from bot.triage.engine import Triage
from bot.triage.second_reader import SecondReader


def load_triage(clinic: Path, models: Path) -> Triage:
    """Return the triage of these directories; raise ModelMissing or ContentError."""
    path = second_reader_path(models)
    if not path.exists():
        raise ModelMissing
    reader = SecondReader.load(path)
    triage = Triage.from_directory(clinic / "red_flags", reader)
    if not reader.red_flag_groups <= triage.red_flag_groups:
        raise ModelMissing("The model names red flags that these rules do not have. Train it anew: make train")
    return triage
