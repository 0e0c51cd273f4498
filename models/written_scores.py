"""Written orders that are more than a column: the officers' score and bands, the signal rule, the team's queue.

Each reads what it can see: of `columns` those that are there. What is not there, or not known, counts nothing. The
numbers of each stand in `baselines.toml`, with where they come from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from models.baselines import in_turn
from models.matrix import Flags, Floats, feature_values

DAYS_PER_MONTH = 365.25 / 12
_WEEK = 7.0

_OFFICER_NEEDS = ("arrears_dkk", "oldest_due_days")
_OFFICER_READS = (
    "months_owed_count",
    "currently_behind_days",
    "since_payment_days",
    "paid_3_months_share",
    "paid_12_months_share",
    "monthly_rent_dkk",
    "payment_day_shift_days",
    "demands_12_months_count",
    "since_demand_days",
    "payment_plans_12_months_count",
    "list_payment_plan_flag",
)


def _seen(reads: Sequence[str], columns: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in reads if name in columns)


@dataclass(frozen=True)
class OfficerScore:
    """The officers' weighted points, rounded to whole tens as they saw them, or not (`exact`)."""

    weights: Mapping[str, float]
    columns: Collection[str]
    exact: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """What it cannot do without, and what else is there."""
        return (*_OFFICER_NEEDS, *_seen(_OFFICER_READS, self.columns))

    def values(self, matrix: pl.DataFrame) -> Floats:
        """A tenth of the points of each row."""
        points, facts = self.weights, _Facts(matrix, self.reads, self.weights["kroner_per_pound"])
        unpaid = facts.of("since_payment_days")
        planned = facts.has("payment_plans_12_months_count") | facts.has("list_payment_plan_flag")
        in_force = facts.demand_in_force()
        total = (
            points["balance_points"] * facts.pounds("arrears_dkk")
            + points["days_in_arrears_points"] * facts.days_in_arrears()
            + unpaid * np.floor(unpaid / _WEEK)
            + points["less_paid_points"] * facts.less_paid_pounds()
            + points["day_shift_points"] * np.abs(facts.of("payment_day_shift_days"))
            + points["agreement_points"] * planned
            + points["notice_in_force_points"] * in_force
            + points["notice_served_points"] * (facts.has("demands_12_months_count") & ~in_force)
        )
        # Six decimals: below that a sum only tells in which order it was added up.
        return np.round(total / 10, 6 if self.exact else 0)


@dataclass(frozen=True)
class OfficerBands:
    """Red before amber before green, within a band by the officers' points; green while an agreement is kept."""

    bands: Mapping[str, float]
    score: OfficerScore

    @property
    def reads(self) -> tuple[str, ...]:
        """What the score reads."""
        return self.score.reads

    def values(self, matrix: pl.DataFrame) -> Floats:
        """The place of each row by band and points."""
        return in_turn([self.band(matrix), self.score.values(matrix)])

    def band(self, matrix: pl.DataFrame) -> Floats:
        """2 for red, 1 for amber, 0 for green."""
        facts, at = _Facts(matrix, self.reads, self.score.weights["kroner_per_pound"]), self.bands
        weeks = facts.of("months_owed_count") * DAYS_PER_MONTH / _WEEK
        noticed = facts.has("demands_12_months_count")
        owed, shift = facts.pounds("arrears_dkk"), np.abs(facts.of("payment_day_shift_days"))
        red = (weeks > at["red_weeks"]) | (owed > at["red_pounds"]) | (shift > at["red_shift_days"])
        red |= (noticed & (facts.of("since_payment_days") > at["red_unpaid_days"])) | (facts.less_paid_pounds() > 0)
        amber = (owed > at["amber_pounds"]) | (weeks > at["amber_weeks"]) | noticed
        planned = facts.has("payment_plans_12_months_count") | facts.has("list_payment_plan_flag")
        return np.where(planned, 0.0, np.where(red, 2.0, np.where(amber, 1.0, 0.0)))


@dataclass(frozen=True)
class _Facts:
    """What the officers' formula asks of a matrix; 0 where a column is absent or a value not known."""

    matrix: pl.DataFrame
    reads: tuple[str, ...]
    kroner_per_pound: float

    def of(self, name: str) -> Floats:
        if name not in self.reads:
            return np.zeros(self.matrix.height)
        return np.nan_to_num(feature_values(self.matrix, name), nan=0.0)

    def has(self, name: str) -> Flags:
        return self.of(name) > 0

    def pounds(self, name: str) -> Floats:
        return self.of(name) / self.kroner_per_pound

    def days_in_arrears(self) -> Floats:
        return self.of("currently_behind_days" if "currently_behind_days" in self.reads else "oldest_due_days")

    def less_paid_pounds(self) -> Floats:
        """How much less was paid a month in the last three months than in the last twelve; more counts nothing."""
        if not {"paid_3_months_share", "paid_12_months_share", "monthly_rent_dkk"} <= set(self.reads):
            return np.zeros(self.matrix.height)
        fallen = self.of("paid_12_months_share") - self.of("paid_3_months_share")
        return np.maximum(fallen, 0.0) * self.pounds("monthly_rent_dkk")

    def demand_in_force(self) -> Flags:
        """Whether a payment demand is at most a month old."""
        if "since_demand_days" not in self.reads:
            return np.zeros(self.matrix.height, dtype=bool)
        since = feature_values(self.matrix, "since_demand_days")
        return np.nan_to_num(since, nan=np.inf) <= DAYS_PER_MONTH


