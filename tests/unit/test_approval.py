"""Who approved what, and when an approval no longer holds."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.content.approval import NotApproved, Reviewed, require_approval, reviewed_content
from bot.settings import ROOT, Settings
from bot.store.approvals import approve
from bot.store.tables import content_approvals, utc_now
from tests.builders import make_settings


@pytest.fixture
def clinic_settings(tmp_path: Path) -> Settings:
    """Settings of a clinic whose files a test may change."""
    shutil.copytree(ROOT / "clinic", tmp_path / "clinic")
    return make_settings(tmp_path, clinic_directory=tmp_path / "clinic")


def _entry(settings: Settings, engine: Engine, name: str) -> Reviewed:
    return next(entry for entry in reviewed_content(settings, engine) if entry.item.name == name)


def _approve_all(settings: Settings, engine: Engine) -> None:
    for entry in reviewed_content(settings, engine):
        approve(engine, entry.item.name, entry.item.content_hash, "Dr. Ana")


def _change(settings: Settings, name: str, before: str, after: str) -> None:
    path = settings.clinic_directory / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_everything_patients_read_is_listed(clinic_settings: Settings, engine: Engine) -> None:
    names = {entry.item.name for entry in reviewed_content(clinic_settings, engine)}
    answers = {f"answers/{path.stem}" for path in (ROOT / "clinic" / "answers").glob("*.yml")}
    assert names >= answers | {"red_flags/chest", "red_flags/clot", "leg_check", "booking", "messages"}


def test_what_nobody_approved_stops_a_start_that_asks_for_approval(clinic_settings: Settings, engine: Engine) -> None:
    with pytest.raises(NotApproved, match="answers/contact"):
        require_approval(reviewed_content(clinic_settings, engine))
    _approve_all(clinic_settings, engine)
    require_approval(reviewed_content(clinic_settings, engine))


@pytest.mark.parametrize(
    ("name", "file", "before", "after"),
    [
        ("answers/contact", "answers/contact.yml", "You can reach", "One can reach"),
        ("answers/contact", "clinic.yml", "905-7342", "905-7343"),
        ("answers/mri_imaging", "facts.yml", "an MRI helps confirm", "an MRI may help confirm"),
        ("red_flags/chest", "red_flags/chest.yml", "Call 911 now.", "Call 911."),
        ("messages", "messages.yml", "I cannot see pictures.", "I see no pictures."),
        ("leg_check", "leg_check.yml", "calf", "lower leg"),
    ],
)
def test_a_change_of_the_words_or_of_what_they_rest_on_takes_the_approval_away(
    clinic_settings: Settings, engine: Engine, name: str, file: str, before: str, after: str
) -> None:
    _approve_all(clinic_settings, engine)
    _change(clinic_settings, file, before, after)
    entry = _entry(clinic_settings, engine, name)
    assert (entry.status, entry.approval and entry.approval.staff_name) == ("written", "Dr. Ana")
    assert _entry(clinic_settings, engine, "answers/affirm").status == "approved"


def test_an_old_approval_is_due_for_review_and_still_holds(clinic_settings: Settings, engine: Engine) -> None:
    _approve_all(clinic_settings, engine)
    long_ago = utc_now() - dt.timedelta(days=clinic_settings.approval_days + 1)
    with engine.begin() as connection:
        connection.execute(update(content_approvals).values(approved_at=long_ago))
    reviewed = reviewed_content(clinic_settings, engine)
    assert {entry.status for entry in reviewed} == {"due for review"}
    require_approval(reviewed)


def test_the_newest_approval_counts(clinic_settings: Settings, engine: Engine) -> None:
    item = _entry(clinic_settings, engine, "answers/contact").item
    approve(engine, item.name, "of earlier words", "Ben")
    approve(engine, item.name, item.content_hash, "Dr. Ana")
    entry = _entry(clinic_settings, engine, "answers/contact")
    assert (entry.status, entry.approval and entry.approval.staff_name) == ("approved", "Dr. Ana")
