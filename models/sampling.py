"""Fewer negatives to learn from, the same picture: every positive, and of each tenancy's negatives every n-th cut-off.

Cut-offs a month apart tell nearly the same of a tenancy, so thinning along a tenancy's own history loses far less than
leaving tenancies out. Whoever is behind with the rent or has a letter stands where the top of the list is decided: of
these as many are kept as can be; the many of whom there is nothing to tell are thinned. Which cut-offs a tenancy keeps
is drawn once from the seed; the members of an ensemble take them in turn, so that together they see more of them.
"""

import numpy as np
import polars as pl

from models.matrix import TENANCY, Flags, Floats

FEWEST_NEGATIVES = 10_000
"""So many negatives with a stage, and so many without, are kept where there are as many."""


def thinned(
    matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None, *, one_in: int, member: int, seed: int
) -> tuple[pl.DataFrame, Flags, Floats | None]:
    """The rows that teach one member of an ensemble, their outcomes and weights.

    Of the negatives without a stage about every `one_in`-th stays, of those with one all; but neither are thinned to
    fewer than `FEWEST_NEGATIVES`, nor are those with a stage kept beyond twice as many. Those that stay weigh so much
    more that the share of positives is as before, with a stage and without. Weights are None where they were and
    nothing was left out. The order of the rows leaves no trace.
    """
    near = _has_stage(matrix)
    alike = [near & ~outcomes, ~near & ~outcomes]
    many = [max(1, int(rows.sum()) // FEWEST_NEGATIVES) for rows in alike]
    every = [max(1, many[0] // 2), min(one_in, many[1])]
    if every == [1, 1]:
        return matrix, outcomes, weights
    kept = (_turns(matrix, every[0] * every[1], seed) + member) % np.where(near, *every) == 0
    counts = np.ones(outcomes.size) if weights is None else weights.copy()
    for rows in alike:
        counts[rows] *= rows.sum() / max(1, (rows & kept).sum())
    left = np.flatnonzero(kept | outcomes)
    return matrix[left], outcomes[left], counts[left]


def _has_stage(matrix: pl.DataFrame) -> Flags:
    """Whether a tenancy is in arrears or beyond; all are alike where the matrix does not say."""
    if "stage" not in matrix.columns:
        return np.zeros(matrix.height, dtype=bool)
    return np.asarray((matrix["stage"] != "none").fill_null(False).to_numpy(), dtype=bool)


def _turns(matrix: pl.DataFrame, one_in: int, seed: int) -> np.ndarray:
    """For each row a number that moves on by one from cut-off to cut-off, and begins anywhere for each tenancy."""
    tenancies = matrix.select(TENANCY).unique().sort(TENANCY)
    begins = np.random.default_rng(seed).integers(0, one_in, tenancies.height)
    drawn = tenancies.with_columns(begin=pl.Series(begins))
    begin = matrix.select(TENANCY).join(drawn, on=TENANCY, how="left", maintain_order="left")["begin"]
    return begin.to_numpy() + matrix["as_of"].rank("dense").cast(pl.Int64).to_numpy()
