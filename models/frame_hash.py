"""The hash of a frame's content: the same in whatever order its rows come, and whatever package version wrote it."""

import hashlib
import json

import polars as pl

from models.matrix import KEY, canonical_order, feature_values


def matrix_hash(frame: pl.DataFrame) -> str:
    """A sha256 of the frame's columns and rows, whatever order the rows come in (they are put in order of the key)."""
    ordered = frame[canonical_order(frame)] if set(KEY) <= set(frame.columns) else frame
    digest = hashlib.sha256()
    for name in sorted(ordered.columns):
        digest.update(f"{name}:{ordered[name].dtype}\n".encode())
        digest.update(_column_bytes(ordered, name))
    return digest.hexdigest()


def _column_bytes(frame: pl.DataFrame, name: str) -> bytes:
    """A column's values as bytes that no version of a package changes: numbers as float64, anything else as JSON."""
    if frame[name].dtype.is_numeric() or frame[name].dtype == pl.Boolean:
        return feature_values(frame, name).tobytes()
    return json.dumps(frame[name].cast(pl.String).to_list(), ensure_ascii=False).encode()
