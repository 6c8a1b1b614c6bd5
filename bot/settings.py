"""Every setting KneeDesk reads from its environment, checked once at start.

Values come from the environment, then from `.env`; `.env.example` names them all, and the
first `make run` writes a `.env` with secrets of its own.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Optional, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseSettings, Field, SecretStr, ValidationError, validator

from bot.errors import ForPeople

ROOT = Path(__file__).parent.parent


class SettingsError(ForPeople):
    """A setting is missing or wrong; the message names it."""


class Settings(BaseSettings):
    """What a clinic sets for its own installation."""

    secret_key: SecretStr = Field(..., min_length=32)
    twilio_auth_token: SecretStr = Field(..., min_length=1)
    demo_staff_password: Optional[SecretStr] = None
    public_url: str = "http://localhost:5005"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'kneedesk.db'}"
    listen_address: str = "127.0.0.1"
    assistant_port: int = Field(5005, ge=1, le=65535)
    action_server_port: int = Field(5055, ge=1, le=65535)
    staff_port: int = Field(5010, ge=1, le=65535)
    widget_origins: str = ""
    proxies_count: int = Field(0, ge=0)
    messages_per_minute: int = Field(60, ge=1)
    conversations_per_minute: int = Field(600, ge=1)
    answer_deadline_seconds: float = Field(5.0, gt=0)
    require_approved_content: bool = False
    approval_days: int = Field(365, ge=1)
    spool_directory: Path = ROOT / "var" / "spool"
    clinic_directory: Path = ROOT / "clinic"
    models_directory: Path = ROOT / "models"

    class Config:
        env_file = ROOT / ".env"

    @validator("public_url")
    def _is_a_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must look like https://chat.example.com")
        return value.rstrip("/")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Return the web origins whose pages may embed the widget; our own is always among them."""
        listed = {origin.strip().rstrip("/") for origin in self.widget_origins.split(",")}
        own = {self.public_url, f"http://localhost:{self.assistant_port}", f"http://127.0.0.1:{self.assistant_port}"}
        return frozenset((listed | own) - {""})

    @property
    def action_server_url(self) -> str:
        """Return where Rasa calls the custom actions."""
        return f"http://127.0.0.1:{self.action_server_port}/webhook"

    def derived_key(self, purpose: str) -> bytes:
        """Derive the 32-byte key for one purpose, so that no two uses share a key."""
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        return hkdf.derive(self.secret_key.get_secret_value().encode())


@functools.lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings, or raise SettingsError naming every missing or wrong one."""
    try:
        return cast(Settings, cast(Any, Settings)())  # pydantic reads the values from the environment
    except ValidationError as error:
        problems = (f"{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsError("Settings (environment or .env): " + "; ".join(problems)) from error
