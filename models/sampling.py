"""Fewer negatives to learn from, the same picture: every positive, and of each tenancy's negatives every n-th cut-off.

Cut-offs a month apart tell nearly the same of a tenancy, so thinning along a tenancy's own history loses far less than
leaving tenancies out. Which cut-offs a tenancy keeps is drawn once from the seed; the members of an ensemble take them
in turn, so that together they see more of the negatives, and with as many members as `one_in` all of them.
"""

import numpy as np
import polars as pl

from models.matrix import TENANCY, Flags, Floats

FEWEST_NEGATIVES = 15_000
"""So many negatives are kept where there are as many: below, thinning would cost more than it saves."""


def thinned(
    matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None, *, one_in: int, member: int, seed: int
) -> tuple[pl.DataFrame, Flags, Floats | None]:
    """The rows that teach one member of an ensemble, their outcomes and weights.

    About every `one_in`-th negative stays, none is left out where that would leave fewer than `FEWEST_NEGATIVES`, and
    those that stay weigh so much more that the share of positives is as before. Weights are None where they were and
    nothing was left out. The order of the rows leaves no trace.
    """
    negatives = int(outcomes.size - outcomes.sum())
    one_in = max(1, min(one_in, negatives // FEWEST_NEGATIVES))
    if one_in == 1:
        return matrix, outcomes, weights
    kept = (_turns(matrix, one_in, seed) + member) % one_in == 0
    more = negatives / max(1, int((kept & ~outcomes).sum()))
    rows = np.flatnonzero(kept | outcomes)
    counts = np.where(outcomes[rows], 1.0, more) * (1.0 if weights is None else weights[rows])
    return matrix[rows], outcomes[rows], counts


def _turns(matrix: pl.DataFrame, one_in: int, seed: int) -> np.ndarray:
    """For each row a number that moves on by one from cut-off to cut-off, and begins anywhere for each tenancy."""
    tenancies = matrix.select(TENANCY).unique().sort(TENANCY)
    begins = np.random.default_rng(seed).integers(0, one_in, tenancies.height)
    drawn = tenancies.with_columns(begin=pl.Series(begins))
    begin = matrix.select(TENANCY).join(drawn, on=TENANCY, how="left", maintain_order="left")["begin"]
    return begin.to_numpy() + matrix["as_of"].rank("dense").cast(pl.Int64).to_numpy()
