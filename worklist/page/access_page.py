"""The access log, for the data-protection officer: who saw what of whom, when and why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from worklist.cases.access import Access, Asked, count_entries, entries, log_access
from worklist.export import harmless
from worklist.page.rendering import language_of, page
from worklist.page.security import Requires, Visitor
from worklist.page.site import DENMARK, Site
from worklist.page.typed import day_typed
from worklist.page.words import say

router = APIRouter()

Officer = Annotated[Visitor, Depends(Requires("dpo"))]
MOST, PART = 200, 5_000
"""Entries on a page, and as many as are read at once for a file, which has them all."""

_COLUMNS = ("at", "who", "what", "landlord", "tenancy", "why")
Word = Annotated[str, Query(max_length=200)]


def typed(
    who: Word = "", landlord: Word = "", tenancy: Word = "", since: Word = "", last: Word = "", before: Word = ""
) -> dict[str, str]:
    """What an address asks for, as it was typed; `since` and `last` are days, both of them included."""
    found = {"who": who, "landlord": landlord, "tenancy": tenancy, "since": since, "last": last, "before": before}
    return {name: text.strip() for name, text in found.items()}


Typed = Annotated[dict[str, str], Depends(typed)]


@router.get("/access")
def show(request: Request, visitor: Officer, asked: Typed) -> Response:
    """A page of entries, the newest first. Reading them is in the log too; 422 where something was mistyped."""
    wrong = _wrong(asked, language_of(request))
    if wrong:
        return _drawn(request, asked, wrong)
    site: Site = request.app.state.site
    wanted = _logged(site, visitor, asked, "log_read")
    count = count_entries(site.database, replace(wanted, before=None))
    return _drawn(request, asked, {}, entries(site.database, wanted, MOST), count)


@router.get("/access.csv")
def export(request: Request, visitor: Officer, asked: Typed) -> Response:
    """All entries that are asked for as a file, as Excel reads it; 422 and the page where something was mistyped."""
    wrong = _wrong(asked, language_of(request))
    if wrong:
        return _drawn(request, asked, wrong)
    site: Site = request.app.state.site
    lines = _lines(site, _logged(site, visitor, asked, "log_exported"), language_of(request))
    headers = {"Content-Disposition": 'attachment; filename="bovagt-access.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _drawn(
    request: Request,
    asked: dict[str, str],
    wrong: dict[str, str],
    found: Sequence[tuple[int, Access]] = (),
    count: int = 0,
) -> Response:
    kept = {name: text for name, text in asked.items() if text and name != "before"}
    return page(
        request,
        "access.html",
        422 if wrong else 200,
        found=[entry for _, entry in found],
        count=count,
        typed=asked,
        most=MOST,
        older="/access?" + urlencode(kept | {"before": str(found[-1][0])}) if len(found) == MOST else "",
        wrong=wrong,
        query=urlencode(kept),
    )


def _wrong(asked: dict[str, str], language: str) -> dict[str, str]:
    """What is to be corrected, by field: nothing that was typed is left out in silence."""
    found = {name: "day_unreadable" for name in ("since", "last") if asked[name] and day_typed(asked[name]) is None}
    for missing, given in (("landlord", "tenancy"), ("tenancy", "landlord")):
        if asked[given] and not asked[missing]:
            found[missing] = f"{missing}_missing"
    return {name: say(f"access.{key}", language) for name, key in found.items()}


def _logged(site: Site, visitor: Visitor, asked: dict[str, str], what: str) -> Asked:
    """Which entries are asked for, once it is in the log who reads them."""
    of, no, who = asked["landlord"] or None, asked["tenancy"] or None, asked["who"].lower()
    log_access(site.database, Access(visitor.name, site.now(), what, of, no, f"log of {who}" if who else ""))
    last = day_typed(asked["last"])
    return Asked(
        (of, no) if of and no else None,
        who or None,
        _begin(day_typed(asked["since"])),
        _begin(last + timedelta(days=1)) if last is not None and last < date.max else None,
        _number(asked["before"]),
    )


def _lines(site: Site, wanted: Asked, language: str) -> Iterator[bytes]:
    """The file, part by part: however long the log is, only one part of it is in memory."""
    names, first = [say(f"access.{name}", language) for name in _COLUMNS], True
    while True:
        found = entries(site.database, wanted, PART)
        rows = [_row(entry, language) for _, entry in found]
        told = harmless(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))
        yield told.write_csv(separator=";", include_bom=first, include_header=first).encode()
        if len(found) < PART:
            return
        wanted, first = replace(wanted, before=found[-1][0]), False


def _row(entry: Access, language: str) -> tuple[str | None, ...]:
    at = entry.at.astimezone(DENMARK).strftime("%Y-%m-%d %H:%M:%S")
    return (at, entry.who, say(f"access.kind_{entry.what}", language), entry.landlord, entry.tenancy_no, entry.why)


def _number(text: str) -> int | None:
    """An entry's number; its length is looked at first, since no column holds a longer one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), DENMARK)
