"""Splits by as-of date, as a scikit-learn splitter: what teaches was known on the day that is tested.

cross_val_score(estimator, X, y, groups=as_of_dates, cv=AsOfDateSplit(window=12))
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.outcome import Horizon, mature_cut_offs, refuse_look_ahead
from warehouse.dates import HORIZON_DAYS, REPORTING_LAG_DAYS
from warehouse.errors import LookAheadError, ModelError

FEWEST_CUT_OFFS = 2
"""One cut-off teaches and a later one calibrates."""

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Fold:
    """A cut-off that is tested and the earlier ones, mature on that day, that teach; in the order of time."""

    teach: tuple[date, ...]
    test: date


@dataclass(frozen=True)
class AsOfDateSplit:
    """A splitter over as-of dates: each cut-off is tested once, by what the latest mature ones before it taught.

    A cut-off teaches only where its outcome window of `horizon_days` was over, and reported for `reporting_lag_days`,
    on the day that is tested. `window` is how many of the latest mature cut-offs teach (None: all), of which every
    `every`-th is taken, counted back from the latest. With fewer than `fewest` that teach a cut-off is not tested.
    `test_on` names the cut-offs to test (empty: all that can be). `folds` (tested day → teaching days) takes the place
    of all of this: splits that somebody made, which are refused where they look ahead.

    The dates are `groups`, or else the column `as_of` of X. `LookAheadError` names the dates that would look ahead.
    """

    horizon_days: int = HORIZON_DAYS
    reporting_lag_days: int = REPORTING_LAG_DAYS
    window: int | None = None
    every: int = 1
    fewest: int = FEWEST_CUT_OFFS
    test_on: tuple[date, ...] = ()
    folds: Mapping[date, Sequence[date]] | None = None
    as_of_column: str = "as_of"

    @property
    def horizon(self) -> Horizon:
        """How long after a cut-off its outcomes are known."""
        return Horizon(self.horizon_days, self.reporting_lag_days)

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """(row numbers that teach, row numbers that test) of each tested cut-off, in the order of time."""
        days = _dates_of(X, groups, self.as_of_column)
        for fold in self.plan(days.tolist()):
            teach = np.isin(days, np.array(fold.teach, dtype="datetime64[D]"))
            yield np.flatnonzero(teach), np.flatnonzero(days == np.datetime64(fold.test))

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many cut-offs are tested."""
        return len(self.plan(_dates_of(X, groups, self.as_of_column).tolist()))

    def plan(self, cut_offs: Iterable[date]) -> list[Fold]:
        """The folds of these cut-offs. `LookAheadError` where a day asked for has too few mature ones before it."""
        days = sorted(set(cut_offs))
        if self.folds is not None:
            return self._given(days, self.folds)
        wanted = sorted(set(self.test_on)) or days
        found = [Fold(self._teaching(days, day), day) for day in wanted]
        made = [fold for fold in found if len(fold.teach) >= self.fewest]
        untestable = [fold.test for fold in found if len(fold.teach) < self.fewest]
        if not made or (self.test_on and untestable):
            raise self._too_early(days, untestable)
        return made

    def _teaching(self, days: Sequence[date], tested: date) -> tuple[date, ...]:
        mature = mature_cut_offs(days, tested, self.horizon)
        return tuple(mature[-self.window :] if self.window else mature)[:: -self.every][::-1]

    def _given(self, days: Sequence[date], folds: Mapping[date, Sequence[date]]) -> list[Fold]:
        """The folds that were given; `LookAheadError` where one teaches what was not yet known."""
        absent = sorted({day for tested, taught in folds.items() for day in (tested, *taught)} - set(days))
        if absent:
            raise ModelError(
                expected="folds of as-of dates that the rows have",
                found=f"no row of {', '.join(map(str, absent))}",
                where="the split by time",
                remedy="Build these cut-offs, or leave them out of the folds.",
            )
        for tested, taught in sorted(folds.items()):
            refuse_look_ahead(taught, tested, self.horizon)
        return [Fold(tuple(sorted(set(taught))), tested) for tested, taught in sorted(folds.items())]

    def _too_early(self, days: Sequence[date], untestable: Sequence[date]) -> LookAheadError:
        told = f"{untestable[0]} to {untestable[-1]}" if untestable else "none"
        known = self.horizon.known_on(days[self.fewest - 1]) if len(days) >= self.fewest else None
        earliest = f"the earliest that could be tested is {known}" if known else f"{len(days)} cut-offs in all"
        return LookAheadError(
            expected=f"tested days before which the outcomes of {self.fewest} cut-offs were known",
            found=f"the tested days {told}; {earliest}",
            where="the split by time",
            remedy="Add earlier cut-offs, or test later ones; nothing later may teach.",
        )


def _dates_of(X: Any, groups: Any, column: str) -> NDArray[np.datetime64]:
    """The as-of date of each row, as days."""
    given = groups if groups is not None else _column(X, column)
    values = given.to_list() if hasattr(given, "to_list") else list(np.asarray(given).ravel())
    days = [_day(value) for value in values]
    return np.array(days, dtype="datetime64[D]")


def _column(X: Any, column: str) -> Any:
    if column in getattr(X, "columns", ()):
        return X[column]
    raise ModelError(
        expected=f"as-of dates: groups, or a column {column} of X",
        found="neither",
        where="the split by time",
        remedy="Pass the as-of date of each row as groups.",
    )


def _day(value: Any) -> date:
    """A date from what frames and arrays hold."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    day = np.datetime64(value, "D").astype(object)
    if not isinstance(day, date):
        raise ModelError(
            expected="an as-of date on every row",
            found="a row without one",
            where="the split by time",
            remedy="Give each row the date it was built for.",
        )
    return day
