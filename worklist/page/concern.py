"""The form for a concern: for the team, and behind its own role for senders elsewhere. Nothing typed is lost."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from warehouse.cpr import read_cpr
from warehouse.errors import StoreError
from warehouse.vocabulary import FEEDS
from worklist.cases.access import Access, log_access
from worklist.cases.concerns import Concern, record_concern
from worklist.page.rendering import page
from worklist.page.security import Fields, Requires, Visitor, text_of
from worklist.page.site import DENMARK, Site

router = APIRouter()

TEAM = ("worker", "coordinator")
LONGEST_TEXT = 4000
MOST_SUGGESTIONS, SHORTEST_QUESTION = 10, 4
OLDEST_DAYS = 366
"""A concern received longer ago than this is a slip of the pen."""

CODES = {name: FEEDS["concerns"].field(name).codes for name in ("sender", "category", "urgency")}
TYPED = ("sender", "category", "urgency", "cpr", "name", "address", "postal_code", "text", "received_on")
_LONGEST = {"text": LONGEST_TEXT, "name": 200, "address": 300, "postal_code": 10, "cpr": 20}

Sender = Annotated[Visitor, Depends(Requires(*TEAM, "sender"))]


@router.get("/concern")
def show_form(request: Request, visitor: Sender) -> Response:
    """The empty form."""
    site: Site = request.app.state.site
    typed = {**dict.fromkeys(TYPED, ""), "urgency": "normal", "received_on": site.today().isoformat()}
    return _form(request, typed, {})


@router.post("/concern")
def receive(request: Request, visitor: Sender, fields: Fields) -> Response:
    """Keep the concern and say so; with something wrong, the form again as it was typed."""
    site: Site = request.app.state.site
    typed = {name: _typed(fields, name) for name in TYPED}
    wrong = check(typed, site.today())
    if wrong:
        return _form(request, typed, wrong, 422)
    tenancy = whose(site, typed)
    landlord, tenancy_no = tenancy or (None, None)
    log_access(site.database, Access(visitor.name, site.now(), "change", landlord, tenancy_no, "concern"))
    number = keep(site, typed, text_of(fields, "form_no") or secrets.token_hex(16), visitor.name, tenancy)
    shown = tenancy if visitor.may(*TEAM) else None
    return page(request, "concern_kept.html", number=number, tenancy=shown, acute=typed["urgency"] == "acute")


@router.get("/concern/addresses")
def suggest(request: Request, visitor: Sender, address: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Addresses of known homes that begin as it was typed: options of the field's list. No protected one, no person."""
    site: Site = request.app.state.site
    return page(request, "concern_addresses.html", found=addresses(site, address))


def _form(request: Request, typed: Mapping[str, str], wrong: Mapping[str, str], status: int = 200) -> Response:
    """The form with what was typed and what is wrong with it, by field: keys of the words."""
    form_no = secrets.token_hex(16)
    every = {name: wrong.get(name, "") for name in TYPED}
    return page(request, "concern.html", status, typed=typed, wrong=every, codes=CODES, form_no=form_no)


def _typed(fields: FormData, name: str) -> str:
    """As it was typed; the line ends of a browser as our own."""
    return text_of(fields, name).replace("\r\n", "\n")


def check(typed: Mapping[str, str], today: date) -> dict[str, str]:
    """What is wrong, by field: a key of `words/concern.toml` that says what to do. Empty where nothing is."""
    wrong = {name: f"{name}_unknown" for name, codes in CODES.items() if typed[name] not in codes}
    wrong |= {name: "too_long" for name, most in _LONGEST.items() if len(typed[name]) > most}
    if typed["cpr"] and "cpr" not in wrong and read_cpr(typed["cpr"])[0] is None:
        wrong["cpr"] = "cpr_impossible"
    if not typed["cpr"]:
        wrong |= {name: f"{name}_needed" for name in ("name", "address") if not typed[name]}
    day = _day(typed["received_on"])
    if day is None:
        wrong["received_on"] = "received_on_unreadable"
    elif day > today:
        wrong["received_on"] = "received_on_in_future"
    elif (today - day).days > OLDEST_DAYS:
        wrong["received_on"] = "received_on_long_ago"
    return wrong


def whose(site: Site, typed: Mapping[str, str]) -> tuple[str, str] | None:
    """The tenancy that it is about, where the CPR number or the address with the name leaves no doubt; else None."""
    try:
        night = site.nights.current()
    except StoreError:  # a concern is kept whether or not there is a list
        return None
    by_cpr = site.names.find(typed["cpr"], night, see_protected=True) if typed["cpr"] else []
    if by_cpr:
        return by_cpr[0] if len(by_cpr) == 1 else None
    if not (typed["name"] and typed["address"]):
        return None
    named = set(site.names.find(typed["name"], night, see_protected=True))
    there = named & set(site.names.find(typed["address"], night, see_protected=True))
    return next(iter(there)) if len(there) == 1 else None


def keep(site: Site, typed: Mapping[str, str], form_no: str, by: str, tenancy: tuple[str, str] | None) -> str:
    """Put it on its way; its number. `typed` passed `check`."""
    now = site.now()
    day = _day(typed["received_on"]) or site.today()
    received = now if day == site.today() else datetime.combine(day, time(12), DENMARK)
    told = {name: typed[name] for name in TYPED if name != "received_on"}
    return record_concern(
        site.database, Concern(**told), received, f"{by}/{form_no}", by=by, recorded_at=now, tenancy=tenancy
    )


def addresses(site: Site, begun: str) -> list[str]:
    """Addresses of known homes for what was begun, each once; none for less than a few letters."""
    if len(begun.strip()) < SHORTEST_QUESTION:
        return []
    night = site.nights.current()
    found = site.names.find(begun, night, see_protected=False)
    homes = site.names.of_many(night, found, see_protected=False).values()
    return list(dict.fromkeys(home.address for home in homes if home.address and not home.protected))[:MOST_SUGGESTIONS]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
