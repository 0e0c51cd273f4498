"""The coordinator's page: what today has room for, who carries how much, and who takes which case of the list."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from worklist.cases.access import Access, log_access
from worklist.cases.allocation import Hand, Listed, Proposed, allocate
from worklist.cases.cases import Case, Change, hand_over, read_cases
from worklist.cases.codes import ATTEMPTS, OPEN
from worklist.cases.errors import CaseChanged, InputRefused
from worklist.cases.team import (
    MOST_CEILING,
    MOST_DAY_MINUTES,
    MOST_MINUTES,
    Absence,
    Capacity,
    Member,
    absences,
    attempt_minutes,
    capacity_on,
    contact_mix,
    keep_absence,
    keep_attempt_minutes,
    keep_member,
    last_hands,
    members,
    remove_absence,
    remove_member,
)
from worklist.page.case import hands as accounts_of
from worklist.page.one_more import OneMore, one_more
from worklist.page.rendering import page
from worklist.page.security import Fields, Requires, Visitor, text_of
from worklist.page.site import Site
from worklist.page.today import Row, Tenancy, morning_of, rests
from worklist.page.typed import Mistyped, Reader

router = APIRouter()

Coordinator = Annotated[Visitor, Depends(Requires("coordinator"))]

CONTINUITY = timedelta(days=365)
"""How long somebody who had a case is still the one who knows it."""


@dataclass(frozen=True)
class Load:
    """A member, whether they are there today, and how many open cases they have."""

    member: Member
    there: bool
    open_cases: int

    @property
    def share(self) -> float:
        """Of what they can carry, at most 1 for a picture."""
        return min(1.0, self.open_cases / self.member.ceiling) if self.member.ceiling else 1.0


@dataclass(frozen=True)
class Place:
    """A case of today's list as the coordinator sees it: no names, the row, its case and what is proposed."""

    row: Row
    case: Case
    proposed: Proposed

    @property
    def to(self) -> str | None:
        """Who is chosen in the form: where nobody else has room a case stays with whoever has it, even if away."""
        return self.proposed.to or self.case.owner

    @property
    def value(self) -> str:
        """How the form names the case, with the version that was seen."""
        return urlencode({"landlord": self.row.landlord, "tenancy": self.row.tenancy_no, "version": self.case.version})


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    capacity: Capacity
    loads: list[Load]
    places: list[Place]
    more: OneMore | None


@router.get("/coordinator")
def show(request: Request, visitor: Coordinator, done: str = "") -> Response:
    """Capacity, caseload and the proposal for today."""
    return _page(request, done=done if done in ACTS or done == "accept" else "")


@router.post("/coordinator/accept")
def accept(request: Request, visitor: Coordinator, fields: Fields) -> Response:
    """Hand over as the form says; a case that changed meanwhile is named, and the others are done."""
    site: Site = request.app.state.site
    known = {*accounts_of(site), ""}
    changed: list[Tenancy] = []
    cases, chosen = fields.getlist("case"), fields.getlist("to")
    if len(cases) != len(chosen):
        return _page(request, 422, refused="accept")
    for told, to in zip(cases, chosen, strict=True):
        change = _change(site, visitor, told)
        if change is None or not isinstance(to, str) or to not in known:
            return _page(request, 422, refused="accept")
        if not _hand(site, change, to or None):
            changed.append((change.landlord, change.tenancy_no))
    return _page(request, 409, changed=changed) if changed else RedirectResponse("/coordinator?done=accept", 303)


def _change(site: Site, visitor: Visitor, told: object) -> Change | None:
    asked = parse_qs(told) if isinstance(told, str) else {}
    version = asked.get("version", [""])[0]
    if not {"landlord", "tenancy"} <= asked.keys() or not re.fullmatch("[0-9]{1,9}", version):
        return None
    tenancy = asked["landlord"][0], asked["tenancy"][0]
    if tenancy not in {row.tenancy for row in morning_of(site.nights.current()).rows}:
        return None
    return Change(*tenancy, visitor.name, site.now(), int(version))


def _hand(site: Site, change: Change, to: str | None) -> bool:
    """Give the case to `to` where it is not theirs; False where somebody changed it meanwhile."""
    case = read_cases(site.database).get((change.landlord, change.tenancy_no), Case(change.landlord, change.tenancy_no))
    if case.owner == to:
        return True
    try:
        hand_over(site.database, change, to)
    except CaseChanged:
        return False
    log_access(site.database, Access(change.who, change.at, "change", change.landlord, change.tenancy_no, "allocation"))
    return True


