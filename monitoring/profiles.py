"""How a number is spread over the tenancies of a night: bins and counts, never anybody's row.

Every profile has the same bins (ten to a decade, Renard's preferred numbers, of whatever unit, both signs, zero, not
known), so those of any two nights can be compared, whichever model ranked. Counts are rounded to fives: one tenancy
more or less is not seen.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from models.matrix import Floats
from monitoring.records import SMALLEST_COUNT

_DIGITS = (1, 1.25, 1.6, 2, 2.5, 3, 4, 5, 6, 8)
_EDGES = np.array([digit * 10.0**power for power in range(-3, 7) for digit in _DIGITS])
_ZERO = len(_EDGES)
UNKNOWN_BIN = 2 * len(_EDGES) + 1
"""The bin of those of whom the number is not known."""

BINS = UNKNOWN_BIN + 1
PROFILE = {"column": pl.String, "bin": pl.Int16, "count": pl.Int32}
"""The columns of a profile: only bins with somebody in them have a row."""

DRIFTED = 0.25
"""The usual threshold of the population stability index for "has changed" (a convention of credit scoring)."""


def profile(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The profile of numeric `columns` of `rows`: column, bin, count (rounded to fives); sorted."""
    frames = []
    for column in columns:
        values = rows[column].cast(pl.Float64).to_numpy()
        counts = np.bincount(_bins(values), minlength=BINS)
        rounded = SMALLEST_COUNT * np.round(counts / SMALLEST_COUNT).astype(int)
        (there,) = np.nonzero(rounded)
        frames.append(pl.DataFrame({"column": [column] * len(there), "bin": there, "count": rounded[there]}))
    if not frames:
        return pl.DataFrame(schema=PROFILE)
    return pl.concat([frame.cast(PROFILE) for frame in frames]).sort("column", "bin")  # type: ignore[arg-type]


def _bins(values: Floats) -> np.ndarray:
    size = np.searchsorted(_EDGES, np.abs(values), side="right")
    places = np.where(values < 0, _ZERO - size, _ZERO + size)
    return np.where(np.isnan(values), UNKNOWN_BIN, places).astype(np.int64)


def stability(now: pl.DataFrame, reference: pl.DataFrame) -> dict[str, float]:
    """The population stability index of each column that both profiles have: Σ (p - q) ln(p / q) over the bins.

    What chance alone gives is taken off: (bins - 1)(1/n + 1/m). Half a tenancy is added to each bin, so that an empty
    one does not make it infinite.
    """
    both = now.join(reference, on=["column", "bin"], how="full", coalesce=True, suffix="_then").fill_null(0)
    known = set(now["column"]) & set(reference["column"])
    found = {}
    for (column,), rows in both.partition_by("column", as_dict=True).items():
        if column in known:
            found[str(column)] = _index(rows["count"].to_numpy(), rows["count_then"].to_numpy())
    return dict(sorted(found.items()))


def _index(now: np.ndarray, then: np.ndarray) -> float:
    p, q = (now + 0.5) / (now + 0.5).sum(), (then + 0.5) / (then + 0.5).sum()
    by_chance = (len(now) - 1) * (1 / max(1, now.sum()) + 1 / max(1, then.sum()))
    return max(0.0, float(((p - q) * np.log(p / q)).sum()) - by_chance)
