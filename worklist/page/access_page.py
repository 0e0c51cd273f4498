"""The access log, for the data-protection officer: who saw what of whom, when and why."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from worklist.cases.access import Access, Asked, entries, log_access
from worklist.export import harmless
from worklist.page.rendering import language_of, page
from worklist.page.security import Requires, Visitor
from worklist.page.site import DENMARK, Site
from worklist.page.typed import day_typed
from worklist.page.words import say

router = APIRouter()

Officer = Annotated[Visitor, Depends(Requires("dpo"))]
MOST, MOST_EXPORTED = 200, 100_000
"""Entries on a page and in a file, the newest."""

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
    """A page of entries, the newest first. Reading them is in the log too."""
    found = _entries(request, visitor, asked, MOST)
    older = ""
    if len(found) == MOST:
        kept = {name: text for name, text in asked.items() if text} | {"before": str(found[-1][0])}
        older = "/access?" + urlencode(kept)
    unread = [name for name in ("since", "last") if asked[name] and day_typed(asked[name]) is None]
    query = urlencode({name: text for name, text in asked.items() if text and name != "before"})
    return page(
        request,
        "access.html",
        422 if unread else 200,
        found=[entry for _, entry in found],
        typed=asked,
        most=MOST,
        older=older,
        unread=unread,
        query=query,
    )


@router.get("/access.csv")
def export(request: Request, visitor: Officer, asked: Typed) -> Response:
    """The same entries as a file, as Excel reads it."""
    language = language_of(request)
    rows = [
        (
            entry.at.astimezone(DENMARK).strftime("%Y-%m-%d %H:%M:%S"),
            entry.who,
            say(f"access.kind_{entry.what}", language),
            entry.landlord,
            entry.tenancy_no,
            entry.why,
        )
        for _, entry in _entries(request, visitor, asked, MOST_EXPORTED)
    ]
    names = [say(f"access.{name}", language) for name in _COLUMNS]
    told = harmless(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))
    content = told.write_csv(separator=";", include_bom=True).encode()
    headers = {"Content-Disposition": 'attachment; filename="bovagt-access.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _entries(request: Request, visitor: Visitor, asked: dict[str, str], most: int) -> list[tuple[int, Access]]:
    """The entries asked for, once it is in the log who reads them."""
    site: Site = request.app.state.site
    tenancy = (asked["landlord"], asked["tenancy"]) if asked["landlord"] and asked["tenancy"] else None
    who = asked["who"].lower()
    of, no = tenancy or (None, None)
    why = f"log of {who}" if who else ""
    log_access(site.database, Access(visitor.name, site.now(), "log_read", of, no, why))
    last = day_typed(asked["last"])
    wanted = Asked(
        tenancy,
        who or None,
        _begin(day_typed(asked["since"])),
        _begin(last + timedelta(days=1)) if last is not None and last < date.max else None,
        _number(asked["before"]),
    )
    return entries(site.database, wanted, most)


def _number(text: str) -> int | None:
    """An entry's number; its length is looked at first, since no column holds a longer one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), DENMARK)
