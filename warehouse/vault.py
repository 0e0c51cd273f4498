"""The vault: raw rows, CPR numbers, names, addresses and free text, sealed in one SQLite file.

Every value that tells of a person is sealed with AES-256-GCM and bound to its place; records are found by keyed
HMAC. The keys are derived from the one key of the municipality, which lies outside its directory.
"""

import hmac
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from warehouse.errors import KeyMissingError, StoreError
from warehouse.pseudonyms import Pseudonyms, derived_key
from warehouse.statements import statement

_NONCE_BYTES = 12
_CHUNK_ROWS = 50_000
_CHECK = b"bovagt vault"
_ACCOUNT = ("identity_mac", "known_on", "delivery_id", "line_no")

IDENTITY_COLUMNS: dict[str, tuple[str, ...]] = {
    "person": ("person_id", "cpr", "name", "birth_date", "address", "postal_code", "protected"),
    "tenancy": ("landlord", "tenancy_no", "cpr", "name", "address", "postal_code"),
    "notice": ("record_key", "name", "address", "postal_code", "text"),
    "concern": ("record_key", "cpr", "name", "address", "postal_code", "text"),
}
"""What the vault tells of each kind of record, beside identity_mac, known_on, delivery_id and line_no."""


class Vault:
    """An open vault; a context manager. Opening with another key than its own raises `KeyMissingError`.

    Raw rows are replaced by delivery, identities are written once, so that taking in a delivery again after a
    crash leaves the vault as if there had been none.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.pseudonyms = Pseudonyms(key)
        self._where = path.name
        self._cipher = AESGCM(derived_key(key, "vault-seal"))
        self._lookup_key = derived_key(key, "vault-lookup")
        self._known: dict[str, dict[str, tuple[str, str, int]]] = {}
        try:
            self._file = sqlite3.connect(path, isolation_level=None)
            # A reader, such as the team's page, is not held up while a delivery is written.
            self._file.execute("pragma journal_mode = wal")
            self._file.executescript(statement("vault_schema"))
            self._check_key()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def keep_raw(self, delivery_id: str, frame: pl.DataFrame) -> None:
        """Keeps every raw row of a delivery (`frame` has line_no and text columns), in place of what was kept."""
        chunks = [self._raw_chunk(delivery_id, part) for part in frame.iter_slices(_CHUNK_ROWS) if part.height]
        self._write(
            [("vault_forget_raw", [{"delivery_id": delivery_id}]), ("vault_keep_raw", chunks)],
        )

    def raw_rows(self, delivery_id: str, line_nos: Sequence[int]) -> pl.DataFrame:
        """The raw rows with these line numbers as they were delivered, by line; empty where none is kept."""
        if not line_nos:
            return pl.DataFrame()
        wanted = {"delivery_id": delivery_id, "first_line": min(line_nos), "last_line": max(line_nos)}
        parts = [
            pl.read_ipc(io.BytesIO(self._open(sealed, f"raw/{delivery_id}/{first_line}")))
            for first_line, sealed in self._read("vault_raw", wanted)
        ]
        if not parts:
            return pl.DataFrame()
        return pl.concat(parts).filter(pl.col("line_no").is_in(list(line_nos))).sort("line_no")

    def keep_identities(self, kind: str, frame: pl.DataFrame) -> None:
        """Keeps the identities of `frame` (see `pseudonymising.identity_rows`) that are not kept yet.

        Of rows that tell the same identity, the first counts: by known_on, then delivery, then line.
        """
        known = self._known_identities(kind)
        rows = frame.sort("known_on", "delivery_id", "line_no").unique(
            "identity_mac", keep="first", maintain_order=True
        )
        first = rows.select(pl.col("known_on").cast(pl.String), "delivery_id", "line_no").rows()
        told = dict(zip(rows["identity_mac"].to_list(), first, strict=True))
        new = [mac for mac, told_by in told.items() if mac not in known or told_by < known[mac]]
        if not new:
            return
        chosen = rows.filter(pl.col("identity_mac").is_in(new)).with_columns(pl.col("known_on").cast(pl.String))
        self._write([("vault_keep_identity", [self._identity(kind, row) for row in chosen.iter_rows(named=True)])])
        known.update({mac: told[mac] for mac in new})

    def identities(self, kind: str) -> pl.DataFrame:
        """Every identity ever told of records of `kind`, each with the first row that told it.

        Columns: `IDENTITY_COLUMNS[kind]`, record_key, identity_mac, known_on, delivery_id, line_no. A version of a
        fact names its identity by `identity_mac`: join on it, since an identity that returns is not told twice.
        """
        return self._frame(kind, self._read("vault_identities", {"kind": kind}))

    def named(self, kind: str, macs: Iterable[str]) -> pl.DataFrame:
        """The identities that `macs` name, as `identities` gives them; a mac that the vault does not know is left out.

        Versions of facts and published nights name identities so. The cost is that of what is asked for.
        """
        asked = {"kind": kind, "macs": json.dumps(sorted(set(macs)))}
        return self._frame(kind, self._read("vault_identities_of_macs", asked))

    def lookup(self, kind: str, record_key: str) -> pl.DataFrame:
        """The identities of one record, as `identities` gives them, the first known first.

        `record_key`: person_id for a person, `landlord/tenancy_no` for a tenancy, `source/notice_no` for a notice,
        concern_no for a concern.
        """
        asked = {"kind": kind, "record_mac": self._record_mac(kind, record_key)}
        return self._frame(kind, self._read("vault_identities_of_record", asked))

    def _raw_chunk(self, delivery_id: str, part: pl.DataFrame) -> dict[str, Any]:
        packed = io.BytesIO()
        part.write_ipc(packed, compression="zstd")
        first_line = part["line_no"][0]
        return {
            "delivery_id": delivery_id,
            "first_line": first_line,
            "last_line": part["line_no"][-1],
            "sealed": self._seal(packed.getvalue(), f"raw/{delivery_id}/{first_line}"),
        }

    def _known_identities(self, kind: str) -> dict[str, tuple[str, str, int]]:
        """The identities kept, by mac, and the row that first told each; read once, then kept up in memory."""
        if kind not in self._known:
            kept = self._read("vault_known_identities", {"kind": kind})
            self._known[kind] = {mac: (known_on, delivery_id, line) for mac, known_on, delivery_id, line in kept}
        return self._known[kind]

    def _identity(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in row.items() if name not in _ACCOUNT}
        content = json.dumps(told, ensure_ascii=False, default=str).encode()
        return {
            **{name: row[name] for name in _ACCOUNT},
            "kind": kind,
            "record_mac": self._record_mac(kind, row["record_key"]),
            "sealed": self._seal(content, f"{kind}/{row['identity_mac']}"),
        }

    def _record_mac(self, kind: str, record_key: str) -> bytes:
        return hmac.digest(self._lookup_key, f"{kind}\x1f{record_key}".encode(), "sha256")

    def _frame(self, kind: str, kept: list[tuple[Any, ...]]) -> pl.DataFrame:
        names = tuple(dict.fromkeys((*IDENTITY_COLUMNS[kind], "record_key")))
        rows = [
            (*(told.get(name) for name in names), *account)
            for *account, sealed in kept
            for told in [json.loads(self._open(sealed, f"{kind}/{account[0]}"))]
        ]
        columns = (*names, *_ACCOUNT)
        typed = {"protected": pl.Boolean(), "line_no": pl.Int32()}
        schema = {name: typed.get(name, pl.String()) for name in columns}
        texts = pl.DataFrame(rows, schema=schema, orient="row")
        days = [pl.col(name).str.to_date() for name in ("known_on", "birth_date") if name in columns]
        return texts.with_columns(days).sort("known_on", "record_key", "delivery_id", "line_no")

    def _seal(self, content: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def _open(self, sealed: bytes, place: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise StoreError(
                expected="what was sealed here",
                found="something that was altered",
                where=self._where,
                remedy="Restore the vault from a copy.",
            ) from error

    def _check_key(self) -> None:
        """A new vault gets its seal; in any other the seal tells whether the key is its own."""
        kept = self._read("vault_seal", {"name": "key"})
        if not kept:
            self._write([("vault_add_seal", [{"name": "key", "sealed": self._seal(_CHECK, "seal/key")}])])
            return
        with suppress(StoreError):
            if self._open(kept[0][0], "seal/key") == _CHECK:
                return
        self._file.close()
        raise KeyMissingError(
            expected="the key that the vault was made with",
            found="another key",
            where=self._where,
            remedy="Point the settings at the key that this directory was made with.",
        )

    def _read(self, name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        try:
            return self._file.execute(statement(name), values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _write(self, steps: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
        """Every step for all of its rows, in one transaction."""
        try:
            with self._file:
                self._file.execute("begin immediate")
                for name, rows in steps:
                    self._file.executemany(statement(name), rows)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> StoreError:
        return StoreError(
            expected="a vault that can be read and written",
            found=type(error).__name__,
            where=self._where,
            remedy="Free disk space and check the file's rights, or restore it from a copy.",
        )
