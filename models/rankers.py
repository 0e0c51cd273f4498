"""Every way to rank, behind one interface: `RANKERS` builds them by name, and every test of a ranker runs over it."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, Self

import polars as pl

from models.baselines import BaseRate, ByColumn, FullBoosting, Regression, written_baselines
from models.boosting import AdditiveBoosting
from models.matrix import Column, Flags, Floats
from models.rules import RulesRanker


class Ranker(Protocol):
    """Learns from a matrix and its outcomes, and gives each row a number: the higher, the sooner."""

    name: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that a matrix must have; `ModelError` names those that are missing."""

    def fit(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Learn; the order of the rows leaves no trace."""

    def score(self, matrix: pl.DataFrame) -> Floats:
        """One number a row, in the order of the rows; equal rows get equal numbers."""


Builder = Callable[[tuple[Column, ...], int], Ranker]
"""Builds a ranker from the feature columns and a seed."""

MODEL = "additive_boosting"
RULES = "rules"


def _additive(columns: tuple[Column, ...], seed: int) -> Ranker:
    return AdditiveBoosting(columns, seed=seed)


def _full(columns: tuple[Column, ...], seed: int) -> Ranker:
    return FullBoosting(columns, seed=seed)


def _rules(columns: tuple[Column, ...], seed: int) -> Ranker:
    return RulesRanker(columns)


def _base_rate(columns: tuple[Column, ...], seed: int) -> Ranker:
    return BaseRate()


def _regression(columns: tuple[Column, ...], seed: int) -> Ranker:
    return Regression(tuple(written_baselines()["regression"]["features"]))


def _by_column(name: str, columns: tuple[Column, ...], seed: int) -> Ranker:
    written = written_baselines()["ranking"][name]
    return ByColumn(name, written["by"], written.get("then", ""))


RANKERS: dict[str, Builder] = {
    MODEL: _additive,
    "full_boosting": _full,
    "logistic_regression": _regression,
    RULES: _rules,
    **{name: partial(_by_column, name) for name in written_baselines()["ranking"]},
    "base_rate": _base_rate,
}
"""Every ranker by its name; the model first, then what it has to beat."""

BASELINES = tuple(name for name in RANKERS if name not in (MODEL, "full_boosting"))
"""What the model has to beat to be worth its trouble. The full boosting is another model, shown beside it."""


def usable_baselines(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The baselines whose columns are among `columns`: a matrix without a feed still has the others."""
    known = {column.name for column in columns} | {"as_of", "landlord", "tenancy_no"}
    return tuple(name for name in BASELINES if set(RANKERS[name](columns, 0).needs) <= known)
