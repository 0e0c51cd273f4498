"""What is wrong with what a sender delivered, told from what that sender usually sends.

Each sender's newest month is compared with its own months before it, up to the same day of the month, so that a list
of the 14th is in every one of them. These faults are named first: what a delivery did is no drift.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import log, sqrt
from statistics import median, pstdev
from typing import Any, Literal

import polars as pl

from monitoring.records import sender_group
from warehouse.dates import add_months

Kind = Literal["late", "shrunken", "doubled", "unit_shifted", "recoded", "new_sender", "arrives_later"]

MOST_BEFORE, FEWEST_BEFORE = 12, 4
"""Months before the newest that say what is usual, at most and at least."""

FEWEST_RECORDS = 12
"""A month's usual records below which nothing is said of their number: chance alone makes them few or many."""

SHRUNKEN, DOUBLED = 0.6, 1.7
"""The newest month's records over a usual month's, beyond which their number is told."""

SURE = 5.0
"""How many standard errors beyond the usual a number of records must be; for some 60 senders and feeds a night."""

_RISEN, _MOST_CODES = 1.4, 0.8
"""Doubled is what came more often in so many of the usual records' codes."""

_RECENT = 3
"""For so many months a code that is gone is told; after that it is usual that it is gone."""

UNIT_SHIFT = 20.0
"""A typical amount so many times larger or smaller is another unit (øre for kroner, thousands), not a change."""

FEWEST_DELIVERIES, _LAST_DELIVERIES = 5, 14
_A_MONTH = range(26, 35)
FEWEST_AMOUNTS = 5
OF_CODE = 0.08
"""The share of a sender's records from which a code that comes or goes is told."""

LATER_DAYS = 21
"""Days by which records must come later after what they tell of than is usual."""


@dataclass(frozen=True)
class Fault:
    """A fault in what `sender` delivered of `feed`: what it brought (`found`) beside what is usual (`usual`).

    `code` is the code that the fault is about, '' where it is about all. Records, kroner or days, by its kind.
    """

    kind: Kind
    feed: str
    sender: str
    code: str
    found: float
    usual: float

    @property
    def group(self) -> str:
        """Whose fault, as records of `measure` name it."""
        return sender_group(self.feed, self.sender)


def delivery_faults(windows: pl.DataFrame) -> list[Fault]:
    """The faults of the newest month, by feed and sender.

    `windows`: feed, sender, months_back (0 the newest month, -1 its newest day), code, records, typical_dkk and
    typical_lag_days, as `warehouse.windows.delivered_windows` gives them.
    """
    found: list[Fault] = []
    senders = windows.partition_by("feed", "sender", as_dict=True, maintain_order=True)
    for (feed, sender), rows in sorted(senders.items()):
        own = _Sender(str(feed), str(sender), rows)
        if own.is_new:
            if _months_of(windows.filter(feed=feed)) > FEWEST_BEFORE and own.newest >= FEWEST_RECORDS:
                found.append(Fault("new_sender", own.feed, own.name, "", own.newest, 0.0))
            continue
        found += [*own.number(), *own.amounts(), *own.codes(), *own.delay()]
    return found


def late_senders(days: pl.DataFrame, as_of: date) -> list[Fault]:
    """The senders that stay away longer than they ever did between two of their last deliveries, by feed and sender.

    `days`: feed, sender, delivered_on. Nothing is said of a sender that came less than `FEWEST_DELIVERIES` times: how
    often it comes is not known yet, and the source register's word on it counts (`result_freshness`).
    """
    found = []
    for (feed, sender), own in sorted(days.partition_by("feed", "sender", as_dict=True).items()):
        came = sorted(own["delivered_on"].to_list())[-_LAST_DELIVERIES:]
        if len(came) < FEWEST_DELIVERIES:
            continue
        due = _due(came)
        if as_of > due:
            usual, age = (due - came[-1]).days, (as_of - came[-1]).days
            found.append(Fault("late", str(feed), str(sender), "", float(age), float(usual)))
    return found


def _due(came: Sequence[date]) -> date:
    """The last day on which the next delivery is no surprise: who comes once a month comes on the same day of it."""
    gaps = [(after - before).days for before, after in pairwise(came)]
    if not all(gap in _A_MONTH for gap in gaps):
        return came[-1] + timedelta(days=max(gaps))
    next_month = add_months(came[-1].replace(day=1), 1)
    last = add_months(next_month, 1) - timedelta(days=1)
    return min(last, next_month + timedelta(days=max(day.day for day in came) - 1))


def _months_of(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("months_back") >= 0)["months_back"].n_unique()


