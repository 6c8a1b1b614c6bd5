"""Opens the clinic's triage: its rules with the second reader that was trained beside them."""

from __future__ import annotations

from bot.model_files import ModelMissing, second_reader_path
from bot.settings import Settings
from bot.triage.engine import Triage
from bot.triage.second_reader import SecondReader


def load_triage(settings: Settings) -> Triage:
    """Return the clinic's triage with its second reader; raise ModelMissing or ContentError."""
    path = second_reader_path(settings)
    if not path.exists():
        raise ModelMissing
    return Triage.from_directory(settings.clinic_directory / "red_flags", SecondReader.load(path))