@dataclass(frozen=True)
class Signals:
    """Signals of several senders, then one that came again within half a year, then one alone; by amount within each.

    `senders` names, for each sender, the columns that count its signals in the window; `again` the same for half a
    year.
    """

    senders: Mapping[str, Sequence[str]]
    again: Mapping[str, Sequence[str]]
    amount: str
    columns: Collection[str]

    @property
    def reads(self) -> tuple[str, ...]:
        """The amount and the signals that are there; all of them where none is, so that a matrix without says so."""
        every = [name for group in (self.senders, self.again) for names in group.values() for name in names]
        return (self.amount, *(_seen(tuple(dict.fromkeys(every)), self.columns) or tuple(dict.fromkeys(every))))

    def values(self, matrix: pl.DataFrame) -> Floats:
        """The place of each row by the class of its signals, then the amount."""
        behind = np.sum([counts > 0 for counts in self._counts(matrix, self.senders)], axis=0)
        repeated = np.any([counts > 1 for counts in self._counts(matrix, self.again)], axis=0)
        kind = np.where(behind > 1, 1.0 + behind, np.where(repeated, 2.0, np.where(behind == 1, 1.0, 0.0)))
        # Two senders stand above one that came again: 1 + 2 = 3 > 2.
        amount = feature_values(matrix, self.amount)
        return in_turn([kind, np.where(np.isnan(amount), -np.inf, amount)])

    def _counts(self, matrix: pl.DataFrame, senders: Mapping[str, Sequence[str]]) -> list[Floats]:
        """For each sender the most signals that any of its columns counts."""
        counted = [np.zeros(matrix.height)]
        for names in senders.values():
            seen = [np.nan_to_num(feature_values(matrix, name), nan=0.0) for name in _seen(names, self.columns)]
            counted.append(np.max(seen, axis=0) if seen else np.zeros(matrix.height))
        return counted


@dataclass(frozen=True)
class Queue:
    """Whoever waits, the longest wait first, of those who came in within `window_days`; then the latest arrivals.

    A wait ends with a contact after the arrival. With a window of 0 there is no queue: the latest arrival comes first.
    """

    arrivals: Sequence[str]
    contact: str
    window_days: float
    columns: Collection[str]

    @property
    def reads(self) -> tuple[str, ...]:
        """The arrivals and contacts that are there; all arrivals where none is."""
        return _seen((*self.arrivals, self.contact), self.columns) or tuple(self.arrivals)

    def values(self, matrix: pl.DataFrame) -> Floats:
        """The place of each row in the queue."""
        since = np.full(matrix.height, np.inf)
        for name in _seen(self.arrivals, self.columns):
            since = np.fmin(since, feature_values(matrix, name))
        contacted = np.full(matrix.height, np.inf)
        if self.contact in self.columns:
            contacted = np.nan_to_num(feature_values(matrix, self.contact), nan=np.inf)
        waits = (since <= self.window_days) & (contacted >= since)
        return in_turn([waits.astype(np.float64), np.where(waits, since, -since)])


def officer_orders(written: Mapping[str, Any], columns: Collection[str]) -> tuple[OfficerScore, ...]:
    """The score as officers saw it, and without the rounding that ties many of them."""
    weights = {name: value for name, value in written["officer"].items() if isinstance(value, float)}
    return OfficerScore(weights, columns), OfficerScore(weights, columns, exact=True)


def officer_bands(written: Mapping[str, Any], columns: Collection[str]) -> tuple[OfficerBands, ...]:
    """The bands, by the rounded and by the exact points."""
    bands = {name: value for name, value in written["officer_bands"].items() if isinstance(value, float)}
    return tuple(OfficerBands(bands, score) for score in officer_orders(written, columns))


def signal_orders(written: Mapping[str, Any], columns: Collection[str]) -> tuple[Signals, ...]:
    """The rule with signals of the last three months, and with those of the last half year."""
    rule = written["signals"]
    return tuple(
        Signals(rule[window], rule["half_year"], rule["amount"], columns) for window in ("recent", "half_year")
    )


def team_orders(written: Mapping[str, Any], columns: Collection[str]) -> tuple[Queue, ...]:
    """The queue with each of the written windows."""
    rule = written["team"]
    return tuple(Queue(rule["arrivals"], rule["contact"], float(days), columns) for days in rule["windows_days"])
