"""The list as shown, for Excel and as CSV; each export is in the access log before it is given."""

from collections.abc import Mapping, Sequence

import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import Response

from worklist.cases.access import Access, log_access
from worklist.cases.cases import read_cases
from worklist.export import FOR_PEOPLE, harmless, in_language, joined
from worklist.page.names import Household
from worklist.page.rendering import language_of
from worklist.page.security import Visitor
from worklist.page.site import Site
from worklist.page.today import Tenancy, Wanted, morning_of, shown
from worklist.page.today_routes import Asked, Readers, naming_of
from worklist.workbook import in_words, workbook_bytes

router = APIRouter()

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE = ("tenant", "address", "owner")
"""What the page knows beside the published list."""

_KEY = ["landlord", "tenancy_no"]


@router.get("/export.xlsx")
def excel(request: Request, visitor: Readers, wanted: Asked) -> Response:
    """The list as a workbook: real dates and amounts, frozen headings, a filter, A4 landscape."""
    site: Site = request.app.state.site
    told = _told(request, visitor, wanted, "Excel")
    content = workbook_bytes(told, site.nights.current().as_of, language_of(request))
    return _file(site, content, EXCEL, "xlsx")


@router.get("/export.csv")
def csv(request: Request, visitor: Readers, wanted: Asked) -> Response:
    """The list as CSV as Excel reads it in the language: `;`, in Danish a decimal comma, UTF-8 with its mark."""
    site: Site = request.app.state.site
    language = language_of(request)
    told = harmless(joined(in_words(_told(request, visitor, wanted, "CSV"), language)))
    danish = language == "da"
    text = told.write_csv(
        separator=";", decimal_comma=danish, include_bom=True, date_format="%d-%m-%Y" if danish else None
    )
    return _file(site, text.encode(), "text/csv; charset=utf-8", "csv")


def _told(request: Request, visitor: Visitor, wanted: Wanted, what: str) -> pl.DataFrame:
    """The rows as the page shows them, those at rest too, once it is in the access log who takes them out."""
    site: Site = request.app.state.site
    morning, cases = morning_of(site.nights.current()), read_cases(site.database)
    sections = shown(morning, cases, wanted, visitor.name, site.today())
    kept = [row.tenancy for section in sections for row, _ in (*section.rows, *section.resting)]
    why = f"{what}, {len(kept)} rows"
    log_access(site.database, Access(visitor.name, site.now(), "export", why=why, shown=tuple(kept)))
    owners = {whose: case.owner for whose, case in cases.items()}
    beside = _beside(site, visitor, kept, owners)
    listed = morning.night.frame("worklist").join(beside, on=_KEY, how="inner", maintain_order="left")
    people = PEOPLE if naming_of(visitor) else ("owner",)
    return in_language(listed, language_of(request), also=(*FOR_PEOPLE, *people))


def _beside(
    site: Site, visitor: Visitor, kept: Sequence[Tenancy], owners: Mapping[Tenancy, str | None]
) -> pl.DataFrame:
    """What the page knows of each tenancy beside the published list; names and addresses for whoever may see them."""
    naming = naming_of(visitor)
    homes = site.names.of_many(site.nights.current(), kept, see_protected=naming == "all") if naming else {}
    rows = [(*whose, _tenant(homes.get(whose)), _address(homes.get(whose)), owners.get(whose)) for whose in kept]
    return pl.DataFrame(rows, schema=dict.fromkeys((*_KEY, *PEOPLE), pl.String), orient="row")


def _tenant(home: Household | None) -> str | None:
    return home.tenant.name if home and home.tenant else None


def _address(home: Household | None) -> str | None:
    return home.address if home else None


def _file(site: Site, content: bytes, kind: str, ending: str) -> Response:
    name = f"bovagt-{site.nights.current().as_of.isoformat()}.{ending}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
