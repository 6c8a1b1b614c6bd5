from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import ROOT, Settings, SettingsError, get_settings
from tests.builders import make_settings


@pytest.fixture
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings.Config, "env_file", None)
    monkeypatch.setattr(Settings.__config__, "env_file", None)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("fresh_settings")
def test_a_missing_setting_stops_the_start_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    with pytest.raises(SettingsError, match="SECRET_KEY: field required"):
        get_settings()


@pytest.mark.usefixtures("fresh_settings")
def test_a_wrong_setting_stops_the_start_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("PUBLIC_URL", "chat.example.com")
    with pytest.raises(SettingsError, match=r"PUBLIC_URL: must look like https://"):
        get_settings()


def test_every_setting_is_documented() -> None:
    documented = (ROOT / ".env.example").read_text(encoding="utf-8")
    missing = [name for name in Settings.__fields__ if f"{name.upper()}=" not in documented]
    assert missing == []


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    keys = {settings.derived_key(purpose) for purpose in ("conversation token", "phone number hash", "staff session")}
    assert len(keys) == 3
    assert settings.derived_key("staff session") == make_settings(tmp_path).derived_key("staff session")


def test_the_assistants_own_page_may_always_embed_the_widget(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, widget_origins="https://clinic.example/, https://www.clinic.example")
    assert {"https://clinic.example", "https://www.clinic.example", "http://localhost:5005"} <= settings.allowed_origins
