"""Signing in through an identity provider: a real one on this machine, and everything that it or others may try."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from flows.home import Home
from flows.identity_provider import HttpProvider
from flows.settings import OpenIdSettings
from tests.worklist.page.provider import Provider, provider_at_work
from tests.worklist.page.signing import NOW, PASSWORD, enter, new_database, post, token_of
from worklist.cases.access import accesses
from worklist.cases.accounts import Account, accounts, set_active, set_password, signed_in
from worklist.cases.database import Database
from worklist.page.application import create_app
from worklist.page.openid import AWAY
from worklist.page.site import Nights, Site

PAGE = "http://127.0.0.1:1"
MOMENT = int(NOW.timestamp())


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider_at_work(MOMENT) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    """The provider as it is when nobody has told it to lie."""
    before = {name: value.copy() if isinstance(value, dict) else value for name, value in vars(running).items()}
    yield running
    vars(running).update(before)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(provider: Provider, database: Database, tmp_path: Path) -> TestClient:
    return _client_of(provider, database, tmp_path)


def _client_of(provider: Provider, database: Database, folder: Path, now: Any = lambda: NOW, **more: Any) -> TestClient:
    settings = OpenIdSettings(
        **{"client_id": "bovagt", "address": PAGE, "roles": {"team": "worker", "lead": "coordinator"}, **more},
        issuer=provider.address,
    )
    site = Site(Nights(folder / "published"), database, folder / "inbox", now)
    known = replace(site, provider=HttpProvider(Home(folder), settings))
    return TestClient(create_app(known), base_url="https://testserver", follow_redirects=False)


def _go(client: TestClient, next: str = "/") -> httpx.Response:
    """Off to the provider, who lets the person in; its answer."""
    asked = client.get("/sign-in/provider", params={"next": next})
    assert asked.status_code == 303
    return httpx.get(asked.headers["location"])


def _back(client: TestClient, answer: httpx.Response, **other: str) -> Any:
    told = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return client.get("/sign-in/return", params={**told, **other})


def _names(database: Database) -> set[str]:
    return {account.name for account in accounts(database)}


def test_whoever_the_provider_knows_is_signed_in_with_the_roles_of_their_groups(
    client: TestClient, database: Database, provider: Provider
) -> None:
    provider.person["groups"] = ["team", "something else", "lead"]
    answer = _back(client, _go(client, "/concern"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/concern")
    found = signed_in(database, client.cookies["bovagt_session"], NOW)
    assert found == Account("anna", frozenset({"worker", "coordinator"}), from_provider=True)
    assert [(entry.what, entry.why) for entry in accesses(database, who="anna")] == [("sign_in", "provider")]
    assert client.get("/concern").status_code == 200
    assert AWAY not in client.cookies


def test_roles_are_as_the_provider_says_today(client: TestClient, database: Database, provider: Provider) -> None:
    _back(client, _go(client))
    provider.person["groups"] = "lead"
    _back(client, _go(client))
    found = signed_in(database, client.cookies["bovagt_session"], NOW)
    assert found is not None
    assert found.roles == {"coordinator"}


def test_the_form_offers_it_and_local_accounts_stay(client: TestClient) -> None:
    assert "Log ind med kommunens login" in client.get("/sign-in").text
    enter(client, "worker")


def test_without_a_provider_there_is_no_such_way(database: Database, tmp_path: Path) -> None:
    site = Site(Nights(tmp_path / "published"), database, tmp_path / "inbox", lambda: NOW)
    plain = TestClient(create_app(site), base_url="https://testserver")
    assert "kommunens login" not in plain.get("/sign-in").text
    assert {plain.get(path).status_code for path in ("/sign-in/provider", "/sign-in/return")} == {404}


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "another"}, "Svaret kunne ikke godkendes"),
        ({"nonce": None}, "Svaret kunne ikke godkendes"),
        ({"aud": "another-client"}, "Svaret kunne ikke godkendes"),
        ({"aud": ["bovagt", "another-client"]}, "Svaret kunne ikke godkendes"),
        ({"iss": "https://evil.example"}, "Svaret kunne ikke godkendes"),
        ({"exp": MOMENT - 61}, "Svaret kunne ikke godkendes"),
        ({"exp": None}, "Svaret kunne ikke godkendes"),
        ({"iat": MOMENT + 3600}, "Svaret kunne ikke godkendes"),
        ({"sub": None}, "Svaret kunne ikke godkendes"),
        ({"preferred_username": None}, "Svaret kunne ikke godkendes"),
        ({"preferred_username": "a\nb"}, "Svaret kunne ikke godkendes"),
        ({"groups": ["administrators"]}, "Du har ingen rolle her"),
        ({"groups": None}, "Du har ingen rolle her"),
        ({"preferred_username": "Worker"}, "Navnet er optaget"),
    ],
)
def test_a_token_that_is_not_for_this_person_here_and_now_lets_nobody_in(
    client: TestClient, database: Database, provider: Provider, claims: dict[str, Any], said: str
) -> None:
    before = _names(database)
    provider.claims = claims
    answer = _back(client, _go(client))
    assert answer.status_code == 401
    assert said in answer.text
    assert "bovagt_session" not in client.cookies
    assert _names(database) == before


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_unsigned_token_or_one_signed_with_what_is_public_lets_nobody_in(
    client: TestClient, provider: Provider, algorithm: str
) -> None:
    provider.header = {"alg": algorithm, "kid": "one"}
    answer = _back(client, _go(client))
    assert answer.status_code == 401
    assert "Svaret kunne ikke godkendes" in answer.text


def test_a_strangers_key_lets_nobody_in_and_a_new_key_of_the_provider_does(
    client: TestClient, provider: Provider
) -> None:
    assert _back(client, _go(client)).status_code == 303
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert _back(client, _go(client)).status_code == 401
    provider.key, provider.signs_with = provider.signs_with, None
    assert _back(client, _go(client)).status_code == 303


def test_an_answer_is_taken_only_by_the_browser_that_asked_and_once(client: TestClient) -> None:
    answer = _go(client)
    stranger = TestClient(client.app, base_url="https://testserver", follow_redirects=False)
    assert _back(stranger, answer).status_code == 400
    stranger.get("/sign-in/provider")
    assert _back(stranger, answer).status_code == 400
    assert _back(client, answer, state="guessed").status_code == 400
    again = _go(client)
    kept = client.cookies[AWAY]
    assert _back(client, again).status_code == 303
    assert _back(client, again).status_code == 400
    client.cookies.set(AWAY, kept, domain="testserver.local", path="/sign-in")
    replayed = _back(client, again)
    assert replayed.status_code == 401
    assert "Kommunens login afviste" in replayed.text


def test_a_refusal_of_the_provider_and_another_issuer_are_said(client: TestClient, provider: Provider) -> None:
    assert "Kommunens login afviste" in _back(client, _go(client), error="access_denied").text
    assert _back(client, _go(client), iss="https://evil.example").status_code == 401


def test_a_provider_that_does_not_answer_is_said(database: Database, tmp_path: Path) -> None:
    settings = OpenIdSettings(issuer="http://127.0.0.1:9/", client_id="b", address=PAGE, roles={"team": "worker"})
    site = Site(Nights(tmp_path / "published"), database, tmp_path / "inbox", lambda: NOW)
    known = replace(site, provider=HttpProvider(Home(tmp_path), settings))
    answer = TestClient(create_app(known), base_url="https://testserver").get("/sign-in/provider")
    assert answer.status_code == 503
    assert "Kommunens login svarer ikke" in answer.text


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nx: y"])
def test_it_leads_to_no_other_site(client: TestClient, wanted: str) -> None:
    answer = _back(client, _go(client, wanted))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_a_closed_account_and_one_that_became_local_are_refused(client: TestClient, database: Database) -> None:
    _back(client, _go(client))
    set_active(database, "anna", active=False)
    assert "Brugeren er lukket" in _back(client, _go(client)).text
    set_active(database, "anna", active=True)
    set_password(database, "anna", PASSWORD)
    assert "Navnet er optaget" in _back(client, _go(client)).text


def test_no_password_fits_an_account_of_the_provider(client: TestClient, database: Database) -> None:
    _back(client, _go(client))
    client.cookies.clear()
    for password in ("", "provider:", PASSWORD):
        assert post(client, "/sign-in", name="anna", password=password).status_code == 401


def test_another_person_of_the_same_name_at_the_provider_is_refused(client: TestClient, provider: Provider) -> None:
    _back(client, _go(client))
    provider.claims = {"sub": "s-2"}
    assert "Navnet er optaget" in _back(client, _go(client)).text


@pytest.mark.parametrize("secret", ["plain", "s:e c+r%e/t=&æ"])
def test_a_secret_is_sent_urlencoded_and_the_client_is_named_once(
    provider: Provider, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    provider.secret, provider.claims = secret, {"aud": "bo:vagt 1"}
    monkeypatch.setenv("CLIENT_SECRET", secret)
    client = _client_of(provider, database, tmp_path, client_id="bo:vagt 1", secret_variable="CLIENT_SECRET")
    assert _back(client, _go(client)).status_code == 303
    monkeypatch.setenv("CLIENT_SECRET", "another")
    client = _client_of(provider, database, tmp_path, client_id="bo:vagt 1", secret_variable="CLIENT_SECRET")
    assert _back(client, _go(client)).status_code == 401


def test_signing_out_ends_the_session_here_and_then_at_the_provider(
    client: TestClient, database: Database, provider: Provider
) -> None:
    provider.endpoints = {"end_session_endpoint": "/end?tenant=1"}
    _back(client, _go(client))
    token = client.cookies["bovagt_session"]
    answer = post(client, "/sign-out")
    way = answer.headers["Refresh"].removeprefix("0; url=")
    assert way.startswith(f"{provider.address}/end?tenant=1&")
    told = {name: values[0] for name, values in parse_qs(urlsplit(way).query).items()}
    assert told == {"tenant": "1", "client_id": "bovagt", "post_logout_redirect_uri": f"{PAGE}/sign-in"}
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]
    assert way.replace("&", "&amp;") in answer.text
    assert signed_in(database, token, NOW) is None
    assert "bovagt_session" not in client.cookies


def test_where_the_provider_names_no_end_of_its_session_the_page_says_so(
    client: TestClient, database: Database
) -> None:
    _back(client, _go(client))
    token = client.cookies["bovagt_session"]
    answer = post(client, "/sign-out")
    assert "men ikke af kommunens login" in answer.text
    assert "Refresh" not in answer.headers
    assert client.post("/language", data={"to": "en", "form_token": token_of(answer)}).status_code == 303
    assert signed_in(database, token, NOW) is None


def test_a_local_account_signs_out_here_alone(client: TestClient, provider: Provider) -> None:
    provider.endpoints = {"end_session_endpoint": "/end"}
    enter(client, "worker")
    assert post(client, "/sign-out").headers["location"] == "/sign-in"


def test_the_providers_word_holds_for_its_minutes_and_is_then_had_anew_without_a_form(
    provider: Provider, database: Database, tmp_path: Path
) -> None:
    clock = [NOW]
    client = _client_of(provider, database, tmp_path, lambda: clock[0], session_minutes=20)
    _back(client, _go(client))
    clock[0] += timedelta(minutes=19, seconds=59)
    assert client.get("/concern").status_code == 200
    clock[0] += timedelta(seconds=1)
    for headers, way in (
        ({}, "/sign-in/provider?next=%2Fconcern"),
        ({"HX-Request": "true"}, "/sign-in?next=%2Fconcern"),
    ):
        assert client.get("/concern", headers=headers).headers["location"] == way
    provider.now = int(clock[0].timestamp())
    provider.person["groups"] = ["nobody"]
    assert "Du har ingen rolle her" in _back(client, _go(client, "/concern")).text
    assert client.get("/concern").status_code == 303
    provider.person["groups"] = ["lead"]
    assert _back(client, _go(client, "/concern")).headers["location"] == "/concern"
    assert client.get("/concern").status_code == 200


def test_a_session_nobody_used_is_not_renewed_without_the_form(
    provider: Provider, database: Database, tmp_path: Path
) -> None:
    clock = [NOW]
    client = _client_of(provider, database, tmp_path, lambda: clock[0], session_minutes=20)
    _back(client, _go(client))
    clock[0] += timedelta(minutes=30)
    assert client.get("/concern").headers["location"] == "/sign-in?next=%2Fconcern"
