"""Finds a tenancy by what a person types. By POST: what is typed may be a CPR number and belongs in no address."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from warehouse.cpr import read_cpr
from worklist.cases.access import Access, log_access
from worklist.page.names import MOST_HITS, Household, Names
from worklist.page.rendering import page
from worklist.page.security import Fields, Visitor, text_of
from worklist.page.site import Site
from worklist.page.today import Tenancy
from worklist.page.today_routes import Readers, naming_of

router = APIRouter()

LONGEST = 200


@dataclass(frozen=True, repr=False)
class Hit:
    """A tenancy that was found; its household is None for whoever may not know."""

    tenancy: Tenancy
    home: Household | None


@router.post("/search")
def search(request: Request, visitor: Readers, fields: Fields) -> Response:
    """The tenancies that were meant; an analyst finds by tenancy number alone."""
    site: Site = request.app.state.site
    text = text_of(fields, "text")[:LONGEST]
    hits = find(site, visitor, text) if text else []
    found = tuple(hit.tenancy for hit in hits)
    log_access(site.database, Access(visitor.name, site.now(), "search", why=kind_of(text), shown=found))
    return page(request, "search.html", text=text, hits=hits, most=MOST_HITS)


def kind_of(text: str) -> str:
    """What the access log keeps of a search: that a CPR number was typed, never which."""
    digits, _ = read_cpr(text)
    return "by CPR number" if digits else "by name, address or tenancy"


def find(site: Site, visitor: Visitor, text: str) -> list[Hit]:
    """What `visitor` may find, the closest first."""
    night, naming = site.nights.current(), naming_of(visitor)
    if not naming:
        # Without a vault only tenancy numbers are found.
        return [Hit(tenancy, None) for tenancy in Names(None).find(text, night, see_protected=False)]
    protected = naming == "all"
    found = site.names.find(text, night, see_protected=protected)
    homes = site.names.of_many(night, found, see_protected=protected)
    return [Hit(tenancy, homes[tenancy]) for tenancy in found]
