"""Every way to rank, behind one interface: `RANKERS` builds them by name, and every test of a ranker runs over it.

The candidates for the ranking are declared in `grid.toml`, what they have to beat in `baselines.toml`.
"""

import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, Self

import polars as pl

from models.baselines import BaseRate, ByColumns, Order, Regression, Written, written_baselines
from models.boosting import AdditiveBoosting
from models.candidates import AveragedBoosting, Ensemble, Fitted, Trees, boosting, forest
from models.forecasting import ForecastingRegression
from models.matrix import Column, Flags, Floats
from models.rules import RulesRanker
from models.tabulated import TabulatedRegression
from models.written_scores import officer_bands, officer_orders, signal_orders, team_orders


class Scorer(Protocol):
    """Gives each row of a matrix a number: the higher, the sooner."""

    name: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that a matrix must have; `ModelError` names those that are missing."""

    def score(self, matrix: pl.DataFrame) -> Floats:
        """One number a row, in the order of the rows; equal rows get equal numbers."""


class Ranker(Scorer, Protocol):
    """Learns from a matrix and its outcomes to score."""

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn; the order of the rows leaves no trace. A row of weight 2 counts as two."""


Builder = Callable[[tuple[Column, ...], int], Ranker]
"""Builds a ranker from the feature columns and a seed."""

MODEL = "boosting_and_regression"
"""The mean of two additive models: on municipalities that were held out better than either (DECISIONS 16)."""
RULES = "rules"


@cache
def written_grid() -> Mapping[str, Any]:
    """What `grid.toml` says of each candidate."""
    return tomllib.loads(Path(__file__).with_name("grid.toml").read_text("utf-8"))["candidate"]


def _candidate(name: str, columns: tuple[Column, ...], seed: int) -> Ranker:
    """A candidate as the grid declares it."""
    written = written_grid()[name]
    settings, members, one_in = written["settings"], written.get("members", 1), written.get("one_in", 1)
    if written["kind"] == "additive":
        return AdditiveBoosting(columns, seed=seed, name=name, **settings)
    if written["kind"] == "averaged":
        beside = written.get("regression")
        return AveragedBoosting(
            columns, seed=seed, name=name, members=members, one_in=one_in, regression=beside, settings=settings
        )
    if written["kind"] == "regression":
        return TabulatedRegression(columns, seed=seed, name=name, one_in=one_in, **settings)
    if written["kind"] == "forecasting":
        return ForecastingRegression(columns, seed=seed, name=name, one_in=one_in, **settings)
    reads = tuple(column.name for column in columns)
    return Ensemble(name, reads, partial(_member, written["kind"], settings, columns), members, one_in, seed)


def _member(kind: str, settings: Mapping[str, Any], columns: tuple[Column, ...], seed: int) -> Fitted:
    """One member of an ensemble."""
    if kind == "boosting":
        return Trees(columns, boosting(**settings), seed)
    return Trees(columns, forest(**settings), seed, fill_unknown=True)


def _rules(columns: tuple[Column, ...], seed: int) -> Ranker:
    return RulesRanker(columns)


def _base_rate(columns: tuple[Column, ...], seed: int) -> Ranker:
    return BaseRate()


def _regression(columns: tuple[Column, ...], seed: int) -> Ranker:
    written = written_baselines()["regression"]
    return Regression(tuple(written["features"]), tuple(written["strengths"]))


def _by_columns(name: str, columns: tuple[Column, ...], seed: int) -> Ranker:
    """The written orders whose columns are there; the first one where none has all of its columns."""
    orders = [ByColumns(tuple(order)) for order in written_baselines()["ranking"][name]["orders"]]
    known = {column.name for column in columns}
    return Written(name, tuple(order for order in orders if set(order.reads) <= known) or (orders[0],))


Orders = Callable[[Mapping[str, Any], Collection[str]], tuple[Order, ...]]


def _written(name: str, orders: Orders, columns: tuple[Column, ...], seed: int) -> Ranker:
    return Written(name, orders(written_baselines(), frozenset(column.name for column in columns)))


GRID = tuple(written_grid())
"""The declared candidates, in the order in which equals are preferred."""

ADDITIVE = tuple(name for name, written in written_grid().items() if written.get("additive", False))
"""The candidates that may be put to use: what each feature adds to a score is exact."""

_BASELINES: dict[str, Builder] = {
    "logistic_regression": _regression,
    RULES: _rules,
    **{name: partial(_by_columns, name) for name in written_baselines()["ranking"]},
    "officer": partial(_written, "officer", officer_orders),
    "officer_bands": partial(_written, "officer_bands", officer_bands),
    "signals": partial(_written, "signals", signal_orders),
    "team": partial(_written, "team", team_orders),
    "base_rate": _base_rate,
}

BASELINES = tuple(_BASELINES)
"""What a candidate has to beat to be worth its trouble."""

RANKERS: dict[str, Builder] = {
    MODEL: partial(_candidate, MODEL),
    **{name: partial(_candidate, name) for name in GRID if name != MODEL},
    **_BASELINES,
}
"""Every ranker by its name; the model first, then the other candidates, then what they have to beat."""


def usable_baselines(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The baselines whose columns are among `columns`: a matrix without a feed still has the others."""
    known = {column.name for column in columns} | {"as_of", "landlord", "tenancy_no"}
    return tuple(name for name in BASELINES if set(RANKERS[name](columns, 0).needs) <= known)


def ranking_name(name: str, language: str) -> str:
    """What a ranking is called in `language` (da or en); its own name where none is written."""
    baselines = written_baselines()
    named = {**baselines["ranking"], **baselines, "logistic_regression": baselines["regression"], **written_grid()}
    return str(named.get(name, {}).get(language, name))
