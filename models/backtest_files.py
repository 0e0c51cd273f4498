"""What a backtest keeps in its directory, each file named by its content and written beside before it is renamed.

    cohorts/2024-05-01-<hash>.parquet   a cut-off: key, stage and features
    labels/<hash>.parquet               outcomes of the cut-offs that taught, as they were known on the tested day
    models/<hash>.skops                 a model that is to age
    cells/<hash>.parquet                the scores of one ranking at one cut-off, in the order of the cohort's file
    cells/<hash>.json                   or the sentence that says why it could not be fitted

A killed run leaves whole files only; the next one finds them and goes on.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from models.frame_hash import matrix_hash
from models.matrix import KEY, Floats

_DIGITS = 20
"""Hexadecimal digits of a name: 80 bits, so that two contents never share one."""


@dataclass(frozen=True)
class StoredFrame:
    """A frame in a file, sorted by its key, and the hash of its content."""

    path: Path
    digest: str
    rows: int

    def read(self, columns: list[str] | None = None) -> pl.DataFrame:
        """The frame, or these of its columns."""
        return pl.read_parquet(self.path, columns=columns)


Cohorts = Mapping[date, StoredFrame]
"""The cut-offs of a backtest by their as-of date."""


def keep_frame(folder: Path, name: str, frame: pl.DataFrame) -> StoredFrame:
    """Keep `frame` in `folder`; the same content is kept once, whatever order its rows come in."""
    ordered = frame.sort(KEY)
    digest = matrix_hash(ordered)[:_DIGITS]
    path = folder / f"{name}{'-' if name else ''}{digest}.parquet"
    if not path.exists():
        write_frame(path, ordered)
    return StoredFrame(path, digest, ordered.height)


def keep_cohorts(directory: Path, matrix: pl.DataFrame) -> dict[date, StoredFrame]:
    """Keep every cut-off of `matrix` (key, stage and features) in a file of its own."""
    parts = matrix.partition_by("as_of", as_dict=True)
    kept = {day: keep_frame(directory / "cohorts", str(day), part) for (day,), part in parts.items()}
    return dict(sorted(kept.items()))


def keep_labels(directory: Path, outcomes: pl.DataFrame) -> StoredFrame:
    """Keep the outcomes that teach on a tested day (key, label_state, and the days of event and help)."""
    return keep_frame(directory / "labels", "", outcomes)


def cell_key(**named: Any) -> str:
    """The name of whatever these things, all of them JSON, decide."""
    text = json.dumps(named, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


@dataclass(frozen=True)
class CellFile:
    """Where the scores of one ranking at one cut-off are kept, or why there are none."""

    path: Path

    @property
    def is_kept(self) -> bool:
        """Whether the cell was computed, with scores or with a refusal."""
        return self.path.exists() or self._refusal.exists()

    @property
    def _refusal(self) -> Path:
        return self.path.with_suffix(".json")

    def keep(self, scores: Floats) -> None:
        """Keep one score a row, to the last bit."""
        write_frame(self.path, pl.DataFrame({"score": scores}))

    def refuse(self, why: str) -> None:
        """Keep the sentence that says why there are no scores."""
        write_bytes(self._refusal, json.dumps({"refused": why}, ensure_ascii=False).encode())

    def scores(self) -> Floats | None:
        """The scores, or None where the ranker refused."""
        if not self.path.exists():
            return None
        return np.asarray(pl.read_parquet(self.path)["score"].to_numpy(), dtype=np.float64)

    def why(self) -> str:
        """Why the ranker refused; empty where it did not."""
        return "" if self.path.exists() else json.loads(self._refusal.read_bytes())["refused"]


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Write a frame beside and rename it."""
    with _beside(path) as part:
        frame.write_parquet(part, compression="zstd", statistics=False)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes beside and rename them."""
    with _beside(path) as part:
        part.write_bytes(content)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A path to write to, renamed to `path` when all of it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write the same content; each writes its own part.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)


def forget_others(directory: Path, kept: Iterable[Path]) -> None:
    """Delete the cohorts and labels that this backtest did not use, and what a killed one left half written.

    They hold rows about tenancies: none is kept longer than it is needed. Scores and models name nobody.
    """
    used = set(kept)
    for path in _frames(directory):
        if path not in used:
            path.unlink()


def _frames(directory: Path) -> Iterator[Path]:
    for folder in ("cohorts", "labels"):
        yield from sorted((directory / folder).glob("*.parquet"))
    yield from sorted(directory.glob("*/.*.part"))
