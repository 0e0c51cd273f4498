"""The municipality's identity provider, reached over the network: what it says of itself, its keys, and tokens."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from flows.home import Home
from flows.keys import read_secret
from flows.settings import OpenIdSettings
from worklist.cases.errors import ProviderRefused

_SECONDS = 10


class HttpProvider:
    """An OpenID Connect provider; see `worklist.page.openid.Provider`. What it says of itself is read once."""

    def __init__(self, home: Home, settings: OpenIdSettings) -> None:
        self.issuer = settings.issuer
        self.client_id = settings.client_id
        self.scopes = settings.scopes
        self.address = settings.address.rstrip("/")
        self.name_claim, self.roles_claim = settings.name_claim, settings.roles_claim
        self.session_minutes = settings.session_minutes
        self.roles: Mapping[str, str] = settings.roles
        self._secret = read_secret(home, settings)
        self._metadata: Mapping[str, Any] | None = None
        self._keys: Mapping[str, Any] | None = None

    def metadata(self) -> Mapping[str, Any]:
        """Its endpoints, from its well-known address."""
        if self._metadata is None:
            told = _asked("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise ProviderRefused("unreachable", f"the issuer {self.issuer}", "another issuer at its address")
            self._metadata = told
        return self._metadata

    def keys(self, *, anew: bool) -> Mapping[str, Any]:
        """Its public keys."""
        if self._keys is None or anew:
            self._keys = _asked("GET", self._endpoint("jwks_uri"))
        return self._keys

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """The tokens for a code, with the client's secret where there is one (client_secret_basic)."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        endpoint = self._endpoint("token_endpoint")
        if not self._secret:
            return _asked("POST", endpoint, data={**sent, "client_id": self.client_id})
        # RFC 6749 2.3.1: each is form-urlencoded before both are joined by a colon, which they may hold themselves.
        auth = (quote_plus(self.client_id), quote_plus(self._secret))
        return _asked("POST", endpoint, data=sent, auth=auth)

    def sign_out_endpoint(self) -> str | None:
        """Where it ends its own session, None where it says nowhere."""
        return self._endpoint("end_session_endpoint") if self.metadata().get("end_session_endpoint") else None

    def _endpoint(self, name: str) -> str:
        endpoint = str(self.metadata().get(name, ""))
        if urlsplit(endpoint).scheme not in ("https", urlsplit(self.issuer).scheme):
            raise ProviderRefused("unreachable", f"the provider's {name}", "none, or one without HTTPS")
        return endpoint


def _asked(method: str, address: str, **sent: Any) -> Mapping[str, Any]:
    """The provider's answer; its own words may hold tokens, so only the kind of failure is told."""
    try:
        answer = httpx.request(method, address, timeout=_SECONDS, follow_redirects=False, **sent)
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderRefused("unreachable", "an answer of the identity provider", type(error).__name__) from None
    if answer.status_code != 200 or not isinstance(told, dict):
        why = "denied" if method == "POST" and answer.status_code < 500 else "unreachable"
        raise ProviderRefused(why, "an answer of the identity provider", f"status {answer.status_code}")
    return told
