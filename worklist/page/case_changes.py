"""What the team does to a case: each a form of its own, on the version it was shown with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from worklist.cases import cases
from worklist.cases.cases import LONGEST_TEXT, Change
from worklist.cases.codes import MARKS, OUTCOMES
from worklist.cases.database import Database
from worklist.page.case import hands
from worklist.page.case_access import Team, case_path, change_of
from worklist.page.case_routes import NOBODY, TYPED, show_case
from worklist.page.security import Fields, text_of
from worklist.page.site import Site
from worklist.page.typed import day_typed

router = APIRouter()

LONGEST_REST = timedelta(days=182)
"""A case rests no longer: a mistyped year would hide it for good."""

Wrong = dict[str, str]


@dataclass(frozen=True)
class Doing:
    """Something done to a case: what is wrong with its fields (by field the key of the words), and doing it."""

    do: Callable[[Database, Change, FormData], object]
    faults: Callable[[FormData, Site], Wrong] = lambda _fields, _site: {}


def _hand_over(database: Database, change: Change, fields: FormData) -> object:
    to = text_of(fields, "to")
    return cases.hand_over(database, change, None if to == NOBODY else to, text_of(fields, "hand_over_note"))


def _hand_over_faults(fields: FormData, site: Site) -> Wrong:
    known = text_of(fields, "to") in {NOBODY, *hands(site)}
    return _only({"to": "" if known else "case.to_missing", "hand_over_note": _long(fields, "hand_over_note")})


def _snooze(database: Database, change: Change, fields: FormData) -> object:
    return cases.snooze(database, change, _day(fields, "until"), text_of(fields, "snooze_reason"))


def _snooze_faults(fields: FormData, site: Site) -> Wrong:
    until, today = day_typed(text_of(fields, "until")), site.today()
    at = "case.until_missing" if until is None else "case.until_past" if until <= today else ""
    if until is not None and until > today + LONGEST_REST:
        at = "case.until_far"
    reason = _long(fields, "snooze_reason") if text_of(fields, "snooze_reason") else "case.snooze_reason_missing"
    return _only({"until": at, "snooze_reason": reason})


def _note(database: Database, change: Change, fields: FormData) -> object:
    return cases.note(database, change, text_of(fields, "text"))


def _note_faults(fields: FormData, _site: Site) -> Wrong:
    return _only({"text": _long(fields, "text") if text_of(fields, "text") else "case.text_missing"})


def _plan(database: Database, change: Change, fields: FormData) -> object:
    action = text_of(fields, "action") or None
    return cases.plan(database, change, action, _day(fields, "action_on") if action else None)


def _plan_faults(fields: FormData, _site: Site) -> Wrong:
    action, on = text_of(fields, "action"), text_of(fields, "action_on")
    # Both empty: nothing comes next.
    return _only(
        {
            "action": "case.action_missing" if on and not action else _long(fields, "action"),
            "action_on": "case.day_missing" if (action or on) and day_typed(on) is None else "",
        }
    )


def _mark(database: Database, change: Change, fields: FormData) -> object:
    return cases.mark(database, change, text_of(fields, "status"))


def _mark_faults(fields: FormData, _site: Site) -> Wrong:
    return {} if text_of(fields, "status") in MARKS else {"status": "case.status_missing"}


def _outcome(database: Database, change: Change, fields: FormData) -> object:
    decided_on, note = _day(fields, "decided_on"), text_of(fields, "outcome_note")
    return cases.record_outcome(database, change, text_of(fields, "outcome"), decided_on, note)


def _outcome_faults(fields: FormData, site: Site) -> Wrong:
    on = day_typed(text_of(fields, "decided_on"))
    return _only(
        {
            "outcome": "" if text_of(fields, "outcome") in OUTCOMES else "case.outcome_missing",
            "decided_on": "case.day_missing" if on is None else "case.day_to_come" if on > site.today() else "",
            "outcome_note": _long(fields, "outcome_note"),
        }
    )


def _only(found: Wrong) -> Wrong:
    return {name: key for name, key in found.items() if key}


def _long(fields: FormData, name: str) -> str:
    return "case.text_long" if len(text_of(fields, name)) > LONGEST_TEXT else ""


def _day(fields: FormData, name: str) -> date:
    day = day_typed(text_of(fields, name))
    assert day is not None  # the faults were looked for first
    return day


DOINGS = {
    "take": Doing(lambda database, change, _fields: cases.take(database, change)),
    "hand-over": Doing(_hand_over, _hand_over_faults),
    "snooze": Doing(_snooze, _snooze_faults),
    "wake": Doing(lambda database, change, _fields: cases.wake(database, change)),
    "note": Doing(_note, _note_faults),
    "plan": Doing(_plan, _plan_faults),
    "mark": Doing(_mark, _mark_faults),
    "reopen": Doing(lambda database, change, _fields: cases.reopen(database, change)),
    "outcome": Doing(_outcome, _outcome_faults),
}


def _handler(name: str, doing: Doing) -> Callable[..., Response]:
    def keep(request: Request, visitor: Team, fields: Fields) -> Response:
        """Do it and show the case; the case with what is wrong beside its fields; 409 where it has moved on."""
        site: Site = request.app.state.site
        change = change_of(site, visitor, fields)
        wrong = doing.faults(fields, site)
        if wrong:
            typed = {each: text_of(fields, each) for each in TYPED if each in fields}
            return show_case(request, visitor, change.landlord, change.tenancy_no, typed=typed, wrong=wrong)
        doing.do(site.database, change, fields)
        return RedirectResponse(case_path(change.landlord, change.tenancy_no, done=name), 303)

    return keep


for _name, _doing in DOINGS.items():
    router.add_api_route(f"/case/{_name}", _handler(_name, _doing), methods=["POST"], name=f"case_{_name}")
