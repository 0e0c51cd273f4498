"""Accounts, and the keys of programs: for the administrator alone, who sees no case."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from worklist.cases.access import Access, log_access
from worklist.cases.accounts import ROLES, accounts, add_account, set_active, set_password, set_roles
from worklist.cases.errors import InputRefused
from worklist.cases.sender_keys import SENDERS, close_key, make_key, sender_keys
from worklist.page.rendering import page
from worklist.page.security import Fields, Requires, Visitor, text_of
from worklist.page.site import Site

router = APIRouter()

Administrator = Annotated[Visitor, Depends(Requires("administrator"))]


@router.get("/people")
def show(request: Request, visitor: Administrator) -> Response:
    """All accounts and keys."""
    return _page(request)


@router.post("/people/{act}")
def change(request: Request, act: str, visitor: Administrator, fields: Fields) -> Response:
    """Change an account or a key, as `ACTS` names it; what cannot be done is said above the tables."""
    site: Site = request.app.state.site
    if act not in ACTS:
        return _page(request, 404, refused="act")
    name = text_of(fields, "name")
    if name.lower() == visitor.name and act in ("roles", "close"):
        # Whoever locks themselves out leaves nobody to open the door.
        return _page(request, 422, refused="yourself")
    try:
        key = ACTS[act](site, name, fields)
    except InputRefused as refused:
        return _page(request, 422, refused=act, why=refused.expected)
    log_access(site.database, Access(visitor.name, site.now(), "change", why=f"account {act}: {name.lower()}"))
    return _page(request, key=key) if key else RedirectResponse("/people", 303)


def _page(request: Request, status: int = 200, *, refused: str = "", why: str = "", key: str = "") -> Response:
    site: Site = request.app.state.site
    return page(
        request,
        "people.html",
        status,
        accounts=accounts(site.database),
        keys=sender_keys(site.database),
        roles=ROLES,
        senders=SENDERS,
        refused=refused,
        why=why,
        key=key,
    )


def _add(site: Site, name: str, fields: FormData) -> None:
    add_account(site.database, name, str(fields.get("password", "")), _roles(fields), site.now())


def _set_roles(site: Site, name: str, fields: FormData) -> None:
    set_roles(site.database, name, _roles(fields))


def _set_password(site: Site, name: str, fields: FormData) -> None:
    set_password(site.database, name, str(fields.get("password", "")))


def _close(site: Site, name: str, _fields: FormData) -> None:
    set_active(site.database, name, active=False)


def _reopen(site: Site, name: str, _fields: FormData) -> None:
    set_active(site.database, name, active=True)


def _make_key(site: Site, name: str, fields: FormData) -> str:
    return make_key(site.database, name, text_of(fields, "sender"), site.now())


def _close_key(site: Site, name: str, _fields: FormData) -> None:
    close_key(site.database, name)


def _roles(fields: FormData) -> list[str]:
    return [role for role in fields.getlist("role") if isinstance(role, str)]


ACTS: dict[str, Callable[[Site, str, FormData], str | None]] = {
    "add": _add,
    "roles": _set_roles,
    "password": _set_password,
    "close": _close,
    "reopen": _reopen,
    "key": _make_key,
    "close-key": _close_key,
}
"""What an administrator can do; one that gives a text gives a key, which is shown this once."""
