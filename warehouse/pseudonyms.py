"""Pseudonyms: what the warehouse holds in place of CPR numbers, homes and identities.

Each is an HMAC-SHA256 under a key that HKDF derives from the vault's key for this purpose alone. Keys differ between
installations, so nothing may be ordered by a pseudonym's value.
"""

import hmac

import polars as pl
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.addresses import normalise_address
from warehouse.errors import KeyMissingError

KEY_BYTES = 32
_PART = "\x1f"
_HEX_CHARACTERS = 32


def derived_key(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose; `KeyMissingError` where `key` is not one of 32 bytes."""
    if len(key) != KEY_BYTES:
        raise KeyMissingError(
            expected=f"a key of {KEY_BYTES} bytes",
            found=f"{len(key)} bytes",
            where="the vault's key",
            remedy="Point the settings at the key that this directory was made with.",
        )
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"bovagt/{purpose}".encode()).derive(key)


class Pseudonyms:
    """Pseudonyms under one key. What was asked before is answered from memory."""

    def __init__(self, key: bytes) -> None:
        self._key = derived_key(key, "pseudonyms")
        self._persons: dict[str, str] = {}
        self._homes: dict[tuple[str, str], str] = {}

    def person(self, cpr10: str) -> str:
        """The pseudonym of a person: 32 hexadecimal characters for ten CPR digits."""
        if cpr10 not in self._persons:
            self._persons[cpr10] = self._of("person", cpr10)
        return self._persons[cpr10]

    def home(self, address: str, postal_code: str) -> str:
        """The pseudonym of a home: the same for every way in which its address is written."""
        asked = (address, postal_code)
        if asked not in self._homes:
            self._homes[asked] = self._of("home", normalise_address(address), postal_code.strip())
        return self._homes[asked]

    def identities(self, texts: pl.Series) -> pl.Series:
        """The identity_mac of each text that joins a row's identifying values; null stays null."""
        macs = [None if text is None else self._of("identity", text) for text in texts.to_list()]
        return pl.Series("identity_mac", macs, dtype=pl.String)

    def _of(self, kind: str, *parts: str) -> str:
        message = _PART.join((kind, *parts)).encode()
        return hmac.digest(self._key, message, "sha256").hex()[:_HEX_CHARACTERS]