@router.post("/coordinator/{act}")
def change(request: Request, act: str, visitor: Coordinator, fields: Fields) -> Response:
    """Change the team, as `ACTS` names it; what cannot be done is said beside the form, as it was typed."""
    site: Site = request.app.state.site
    if act not in ACTS:
        return _page(request, 404, refused="act")
    try:
        ACTS[act](site, fields)
    except (InputRefused, Mistyped) as refused:
        return _page(request, 422, refused=act, typed=fields, wrong=getattr(refused, "wrong", ()))
    log_access(site.database, Access(visitor.name, site.now(), "change", why=f"team {act}: {text_of(fields, 'name')}"))
    return RedirectResponse(f"/coordinator?done={act}", 303)


def _page(
    request: Request,
    status: int = 200,
    *,
    done: str = "",
    refused: str = "",
    typed: FormData | None = None,
    wrong: Sequence[str] = (),
    changed: Sequence[Tenancy] = (),
) -> Response:
    site: Site = request.app.state.site
    day = site.today()
    return page(
        request,
        "coordinator.html",
        status,
        overview=overview(site, day),
        attempts=attempt_minutes(site.database),
        absences=absences(site.database, day),
        accounts=accounts_of(site),
        set_capacity=site.capacity,
        usual=Member(""),
        as_of=site.nights.current().as_of,
        today=day,
        done=done,
        refused=refused,
        typed=typed if typed is not None else {},
        wrong=wrong,
        changed=changed,
    )


def overview(site: Site, day: date) -> Overview:
    """What the day has room for and who takes what, from the newest night and what the team did since."""
    database, cases = site.database, read_cases(site.database)
    team = members(database)
    mix = contact_mix(database, site.now())
    capacity = capacity_on(day, team, absences(database, day), attempt_minutes(database), mix)
    carried = Counter(case.owner for case in cases.values() if case.owner and case.status == OPEN)
    there = {member.name for member in capacity.present}
    loads = [Load(member, member.name in there, carried[member.name]) for member in team]
    return Overview(capacity, loads, _places(site, cases, loads, day), one_more(site.nights.current(), capacity))


def _places(site: Site, cases: dict[Tenancy, Case], loads: Sequence[Load], day: date) -> list[Place]:
    """The cases of the list that are to be worked today, each with its proposal."""
    before = last_hands(site.database, site.now() - CONTINUITY)
    rows = [row for row in morning_of(site.nights.current()).rows if not rests(cases.get(row.tenancy), day)]
    known = {row.tenancy: cases.get(row.tenancy, Case(*row.tenancy)) for row in rows}
    hands = [
        Hand(load.member.name, load.open_cases, load.member.ceiling, frozenset(load.member.districts))
        for load in loads
        if load.there
    ]
    listed = [Listed(row.tenancy, row.district, known[row.tenancy].owner, before.get(row.tenancy)) for row in rows]
    return [
        Place(row, known[row.tenancy], proposed) for row, proposed in zip(rows, allocate(listed, hands), strict=True)
    ]


def _keep_member(site: Site, fields: FormData) -> None:
    read = Reader(fields)
    minutes, ceiling = read.whole("minutes", 0, MOST_DAY_MINUTES), read.whole("ceiling", 0, MOST_CEILING)
    told = Member(text_of(fields, "name"), minutes, ceiling, read.postal_codes("districts"))
    read.finish()
    keep_member(site.database, told)


def _remove_member(site: Site, fields: FormData) -> None:
    remove_member(site.database, text_of(fields, "name"))


def _keep_absence(site: Site, fields: FormData) -> None:
    read = Reader(fields)
    first = read.day("from_on")
    last = read.day("last_on", since=first)
    read.finish()
    # People name the last day away; days are kept half-open.
    keep_absence(site.database, Absence(text_of(fields, "name"), first, last + timedelta(days=1)))


def _remove_absence(site: Site, fields: FormData) -> None:
    read = Reader(fields)
    entry = read.whole("entry", 0, 999_999_999)
    read.finish()
    remove_absence(site.database, entry)


def _keep_minutes(site: Site, fields: FormData) -> None:
    read = Reader(fields)
    minutes = {attempt: read.whole(attempt, 1, MOST_MINUTES) for attempt in ATTEMPTS}
    read.finish()
    keep_attempt_minutes(site.database, minutes)


ACTS: dict[str, Callable[[Site, FormData], None]] = {
    "member": _keep_member,
    "member-remove": _remove_member,
    "absence": _keep_absence,
    "absence-remove": _remove_absence,
    "minutes": _keep_minutes,
}
"""What a coordinator can change of the team. `Mistyped` and `InputRefused`: it cannot be kept as it was typed."""
