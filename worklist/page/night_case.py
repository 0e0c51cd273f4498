"""What a published night says of one tenancy, found without reading the night's tables again for each."""

from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

import polars as pl

from worklist.published import Night

Row = dict[str, Any]
_KEY = ("landlord", "tenancy_no")
_MANY = ("reasons", "deadlines", "months", "events", "occupants")
"""The tables with several rows of a tenancy."""


@dataclass(frozen=True)
class NightCase:
    """A tenancy as a night tells it; `score`, `listed` and `dwelling` are None where the night tells nothing."""

    as_of: date
    landlord: str
    tenancy_no: str
    active: int
    score: Row | None
    listed: Row | None
    dwelling: Row | None
    reasons: list[Row]
    deadlines: list[Row]
    months: list[Row]
    events: list[Row]
    occupants: list[Row]
    freshness: list[Row]

    @property
    def known(self) -> bool:
        """Whether the tenancy is among the active ones of the night."""
        return any((self.score, self.listed, self.dwelling))

    @property
    def stage(self) -> str:
        """Its stage; `none` where nothing is known of it."""
        row = self.listed or self.score or {}
        return str(row.get("stage") or "none")

    @property
    def rank(self) -> int | None:
        """Its place among all active tenancies."""
        return (self.score or self.listed or {}).get("rank")

    @property
    def children(self) -> bool | None:
        """Whether children live there; None where it is not known."""
        told = (self.listed or {}).get("children")
        return told if told is not None else (self.dwelling or {}).get("children")


def night_case(night: Night, landlord: str, tenancy_no: str) -> NightCase:
    """What `night` says of the tenancy; tables that an older night lacks are empty."""
    return _KEPT.of_night(night).case(landlord, tenancy_no)


def prepare(night: Night) -> None:
    """Reads the tables of `night` before somebody has to wait for them."""
    _KEPT.of_night(night).read_all()


def read_case_of(night: Night, landlord: str, tenancy_no: str) -> NightCase:
    """The same of an earlier night, without keeping its tables."""
    return _Tables(night).case(landlord, tenancy_no)


class _Table:
    """A table of the night in the order of its tenancies, and where each begins."""

    def __init__(self, frame: pl.DataFrame) -> None:
        ordered = frame.sort(_KEY, maintain_order=True)
        places = ordered.with_row_index("at").group_by(_KEY, maintain_order=True).agg(pl.col("at").first(), pl.len())
        self._places = {(landlord, number): (at, count) for landlord, number, at, count in places.iter_rows()}
        self._rows = ordered.drop(_KEY)
        self.height = frame.height

    def of(self, landlord: str, tenancy_no: str) -> list[Row]:
        at, count = self._places.get((landlord, tenancy_no), (0, 0))
        return self._rows.slice(at, count).to_dicts()


class _Tables:
    """The tables of a night that tell of single tenancies; each is read when it is first asked for."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._read: dict[str, _Table] = {}
        self._freshness = night.frame("freshness").to_dicts() if "freshness.parquet" in night.files else []
        self._lock = Lock()

    def case(self, landlord: str, tenancy_no: str) -> NightCase:
        def all_of(name: str) -> list[Row]:
            table = self._table(name)
            return table.of(landlord, tenancy_no) if table else []

        def one_of(name: str) -> Row | None:
            return next(iter(all_of(name)), None)

        scores = self._table("scores")
        return NightCase(
            as_of=self.night.as_of,
            landlord=landlord,
            tenancy_no=tenancy_no,
            active=self.night.facts.get("active_tenancies") or (scores.height if scores else 0),
            score=one_of("scores"),
            listed=one_of("worklist"),
            dwelling=one_of("dwellings"),
            freshness=self._freshness,
            **{name: all_of(name) for name in _MANY},
        )

    def read_all(self) -> None:
        for name in ("scores", "worklist", "dwellings", *_MANY):
            self._table(name)

    def _table(self, name: str) -> _Table | None:
        if f"{name}.parquet" not in self.night.files:
            return None
        with self._lock:
            if name not in self._read:
                self._read[name] = _Table(self.night.frame(name))
            return self._read[name]


@dataclass
class _Kept:
    """The tables of the night that was asked for last."""

    _tables: _Tables | None = None
    _lock: Lock = field(default_factory=Lock)

    def of_night(self, night: Night) -> _Tables:
        with self._lock:
            if self._tables is None or self._tables.night is not night:
                self._tables = _Tables(night)
            return self._tables


_KEPT = _Kept()
