"""The journal of a case: a document to print or file, with what the list said when each thing was done."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from worklist.page.case import CaseView, Reason, case_view, reasons_of
from worklist.page.case_access import Team, open_case
from worklist.page.deeds import Deed
from worklist.page.night_case import NightCase, read_case_of
from worklist.page.rendering import language_of, page
from worklist.page.site import DENMARK, Site
from worklist.published import nights, read_night

router = APIRouter()


@dataclass(frozen=True)
class Standing:
    """What a night said of the tenancy: its rank and who ranked, and the reasons it gave."""

    as_of: date
    rank: int | None
    active: int
    ranking: str | None
    model_version: str | None
    listed: bool
    reasons: list[Reason]


@dataclass(frozen=True)
class Entry:
    """What was done, and what the list of that day said; None where no night of it is kept."""

    deed: Deed
    standing: Standing | None


@router.get("/case/journal")
def show_journal(request: Request, visitor: Team, landlord: str = "", tenancy: str = "") -> Response:
    """The journal, once it is in the access log that it was exported."""
    site: Site = request.app.state.site
    opened = open_case(site, visitor, landlord, tenancy, what="export")
    language = language_of(request)
    view = case_view(site, opened, language)
    entries, standings = _entries(site, view, language)
    return page(
        request,
        "journal.html",
        view=view,
        entries=entries,
        standings=standings,
        made_at=site.now(),
        made_by=visitor.name,
    )


def _entries(site: Site, view: CaseView, language: str) -> tuple[list[Entry], list[Standing]]:
    """What was done, the oldest first, and the standing of every night that is referred to, the newest one last."""
    told = view.opened.told
    kept = nights(site.nights.root)
    done = [(deed, _night_of(kept, deed.at.astimezone(DENMARK).date())) for deed in reversed(view.deeds)]
    standings = {told.as_of: _standing(told, language)}
    for as_of in sorted({night for _, night in done if night is not None} - set(standings)):
        earlier = read_case_of(read_night(site.nights.root, as_of), told.landlord, told.tenancy_no)
        standings[as_of] = _standing(earlier, language)
    entries = [Entry(deed, standings[night] if night is not None else None) for deed, night in done]
    return entries, [standings[as_of] for as_of in sorted(standings)]


def _night_of(kept: list[date], day: date) -> date | None:
    """The newest night that had been made by `day`."""
    place = bisect_right(kept, day)
    return kept[place - 1] if place else None


def _standing(told: NightCase, language: str) -> Standing:
    score = told.score or {}
    return Standing(
        as_of=told.as_of,
        rank=told.rank,
        active=told.active,
        ranking=score.get("ranking"),
        model_version=score.get("model_version"),
        listed=told.listed is not None,
        reasons=reasons_of(told, "for", [], language),
    )
