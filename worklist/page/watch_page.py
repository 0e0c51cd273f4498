"""What the watch of the newest night found: open alarms, and shares by group with the numbers behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from worklist.page.code_words import word
from worklist.page.rendering import language_of, page
from worklist.page.security import Requires, Visitor
from worklist.page.site import Site
from worklist.published import Night

router = APIRouter()

Watchers = Annotated[Visitor, Depends(Requires("coordinator", "analyst", "dpo"))]
SHARES = ("listed_share", "recall_at_capacity", "outcome_rate")
"""The measures that are told as shares, in the order in which they are read."""


@dataclass(frozen=True)
class Share:
    """A record of a share: its attribute and group ('' for all), and the numbers, None where they are withheld."""

    attribute: str
    group: str
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    reference: float | None

    @property
    def value(self) -> float | None:
        """The share."""
        return None if self.numerator is None or not self.denominator else self.numerator / self.denominator


@router.get("/watch")
def show(request: Request, visitor: Watchers) -> Response:
    """The alarms and the shares of the newest night; counts only, nobody is named and nothing is logged."""
    site: Site = request.app.state.site
    night = site.nights.current()
    records = night.frame("measure") if "measure.parquet" in night.files else None
    return page(
        request,
        "watch.html",
        as_of=night.as_of,
        alarms=_alarms(night),
        shares={} if records is None else _shares(records),
        counted=records is not None and records.height > 0,
        group_word=lambda one: _group_word(one, language_of(request)),
    )


def _group_word(one: Share, language: str) -> str:
    """The group in words; a landlord or a postal code as it stands."""
    coded = one.attribute not in ("landlord", "district")
    return word(f"watch.{one.attribute}_is", one.group, language) if coded else one.group


def _alarms(night: Night) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = night.facts.get("alarms") or []
    return found


def _shares(records: pl.DataFrame) -> dict[str, list[Share]]:
    """By measure: all first, then by attribute and group."""
    found: dict[str, list[Share]] = {}
    for measure in SHARES:
        rows = records.filter(measure=measure).sort(pl.col("group") != "", "group")
        if rows.height:
            found[measure] = [_share(row) for row in rows.iter_rows(named=True)]
    return found


def _share(row: Mapping[str, Any]) -> Share:
    attribute, _, group = row["group"].partition("=")
    return Share(attribute, group, *(row[name] for name in ("numerator", "denominator", "low", "high", "reference")))
