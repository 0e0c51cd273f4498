"""Acute concerns since the night: on today's list at once, and to be read by the team until the vault keeps them."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from worklist.cases.access import Access, log_access
from worklist.cases.arrivals import Arrival, arrivals, told_of
from worklist.page.rendering import page
from worklist.page.security import Requires, Visitor
from worklist.page.site import Site
from worklist.published import Night

router = APIRouter()

ACUTE = "acute"

Team = Annotated[Visitor, Depends(Requires("worker", "coordinator"))]


def acute_since(site: Site, night: Night) -> list[Arrival]:
    """The acute concerns that `night` does not hold, the newest first; codes alone, nothing that names anybody."""
    return [arrival for arrival in arrivals(site.database, night.as_of) if arrival.urgency == ACUTE]


@router.get("/concern/read")
def read(request: Request, visitor: Team, number: Annotated[str, Query(max_length=100)] = "") -> Response:
    """What was typed of a concern that waits for the night, once it is in the access log who reads it."""
    site: Site = request.app.state.site
    night = site.nights.current()
    found = next((one for one in arrivals(site.database, night.as_of) if one.concern_no == number), None)
    if found is None:
        raise HTTPException(404)
    why = f"concern {found.concern_no}"
    log_access(site.database, Access(visitor.name, site.now(), "view", found.landlord, found.tenancy_no, why))
    told = told_of(site.database, number)
    return page(request, "concern_read.html", arrival=found, told=told)
