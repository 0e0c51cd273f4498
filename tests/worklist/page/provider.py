"""An identity provider for the tests: a real server on this machine, that can be told to answer wrongly."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.worklist.page.browsing import served


@dataclass
class Provider:
    """What the provider holds, and how it lies: `claims` and `header` replace what it would tell of `person`."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "Anna", "groups": ["team"]})
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    secret: str = ""
    endpoints: dict[str, str] = field(default_factory=dict)
    now: int = 0

    def token(self, nonce: str) -> str:
        """An id_token."""
        told = {"iss": self.address, "aud": "bovagt", "sub": "s-1", "iat": self.now, "exp": self.now + 300}
        claims = {**told, "nonce": nonce, **self.person, **self.claims}
        given = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            return self._forged(given)
        return jwt.encode(self.header, given, self.signs_with or self.key)

    def _forged(self, given: dict[str, Any]) -> str:
        """Without a signature, or with the public key's own text as the secret: the oldest of tricks."""
        signed = b".".join(_encoded(json.dumps(part).encode()) for part in (self.header, given))
        secret = self.key.as_pem(private=False)
        signature = hmac.digest(secret, signed, "sha256") if self.header["alg"] == "HS256" else b""
        return b".".join([signed, _encoded(signature)]).decode()


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _client_of(provider: Provider, request: Request, sent: dict[str, str]) -> str | None:
    """The client, named once: in the body where it is public, else by client_secret_basic; None where it is neither."""
    given = request.headers.get("Authorization", "")
    if not provider.secret:
        return None if given else sent.get("client_id")
    name, _, secret = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
    known = unquote_plus(secret) == provider.secret and "client_id" not in sent and "client_secret" not in sent
    return unquote_plus(name) if known else None


@contextmanager
def provider_at_work(now: int) -> Iterator[Provider]:
    """A provider on a free port."""
    provider = Provider(now=now)
    with served(_app(provider)) as address:
        provider.address = address
        yield provider


def _app(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def metadata() -> dict[str, str]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        paths |= provider.endpoints
        return {"issuer": provider.address, **{name: provider.address + path for name, path in paths.items()}}

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        code, asked = secrets.token_hex(8), dict(request.query_params)
        provider.asked[code] = asked
        told = {"code": code, "state": asked["state"], "iss": provider.address}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told)}", 303)

    @app.post("/token")
    async def token(request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        named = _client_of(provider, request, sent)
        asked = provider.asked.pop(sent["code"], None)  # a code is good for one use
        challenge = _encoded(hashlib.sha256(sent["code_verifier"].encode()).digest())
        if asked is None or challenge.decode() != asked["code_challenge"] or asked["client_id"] != named:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": provider.token(asked["nonce"])})

    return app
