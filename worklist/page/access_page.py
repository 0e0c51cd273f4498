"""The access log, for the data-protection officer: who saw what of whom, when and why."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from worklist.cases.access import Access, accesses, log_access
from worklist.page.rendering import page
from worklist.page.security import Requires, Visitor
from worklist.page.site import Site

router = APIRouter()

Officer = Annotated[Visitor, Depends(Requires("dpo"))]
MOST = 500
"""Entries on a page, the newest."""

Word = Annotated[str, Query(max_length=200)]


@router.get("/access")
def show(request: Request, visitor: Officer, who: Word = "", landlord: Word = "", tenancy: Word = "") -> Response:
    """The newest entries, of one account or one tenancy where asked for. Reading them is in the log too."""
    site: Site = request.app.state.site
    asked = (landlord.strip(), tenancy.strip()) if landlord.strip() and tenancy.strip() else None
    of, no = asked or (None, None)
    why = f"log of {who.strip().lower()}" if who.strip() else ""
    log_access(site.database, Access(visitor.name, site.now(), "log_read", of, no, why))
    found = accesses(site.database, tenancy=asked, who=who.strip().lower() or None, most=MOST)
    typed = {"who": who, "landlord": landlord, "tenancy": tenancy}
    return page(request, "access.html", found=found, typed=typed, most=MOST)
