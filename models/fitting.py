"""How any ranker is taught: on earlier cut-offs, the risk if nobody comes, and calibrated on the later of them.

Training and backtest share it, so that what is tested is what is put to use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self, runtime_checkable

import numpy as np
import polars as pl

from models.matrix import Column, Flags
from models.outcome import Horizon, counted_rows, positives
from models.rankers import RANKERS, Ranker
from models.treatment import How, Taught, teaching_rows


@runtime_checkable
class Calibrated(Protocol):
    """A ranker whose scores become probabilities on a window later than the one that taught."""

    def calibrate(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Fit the probabilities."""


@dataclass(frozen=True)
class Split:
    """Cut-offs that teach and the later ones that calibrate; `held_out` are later still, none of them known then."""

    fit: tuple[date, ...]
    calibrate: tuple[date, ...]
    held_out: tuple[date, ...] = ()


def fit_baselines(
    names: Sequence[str], labelled: pl.DataFrame, columns: tuple[Column, ...], split: Split, seed: int, horizon: Horizon
) -> dict[str, Ranker]:
    """The rankers called `names`, each taught by every positive and negative as it is: simple orders need no more."""
    taught = taught_by(labelled, columns, seed, horizon, None, split.fit)
    calibrating = counted_rows(on_days(labelled, split.calibrate))
    return {name: fit_taught(name, taught, calibrating, columns, seed) for name in names}


def taught_by(
    labelled: pl.DataFrame,
    columns: tuple[Column, ...],
    seed: int,
    horizon: Horizon,
    how: How | None,
    days: Sequence[date] | None = None,
) -> Taught:
    """What the labelled rows of the cut-offs `days` (None: of all) teach a ranker.

    `how` says what becomes of rows whose tenancy was helped (`models.treatment`); None takes every positive and
    negative as it is.
    """
    if how is not None:
        return teaching_rows(labelled, columns, seed=seed, how=how, horizon_days=horizon.days, days=days)
    counted = counted_rows(labelled if days is None else on_days(labelled, days))
    return Taught(counted, positives(counted).to_numpy(), np.ones(counted.height))


def fit_taught(
    ranking: str, taught: Taught, calibrating: pl.DataFrame, columns: tuple[Column, ...], seed: int
) -> Ranker:
    """The ranker called `ranking`, taught, and calibrated on the counted rows `calibrating` where it can be."""
    # Weights that are all one would only make the fit slower.
    weights = None if bool((taught.weights == 1).all()) else taught.weights
    ranker = RANKERS[ranking](columns, seed).fit(taught.rows, taught.outcomes, weights)
    if isinstance(ranker, Calibrated):
        ranker.calibrate(calibrating, positives(calibrating).to_numpy())
    return ranker


def on_days(labelled: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """The rows of some cut-offs."""
    return labelled.filter(pl.col("as_of").is_in(days))


def last_ones_calibrate(cut_offs: Sequence[date]) -> Split:
    """The last two cut-offs calibrate, the last one where there are fewer than four; the others teach."""
    later = 2 if len(cut_offs) >= 4 else 1
    return Split(tuple(cut_offs[:-later]), tuple(cut_offs[-later:]))
