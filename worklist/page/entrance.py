"""Signing in and out, and the language."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from worklist.cases.access import Access, log_access
from worklist.cases.accounts import ABSOLUTE, sign_in, sign_out, signed_in
from worklist.cases.errors import ProviderRefused, SignInRefused
from worklist.page.menu import menu
from worklist.page.rendering import LANGUAGE, page
from worklist.page.security import SESSION, VISIT, Fields, Visitor, local_path, set_cookie, text_of, visitor_of
from worklist.page.site import Site
from worklist.page.words import LANGUAGES

router = APIRouter()


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:
    """The form to sign in with."""
    return page(request, "sign_in.html", refused=None, name="", next=local_path(next))


@router.post("/sign-in")
def enter(request: Request, fields: Fields) -> Response:
    """Sign in, with a new token whatever the browser had before, and go on to what was asked for."""
    site: Site = request.app.state.site
    name, then = text_of(fields, "name"), local_path(text_of(fields, "next"))
    try:
        token = sign_in(site.database, name, str(fields.get("password", "")), site.now())
    except SignInRefused as refused:
        why = "sign_in.locked" if refused.locked else "sign_in.wrong"
        return page(request, "sign_in.html", 401, refused=why, name=name, next=then)
    log_access(site.database, Access(name.lower(), site.now(), "sign_in"))
    response = RedirectResponse(then if then != "/" else first_place(site, token), 303)
    set_cookie(request, response, SESSION, token)
    response.delete_cookie(VISIT)
    return response


def first_place(site: Site, token: str) -> str:
    """Where this account's work begins: not everybody has the list."""
    account = signed_in(site.database, token, site.now())
    places = menu(Visitor(account, token)) if account else []
    return places[0].path if places else "/"


@router.post("/sign-out")
def leave(request: Request, fields: Fields) -> Response:
    """End the session, here and in the database, and then that of the identity provider it came from."""
    site: Site = request.app.state.site
    visitor = visitor_of(request)
    if visitor is not None:
        log_access(site.database, Access(visitor.name, site.now(), "sign_out"))
        sign_out(site.database, visitor.token)
        # What is drawn now is for nobody, its forms included.
        request.state.visitor = None
        request.cookies.pop(SESSION, None)
    far = visitor is not None and visitor.account.from_provider
    response = _leave_provider(request) if far else RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION)
    return response


def _leave_provider(request: Request) -> Response:
    """On to the provider's own sign-out; where it names none or does not answer, a page that says so."""
    site: Site = request.app.state.site
    try:
        endpoint = site.provider.sign_out_endpoint() if site.provider else None
    except ProviderRefused:
        endpoint = None
    if site.provider is None or endpoint is None:
        return page(request, "signed_out.html", way="")
    asked = {"client_id": site.provider.client_id, "post_logout_redirect_uri": site.provider.address + "/sign-in"}
    way = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
    response = page(request, "signed_out.html", way=way)
    # No 303: browsers hold the redirects of a form to `form-action`, which stays this page alone.
    response.headers["Refresh"] = f"0; url={way}"
    return response


@router.post("/language")
def choose_language(request: Request, fields: Fields) -> Response:
    """Danish or English from now on, in this browser."""
    response = RedirectResponse(local_path(text_of(fields, "next")), 303)
    wanted = text_of(fields, "to")
    if wanted in LANGUAGES:
        site: Site = request.app.state.site
        seconds = 100 * int(ABSOLUTE.total_seconds())
        response.set_cookie(LANGUAGE, wanted, seconds, secure=site.secure, httponly=True, samesite="lax")
    return response
