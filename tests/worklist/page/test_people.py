"""Accounts and keys for the administrator; the access log for the data-protection officer."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.worklist.page.signing import NOW, PASSWORD, client_of, enter, new_database, post
from worklist.cases.access import KINDS, Access, accesses, log_access
from worklist.cases.accounts import accounts
from worklist.cases.database import Database
from worklist.cases.sender_keys import sender_of
from worklist.page import access_page
from worklist.page.words import written


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Database]:
    database = new_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def client(kept: Database, tmp_path: Path) -> TestClient:
    return client_of(kept, tmp_path)


def _roles(kept: Database, name: str) -> set[str]:
    return next(set(account.roles) for account in accounts(kept) if account.name == name)


def test_an_account_is_made_changed_closed_and_opened_again(client: TestClient, kept: Database) -> None:
    enter(client, "administrator")
    made = post(client, "/people/add", name="Bodil", password=PASSWORD, role=["worker", "coordinator"])
    assert made.status_code == 303
    assert _roles(kept, "bodil") == {"worker", "coordinator"}
    post(client, "/people/roles", name="bodil", role=["dpo"])
    assert _roles(kept, "bodil") == {"dpo"}
    for act, active in (("close", False), ("reopen", True)):
        post(client, f"/people/{act}", name="bodil")
        assert next(account for account in accounts(kept) if account.name == "bodil").active is active
    post(client, "/people/password", name="bodil", password="helt andre opdigtede ord")
    with pytest.raises(AssertionError):
        enter(client, "bodil")
    logged = [entry.why for entry in accesses(kept, who="administrator") if entry.what == "change"]
    assert {f"account {act}: bodil" for act in ("add", "roles", "close", "reopen", "password")} == set(logged)


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("add", {"name": "worker", "password": PASSWORD, "role": "worker"}),
        ("add", {"name": "ny", "password": "kort", "role": "worker"}),
        ("add", {"name": "ny", "password": PASSWORD}),
        ("roles", {"name": "worker", "role": "king"}),
        ("password", {"name": "worker", "password": "kort"}),
        ("close", {"name": "nobody"}),
        ("close", {"name": "Administrator"}),
        ("roles", {"name": "administrator", "role": "worker"}),
        ("key", {"name": "", "sender": "landlord"}),
        ("key", {"name": "system", "sender": "nobody"}),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    client: TestClient, kept: Database, act: str, typed: dict[str, str]
) -> None:
    enter(client, "administrator")
    before = accounts(kept)
    answer = post(client, f"/people/{act}", **typed)
    assert answer.status_code == 422
    assert "alert-error" in answer.text
    assert accounts(kept) == before


def test_an_act_that_nobody_knows_is_no_page(client: TestClient) -> None:
    enter(client, "administrator")
    assert post(client, "/people/rule-the-world", name="worker").status_code == 404


def test_a_key_is_shown_once(client: TestClient, kept: Database) -> None:
    enter(client, "administrator")
    answer = post(client, "/people/key", name="boligsystem", sender="landlord")
    key = re.search(r'bv-key">([\w-]{40,})<', answer.text)
    assert key
    found = sender_of(kept, key[1])
    assert found is not None
    assert found.name == "boligsystem"
    assert key[1] not in client.get("/people").text
    post(client, "/people/close-key", name="boligsystem")
    assert sender_of(kept, key[1]) is None


def test_the_log_tells_who_saw_what_of_whom_and_that_it_was_read(client: TestClient, kept: Database) -> None:
    log_access(kept, Access("worker", NOW, "view", "Birkely", "1"), Access("worker", NOW, "search", why="cpr"))
    log_access(kept, Access("coordinator", NOW, "cpr_shown", "Birkely", "2", "skal ringe til <b>banken</b>"))
    enter(client, "dpo")
    shown = client.get("/access").text
    assert "Birkely 1" in shown
    assert "CPR-nummer vist" in shown
    assert "skal ringe til &lt;b&gt;banken&lt;/b&gt;" in shown
    of_one = client.get("/access", params={"landlord": "Birkely", "tenancy": "2"}).text
    assert "Birkely 2" in of_one
    assert "Birkely 1" not in of_one
    of_worker = client.get("/access", params={"who": "Worker"}).text
    assert "Birkely 1" in of_worker
    assert "Birkely 2" not in of_worker
    read = [entry for entry in accesses(kept, who="dpo") if entry.what == "log_read"]
    assert [(entry.tenancy_no, entry.why) for entry in read] == [(None, "log of worker"), ("2", ""), (None, "")]


def test_the_log_is_read_a_page_at_a_time_by_day_and_taken_out_as_a_file(
    client: TestClient, kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_page, "MOST", 2)
    for day in range(4):
        log_access(kept, Access("worker", NOW + timedelta(days=day), "change", "Birkely", "1", f"=note {day}"))
    enter(client, "dpo")
    notes, path = [], "/access?who=worker"
    while path:
        html = client.get(path).text
        notes += re.findall(r"=note (\d)", html)
        older = re.search(r'href="(/access\?[^"]*before=[^"]*)"', html)
        path = older[1].replace("&amp;", "&") if older else ""
    assert notes == ["3", "2", "1", "0"]
    first, last = ((NOW + timedelta(days=day)).date().isoformat() for day in (1, 2))
    html = client.get("/access", params={"who": "worker", "since": first, "last": last}).text
    assert re.findall(r"=note (\d)", html) == ["2", "1"]
    lines = client.get("/access.csv", params={"who": "worker", "since": first}).text.splitlines()
    assert [line.split(";")[-1] for line in lines[1:]] == ["'=note 3", "'=note 2", "'=note 1"]


def test_a_day_that_cannot_be_read_is_said_and_a_wild_number_is_nothing(client: TestClient) -> None:
    enter(client, "dpo")
    answer = client.get("/access", params={"since": "i går"})
    assert answer.status_code == 422
    assert "Skriv datoen som" in answer.text
    assert client.get("/access", params={"before": "9" * 40, "last": "9999-12-31"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "31-02-2026"}, "Skriv datoen som"),
        ({"last": "i går"}, "Skriv datoen som"),
        ({"landlord": "Birkely"}, "Skriv også lejemålets nummer"),
        ({"tenancy": "17"}, "Skriv også udlejeren"),
    ],
)
def test_what_cannot_be_asked_shows_nothing_on_the_page_and_in_the_file_and_stays_typed(
    client: TestClient, kept: Database, asked: dict[str, str], said: str
) -> None:
    log_access(kept, Access("worker", NOW, "view", "Birkely", "17", "the only one"))
    enter(client, "dpo")
    for path in ("/access", "/access.csv"):
        answer = client.get(path, params=asked)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{next(iter(asked.values()))}"' in answer.text
        assert "the only one" not in answer.text
    assert not [entry for entry in accesses(kept, who="dpo") if entry.what.startswith("log_")]


def test_the_file_has_all_entries_however_many_and_taking_it_out_is_told_apart_from_reading(
    client: TestClient, kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_page, "PART", 3)
    log_access(kept, *(Access("worker", NOW, "change", "Birkely", "1", f"note {number}") for number in range(9)))
    enter(client, "dpo")
    assert "CSV med alle 9, der passer til det valgte" in client.get("/access", params={"who": "worker"}).text
    answer = client.get("/access.csv", params={"who": "worker"})
    assert answer.content.count(b"\xef\xbb\xbf") == 1
    lines = answer.text.splitlines()
    assert [line.split(";")[-1] for line in lines[1:]] == [f"note {number}" for number in range(8, -1, -1)]
    kinds = [entry.what for entry in accesses(kept, who="dpo")]
    assert kinds == ["log_exported", "log_read", "sign_in"]
    assert "Loggen hentet som fil" in client.get("/access").text


def test_every_kind_of_entry_has_words() -> None:
    assert {f"access.kind_{kind}" for kind in KINDS} <= set(written())
