"""Phone numbers as they are kept: a keyed hash to recognise one by, and an encrypted value to call it."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet

from bot.settings import Settings


class PhoneNumbers:
    """Hashes, encrypts and decrypts with keys of their own."""

    def __init__(self, settings: Settings) -> None:
        self._hash_key = settings.derived_key("phone number hash")
        self._box = Fernet(base64.urlsafe_b64encode(settings.derived_key("phone number encryption")))

    def hashed(self, number: str) -> str:
        """Return 32 hexadecimal digits that stand for this number."""
        return hmac.new(self._hash_key, number.encode(), hashlib.sha256).hexdigest()[:32]

    def encrypted(self, number: str) -> bytes:
        """Return the number so that only `decrypted` reads it."""
        return self._box.encrypt(number.encode())

    def decrypted(self, value: bytes) -> str:
        """Return the number that `encrypted` was given."""
        return self._box.decrypt(value).decode()
