"""Signing in through the municipality's identity provider: OpenID Connect, authorization code with PKCE.

The browser keeps one secret in a cookie of its own while it is away; `state`, `nonce` and the code verifier are made
from it, so that an answer is taken only by the browser that asked, and only once.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.exceptions import HTTPException

from worklist.cases.access import Access, log_access
from worklist.cases.accounts import ROLES, enter_from_provider
from worklist.cases.errors import ProviderRefused
from worklist.page.entrance import first_place
from worklist.page.rendering import page
from worklist.page.security import SESSION, VISIT, local_path, set_cookie
from worklist.page.site import Site

router = APIRouter()

AWAY = "bovagt_away"
"""The cookie with the secret, and where to go afterwards."""

RETURN_PATH = "/sign-in/return"
_ALGORITHMS = ("RS256", "PS256", "ES256")
_LEEWAY_SECONDS, _AWAY_SECONDS = 60, 600


class Provider(Protocol):
    """The identity provider as `flows` reaches it; each call raises `ProviderRefused` where it cannot be reached.

    `address` is the page's own, to which it sends browsers back. `roles`: the page's role for each value of the claim
    `roles_claim`; `name_claim` names the account. What it told holds for `session_minutes`.
    """

    issuer: str
    client_id: str
    scopes: str
    address: str
    name_claim: str
    roles_claim: str
    roles: Mapping[str, str]
    session_minutes: int

    def metadata(self) -> Mapping[str, Any]:
        """What it says of itself: its endpoints."""
        ...

    def keys(self, *, anew: bool) -> Mapping[str, Any]:
        """Its public keys, asked for `anew` where the ones kept do not fit."""
        ...

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """The tokens for a code."""
        ...

    def sign_out_endpoint(self) -> str | None:
        """Where it ends its own session, None where it says nowhere."""
        ...


@router.get("/sign-in/provider")
def leave_for_provider(request: Request, next: str = "/") -> Response:
    """Off to the provider, with a secret that only this browser keeps."""
    provider = _provider(request)
    secret = secrets.token_urlsafe(32)
    try:
        endpoint = str(provider.metadata()["authorization_endpoint"])
    except (ProviderRefused, KeyError):
        return _refused(request, "unreachable", 503)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.address + RETURN_PATH,
        "scope": provider.scopes,
        "state": _made(secret, "state"),
        "nonce": _made(secret, "nonce"),
        "code_challenge": _encoded(hashlib.sha256(_made(secret, "verifier").encode()).digest()),
        "code_challenge_method": "S256",
    }
    response = RedirectResponse(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", 303)
    site: Site = request.app.state.site
    kept = f"{secret}|{local_path(next)}"
    response.set_cookie(AWAY, kept, _AWAY_SECONDS, secure=site.secure, httponly=True, samesite="lax", path="/sign-in")
    return response


@router.get(RETURN_PATH)
def come_back(request: Request, code: str = "", state: str = "", iss: str = "", error: str = "") -> Response:
    """Back from the provider: check that it is the answer to what this browser asked, and sign in."""
    provider = _provider(request)
    site: Site = request.app.state.site
    secret, _, then = request.cookies.get(AWAY, "").partition("|")
    if not secret or not hmac.compare_digest(state.encode(), _made(secret, "state").encode()):
        return _refused(request, "not_asked", 400)
    if error or not code or (iss and iss != provider.issuer):
        return _refused(request, "denied", 401)
    try:
        claims = _claims(provider, site, code, secret)
        name, roles = _who(provider, claims)
        mark = hashlib.sha256(f"{provider.issuer}\x00{claims['sub']}".encode()).hexdigest()
        holds = timedelta(minutes=provider.session_minutes)
        token = enter_from_provider(site.database, name, mark, roles, site.now(), holds)
    except ProviderRefused as refused:
        return _refused(request, refused.why, 503 if refused.why == "unreachable" else 401)
    log_access(site.database, Access(name, site.now(), "sign_in", why="provider"))
    way = local_path(then)
    response = RedirectResponse(way if way != "/" else first_place(site, token), 303)
    set_cookie(request, response, SESSION, token)
    response.delete_cookie(VISIT)
    response.delete_cookie(AWAY, path="/sign-in")
    return response


def _claims(provider: Provider, site: Site, code: str, secret: str) -> Mapping[str, Any]:
    """What the provider says of who came, its signature, audience, time and nonce checked."""
    tokens = provider.exchange(code, _made(secret, "verifier"), provider.address + RETURN_PATH)
    told = tokens.get("id_token")
    if not isinstance(told, str):
        raise ProviderRefused("untrusted", "an id_token", "none")
    try:
        claims = _opened(provider, told)
        registry = jwt.JWTClaimsRegistry(
            now=int(site.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            nonce={"essential": True, "value": _made(secret, "nonce")},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        registry.validate(claims)
    except (JoseError, ValueError) as error:
        # The token holds personal data: only the kind of fault is told.
        raise ProviderRefused("untrusted", "a token for this page", type(error).__name__) from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise ProviderRefused("untrusted", "a token for this page", "one for several")
    return claims


def _opened(provider: Provider, token: str) -> dict[str, Any]:
    """The claims of a token that one of the provider's keys signed; keys may have changed since they were read."""
    try:
        return jwt.decode(token, _key_set(provider, anew=False), algorithms=_ALGORITHMS).claims
    except (JoseError, ValueError):
        return jwt.decode(token, _key_set(provider, anew=True), algorithms=_ALGORITHMS).claims


def _key_set(provider: Provider, *, anew: bool) -> KeySet:
    return KeySet.import_key_set(provider.keys(anew=anew))  # type: ignore[arg-type]


def _who(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """The account's name and the roles that the provider's groups stand for."""
    name = claims.get(provider.name_claim)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ProviderRefused("untrusted", f"the claim {provider.name_claim}", "none")
    told = claims.get(provider.roles_claim)
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    roles = {provider.roles[group] for group in groups if isinstance(group, str) and group in provider.roles}
    if not roles & set(ROLES):
        raise ProviderRefused("no_role", f"one of the groups in [page.openid] roles in {provider.roles_claim}", "none")
    return name.strip().lower(), frozenset(roles)


def _provider(request: Request) -> Provider:
    site: Site = request.app.state.site
    if site.provider is None:
        raise HTTPException(404)
    return site.provider


def _refused(request: Request, why: str, status: int) -> Response:
    response = page(request, "sign_in.html", status, refused=f"sign_in.provider_{why}", name="", next="/")
    response.delete_cookie(AWAY, path="/sign-in")
    return response


def _made(secret: str, what: str) -> str:
    return _encoded(hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
