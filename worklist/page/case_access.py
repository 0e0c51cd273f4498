"""Which case is asked for, and what of it its reader may see; nothing is shown before it is in the access log."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from worklist.cases.access import Access, log_access
from worklist.cases.cases import Case, Change, read_case
from worklist.page.names import Household
from worklist.page.night_case import NightCase, night_case
from worklist.page.security import Requires, Visitor, text_of
from worklist.page.site import Site
from worklist.page.typed import version_typed

Team = Annotated[Visitor, Depends(Requires("worker", "coordinator"))]
"""Who works with cases."""

Readers = Annotated[Visitor, Depends(Requires("worker", "coordinator", "analyst"))]
"""Who may read a case: an analyst without anything that names somebody."""


@dataclass(frozen=True)
class Opened:
    """A case, what the newest night says of it, and who lives there; None for whoever may not know."""

    case: Case
    told: NightCase
    household: Household | None


def open_case(site: Site, visitor: Visitor, landlord: str, tenancy_no: str, *, what: str = "view") -> Opened:
    """The case, once it is in the access log that `visitor` sees it; 404 where neither night nor team knows it."""
    told = night_case(site.nights.current(), landlord, tenancy_no)
    case = read_case(site.database, landlord, tenancy_no)
    if not told.known and case.version == 0:
        raise HTTPException(404)
    log_access(site.database, Access(visitor.name, site.now(), what, landlord, tenancy_no))
    return Opened(case, told, _household(site, visitor, told) if may_name(visitor) else None)


def may_name(visitor: Visitor) -> bool:
    """Whether names, addresses and free text are shown."""
    return visitor.may("worker", "coordinator")


def may_see_protected(visitor: Visitor) -> bool:
    """Whether protected addresses are shown."""
    return visitor.may("coordinator")


def _household(site: Site, visitor: Visitor, told: NightCase) -> Household:
    protected = may_see_protected(visitor)
    return site.names.of(site.nights.current(), told.landlord, told.tenancy_no, see_protected=protected)


def change_of(site: Site, visitor: Visitor, fields: FormData) -> Change:
    """The change that a form asks for, on the version it was shown with; 404 where nobody knows the case."""
    landlord, tenancy_no = text_of(fields, "landlord"), text_of(fields, "tenancy")
    known = night_case(site.nights.current(), landlord, tenancy_no).known
    if not known and read_case(site.database, landlord, tenancy_no).version == 0:
        raise HTTPException(404)
    return Change(landlord, tenancy_no, visitor.name, site.now(), version_typed(fields))


def case_path(landlord: str, tenancy_no: str, **more: str) -> str:
    """Where the case is shown."""
    return "/case?" + urlencode({"landlord": landlord, "tenancy": tenancy_no, **more})
