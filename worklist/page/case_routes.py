"""Shows a case, and a CPR number to whoever says why it is needed."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from worklist.cases.access import Access, log_access
from worklist.cases.cases import LONGEST_TEXT
from worklist.cases.codes import MARKS, OUTCOMES
from worklist.page import months_svg
from worklist.page.case import CaseView, case_view, hands, is_resting
from worklist.page.case_access import Readers, Team, case_path, may_name, open_case
from worklist.page.rendering import language_of, page
from worklist.page.security import Fields, Visitor, text_of
from worklist.page.site import Site
from worklist.page.words import say

router = APIRouter()

DONE = {"contact", "take", "hand-over", "snooze", "wake", "note", "plan", "mark", "reopen", "outcome"}
"""What the page may say has just been done."""

TYPED = ("version", "to", "hand_over_note", "until", "snooze_reason", "text", "action", "action_on", "outcome",
         "decided_on", "outcome_note", "person", "why")  # fmt: skip
LONGEST_REASON = 200

NOBODY = "-"
"""What the form sends where a case goes back to be allocated."""


@router.get("/case")
def read(request: Request, visitor: Readers, landlord: str = "", tenancy: str = "", done: str = "") -> Response:
    """The case; `done` names what was just done to it."""
    return show_case(request, visitor, landlord, tenancy, done=done if done in DONE else "")


@router.post("/case/cpr")
def show_cpr(request: Request, visitor: Team, fields: Fields) -> Response:
    """The case with one CPR number in full, once; it is in the access log with the reason first."""
    site: Site = request.app.state.site
    landlord, tenancy_no = text_of(fields, "landlord"), text_of(fields, "tenancy")
    person_id, why = text_of(fields, "person"), text_of(fields, "why")
    opened = open_case(site, visitor, landlord, tenancy_no)
    people = opened.household.people if opened.household else ()
    if person_id not in {person.person_id for person in people if person.person_id}:
        raise HTTPException(404)
    if not why or len(why) > LONGEST_REASON:
        typed = {"person": person_id, "why": why}
        wrong = {"why": "case.why_long" if why else "case.why_missing"}
        return show_case(request, visitor, landlord, tenancy_no, typed=typed, wrong=wrong)
    log_access(site.database, Access(visitor.name, site.now(), "cpr_shown", landlord, tenancy_no, why))
    number = site.names.cpr(person_id, site.nights.current())
    return show_case(request, visitor, landlord, tenancy_no, cpr={person_id: number})


def show_case(
    request: Request,
    visitor: Visitor,
    landlord: str,
    tenancy_no: str,
    *,
    done: str = "",
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    cpr: Mapping[str, str | None] | None = None,
) -> Response:
    """The page of the case, 422 where `wrong` (by field, the key of its words) says what is wrong with `typed`."""
    site: Site = request.app.state.site
    opened = open_case(site, visitor, landlord, tenancy_no)
    language = language_of(request)
    view = case_view(site, opened, language)
    return page(
        request,
        "case.html",
        422 if wrong else 200,
        view=view,
        today=site.today(),
        resting=is_resting(opened, site.today()),
        working=may_name(visitor),
        choices=_choices(site, view, language) if may_name(visitor) else {},
        marks=MARKS,
        typed={**dict.fromkeys(TYPED, ""), "decided_on": site.today().isoformat(), **(typed or {})},
        wrong=wrong or {},
        cpr=cpr or {},
        done=done,
        here=case_path(landlord, tenancy_no),
        longest=LONGEST_TEXT,
        svg=months_svg,
    )


def _choices(site: Site, view: CaseView, language: str) -> dict[str, list[tuple[str, str]]]:
    """What there is to choose from: by field, pairs of value and words; the first asks to choose."""
    choose = ("", say("case.choose", language))
    nameless = say("case.name_unknown", language)
    return {
        "outcome": [choose, *((code, say(f"case.outcome_{code}", language)) for code in OUTCOMES)],
        "to": [choose, *((name, name) for name in hands(site)), (NOBODY, say("case.nobody", language))],
        "person": [(str(each.person_id), each.name or nameless) for each in view.people_with_number],
    }
