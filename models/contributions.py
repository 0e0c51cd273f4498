"""What each reason adds to a raw score, exactly: an additive model's steps, summed by reason.

Written against the day's median tenancy, so that base + contributions = raw score, and a reason's contribution is what
the raw score would lose if the reason's features were as they usually are.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import polars as pl

from models.matrix import KEY, Column, Floats, feature_values

TOP_SHARE = 0.1
"""The share of a cohort that stands near a list: among these a reason may speak against a tenancy."""

BASE = "base"
"""The name under which `contribution_rows` gives the raw score of the median tenancy."""


SCHEMA = pl.Schema(
    [
        ("as_of", pl.Date()),
        ("landlord", pl.String()),
        ("tenancy_no", pl.String()),
        ("reason", pl.String()),
        ("contribution", pl.Float64()),
    ]
)
"""The columns of what `contribution_rows` gives."""


@runtime_checkable
class Contributing(Protocol):
    """A ranker whose raw score is a sum over its features."""

    columns: tuple[Column, ...]

    def contributions(self, matrix: pl.DataFrame) -> Floats:
        """(rows, columns): how much each feature adds to the raw score of the typical tenancy."""

    def raw(self, matrix: pl.DataFrame) -> Floats:
        """(rows,): the raw score."""


@dataclass(frozen=True)
class Typical:
    """What each reason adds for the median tenancy (reasons in alphabetical order).

    `cohort`: each feature at its median among those of whom it is known, "not known" where it is unknown for most;
    `cohort_known`: at the median of those of whom it is known throughout; `top`: as `cohort`, within the top tenth.
    """

    cohort: Floats
    cohort_known: Floats
    top: Floats


NO_TYPICAL = Typical(*(np.zeros(1) for _ in range(3)))
"""The typical tenancy of the model itself, whose contributions are 0."""


def reasons_of(ranker: Contributing) -> list[str]:
    """The reasons of the ranker's features, in alphabetical order."""
    return sorted({column.reason for column in ranker.columns})


def group_contributions(ranker: Contributing, matrix: pl.DataFrame) -> tuple[list[str], Floats]:
    """The reasons and (rows, reasons): the sum of the contributions that count toward each."""
    codes = reasons_of(ranker)
    belongs = np.array([[column.reason == code for code in codes] for column in ranker.columns], dtype=np.float64)
    return codes, ranker.contributions(matrix) @ belongs


def typical_of(ranker: Contributing, cohort: pl.DataFrame) -> Typical:
    """The median tenancies of a day's whole matrix; at least one row."""
    raw = ranker.raw(cohort)
    near = cohort[np.argsort(-raw, kind="stable")[: max(1, round(TOP_SHARE * cohort.height))]]
    rows = (median_row(cohort, ranker.columns), median_row(cohort, ranker.columns, known=True))
    cohort_sums, known_sums, top_sums = (
        group_contributions(ranker, row)[1][0] for row in (*rows, median_row(near, ranker.columns))
    )
    return Typical(cohort_sums, known_sums, top_sums)


def median_row(cohort: pl.DataFrame, columns: tuple[Column, ...], *, known: bool = False) -> pl.DataFrame:
    """One row: the cohort's first key, each feature at the median of those of whom it is known.

    A feature that is unknown for more than half is left unknown, unless `known`.
    """
    medians = {}
    for column in columns:
        if column.name not in cohort.columns:
            continue
        values = feature_values(cohort, column.name)
        told = values[~np.isnan(values)]
        is_told = told.size and (known or 2 * told.size >= values.size)
        medians[column.name] = pl.Series([float(np.median(told)) if is_told else None], dtype=pl.Float64)
    return cohort.head(1).with_columns(**medians)


def contribution_rows(ranker: Contributing, matrix: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
    """Every reason of each row of `matrix` and what it adds (`SCHEMA`), and the base.

    The contributions of a tenancy, the row `BASE` among them, sum to its raw score. Sorted by the key and reason.
    """
    codes, sums = group_contributions(ranker, matrix)
    median = median_row(cohort, ranker.columns)
    beyond = sums - group_contributions(ranker, median)[1]
    base = np.full(matrix.height, float(ranker.raw(median)[0]))
    each = [
        matrix.select(*KEY, pl.lit(code).alias("reason"), pl.Series("contribution", added))
        for code, added in [*zip(codes, beyond.T, strict=True), (BASE, base)]
    ]
    return pl.concat(each).sort(*KEY, "reason")