class _Sender:
    """What one sender delivered of one feed, month by month."""

    def __init__(self, feed: str, name: str, rows: pl.DataFrame) -> None:
        self.feed, self.name = feed, name
        self.rows = rows.to_dicts()
        self.first = max((row["months_back"] for row in self.rows if row["months_back"] >= 0), default=-1)
        # The oldest month of a sender is a beginning or a history, and no usual month.
        self.before = list(range(1, min(self.first, MOST_BEFORE + 1)))

    @property
    def is_new(self) -> bool:
        return self.first == 0

    @property
    def newest(self) -> float:
        return float(sum(row["records"] for row in self.rows if row["months_back"] == 0))

    def number(self) -> Iterator[Fault]:
        """Much less or much more than usual; that nothing came at all is told by its age."""
        if len(self.before) < FEWEST_BEFORE:
            return
        records = [float(sum(r["records"] for r in self.rows if r["months_back"] == back)) for back in self.before]
        usual = median(records)
        if usual < FEWEST_RECORDS:
            return
        spread = max(_spread(records), 1 / sqrt(usual))
        share = self.newest / usual
        if share < SHRUNKEN and log(max(share, 1 / usual)) < -SURE * spread:
            yield self._fault("shrunken", "", self.newest, usual)
        elif share > DOUBLED and log(share) > SURE * spread:
            yield self._more(usual)

    def _more(self, usual: float) -> Fault:
        """Doubled where every usual code came more often; else the code that alone did was given to what is others'."""
        of_code = {code: self._records(code, self.before) / len(self.before) for code in self._codes(self.before)}
        more = {code: self._records(code, [0]) / was for code, was in of_code.items() if was >= FEWEST_RECORDS}
        risen = sum(of_code[code] for code, times in more.items() if times > _RISEN)
        if not more or risen > _MOST_CODES * sum(of_code[code] for code in more):
            return self._fault("doubled", "", self.newest, usual)
        code = max(more, key=lambda one: (more[one] * of_code[one], one))
        return self._fault("recoded", code, self._records(code, [0]), of_code[code])

    def amounts(self) -> Iterator[Fault]:
        """Amounts of a code in another unit, on the newest day or over the newest month; told once."""
        for code in sorted({row["code"] for row in self.rows}):
            usual = self._typical(code, self.before, "typical_dkk")
            if not usual:
                continue
            for window in (-1, 0):
                newest = self._typical(code, [window], "typical_dkk")
                if newest and not 1 / UNIT_SHIFT < newest / usual < UNIT_SHIFT:
                    yield self._fault("unit_shifted", code, newest, usual)
                    return

    def codes(self) -> Iterator[Fault]:
        """Codes that were usual and came no more, or came for the first time, in numbers that are not chance."""
        if len(self.before) < FEWEST_BEFORE:
            return
        usual = {code: self._records(code, self.before) / len(self.before) for code in self._codes(self.before)}
        newest = {code: self._records(code, [0]) for code in self._codes([0])}
        whole, now = sum(usual.values()), sum(newest.values())
        for code in sorted(usual):
            enough = usual[code] >= max(FEWEST_RECORDS, OF_CODE * whole) and self._records(code, self.before[:_RECENT])
            if enough and now >= 0.5 * whole and newest.get(code, 0.0) < 0.1 * usual[code]:
                yield self._fault("recoded", code, newest.get(code, 0.0), usual[code])
        for code in sorted(newest.keys() - usual.keys()):
            if newest[code] >= max(FEWEST_RECORDS, OF_CODE * now):
                yield self._fault("recoded", code, newest[code], 0.0)

    def delay(self) -> Iterator[Fault]:
        """Records that come much later after what they tell of than is usual."""
        if len(self.before) < FEWEST_BEFORE:
            return
        for code in sorted(code for code in self._codes([0]) if self._records(code, [0]) >= FEWEST_RECORDS):
            usual = self._typical(code, self.before, "typical_lag_days")
            newest = self._typical(code, [0], "typical_lag_days")
            if usual is not None and newest is not None and newest - usual >= LATER_DAYS:
                yield self._fault("arrives_later", code, newest, usual)
                return

    def _codes(self, months: Sequence[int]) -> set[str]:
        return {row["code"] for row in self.rows if row["months_back"] in months}

    def _records(self, code: str, months: Sequence[int]) -> float:
        return float(sum(r["records"] for r in self.rows if r["code"] == code and r["months_back"] in months))

    def _typical(self, code: str, months: Sequence[int], what: str) -> float | None:
        """The middle of a code's typical values over months; None where too few records tell it."""
        own: list[dict[str, Any]] = [
            row for row in self.rows if row["code"] == code and row["months_back"] in months and row[what] is not None
        ]
        if sum(row["records"] for row in own) < FEWEST_AMOUNTS:
            return None
        return float(median(row[what] for row in own))

    def _fault(self, kind: Kind, code: str, found: float, usual: float) -> Fault:
        return Fault(kind, self.feed, self.name, code, found, usual)


def _spread(records: Sequence[float]) -> float:
    """How much a sender's months usually vary, on the log scale, one odd month left out."""
    logs = sorted(log(max(1.0, one)) for one in records)
    middle = median(logs)
    usual = sorted(logs, key=lambda one: abs(one - middle))[:-1]
    return pstdev(usual)
