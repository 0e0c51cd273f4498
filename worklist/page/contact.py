"""An attempt at contact, recorded: how, what came of it, what was agreed."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from worklist.cases.cases import LONGEST_TEXT, Contact, record_contact
from worklist.cases.codes import ATTEMPTS, INTERVENTIONS, RESULTS
from worklist.page.case_access import Team, case_path, change_of, open_case
from worklist.page.rendering import page
from worklist.page.security import Fields, Visitor, text_of
from worklist.page.site import Site
from worklist.page.typed import day_typed

router = APIRouter()

FIELDS = ("version", "attempt", "result", "intervention", "contacted_on", "note")
NOTHING_AGREED = "none"
_AGREED_NOTHING_FIRST = sorted(INTERVENTIONS, key=lambda code: code != NOTHING_AGREED)


@router.get("/contact")
def show_contact(request: Request, visitor: Team, landlord: str = "", tenancy: str = "") -> Response:
    """The form, for today and with nothing agreed."""
    site: Site = request.app.state.site
    typed = {"contacted_on": site.today().isoformat(), "intervention": NOTHING_AGREED}
    return _form(request, visitor, landlord, tenancy, typed, {})


@router.post("/contact")
def keep_contact(request: Request, visitor: Team, fields: Fields) -> Response:
    """Keep it and show the case; the form again with what is wrong beside its fields."""
    site: Site = request.app.state.site
    change = change_of(site, visitor, fields)
    wrong = faults(fields, change.day)
    if wrong:
        typed = {name: text_of(fields, name) for name in FIELDS}
        return _form(request, visitor, change.landlord, change.tenancy_no, typed, wrong)
    record_contact(site.database, change, _contact(fields, change.day))
    return RedirectResponse(case_path(change.landlord, change.tenancy_no, done="contact"), 303)


def faults(fields: FormData, today: date) -> dict[str, str]:
    """What is wrong with the fields of a contact: by field the key of its words; empty where all is well."""
    attempt, result = ATTEMPTS.get(text_of(fields, "attempt")), RESULTS.get(text_of(fields, "result"))
    day, agreed = day_typed(text_of(fields, "contacted_on")), _agreed(fields)
    found = {
        "attempt": "" if attempt else "contact.attempt_missing",
        "result": "" if result else "contact.result_missing",
        "intervention": "" if agreed in INTERVENTIONS else "contact.intervention_missing",
        "contacted_on": "contact.day_missing" if day is None else "contact.day_to_come" if day > today else "",
        "note": "contact.note_long" if len(text_of(fields, "note")) > LONGEST_TEXT else "",
    }
    if attempt and result and attempt.reached is not None:
        met = result.outcome != "not_reached" if attempt.reached else not result.reached
        found["result"] = "" if met else "contact.result_contradicts"
    if result and agreed != NOTHING_AGREED and text_of(fields, "result") != "kontakt":
        found["intervention"] = found["intervention"] or "contact.agreed_with_nobody"
    return {name: key for name, key in found.items() if key}


def _agreed(fields: FormData) -> str:
    return text_of(fields, "intervention") or NOTHING_AGREED


def _contact(fields: FormData, today: date) -> Contact:
    return Contact(
        attempt=text_of(fields, "attempt"),
        result=text_of(fields, "result"),
        contacted_on=day_typed(text_of(fields, "contacted_on")) or today,
        intervention=_agreed(fields),
        note=text_of(fields, "note"),
    )


def _form(
    request: Request,
    visitor: Visitor,
    landlord: str,
    tenancy_no: str,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:
    site: Site = request.app.state.site
    opened = open_case(site, visitor, landlord, tenancy_no)
    choices = {"attempt": list(ATTEMPTS), "result": list(RESULTS), "intervention": _AGREED_NOTHING_FIRST}
    values = {**dict.fromkeys(FIELDS, ""), "version": str(opened.case.version), **typed}
    return page(
        request,
        "contact.html",
        422 if wrong else 200,
        opened=opened,
        choices=choices,
        typed=values,
        wrong=wrong,
        back=case_path(landlord, tenancy_no),
        longest=LONGEST_TEXT,
    )
