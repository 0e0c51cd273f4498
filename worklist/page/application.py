"""The page put together: routes, static files, headers, and what is answered when something is refused."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Lifespan

from warehouse.errors import BovagtError
from worklist.cases.accounts import renewable
from worklist.cases.errors import CaseChanged, LetterAnswered
from worklist.health import add_health
from worklist.page import (
    access_page,
    acute,
    case_changes,
    case_routes,
    concern,
    contact,
    coordinator,
    entrance,
    exports,
    journal,
    links,
    openid,
    people,
    search,
    today_routes,
    watch_page,
)
from worklist.page.concern_api import concern_api
from worklist.page.formats import moment
from worklist.page.rendering import HERE, language_of, message
from worklist.page.security import (
    SESSION,
    ForeignForm,
    NotAllowed,
    SecurityHeaders,
    SignInNeeded,
    sign_in_path,
    visitor_of,
)
from worklist.page.site import Site

ROUTERS = (
    entrance.router,
    openid.router,
    today_routes.router,
    search.router,
    exports.router,
    case_routes.router,
    case_changes.router,
    journal.router,
    concern.router,
    acute.router,
    links.router,
    contact.router,
    coordinator.router,
    watch_page.router,
    people.router,
    access_page.router,
)
"""Every room of the page."""


def create_app(site: Site, lived: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The page as an ASGI application; `/healthz` is part of it. `lived` is entered while it is served."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lived)
    app.state.site = site
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.mount("/api", concern_api(site), name="api")
    add_health(app, site.nights.root)
    for router in ROUTERS:
        app.include_router(router)
    for refused, answer in _ANSWERS.items():
        app.add_exception_handler(refused, answer)
    app.add_middleware(SecurityHeaders, secure=site.secure)
    return app


def _sign_in_needed(request: Request, _refused: Exception) -> Response:
    """To the form; straight to the identity provider where only its word must be had anew."""
    site: Site = request.app.state.site
    token = request.cookies.get(SESSION, "")
    if site.provider is None or request.method != "GET" or "HX-Request" in request.headers or not token:
        return RedirectResponse(sign_in_path(request), 303)
    silently = renewable(site.database, token, site.now())
    return RedirectResponse(sign_in_path(request, "/sign-in/provider" if silently else "/sign-in"), 303)


def _not_allowed(request: Request, _refused: Exception) -> Response:
    return message(request, 403, "not_allowed")


def _foreign_form(request: Request, _refused: Exception) -> Response:
    return message(request, 403, "foreign_form")


def _changed(request: Request, changed: Exception) -> Response:
    """Somebody else was first: who and when, and that nothing was overwritten."""
    assert isinstance(changed, CaseChanged)
    when = moment(changed.at, language_of(request)) if changed.at else "–"
    return message(request, 409, "case_changed", who=changed.who or "–", when=when)


def _answered(request: Request, answered: Exception) -> Response:
    """Somebody else answered a letter first."""
    assert isinstance(answered, LetterAnswered)
    return message(request, 409, "letter_answered", who=answered.who, when=moment(answered.at, language_of(request)))


def _http(request: Request, refused: Exception) -> Response:
    """A page that is not there, or another answer of the framework's own."""
    assert isinstance(refused, HTTPException)
    return message(request, refused.status_code, "not_found" if refused.status_code == 404 else "unusable")


def _failed(request: Request, failed: Exception) -> Response:
    """The list cannot be read: what is wrong and what to do, as the command line would say it."""
    visitor_of(request)
    return message(request, 503, "failed", why=str(failed))


_ANSWERS: dict[type[Exception], Callable[[Request, Exception], Response]] = {
    SignInNeeded: _sign_in_needed,
    NotAllowed: _not_allowed,
    ForeignForm: _foreign_form,
    CaseChanged: _changed,
    LetterAnswered: _answered,
    HTTPException: _http,
    BovagtError: _failed,
}
