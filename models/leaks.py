"""Guards against features that look ahead: each names the feature.

`refuse_rebuilt_otherwise` is the proof: the features of a past cut-off are built a second time from a warehouse in
which nothing later exists. Whatever a feature owes to the future (by a query, a join across dates, or a column that
somebody put into the matrix) is then missing, and the two differ. No threshold is involved, and a leak that helps
little is found like one that helps much.

`refuse_revealing` is a screen for matrices that no warehouse can build again. By figures alone a weak leak cannot be
told from a good feature, so it refuses only what no honest feature does: order the outcomes by itself almost without
error, or single out a group of tenancies in which hardly any lacks the outcome. (On a made-up municipality the best of
166 honest features has an AUC of 0.90; the purest group of one, of ten rows, holds 82 % positives.)
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from models.matrix import KEY, TENANCY, Column, Flags, Floats, feature_values
from models.measures import Curve, area_under_roc, blocks
from models.outcome import counted_rows, positives
from warehouse.errors import LookAheadError

FEWEST_POSITIVES = 30
"""With fewer positive tenancies the screen says nothing: a pure group of a few is no wonder."""

REVEALING_AUC = 0.99
REVEALING_PRECISION = 0.98

COMMON_SHARE = 0.1
"""Where the outcome is more common than this among all rows, a group of positives alone proves nothing."""

_CLOSE = 1e-9
"""Two builds may add the same numbers in another order."""


def refuse_rebuilt_otherwise(matrix: pl.DataFrame, rebuilt: pl.DataFrame, columns: Sequence[Column]) -> None:
    """`LookAheadError` naming every feature of `matrix` that comes out otherwise in `rebuilt`.

    `rebuilt` is the same cut-off built from what was known before its day and nothing else; both have the key.
    """
    day = matrix["as_of"].max()
    here, there = (frame.select(KEY).sort(KEY) for frame in (matrix, rebuilt))
    if not here.equals(there):
        differing = here.join(there, on=KEY, how="anti").height + there.join(here, on=KEY, how="anti").height
        raise _looks_ahead([f"who is in the cohort ({differing} tenancies)"], str(day))
    ours, theirs = matrix.sort(KEY), rebuilt.sort(KEY)
    changed = {column.name: _differing(ours, theirs, column.name) for column in columns}
    told = [f"{name} ({count} rows)" for name, count in changed.items() if count]
    if told:
        raise _looks_ahead(told, str(day))


def _differing(ours: pl.DataFrame, theirs: pl.DataFrame, name: str) -> int:
    """How many rows have another value; all of them where the rebuilt matrix has no such column."""
    if name not in theirs.columns:
        return ours.height
    same = np.isclose(
        feature_values(ours, name), feature_values(theirs, name), rtol=_CLOSE, atol=_CLOSE, equal_nan=True
    )
    return int((~same).sum())


def refuse_revealing(labelled: pl.DataFrame, columns: Sequence[Column]) -> None:
    """`LookAheadError` naming every feature that by itself gives the outcome away.

    `labelled` holds the key, label_state and the features. Each tenancy that had the outcome counts once (its latest
    such row), so that one long story is not taken for many. Silent with fewer than `FEWEST_POSITIVES` of them.
    """
    rows = _each_positive_once(counted_rows(labelled))
    outcomes = positives(rows).to_numpy()
    if outcomes.sum() < FEWEST_POSITIVES or outcomes.all():
        return
    told = [f"{column.name} ({said})" for column in columns if (said := _reveals(rows, column.name, outcomes))]
    if told:
        days = sorted(rows["as_of"].unique().to_list())
        raise _looks_ahead(told, f"{days[0]} to {days[-1]}")


def _each_positive_once(counted: pl.DataFrame) -> pl.DataFrame:
    had = positives(counted)
    latest = counted.filter(had).sort(KEY).unique(TENANCY, keep="last", maintain_order=True)
    return pl.concat([latest, counted.filter(~had)])


def _reveals(rows: pl.DataFrame, name: str, outcomes: Flags) -> str:
    """What gives the feature away, or nothing."""
    values = feature_values(rows, name)
    for ordered in _orders(values):
        curve = blocks(ordered, outcomes).curve()
        area = area_under_roc(curve)
        if area >= REVEALING_AUC:
            return f"alone it has an AUC of {area:.4f}"
        precision = _purest(curve) if outcomes.mean() <= COMMON_SHARE else 0.0
        if precision >= REVEALING_PRECISION:
            return f"its extreme values hold {100 * precision:.0f} % positives"
    return ""


def _orders(values: Floats) -> Iterator[Floats]:
    """The feature as a ranking: highest first, lowest first, "not known" first or last."""
    unknown = np.isnan(values)
    for signed in (values, -values):
        for place in (np.inf, -np.inf) if unknown.any() else (0.0,):
            yield np.where(unknown, place, signed)


def _purest(curve: Curve) -> float:
    """The highest share of positives in a top part that holds at least `FEWEST_POSITIVES` of them."""
    enough = curve.found >= FEWEST_POSITIVES
    return float((curve.found[enough] / curve.taken[enough]).max()) if enough.any() else 0.0


def _looks_ahead(found: Sequence[str], where: str) -> LookAheadError:
    return LookAheadError(
        expected="features that only what was known before the as-of date decides",
        found=", ".join(found),
        where=f"the features of {where}",
        remedy="See what these read that became known later, and mend or leave them out.",
    )
