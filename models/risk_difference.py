"""The difference that a lot made: two weighted shares within strata, their difference, and its interval.

Each row stands for 1 / its recorded probability (Hájek's estimator, within each stratum; strata count by their size).
The variance is that of the linearised means, summed within tenancies first, since one tenancy can be drawn again half a
year later. The interval of a difference comes from the score intervals of both shares (Newcombe 1998, method 10), with
the number of rows that would give the same variance: unlike "plus or minus two standard errors" it holds when events
are rare, and it needs no number of draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.matrix import Floats
from warehouse.errors import ModelError

Z95, Z80 = 1.959964, 0.841621
"""Quantiles of the normal distribution: a 95 % interval, and a power of 80 %."""


_ROUNDING = 1e-9


@dataclass(frozen=True)
class Trial:
    """One row a tenancy and lot: `drawn` or passed over, its chance of being drawn, whose it is, and its stratum."""

    drawn: np.ndarray
    chance: Floats
    tenancy: np.ndarray
    stratum: np.ndarray

    def __post_init__(self) -> None:
        """`ModelError` where a chance is 0 or 1: then there was no lot."""
        if ((self.chance <= 0) | (self.chance >= 1) | ~np.isfinite(self.chance)).any():
            raise ModelError(
                expected="for each tenancy a recorded chance of being drawn between 0 and 1",
                found="a chance that leaves nothing to a lot",
                where="the assignments",
                remedy="Leave these nights out: nothing can be learnt of who had no chance of either.",
            )

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Trial":
        """From drawn, assignment_probability, landlord, tenancy_no and tier.

        Strata are the tiers; where a tier has fewer than two on either side, all rows are one stratum.
        """
        drawn = rows["drawn"].cast(pl.Boolean).to_numpy()
        tiers = _numbered(rows["tier"])
        whole = all(np.bincount(tiers[drawn == side], minlength=1 + tiers.max()).min() >= 2 for side in (True, False))
        return cls(
            drawn,
            rows["assignment_probability"].cast(pl.Float64).to_numpy(),
            _numbered(rows.select(pl.concat_str("landlord", "tenancy_no", separator="\x1f")).to_series()),
            tiers if whole else np.zeros(rows.height, dtype=np.int64),
        )


@dataclass(frozen=True)
class Share:
    """A share of one side: `parts` are the rows' contributions to its error, summed within tenancies."""

    value: float
    parts: Floats
    rows: float

    @property
    def variance(self) -> float:
        """Of the share."""
        return float(np.square(self.parts).sum())

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %, with the rows that would give this variance."""
        mixed = self.value * (1 - self.value)
        # Sums of weights can miss 1 by a rounding: all or none happened, and the error says nothing about the rows.
        rows = mixed / self.variance if self.variance > 0 and mixed > _ROUNDING else self.rows
        middle = (self.value + Z95**2 / (2 * rows)) / (1 + Z95**2 / rows)
        half = Z95 / (1 + Z95**2 / rows) * np.sqrt(mixed / rows + Z95**2 / (4 * rows**2))
        return float(min(middle - half, self.value)), float(max(middle + half, self.value))


def share(trial: Trial, happened: Floats, *, drawn: bool) -> Share:
    """The share of `happened` (0 or 1 a row) on one side of the lot, over the strata of both sides."""
    weight = np.where(trial.drawn, 1 / trial.chance, 1 / (1 - trial.chance)) * (trial.drawn == drawn)
    value, parts, spread = 0.0, np.zeros(len(happened)), 0.0
    for members, counts in _strata(trial):
        own = weight[members] / weight[members].sum()
        mean = float((own * happened[members]).sum())
        value += counts * mean
        parts[members] = counts * own * (happened[members] - mean)
        spread += float(np.square(counts * own).sum())
    return Share(value, np.bincount(trial.tenancy, parts).astype(np.float64), 1 / spread)


def difference(first: Share, second: Share) -> tuple[float, float, float]:
    """`first` - `second` with the ends of its 95 % interval."""
    value = first.value - second.value
    (low, high), (other_low, other_high) = first.interval, second.interval
    down = np.hypot(first.value - low, other_high - second.value)
    up = np.hypot(high - first.value, second.value - other_low)
    return value, float(value - down), float(value + up)


def ratio(outcome: tuple[Share, Share], uptake: tuple[Share, Share]) -> tuple[float, float, float] | None:
    """What the lot did to the outcome for each one more that it brought to the uptake (Wald), with Fieller's interval.

    None where the lot did not raise the uptake for certain: then any ratio would be noise.
    """
    moved, outcome_parts = outcome[0].value - outcome[1].value, outcome[0].parts - outcome[1].parts
    raised, uptake_parts = uptake[0].value - uptake[1].value, uptake[0].parts - uptake[1].parts
    square = raised**2 - Z95**2 * float((uptake_parts**2).sum())
    if raised <= 0 or square <= 0:
        return None
    cross = moved * raised - Z95**2 * float((outcome_parts * uptake_parts).sum())
    constant = moved**2 - Z95**2 * float((outcome_parts**2).sum())
    half = float(np.sqrt(max(cross**2 - square * constant, 0.0)))
    return moved / raised, (cross - half) / square, (cross + half) / square


def _strata(trial: Trial) -> Iterator[tuple[np.ndarray, float]]:
    """The rows of each stratum, and its share of all rows."""
    for stratum in np.unique(trial.stratum):
        members = np.flatnonzero(trial.stratum == stratum)
        yield members, len(members) / len(trial.stratum)


def _numbered(names: pl.Series) -> np.ndarray:
    return names.rank("dense").cast(pl.Int64).to_numpy() - 1
