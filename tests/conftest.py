"""Fixtures that tests of several kinds share: the clinic, the rules, a database, and the whole assistant running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.content.clinic import ClinicContent, load_clinic
from bot.settings import ROOT
from bot.store.database import migrate, open_database
from bot.triage.engine import Triage
from tests.running import RunningAssistant, free_port


@pytest.fixture(scope="session")
def clinic() -> ClinicContent:
    return load_clinic(ROOT / "clinic")


@pytest.fixture(scope="session")
def triage() -> Triage:
    return Triage.from_directory(ROOT / "clinic" / "red_flags")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    return engine


@pytest.fixture(scope="session")
def clinic_origin() -> str:
    """The web origin of a clinic's own site, which may embed the widget."""
    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, clinic_origin: str) -> Iterator[RunningAssistant]:
    """The assistant, the action server and the staff page as processes of their own, over real HTTP."""
    with RunningAssistant(tmp_path_factory.mktemp("assistant"), widget_origins=clinic_origin) as running:
        yield running
