"""Chances that other steps build on: for each row how likely something was, by a model that never saw its tenancy.

Cross-fitting keeps a model from explaining a row by that row (Chernozhukov et al., "Double/debiased machine learning",
The Econometrics Journal 2018). Folds are by tenancy, because the cut-offs of one tenancy tell the same story.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from models.bins import Bins
from models.boosting import FEWEST_POSITIVES, AdditiveBoosting
from models.matrix import KEY, TENANCY, Column, Flags, Floats, feature_values
from models.sampling import thinned

FOLDS = 3
MOST_COLUMNS = 24
"""So many of the columns that tell most are used: the chances are means to an end and have to be quick."""

_ROUNDS, _RATE, _ONE_IN, _COARSE = 60, 0.1, 12, 12


def out_of_fold(
    rows: pl.DataFrame,
    columns: tuple[Column, ...],
    cases: Flags,
    teaching: Flags,
    weights: Floats,
    *,
    seed: int,
    bound: bool,
) -> Floats:
    """For each of `rows` the chance of being one of `cases`, by a model fitted on `teaching` rows of other tenancies.

    `weights` weigh what teaches. `bound` keeps the features' directions. Where the other folds hold fewer than
    `FEWEST_POSITIVES` cases, the share of cases among all that teach is given. `rows` are in the order of their key.
    """
    folds = tenancy_folds(rows, FOLDS, seed)
    share = float(np.average(cases[teaching], weights=weights[teaching])) if teaching.any() else 0.0
    found = np.full(rows.height, share)
    used = telling(rows, columns, cases, teaching)
    if not bound:
        used = tuple(replace(column, direction=0) for column in used)
    matrix = rows.select(*KEY, *(["stage"] if "stage" in rows.columns else []), *(column.name for column in used))
    for fold in range(FOLDS):
        known, asked = np.flatnonzero(teaching & (folds != fold)), np.flatnonzero(folds == fold)
        if min(cases[known].sum(), (~cases[known]).sum()) >= FEWEST_POSITIVES and used:
            model = _fitted(matrix[known], used, cases[known], weights[known], seed)
            found[asked] = 1 / (1 + np.exp(-model.raw(matrix[asked])))
    return found


def telling(
    rows: pl.DataFrame, columns: tuple[Column, ...], cases: Flags, teaching: Flags, most: int = MOST_COLUMNS
) -> tuple[Column, ...]:
    """The `most` columns whose coarse bins tell most of who is a case (mutual information), in their own order.

    All cases are looked at, and every so many of the others.
    """
    if len(columns) <= most:
        return columns
    known = np.sort(np.concatenate([np.flatnonzero(teaching & cases), np.flatnonzero(teaching & ~cases)[::_ONE_IN]]))
    told = [_information(feature_values(rows, column.name)[known], cases[known]) for column in columns]
    best = sorted(range(len(columns)), key=lambda j: (-told[j], columns[j].name))[:most]
    return tuple(columns[j] for j in sorted(best))


def _fitted(
    matrix: pl.DataFrame, columns: tuple[Column, ...], cases: Flags, weights: Floats, seed: int
) -> AdditiveBoosting:
    taught, flags, counts = thinned(matrix, cases, weights, one_in=_ONE_IN, member=0, seed=seed)
    return AdditiveBoosting(columns, seed=seed, rounds=_ROUNDS, learning_rate=_RATE).fit(taught, flags, counts)


def tenancy_folds(rows: pl.DataFrame, folds: int, seed: int) -> np.ndarray:
    """The fold of each row, 0 to `folds`; the rows of a tenancy have the same, whatever order the rows are in."""
    tenancies = rows.select(TENANCY).unique().sort(TENANCY)
    drawn = np.random.default_rng(seed).permutation(tenancies.height) % folds
    found = tenancies.with_columns(fold=pl.Series(drawn))
    return rows.select(TENANCY).join(found, on=TENANCY, how="left", maintain_order="left")["fold"].to_numpy()


def _information(values: Floats, cases: Flags) -> float:
    """How many nats a dozen bins of a feature (and "not known") tell of who is a case."""
    bins = Bins.of(values)
    numbers = bins.numbers(values)
    if bins.unknown > _COARSE:
        numbers = np.searchsorted(_cuts(numbers), numbers, side="right")
    counts = np.bincount(numbers)
    hits = np.bincount(numbers, weights=cases)
    share, base = hits[counts > 0] / counts[counts > 0], cases.mean()
    told = _entropy(np.array([base])) - np.average(_entropy(share), weights=counts[counts > 0])
    return float(np.round(told[0], 12))


def _cuts(numbers: np.ndarray) -> np.ndarray:
    """Cuts at the quantiles of the numbers that are no ties with the most frequent one: most rows owe nothing."""
    rest = numbers[numbers != np.bincount(numbers).argmax()]
    spread = np.quantile(rest, np.linspace(0, 1, _COARSE), method="lower")
    return np.unique(spread)


def _entropy(share: Floats) -> Floats:
    share = np.clip(share, 1e-12, 1 - 1e-12)
    return np.asarray(-(share * np.log(share) + (1 - share) * np.log1p(-share)))
