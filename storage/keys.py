"""Encryption of fields: master keys wrap one random data key per tenant."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import Damaged, NotReady
from storage.files import new_file, rename
from storage.identity import Tenant

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A tenant's data key as it lies in the database, and the master key that opens it."""

    master_id: str
    sealed: bytes


class Cipher:
    """Seals and opens the fields of one tenant; a field opens only where it was sealed."""

    def __init__(self, tenant: Tenant, data_key: bytes) -> None:
        self._tenant = tenant.key
        self._aead = AESGCM(data_key)
        self._naming = hmac.digest(data_key, b"pseudonyms", "sha256")

    def seal(self, text: str, table: str, column: str, row_id: str) -> bytes:
        place = self._place(table, column, row_id)
        return _seal(self._aead, text.encode(), place)

    def open(self, sealed: bytes, table: str, column: str, row_id: str) -> str:
        """The text; raises Damaged when it was altered or sealed for another place."""
        place = self._place(table, column, row_id)
        return _open(self._aead, sealed, place, f"{table}.{column}").decode()

    def pseudonym(self, *names: str) -> str:
        """32 hex characters that stand for these names, and tell nobody without the key which."""
        said = json.dumps([self._tenant, *names]).encode()
        return hmac.digest(self._naming, said, "sha256").hex()[:32]

    def _place(self, table: str, column: str, row_id: str) -> bytes:
        return f"{self._tenant}|{table}|{column}|{row_id}".encode()


class KeyRing:
    """Master keys by id; the first one wraps the data keys of new tenants.

    A ring from a file reads it again when it meets an id it does not know: the keys may have been
    rotated while this process runs.
    """

    def __init__(self, keys: Mapping[str, bytes], path: Path | None = None) -> None:
        """`keys`: 32 bytes each; raises ValueError on any other length or on none at all."""
        if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError("a key ring needs at least one key, and 32 bytes in each")
        self._masters = {master_id: AESGCM(key) for master_id, key in keys.items()}
        self._first = next(iter(keys))
        self._path = path

    @classmethod
    def from_text(cls, text: str, path: Path | None = None) -> KeyRing:
        """From "id:base64[,id:base64]"; raises ValueError, without the text, if it is not that."""
        keys: dict[str, bytes] = {}
        for entry in text.split(","):
            master_id, _, encoded = entry.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not master_id or master_id in keys or len(key) != _KEY_BYTES:
                raise ValueError('master keys are written "id:base64 of 32 bytes[,id:base64]"')
            keys[master_id] = key
        return cls(keys, path)

    @classmethod
    def renew_file(cls, path: Path) -> KeyRing:
        """The ring of a file with a new key in front of the old ones, which stay for backups."""
        written = path.with_suffix(".new")
        written.unlink(missing_ok=True)
        kept = path.read_text("ascii").strip()
        cls.from_text(kept)
        _write_new(written, f"{_new_master().strip()},{kept}\n")
        rename(written, path)
        return cls.from_text(path.read_text("ascii"), path)

    @classmethod
    def read_or_make_file(cls, path: Path) -> tuple[KeyRing, bool]:
        """The ring in a file, and whether it was made just now (readable by its owner only)."""
        try:
            _write_new(path, _new_master())
            made = True
        except FileExistsError:
            made = False
        return cls.from_text(path.read_text("ascii"), path), made

    def new_data_key(self, tenant: Tenant) -> WrappedKey:
        data_key = AESGCM.generate_key(_KEY_BYTES * 8)
        master = self._masters[self._first]
        return WrappedKey(self._first, _seal(master, data_key, tenant.key.encode()))

    def cipher(self, tenant: Tenant, wrapped: WrappedKey) -> Cipher:
        """Raises NotReady when the master key is missing, Damaged when it does not fit."""
        return Cipher(tenant, self._data_key(tenant, wrapped))

    def rewrap(self, tenant: Tenant, wrapped: WrappedKey) -> WrappedKey | None:
        """The same data key under the first master key; None when it is already."""
        if wrapped.master_id == self._first:
            return None
        data_key = self._data_key(tenant, wrapped)
        sealed = _seal(self._masters[self._first], data_key, tenant.key.encode())
        return WrappedKey(self._first, sealed)

    def _data_key(self, tenant: Tenant, wrapped: WrappedKey) -> bytes:
        if wrapped.master_id not in self._masters and self._path is not None:
            self._masters |= KeyRing.from_text(self._path.read_text("ascii"))._masters
        master = self._masters.get(wrapped.master_id)
        if master is None:
            raise NotReady(f"the master key {wrapped.master_id!r} is needed and was not given")
        return _open(master, wrapped.sealed, tenant.key.encode(), "tenants.data_key")


def _seal(aead: AESGCM, clear: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + aead.encrypt(nonce, clear, place)


def _open(aead: AESGCM, sealed: bytes, place: bytes, name: str) -> bytes:
    try:
        return aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        raise Damaged(f"{name} does not open: it was altered, moved or has another key") from None


def _new_master() -> str:
    key = AESGCM.generate_key(_KEY_BYTES * 8)
    # The id follows from the key, so that a lost and remade file is told apart from the old one.
    return f"{hashlib.sha256(key).hexdigest()[:8]}:{base64.b64encode(key).decode()}\n"


def _write_new(path: Path, text: str) -> None:
    # Rows sealed with a key that a power cut takes away could never be read again.
    with new_file(path) as file:
        file.write(text.encode("ascii"))
