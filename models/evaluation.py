"""Rankers on cut-offs that were held out: fitted on what was known by then, measured on what came after.

Every row of a cut-off is ranked and takes up places, as on a real list; measured are the rows whose outcome is known
(positive or negative). How many of each label state stood in the first k is said beside every measure at k.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.bootstrap import Cell, Estimates, HeldOut, estimate
from models.held_out import STATES, held_out_cells
from models.matrix import KEY, Floats
from models.measures import MEASURES, WIDE_TIES, brier, brier_of_base_rate
from models.outcome import LATE_STAGES
from models.rankers import Scorer

CAPACITIES = (25, 50, 100, 200)
"""How many tenancies a list may hold, from a small team's month to a large one's."""

CURVE = tuple(range(25, 201, 25))
"""The capacities of the curve over k: its mean recall is the headline that models are compared by."""

POPULATIONS = ("calendar", "before_termination")
"""All active tenancies at a cut-off, and those that the early-warning list is drawn from."""

FIXED_STAGE = "fixed_stage"
"""A third population where it is given: each tenancy a week after its first demand, ranked among those of its time."""

TOP_STATES = tuple(f"top_{state}" for state in STATES)
"""The columns that say how many of each label state stand in the first k, in expectation over the order within ties."""


_BESIDE = ("worst", "best", *TOP_STATES)


@dataclass(frozen=True)
class CalibrationCheck:
    """Probabilities against what came: expected and observed positives over all held-out cut-offs, and Brier."""

    expected: float
    observed: int
    brier: float
    base_brier: float


@dataclass(frozen=True)
class Evaluation:
    """What the held-out cut-offs showed: estimates and ranked rows by population, and the calibration."""

    estimates: Mapping[str, Estimates]
    tested: Mapping[str, Sequence[HeldOut]]
    calibration: CalibrationCheck

    def positive_tenancies(self, population: str) -> int:
        """How many tenancies of a population had the outcome; the same one at several cut-offs counts once."""
        return len({int(tenancy) for one in self.tested[population] for tenancy in one.tenancies[one.outcomes]})

    def records(self) -> pl.DataFrame:
        """One row a cut-off (null: their mean), population, ranking, measure and k, with the ends of its interval.

        For a measure at k: `worst` and `best` of the order within ties, `wide_ties` where these lie more than two
        points apart, and `top_<label state>`, how many of each stand in the first k. What could not be computed is NaN.
        """
        return pl.concat([_records(name, self.estimates[name], self.tested[name]) for name in self.estimates])


def with_today(capacities: Iterable[int], today: int) -> tuple[int, ...]:
    """The capacities with today's k among them, in order."""
    return tuple(sorted({*capacities, today}))


def evaluate(
    rankers: Mapping[str, Scorer] | Sequence[str],
    model: str,
    held_out: pl.DataFrame,
    *,
    capacities: Sequence[int] = CAPACITIES,
    seed: int = 0,
    draws: int = 200,
    fixed_stage: pl.DataFrame | None = None,
    groups: pl.DataFrame | None = None,
) -> Evaluation:
    """Rank the rows of `held_out` and measure on the labelled ones; `model` names the ranking that is a probability.

    `rankers` are fitted rankers, or the names of columns of `held_out` that hold scores. `held_out` and `fixed_stage`
    hold the key, stage, label_state and what the rankers need; rows with the same `cut_off` (as_of where there is no
    such column) are ranked together. `groups`: the key and a column an attribute, kept with the rows for parity.
    """
    every = _cells(rankers, held_out, groups)
    early = ~pl.col("stage").is_in(LATE_STAGES)
    tested = {POPULATIONS[0]: every, POPULATIONS[1]: _cells(rankers, held_out.filter(early), groups)}
    if fixed_stage is not None and not fixed_stage.is_empty():
        tested[FIXED_STAGE] = _cells(rankers, fixed_stage, groups)
    estimates = {name: estimate(ones, capacities, seed=seed, draws=draws) for name, ones in tested.items()}
    return Evaluation(estimates, tested, _calibration(every, model))


