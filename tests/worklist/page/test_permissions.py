"""Each route for each role, forms that this page did not give, cookies, and the headers of every answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.worklist.page.signing import PASSWORD, client_of, enter, new_database, post, token_of
from worklist.cases.accounts import ROLES
from worklist.page.application import ROUTERS
from worklist.page.security import HEADERS, Requires, checked_form

FOR_ALL = {"/sign-in", "/sign-in/provider", "/sign-in/return", "/sign-out", "/language"}
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
CALLS = [(method, route) for route in ROUTES for method in sorted(route.methods)]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    database = new_database(tmp_path)
    yield client_of(database, tmp_path)
    database.close()


def _roles(route: APIRoute) -> frozenset[str]:
    found = [each.call.roles for each in route.dependant.dependencies if isinstance(each.call, Requires)]
    assert len(found) == 1, f"{route.path} names its roles {len(found)} times"
    return found[0]


def _path(route: APIRoute) -> str:
    return re.sub(r"{[^}]*}", "add", route.path)


def _call(client: TestClient, method: str, path: str) -> Any:
    return post(client, path) if method == "POST" else client.get(path, follow_redirects=False)


def test_every_route_names_the_roles_that_it_is_for() -> None:
    assert len(ROUTES) > 10
    for route in ROUTES:
        assert route.path in FOR_ALL or _roles(route) <= set(ROLES)


def test_whatever_changes_something_takes_only_forms_of_this_page() -> None:
    for method, route in CALLS:
        assert method in ("GET", "POST"), route.path
        if method == "POST":
            assert checked_form in [each.call for each in route.dependant.dependencies], route.path


@pytest.mark.parametrize("role", ROLES)
def test_each_route_is_refused_to_each_role_that_it_is_not_for(client: TestClient, role: str) -> None:
    enter(client, role)
    for method, route in CALLS:
        if route.path not in FOR_ALL:
            refused = _call(client, method, _path(route)).status_code == 403
            assert refused == (role not in _roles(route)), f"{method} {route.path} for {role}"


def test_nobody_gets_anywhere_without_signing_in(client: TestClient) -> None:
    for method, route in CALLS:
        if route.path not in FOR_ALL:
            answer = _call(client, method, _path(route))
            assert answer.status_code == 303, route.path
            assert answer.headers["location"].startswith("/sign-in?next=%2F"), route.path


def test_a_form_from_elsewhere_is_refused(client: TestClient) -> None:
    enter(client, "worker")
    for method, route in CALLS:
        if method == "POST":
            for given in ({}, {"form_token": ""}, {"form_token": "0" * 64}):
                answer = client.post(_path(route), data=given, follow_redirects=False)
                assert answer.status_code == 403, route.path


def test_a_form_from_before_signing_in_is_of_no_use_afterwards(client: TestClient) -> None:
    before = token_of(client.get("/sign-in"))
    enter(client, "worker")
    assert client.post("/sign-out", data={"form_token": before}).status_code == 403


def test_signing_in_gives_a_new_token_whatever_the_browser_had(client: TestClient) -> None:
    client.cookies.set("bovagt_session", "chosen-by-somebody-else", domain="testserver.local")
    enter(client, "worker")
    tokens = [cookie.value for cookie in client.cookies.jar if cookie.name == "bovagt_session"]
    assert any(token and token != "chosen-by-somebody-else" and len(token) > 40 for token in tokens)


def test_a_token_is_of_no_use_after_signing_out(client: TestClient) -> None:
    enter(client, "worker")
    token = client.cookies["bovagt_session"]
    post(client, "/sign-out")
    client.cookies.set("bovagt_session", token)
    assert client.get("/concern", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=1", "evil"]
)
def test_signing_in_leads_to_no_other_site_and_writes_no_header(client: TestClient, wanted: str) -> None:
    typed = {"name": "worker", "password": PASSWORD, "form_token": token_of(client.get("/sign-in")), "next": wanted}
    answer = client.post("/sign-in", data=typed, follow_redirects=False)
    assert answer.status_code == 303
    assert re.fullmatch(r"/[\w-]*", answer.headers["location"])
    assert "x" not in answer.cookies


def test_wrong_passwords_lock_a_name_and_names_are_not_told_apart(client: TestClient) -> None:
    def wrong(name: str) -> Any:
        typed = {"name": name, "password": "wrong", "form_token": token_of(client.get("/sign-in"))}
        return client.post("/sign-in", data=typed)

    unlike = [re.sub(r'value="[^"]*"', "", wrong(name).text) for name in ("worker", "no-such-name")]
    assert unlike[0] == unlike[1]
    for _ in range(4):
        assert wrong("worker").status_code == 401
    assert "Vent et kvarter" in wrong("worker").text
    with pytest.raises(AssertionError):
        enter(client, "worker")


def test_every_answer_carries_the_strict_headers(client: TestClient) -> None:
    enter(client, "worker")
    paths = [_path(route) for method, route in CALLS if method == "GET"]
    for path in (*paths, "/nowhere", "/healthz", "/api/openapi.json", "/static/bovagt.css", "/static/../site.py"):
        headers = client.get(path).headers
        kept = {name: value for name, value in HEADERS.items() if name != "Cache-Control"}
        assert {name: headers.get(name) for name in kept} == kept, path
        assert headers["Cache-Control"] == ("no-store" if "/static/bovagt" not in path else "public, max-age=86400")
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py"])
def test_no_file_outside_the_static_ones_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_cookies_are_for_this_site_over_https_and_not_for_scripts(client: TestClient) -> None:
    answer = client.get("/sign-in")
    typed = {"name": "worker", "password": PASSWORD, "form_token": token_of(answer)}
    for given in (answer, client.post("/sign-in", data=typed, follow_redirects=False)):
        for cookie in given.headers.get_list("set-cookie"):
            if "Max-Age=0" not in cookie:
                assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
