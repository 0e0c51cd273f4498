"""Reads published nights; whoever shows a list reads it from here and opens no warehouse."""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.dates import same_day
from warehouse.errors import StoreError
from worklist.publishing import CURRENT, MANIFEST


@dataclass(frozen=True)
class Night:
    """A published night, its contents checked against its manifest when it was opened."""

    as_of: date
    files: dict[str, bytes]

    def frame(self, name: str) -> pl.DataFrame:
        """The table `name` (without .parquet); `StoreError` where the night has none."""
        content = self.files.get(f"{name}.parquet")
        if content is None:
            raise _missing(f"{name}.parquet of {self.as_of.isoformat()}", "no such table")
        return pl.read_parquet(io.BytesIO(content))

    @property
    def facts(self) -> dict[str, Any]:
        """What night.json says: who ranked, what was missing, how many."""
        return json.loads(self.files["night.json"])


def is_published(root: Path, as_of: date) -> bool:
    """Whether there is a night of `as_of`."""
    return (root / as_of.isoformat()).is_dir()


def nights(root: Path) -> list[date]:
    """The days of all published nights, in order."""
    found = (_day(each.name) for each in (root.iterdir() if root.is_dir() else ()))
    return sorted(day for day in found if day is not None)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def read_night(root: Path, as_of: date) -> Night:
    """The night of `as_of`; `StoreError` where there is none or it is damaged."""
    # The link is followed once: a night published meanwhile cannot mix with this one.
    folder = (root / as_of.isoformat()).resolve()
    if not folder.is_dir():
        raise _missing(as_of.isoformat(), "none")
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError) as error:
        raise _missing(as_of.isoformat(), type(error).__name__) from error
    damaged = [
        name for name, content in files.items() if hashlib.sha256(content).hexdigest() != manifest["files"][name]
    ]
    if damaged:
        raise _missing(as_of.isoformat(), f"changed contents in {', '.join(damaged)}")
    return Night(as_of, files)


def read_file(root: Path, as_of: date, name: str) -> bytes | None:
    """One file of the night of `as_of`, checked against its manifest; None where the night has no such file.

    `StoreError` where there is no such night or the file is damaged. Whoever looks at many nights reads no more.
    """
    folder = (root / as_of.isoformat()).resolve()
    try:
        expected = json.loads((folder / MANIFEST).read_bytes())["files"].get(name)
        content = (folder / name).read_bytes() if expected else None
    except (OSError, ValueError, KeyError) as error:
        raise _missing(as_of.isoformat(), type(error).__name__) from error
    if content is not None and hashlib.sha256(content).hexdigest() != expected:
        raise _missing(as_of.isoformat(), f"changed contents in {name}")
    return content


def read_table(root: Path, as_of: date, name: str) -> pl.DataFrame | None:
    """One table of the night of `as_of`, as `read_file`."""
    content = read_file(root, as_of, f"{name}.parquet")
    return None if content is None else pl.read_parquet(io.BytesIO(content))


def month_steps(days: Iterable[date], as_of: date, months: int) -> list[date]:
    """Of `days` the nights that stand for `as_of` and each month before it, the oldest first.

    For each of the last `months` the night of the same day of the month, or the newest of the three before it.
    """
    there = set(days)
    found = []
    for back in range(months, -1, -1):
        step = same_day(as_of, -back)
        near = (step - timedelta(days=days_back) for days_back in range(4))
        found += [day for day in near if day in there][:1]
    return found


def current(root: Path) -> Night:
    """The current night; `StoreError` where none was ever published."""
    link = root / CURRENT
    if not link.is_symlink():
        raise _missing("the current night", "none")
    as_of = _day(link.readlink().name)
    if as_of is None:
        raise _missing("the current night", "a link that names no day")
    return read_night(root, as_of)


def _missing(what: str, found: str) -> StoreError:
    return StoreError(
        expected=f"a whole published night: {what}",
        found=found,
        where="published",
        remedy="Run it: bovagt nightly --as-of DATE. It gives the same bytes again.",
    )
