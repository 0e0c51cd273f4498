"""The first page of the morning: the list, filtered as asked, and whether it changed since it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from worklist.cases.access import Access, log_access
from worklist.cases.cases import Case, read_cases
from worklist.page.acute import acute_since
from worklist.page.names import Names
from worklist.page.notices import notices
from worklist.page.rendering import fragment, language_of, page
from worklist.page.security import Requires, Visitor
from worklist.page.site import Site
from worklist.page.today import Morning, Row, Tenancy, Wanted, count, morning_of, shown
from worklist.wording import CHANGES, DEADLINE_KINDS, EXPLORATION, STAGES, band_word

router = APIRouter()

Readers = Annotated[Visitor, Depends(Requires("worker", "coordinator", "analyst"))]
Word = Annotated[str, Query(max_length=200)]


def wanted_of(
    district: Word = "", landlord: Word = "", mine: Word = "", unassigned: Word = "", week: Word = ""
) -> Wanted:
    """What an address asks to see."""
    return Wanted(district, landlord, bool(mine), bool(unassigned), bool(week))


Asked = Annotated[Wanted, Depends(wanted_of)]


@router.get("/")
def today(request: Request, visitor: Readers, wanted: Asked) -> Response:
    """The list of today."""
    site: Site = request.app.state.site
    night, day, language = site.nights.current(), site.today(), language_of(request)
    morning, naming = morning_of(night), naming_of(visitor)
    sections = shown(morning, read_cases(site.database), wanted, visitor.name, day)
    if naming:
        named = tuple(row.tenancy for section in sections for row, _ in (*section.rows, *section.resting))
        log_access(
            site.database, Access(visitor.name, site.now(), "names_shown", why=f"list {night.as_of}", shown=named)
        )
    return page(
        request,
        "today.html",
        night=night,
        morning=morning,
        sections=sections,
        total=count(sections),
        drawn=drawn(site, morning, language, naming, day),
        wanted=wanted,
        query=urlencode(wanted.query),
        notices=notices(site, night, language),
        acute=acute_since(site, night),
        today=day,
    )


@router.get("/today/news")
def news(request: Request, visitor: Readers, night: Word = "", acute: Word = "") -> Response:
    """A line that says there is a newer list or another acute concern than the reader has; empty where there is not."""
    site: Site = request.app.state.site
    current = site.nights.current()
    newer = night != current.as_of.isoformat() or acute != str(len(acute_since(site, current)))
    return page(request, "today_news.html", newer=newer)


def prepare(site: Site) -> None:
    """Draw the list of the night for workers and coordinators in the site's own language, before somebody waits."""
    morning = morning_of(site.nights.current())
    for naming in ("unprotected", "all"):
        drawn(site, morning, site.language, naming, site.today())


def naming_of(visitor: Visitor) -> str:
    """How much of a household is shown: nothing, all but what is protected, or all."""
    if visitor.may("coordinator"):
        return "all"
    return "unprotected" if visitor.may("worker") else ""


@dataclass(frozen=True)
class Cells:
    """A row as drawn: what it tells, and the way to record a contact for whoever may."""

    told: Markup
    contact: Markup


@dataclass
class Drawn:
    """The list's rows as they are drawn for one language, naming and day, each once for each version of its case."""

    cells: Mapping[Tenancy, Cells]
    language: str
    naming: str
    day: date
    _rows: dict[Tenancy, tuple[int, Markup]] = field(default_factory=dict)

    def row(self, row: Row, case: Case | None) -> Markup:
        """The row with who has its case."""
        version = case.version if case else 0
        kept = self._rows.get(row.tenancy)
        if kept is None or kept[0] != version:
            cells = self.cells[row.tenancy]
            about = {"case": case, "naming": bool(self.naming), "today": self.day}
            kept = version, fragment(self.language, "today_line.html", told=cells.told, contact=cells.contact, **about)
            self._rows[row.tenancy] = kept
        return kept[1]


def drawn(site: Site, morning: Morning, language: str, naming: str, day: date) -> Drawn:
    """The rows of the list: what they show whoever has the case is drawn once a night, language, naming and day."""
    return _KEPT.of(site, morning, language, naming, day)


@dataclass
class _Kept:
    """The rows of the list that was asked for last, in each language and naming."""

    _morning: Morning | None = None
    _names: Names | None = None
    _drawn: dict[tuple[Any, ...], Drawn] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, site: Site, morning: Morning, language: str, naming: str, day: date) -> Drawn:
        with self._lock:
            # Rows of another night are of no use any more; those of another site may name whom this one does not.
            if self._morning is not morning or self._names is not site.names:
                self._morning, self._names, self._drawn = morning, site.names, {}
            key = (language, naming, day)
            if key not in self._drawn:
                self._drawn = {kept: rows for kept, rows in self._drawn.items() if kept[2] == day}
                self._drawn[key] = Drawn(_draw(site, morning, language, naming, day), *key)
            return self._drawn[key]


_KEPT = _Kept()


def _draw(site: Site, morning: Morning, language: str, naming: str, day: date) -> dict[Tenancy, Cells]:
    whose = [row.tenancy for row in morning.rows]
    homes = site.names.of_many(morning.night, whose, see_protected=naming == "all") if naming else {}
    found = {}
    for row in morning.rows:
        told = {"row": row, "home": homes.get(row.tenancy), "left": _left(row, day), "said": _said(row, language)}
        contact = fragment(language, "today_contact.html", row=row) if naming else Markup()
        found[row.tenancy] = Cells(fragment(language, "today_row.html", **told), contact)
    return found


def _said(row: Row, language: str) -> dict[str, str | None]:
    """The codes of a row in words."""
    codes = {"stage": STAGES, "deadline_kind": DEADLINE_KINDS, "change": CHANGES}
    words = {name: known[row.told[name]][language] if row.told[name] else None for name, known in codes.items()}
    return {
        "stage": words["stage"],
        "kind": words["deadline_kind"],
        "change": words["change"],
        "band": band_word(row.told["score_band"], language),
        "drawn": EXPLORATION[language] if row.told["exploration"] else None,
    }


def _left(row: Row, day: date) -> int | None:
    """Days until the next date, negative where it has passed."""
    due = row.told["next_deadline"]
    return (due - day).days if due else None
