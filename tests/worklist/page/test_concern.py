"""A concern from the form or from a program: kept once, acute ones at once, and nothing typed is lost."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.worklist.page.case_night import ADDRESS, COURT, CPR, LANDLORD, NAME, Team
from tests.worklist.page.signing import NOW, client_of, enter, new_database, token_of
from warehouse.vocabulary import FEEDS
from worklist.cases.access import accesses
from worklist.cases.arrivals import arrivals, told_of
from worklist.cases.concerns import Concern, record_concern
from worklist.cases.database import Database
from worklist.cases.sender_keys import close_key, make_key
from worklist.page.acute import acute_since
from worklist.page.concern import CODES, check, whose
from worklist.page.words import written

TODAY = date(2026, 1, 4)
GOOD = {
    "sender": "shelter",
    "category": "rent_arrears",
    "urgency": "acute",
    "cpr": "",
    "name": "Opdigtet Person",
    "address": "Ingen Vej 1",
    "postal_code": "9999",
    "text": "Står uden bolig.",
    "received_on": "2026-01-04",
}
SENT = {"reference": "sag 7", "category": "rent_arrears", "cpr": "0101701234"}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Database]:
    database = new_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def client(kept: Database, tmp_path: Path) -> TestClient:
    """The page of a municipality without a night yet."""
    return client_of(kept, tmp_path)


def _send(client: TestClient, **changed: str) -> Any:
    shown = client.get("/concern")
    form_no = re.search(r'name="form_no" value="([0-9a-f]+)"', shown.text)[1]  # type: ignore[index]
    return client.post("/concern", data={**GOOD, **changed, "form_token": token_of(shown), "form_no": form_no})


@pytest.mark.parametrize("role", ["worker", "sender"])
def test_a_concern_is_kept_at_once_with_all_that_was_typed(client: TestClient, kept: Database, role: str) -> None:
    enter(client, role)
    answer = _send(client)
    assert answer.status_code == 200
    (found,) = arrivals(kept, TODAY)
    assert (found.urgency, found.sender, found.recorded_by) == ("acute", "shelter", role)
    told = told_of(kept, found.concern_no)
    assert {name: told[name] for name in ("name", "address", "postal_code", "text")} == {
        name: GOOD[name] for name in ("name", "address", "postal_code", "text")
    }


def test_the_same_page_sent_twice_is_one_concern(client: TestClient, kept: Database) -> None:
    enter(client, "worker")
    shown = client.get("/concern")
    form_no = re.search(r'name="form_no" value="([0-9a-f]+)"', shown.text)[1]  # type: ignore[index]
    for _ in range(2):
        client.post("/concern", data={**GOOD, "form_token": token_of(shown), "form_no": form_no})
    assert len(arrivals(kept, TODAY)) == 1


WRONG = [
    ({"cpr": "9999999999"}, "cpr", "Det kan ikke være et CPR-nummer"),
    ({"received_on": "2026-01-05"}, "received_on", "Datoen er ikke kommet endnu"),
    ({"received_on": "i går"}, "received_on", "Skriv datoen som dag, måned og år"),
    ({"received_on": "2016-01-04"}, "received_on", "mere end et år gammel"),
    ({"text": "æ" * 1_000_000}, "text", "Teksten er for lang"),
    ({"sender": "naboen"}, "sender", "Vælg, hvem der henvender sig"),
    ({"category": ""}, "category", "Vælg, hvad det handler om"),
    ({"name": ""}, "name", "Skriv navnet"),
    ({"address": " "}, "address", "Skriv adressen"),
]


@pytest.mark.parametrize(("changed", "field", "said"), WRONG, ids=[f"{w[1]}-{place}" for place, w in enumerate(WRONG)])
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    client: TestClient, kept: Database, changed: dict[str, str], field: str, said: str
) -> None:
    enter(client, "worker")
    answer = _send(client, **changed)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{said}', answer.text)
    for name in ("name", "address", "postal_code", "text", "cpr"):
        assert {**GOOD, **changed}[name].strip() in answer.text, name
    assert arrivals(kept, TODAY) == []


def test_what_was_typed_is_shown_as_text_and_never_runs(client: TestClient) -> None:
    enter(client, "worker")
    answer = _send(client, text="</textarea><script>alert(1)</script>", category="")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


@pytest.mark.parametrize("role", ["analyst", "dpo", "administrator"])
def test_others_have_no_form(client: TestClient, role: str) -> None:
    enter(client, role)
    assert client.get("/concern").status_code == 403
    assert client.get("/concern/addresses?address=Ingen").status_code == 403


def test_without_a_list_no_address_is_suggested_and_a_concern_is_kept_all_the_same(client: TestClient) -> None:
    enter(client, "sender")
    assert client.get("/concern/addresses?address=Ing").status_code == 200
    assert _send(client).status_code == 200


def test_every_code_and_every_fault_has_words_in_both_languages() -> None:
    nothing = dict.fromkeys([*GOOD], "")
    keys = {f"concern.{name}_{code}" for name, codes in CODES.items() for code in codes}
    keys |= {f"concern.{key}" for key in check(nothing, TODAY).values()}
    assert not [key for key in keys if set(written()[key]) != {"da", "en"}]


def _post(client: TestClient, key: str | None, **changed: object) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post("/api/concerns", json={**SENT, **changed}, headers=headers)


def test_a_program_sends_with_its_key_as_its_sender_and_may_repeat_itself(client: TestClient, kept: Database) -> None:
    key = make_key(kept, "boligsystem", "landlord", NOW)
    answers = [_post(client, key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    (found,) = arrivals(kept, TODAY)
    assert {answer.json()["concern_no"] for answer in answers} == {found.concern_no}
    assert (found.sender, found.recorded_by) == ("landlord", "program boligsystem")


def test_without_a_key_that_works_nothing_is_looked_at(client: TestClient, kept: Database) -> None:
    key = make_key(kept, "boligsystem", "landlord", NOW)
    close_key(kept, "boligsystem")
    for wrong in (None, "no-such-key", key):
        answer = _post(client, wrong, category="unheard of")
        assert answer.status_code == 401
        assert answer.json() == {"problems": [{"field": "request", "message": "A key that works is needed."}]}
    assert arrivals(kept, TODAY) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"cpr": "9999999999"}, "cpr"),
        ({"cpr": ""}, "name"),
        ({"received_on": "2026-01-05"}, "received_on"),
        ({"text": "x" * 1_000_000}, "text"),
        ({"sender": "police"}, "sender"),
        ({"category": "unheard of"}, "category"),
    ],
)
def test_a_program_is_told_what_is_wrong_and_gets_nothing_back_that_it_sent(
    client: TestClient, kept: Database, changed: dict[str, str], field: str
) -> None:
    answer = _post(client, make_key(kept, "boligsystem", "landlord", NOW), **changed)
    assert answer.status_code == 422
    assert field in {problem["field"] for problem in answer.json()["problems"]}
    assert not [value for value in changed.values() if value and value in answer.text]
    assert arrivals(kept, TODAY) == []


def test_the_endpoint_documents_itself_and_its_categories_are_the_contract_s(client: TestClient) -> None:
    told = client.get("/api/openapi.json").json()
    sent = told["components"]["schemas"]["ConcernSent"]["properties"]
    assert tuple(sent["category"]["enum"]) == FEEDS["concerns"].field("category").codes
    assert tuple(sent["urgency"]["enum"]) == FEEDS["concerns"].field("urgency").codes
    assert {"401", "422", "201"} <= set(told["paths"]["/concerns"]["post"]["responses"])


def test_an_acute_concern_can_be_read_by_the_team_which_is_logged(tmp_path: Path) -> None:
    team = Team(tmp_path)
    worker = team.browser("worker")
    concern = Concern("shelter", "rent_arrears", "acute", name=NAME, address=ADDRESS, text="Ringede <b>grædende</b>.")
    number = record_concern(team.site.database, concern, team.site.now(), "form 1", by="anna")
    night = team.site.nights.current()
    assert [one.concern_no for one in acute_since(team.site, night)] == [number]
    shown = worker.client.get("/concern/read", params={"number": number})
    assert "Ringede &lt;b&gt;grædende&lt;/b&gt;." in shown.text
    assert [entry.why for entry in accesses(team.site.database) if entry.what == "view"] == [f"concern {number}"]
    assert worker.client.get("/concern/read", params={"number": "form-0"}).status_code == 404


def test_a_concern_about_a_known_home_is_linked_at_once(tmp_path: Path) -> None:
    team = Team(tmp_path)
    typed = {**GOOD, "name": NAME, "address": ADDRESS}
    assert whose(team.site, typed) == (LANDLORD, COURT)
    assert whose(team.site, {**GOOD, "name": "", "address": "", "cpr": CPR}) == (LANDLORD, COURT)
    assert whose(team.site, GOOD) is None
