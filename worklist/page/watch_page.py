"""What the watch found: open alarms and answers to them, and shares by group at every stage, now and month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from worklist.cases.alarm_answers import AlarmAnswer, alarm_answers, keep_answer
from worklist.cases.errors import InputRefused
from worklist.page.code_words import word
from worklist.page.rendering import language_of, page
from worklist.page.security import Fields, Requires, Visitor, text_of
from worklist.page.share_series import picture_of
from worklist.page.site import Site
from worklist.page.typed import day_typed
from worklist.page.words import say
from worklist.published import Night, month_steps, nights, read_table

router = APIRouter()

Watchers = Annotated[Visitor, Depends(Requires("coordinator", "analyst", "dpo"))]
Answerers = Annotated[Visitor, Depends(Requires("coordinator", "analyst"))]
Word = Annotated[str, Query(max_length=300)]

SHARES = (
    "recall_at_capacity",
    "recall_ratio",
    "listed_share",
    "contacted_share",
    "reached_share",
    "agreed_share",
    "kept_share",
    "precision_at_capacity",
    "behind_share",
    "outcome_rate",
)
"""The measures that are told by group, in the order in which they are read: who in need is missed comes first."""

RATIOS = ("recall_ratio",)
MONTHS = 36
MOST_MUTED = timedelta(days=92)


@dataclass(frozen=True)
class Share:
    """A record of a share or ratio: attribute, group ('' for all) and the numbers, None where they are withheld."""

    measure: str
    attribute: str
    group: str
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    reference: float | None
    alarm: str

    @property
    def value(self) -> float | None:
        """The share, or the ratio."""
        return None if self.numerator is None or not self.denominator else self.numerator / self.denominator

    @property
    def path(self) -> str:
        """Where its months are shown."""
        group = f"{self.attribute}={self.group}" if self.attribute else ""
        return "/watch/series?" + urlencode({"measure": self.measure, "group": group})


@dataclass(frozen=True)
class OpenAlarm:
    """An alarm of the night, the newest answer to it, and whether that keeps it silent."""

    told: Mapping[str, Any]
    answer: AlarmAnswer | None
    silent: bool

    @property
    def path(self) -> str:
        """Where the months behind it are shown; '' where there are none."""
        told = self.told
        if told.get("measure") not in SHARES:
            return ""
        return "/watch/series?" + urlencode({"measure": told["measure"], "group": told["group"]})


@router.get("/watch")
def show(request: Request, visitor: Watchers, done: str = "") -> Response:
    """The alarms and the shares of the newest night; counts only, nobody is named and nothing is logged."""
    return _page(request, visitor, done=done == "answered")


@router.post("/watch/answer")
def answer(request: Request, visitor: Answerers, fields: Fields) -> Response:
    """Keep that an alarm was seen, and until when it shall be silent; 404 where it is not open."""
    site: Site = request.app.state.site
    key, reason, until = (text_of(fields, name) for name in ("key", "reason", "until"))
    open_now = {one["key"]: one for one in _told(site.nights.current()) if one.get("key")}
    if key not in open_now:
        raise HTTPException(404)
    day = day_typed(until) if until else None
    if until and (day is None or not site.today() < day <= site.today() + MOST_MUTED):
        return _page(request, visitor, wrong={key: {"until": "watch.until_wrong"}}, typed=(key, reason, until))
    try:
        keep_answer(
            site.database, AlarmAnswer(key, _day(open_now[key]["since"]), day, reason, visitor.name, site.now())
        )
    except InputRefused:
        return _page(request, visitor, wrong={key: {"reason": "watch.reason_wrong"}}, typed=(key, reason, until))
    return RedirectResponse("/watch?done=answered", 303)


@router.get("/watch/series")
def series(request: Request, visitor: Watchers, measure: Word = "", group: Word = "") -> Response:
    """One share month by month: a picture with the numbers behind it; 404 where nothing is told of it."""
    site: Site = request.app.state.site
    if measure not in SHARES:
        raise HTTPException(404)
    months = _months(site, measure, group)
    if not months:
        raise HTTPException(404)
    return page(
        request,
        "watch_series.html",
        measure=measure,
        share=months[-1][1],
        months=months,
        picture=picture_of([(day, one.value, one.low, one.high) for day, one in months]),
        is_ratio=measure in RATIOS,
        group_word=lambda one: group_word(one, language_of(request)),
    )


def _page(
    request: Request,
    visitor: Visitor,
    *,
    done: bool = False,
    wrong: Mapping[str, Mapping[str, str]] | None = None,
    typed: tuple[str, str, str] = ("", "", ""),
) -> Response:
    site: Site = request.app.state.site
    night = site.nights.current()
    records = night.frame("measure") if "measure.parquet" in night.files else None
    alarms = _open(site, night)
    return page(
        request,
        "watch.html",
        422 if wrong else 200,
        as_of=night.as_of,
        alarms=[one for one in alarms if not one.silent],
        silent=[one for one in alarms if one.silent],
        shares={} if records is None else _shares(records),
        counted=records is not None and records.height > 0,
        failed=bool(night.facts.get("watch_failed")),
        ratios=RATIOS,
        answering=visitor.may("coordinator") or visitor.may("analyst"),
        wrong=wrong or {},
        typed=dict(zip(("key", "reason", "until"), typed, strict=True)),
        done=done,
        group_word=lambda one: group_word(one, language_of(request)),
    )


def group_word(one: Share, language: str) -> str:
    """The group in words, those that are counted together joined; a landlord or a postal code as it stands."""
    coded = one.attribute not in ("landlord", "district")
    words = (word(f"watch.{one.attribute}_is", each, language) if coded else each for each in one.group.split("+"))
    return " + ".join(say("watch.unknown", language) if each == "unknown" else each for each in words)


def _told(night: Night) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = night.facts.get("alarms") or []
    return found


def _open(site: Site, night: Night) -> list[OpenAlarm]:
    answers = alarm_answers(site.database)
    found = []
    for told in _told(night):
        kept = answers.get(told.get("key", ""))
        silent = kept is not None and kept.silences(_day(told.get("since")), site.today())
        found.append(OpenAlarm(told, kept, silent))
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


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
    numbers = {name: row[name] for name in ("numerator", "denominator", "low", "high", "reference")}
    return Share(row["measure"], attribute, group, **numbers, alarm=row.get("alarm") or "")


def _months(site: Site, measure: str, group: str) -> list[tuple[date, Share]]:
    """What each month's night told of the share; nights that told nothing of it are left out."""
    night = site.nights.current()
    found = []
    for day in month_steps(nights(site.nights.root), night.as_of, MONTHS):
        records = read_table(site.nights.root, day, "measure")
        rows = [] if records is None else records.filter(measure=measure, group=group).to_dicts()
        found += [(day, _share(row)) for row in rows]
    return found
