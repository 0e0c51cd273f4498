"""The morning's list as it is shown: every published row once, with who has it, and what the reader asked to see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any

import polars as pl

from worklist.cases.cases import Case
from worklist.cases.codes import OPEN
from worklist.published import Night

Tenancy = tuple[str, str]
SECTIONS = ("deadline", "early_warning")
WEEK = timedelta(days=7)

_COLUMNS = ("against_da", "against_en", "change_da", "change_en", "change", "exploration")
"""What a night of an earlier version may lack."""


@dataclass(frozen=True)
class Row:
    """A published row of the list: `told` its columns (`flows.listing`), `district` and `children` of its home."""

    landlord: str
    tenancy_no: str
    section: str
    told: Mapping[str, Any]
    district: str | None

    @property
    def tenancy(self) -> Tenancy:
        """Whose row it is."""
        return self.landlord, self.tenancy_no


@dataclass(frozen=True)
class Morning:
    """A night's list, read once: its rows in order, the tenancies that left it, and what can be filtered by."""

    night: Night
    rows: tuple[Row, ...]
    gone: tuple[Mapping[str, Any], ...]
    districts: tuple[str, ...]
    landlords: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What the reader asked to see; empty: everything. `week`: the next date lies within seven days or has passed."""

    district: str = ""
    landlord: str = ""
    mine: bool = False
    unassigned: bool = False
    week: bool = False

    def keeps(self, row: Row, case: Case | None, who: str, today: date) -> bool:
        """Whether the row is shown to `who` on the day `today`."""
        due = row.told["next_deadline"]
        owner = case.owner if case else None
        return (
            (not self.district or row.district == self.district)
            and (not self.landlord or row.landlord == self.landlord)
            and (not self.mine or owner == who)
            and (not self.unassigned or owner is None)
            and (not self.week or (due is not None and due < today + WEEK))
        )

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address: only what is asked for."""
        asked = {"district": self.district, "landlord": self.landlord}
        asked |= {name: "1" if getattr(self, name) else "" for name in ("mine", "unassigned", "week")}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Shown:
    """A section as shown: the rows to work on, and those at rest (snoozed, or marked as done or wrong)."""

    section: str
    rows: tuple[tuple[Row, Case | None], ...]
    resting: tuple[tuple[Row, Case | None], ...]


def shown(morning: Morning, cases: Mapping[Tenancy, Case], wanted: Wanted, who: str, today: date) -> tuple[Shown, ...]:
    """Both sections, the rows in the order that was published."""
    kept = [(row, cases.get(row.tenancy)) for row in morning.rows]
    kept = [(row, case) for row, case in kept if wanted.keeps(row, case, who, today)]
    return tuple(
        Shown(
            section,
            tuple(pair for pair in kept if pair[0].section == section and not rests(pair[1], today)),
            tuple(pair for pair in kept if pair[0].section == section and rests(pair[1], today)),
        )
        for section in SECTIONS
    )


def rests(case: Case | None, today: date) -> bool:
    """Whether nothing is to be done today: the case is snoozed, or closed by a mark."""
    if case is None:
        return False
    return case.status != OPEN or (case.snoozed_until is not None and today < case.snoozed_until)


def morning_of(night: Night) -> Morning:
    """The list of `night`; the one asked for last is kept."""
    return _KEPT.of_night(night)


@dataclass
class _Kept:
    """The list of the night that was asked for last."""

    _morning: Morning | None = None
    _lock: Lock = field(default_factory=Lock)

    def of_night(self, night: Night) -> Morning:
        with self._lock:
            if self._morning is None or self._morning.night is not night:
                self._morning = _read(night)
            return self._morning


_KEPT = _Kept()


def _read(night: Night) -> Morning:
    listed = night.frame("worklist")
    absent = [pl.lit(None).alias(name) for name in _COLUMNS if name not in listed.columns]
    districts = _districts(night)
    rows = tuple(
        Row(
            row["landlord"], row["tenancy_no"], row["section"], row, districts.get((row["landlord"], row["tenancy_no"]))
        )
        for row in listed.with_columns(absent).iter_rows(named=True)
    )
    return Morning(
        night, rows, _gone(night), _sorted(row.district for row in rows), _sorted(row.landlord for row in rows)
    )


def _districts(night: Night) -> dict[Tenancy, str | None]:
    if "dwellings.parquet" not in night.files:
        return {}
    homes = night.frame("dwellings").select("landlord", "tenancy_no", "district")
    return {(landlord, number): district for landlord, number, district in homes.iter_rows()}


def _gone(night: Night) -> tuple[Mapping[str, Any], ...]:
    if "changes.parquet" not in night.files:
        return ()
    return tuple(night.frame("changes").filter(change="gone").iter_rows(named=True))


def _sorted(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def count(sections: Sequence[Shown]) -> int:
    """How many rows are shown, those at rest among them."""
    return sum(len(each.rows) + len(each.resting) for each in sections)