def _cells(
    rankers: Mapping[str, Scorer] | Sequence[str], rows: pl.DataFrame, groups: pl.DataFrame | None
) -> list[HeldOut]:
    """The rows of each cut-off with the scores of every ranker."""
    if not isinstance(rankers, Mapping):
        return held_out_cells(rows, list(rankers), groups)
    # Scored a cut-off at a time and in the order of the key: no ranker sees more of a night than it would.
    parts = rows.sort(KEY).partition_by("as_of", maintain_order=True)
    scores = {name: np.concatenate([ranker.score(part) for part in parts]) for name, ranker in rankers.items()}
    named = [name for name in (*KEY, "label_state", "cut_off") if name in rows.columns]
    scored = rows.sort(KEY).select(named).with_columns(**{name: pl.Series(score) for name, score in scores.items()})
    return held_out_cells(scored, list(rankers), groups)


def _calibration(tested: Sequence[HeldOut], model: str) -> CalibrationCheck:
    outcomes = np.concatenate([one.outcomes[one.counted] for one in tested])
    given: Floats = np.concatenate([one.scores[model][one.counted] for one in tested])
    return CalibrationCheck(
        float(given.sum()), int(outcomes.sum()), brier(given, outcomes), brier_of_base_rate(outcomes)
    )


def headline(ranking: str, capacities: Sequence[int]) -> list[Cell]:
    """The cells whose mean is the headline: expected recall at each capacity."""
    return [Cell(ranking, "recall_at_k", k) for k in capacities]


def _records(population: str, estimates: Estimates, tested: Sequence[HeldOut]) -> pl.DataFrame:
    """The records of a population: for each cell its mean over the cut-offs, then every cut-off."""
    days: list[date | None] = [None, *estimates.cut_offs]
    low, high = estimates.ends()
    numbers = {"value": _with_mean(estimates.values), "low": low, "high": high}
    beside = _beside(estimates.cells, tested)
    numbers |= {name: _with_mean(beside[..., place]) for place, name in enumerate(_BESIDE)}
    columns = {name: pl.Series(name, each.T.ravel(), dtype=pl.Float64) for name, each in numbers.items()}
    named = pl.DataFrame(
        [(population, cell.ranking, cell.measure, cell.k) for cell in estimates.cells for _ in days],
        schema={"population": pl.String, "ranking": pl.String, "measure": pl.String, "k": pl.Int64},
        orient="row",
    )
    frame = named.insert_column(0, pl.Series("as_of", days * len(estimates.cells), dtype=pl.Date))
    at_k = [pl.when(pl.col("k").is_not_null()).then(name).alias(name) for name in _BESIDE]
    wide = (pl.col("best") - pl.col("worst") > WIDE_TIES).alias("wide_ties")
    return frame.with_columns(**columns).with_columns(at_k).with_columns(wide)


def _with_mean(numbers: Floats) -> Floats:
    """(cut-offs, cells) with the mean over cut-offs, of what could be computed, as first row."""
    known = ~np.isnan(numbers)
    sums, counts = np.where(known, numbers, 0.0).sum(axis=0), known.sum(axis=0)
    mean = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return np.vstack([mean, numbers])


def _beside(cells: Sequence[Cell], tested: Sequence[HeldOut]) -> Floats:
    """(cut-offs, cells, `_BESIDE`): what is said beside each measure at k; NaN for measures without k."""
    found = np.full((len(tested), len(cells), len(_BESIDE)), np.nan)
    for row, one in enumerate(tested):
        for ranking in one.scores:
            ordered = one.blocks(ranking)
            curve = ordered.curve()
            mine = [(place, cell) for place, cell in enumerate(cells) if cell.ranking == ranking and cell.k is not None]
            states = {k: one.states_at(ordered, k) for k in {cell.k for _, cell in mine if cell.k is not None}}
            for place, cell in mine:
                extremes = [MEASURES[cell.measure].of(curve, cell.k, kind) for kind in ("worst", "best")]
                found[row, place] = [*extremes, *states[cell.k or 0]]
    return found
