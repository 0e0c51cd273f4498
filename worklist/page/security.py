"""Who is asking, what they may, and that a form came from this page."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worklist.cases.accounts import ABSOLUTE, Account, signed_in
from worklist.page.site import Site

SESSION, VISIT = "bovagt_session", "bovagt_visit"
"""The cookie of who is signed in, and of whoever has not signed in yet."""

FORM_TOKEN = "form_token"

LARGEST_FIELD_BYTES = 8 * 1024 * 1024
"""What a field may hold before the page stops reading. A text that is merely too long is given back to be shortened."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer. Nothing is kept by the browser but what lies under /static."""

_YEAR = "max-age=31536000"


class SignInNeeded(Exception):  # noqa: N818 - nobody did anything wrong
    """Nobody is signed in."""


class NotAllowed(Exception):  # noqa: N818 - as above
    """Whoever is signed in may not do this."""


class ForeignForm(Exception):  # noqa: N818 - as above
    """A form that this page did not give to this browser, or gave before somebody else signed in."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, and their token."""

    account: Account
    token: str

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name

    def may(self, *roles: str) -> bool:
        """Whether the account has one of these roles."""
        return bool(self.account.roles & set(roles))


class Requires:
    """A dependency: whoever is signed in with one of these roles. `SignInNeeded` or `NotAllowed` for anybody else."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)

    def __call__(self, request: Request) -> Visitor:
        """Who asks; raises where they may not."""
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInNeeded
        if not visitor.account.roles & self.roles:
            raise NotAllowed
        return visitor


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in, None for nobody; looked up once a request."""
    if not hasattr(request.state, "visitor"):
        site: Site = request.app.state.site
        token = request.cookies.get(SESSION, "")
        account = signed_in(site.database, token, site.now()) if token else None
        request.state.visitor = Visitor(account, token) if account else None
    found: Visitor | None = request.state.visitor
    return found


def form_token(request: Request) -> str:
    """What a form of this page carries: made from the browser's secret cookie, of no use without it.

    A browser without any gets one with the answer (`remember_visit`).
    """
    secret = request.cookies.get(SESSION) or request.cookies.get(VISIT)
    if not secret:
        secret = request.state.visit = getattr(request.state, "visit", None) or secrets.token_urlsafe(32)
    return _token(secret)


def _token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def remember_visit(request: Request, response: Response) -> None:
    """Give a browser that has no secret the one its form was made with."""
    visit = getattr(request.state, "visit", None)
    if visit:
        set_cookie(request, response, VISIT, visit)


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie that scripts cannot read and other sites cannot send."""
    site: Site = request.app.state.site
    seconds = int(ABSOLUTE.total_seconds())
    response.set_cookie(name, value, max_age=seconds, path="/", secure=site.secure, httponly=True, samesite="lax")


async def checked_form(request: Request) -> FormData:
    """The fields of a form that this page gave to this browser; `ForeignForm` for any other."""
    fields = await request.form(max_part_size=LARGEST_FIELD_BYTES)
    secret = request.cookies.get(SESSION) or request.cookies.get(VISIT) or ""
    given = fields.get(FORM_TOKEN, "")
    if not secret or not isinstance(given, str) or not hmac.compare_digest(given.encode(), _token(secret).encode()):
        raise ForeignForm
    return fields


Fields = Annotated[FormData, Depends(checked_form)]
"""What every handler that changes something takes."""


def text_of(fields: FormData, name: str) -> str:
    """The text typed into a field, without the spaces around it; empty where there is none or a file was sent."""
    value = fields.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def local_path(text: str) -> str:
    """A path of this page, for a way back; the first page where `text` leads anywhere else."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain and text.isprintable() else "/"


def sign_in_path(request: Request, by: str = "/sign-in") -> str:
    """Where to sign in, and back to what was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{by}?next=" + quote(wanted if request.method == "GET" else "/", safe="")


class SecurityHeaders:
    """Puts `HEADERS` on every answer; what lies under /static may be kept for a day."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = {**HEADERS, **({"Strict-Transport-Security": _YEAR} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "public, max-age=86400"
            await send(message)

        await self.app(scope, receive, send_with_headers)
