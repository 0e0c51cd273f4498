"""Whether a group is missed more often than another: a ratio with an interval, and a permutation test beside it.

Several cut-offs are taken together, so one tenancy may be counted in each: everything here goes by tenancy. Groups are
compared with a reference that was fixed beforehand, and all that are compared share one level of error: the spread
between the best and the worst group is never used, for by chance alone it is large.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy import stats

from models.matrix import Flags, Floats
from monitoring.group_rates import OTHERS, UNKNOWN
from monitoring.suppression import Counted, told_groups

FEWEST_IN_NEED = 10
"""A group, or its reference, with fewer of whom anything is counted gets no verdict."""

FAMILY_ERROR = 0.03
"""The chance that any of the groups that are compared is said to differ where none does."""

DRAWS = 1999
Verdict = Literal["differs", "cannot_be_told", "too_few"]


@dataclass(frozen=True)
class Disparity:
    """A group's share over that of whom it is compared with, and the interval that holds for all groups together.

    `p`: how often shuffled groups lie at least as far from 1. `verdict`: 'differs' where the interval excludes 1 and
    the shuffling agrees. The numbers are NaN where `verdict` is 'too_few'.
    """

    attribute: str
    group: str
    hits: int
    counted: int
    ratio: float
    low: float
    high: float
    p: float
    verdict: Verdict


def disparities(
    rows: pl.DataFrame, references: Mapping[str, str | None], *, key: Sequence[str], seed: int = 0
) -> list[Disparity]:
    """Every told group of the attributes in `references`, the reference groups left out; by attribute and group.

    `rows`: one a tenancy and cut-off of all who count, with `key`, the Boolean `hit` and the attributes. A group that
    is too small to be told (`monitoring.suppression`) is not there.
    """
    by_tenancy = rows.group_by(*dict.fromkeys((*key, *references)), maintain_order=True).agg(
        hits=pl.col("hit").cast(pl.Float64).sum(), counted=pl.len().cast(pl.Float64)
    )
    compared = [
        (attribute, group, beside)
        for attribute in sorted(references)
        for group, beside in _pairs(by_tenancy, attribute, references[attribute])
    ]
    judged = [one for one in compared if min(_need(by_tenancy, one[1]), _need(by_tenancy, one[2])) >= FEWEST_IN_NEED]
    error = FAMILY_ERROR / max(1, len(judged))
    drawn = np.random.default_rng(seed)
    return [_compared(by_tenancy, *one, error, drawn) for one in compared]


Side = tuple[str, Flags]


def _pairs(by_tenancy: pl.DataFrame, attribute: str, reference: str | None) -> Iterator[tuple[Side, Side]]:
    """Each told group of an attribute and whom it is compared with: names, and whose rows they are."""
    values = by_tenancy[attribute].cast(pl.String).fill_null(UNKNOWN)
    sums = by_tenancy.with_columns(value=values).group_by("value").agg(pl.col("hits", "counted").sum()).sort("value")
    groups = [Counted((name,), int(hits), int(counted)) for name, hits, counted in sums.iter_rows()]
    told = [one.names[0] for one in told_groups(groups) if len(one.names) == 1]
    for group in told:
        if group != reference and (reference is OTHERS or reference in told):
            own = (values == group).to_numpy()
            yield (group, own), (reference or "", ~own if reference is OTHERS else (values == reference).to_numpy())


def _need(by_tenancy: pl.DataFrame, side: Side) -> float:
    return float(by_tenancy["counted"].to_numpy()[side[1]].sum())


def _compared(
    by_tenancy: pl.DataFrame, attribute: str, own: Side, beside: Side, error: float, drawn: np.random.Generator
) -> Disparity:
    hits, counted = (by_tenancy[name].to_numpy() for name in ("hits", "counted"))
    told = attribute, own[0], int(hits[own[1]].sum()), int(counted[own[1]].sum())
    nothing = float("nan")
    few = min(counted[side[1]].sum() for side in (own, beside)) < FEWEST_IN_NEED
    if few or min(hits[side[1]].sum() for side in (own, beside)) == 0:
        return Disparity(*told, nothing, nothing, nothing, nothing, "too_few")
    middle = _log_ratio(hits, counted, own[1], beside[1])
    far = float(stats.norm.ppf(1 - error / 2)) * _error(hits, counted, own[1], beside[1])
    p = _shuffled(hits, counted, own[1], beside[1], middle, drawn)
    low, high = np.exp(middle - far), np.exp(middle + far)
    # Shuffling cannot tell less than one in its draws; where the family asks for more, the interval decides.
    differs = (low > 1 or high < 1) and p <= max(error, 1 / (DRAWS + 1))
    return Disparity(
        *told, float(np.exp(middle)), float(low), float(high), p, "differs" if differs else "cannot_be_told"
    )


def _log_ratio(hits: Floats, counted: Floats, own: Flags, beside: Flags) -> float:
    return float(np.log(hits[own].sum() / counted[own].sum()) - np.log(hits[beside].sum() / counted[beside].sum()))


def _error(hits: Floats, counted: Floats, own: Flags, beside: Flags) -> float:
    """The standard error of the log ratio, each tenancy drawn as a whole (linearised)."""
    variance = 0.0
    for side in (own, beside):
        share = hits[side].sum() / counted[side].sum()
        left = hits[side] - share * counted[side]
        variance += float((left**2).sum()) / (share * counted[side].sum()) ** 2
    return float(np.sqrt(variance))


def _shuffled(
    hits: Floats, counted: Floats, own: Flags, beside: Flags, middle: float, drawn: np.random.Generator
) -> float:
    """How often the log ratio lies as far from 0 where the tenancies of both sides are dealt out anew."""
    places = np.flatnonzero(own | beside)
    size = int(own.sum())
    as_far = 1
    for _ in range(DRAWS):
        dealt = drawn.permutation(places)
        first, second = dealt[:size], dealt[size:]
        shares = [hits[side].sum() / max(1.0, counted[side].sum()) for side in (first, second)]
        as_far += min(shares) == 0 or abs(np.log(shares[0] / shares[1])) >= abs(middle)
    return as_far / (DRAWS + 1)
