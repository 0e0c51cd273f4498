"""A contact typed in is kept once or not at all, and what is wrong is said beside its field with nothing lost."""

import html
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.worklist.page.case_night import COURT, LANDLORD, NAME, NOW, ROLES, Team, hidden
from worklist.cases.access import accesses
from worklist.cases.cases import events, read_case
from worklist.cases.codes import ATTEMPTS, INTERVENTIONS, RESULTS
from worklist.cases.errors import InputRefused
from worklist.cases.tables import OutboxRow
from worklist.page.words import LANGUAGES, say

TODAY = NOW.date().isoformat()
GOOD = {
    "attempt": "opkald",
    "result": "kontakt",
    "intervention": "payment_plan",
    "contacted_on": TODAY,
    "note": "Aftalt",
}


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def _sent(team: Team) -> list[OutboxRow]:
    with team.site.database.reading() as session:
        return list(session.scalars(select(OutboxRow)))


def test_a_contact_appears_exactly_once(team: Team) -> None:
    worker = team.browser("worker")
    version = int(hidden(worker.get("/contact").text, "version"))
    answer = worker.post("/contact", version=version, **GOOD)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/case?landlord=Nordhavn&tenancy=12%2F3-1&")
    kept = events(team.site.database, LANDLORD, COURT)
    assert [(each.kind, each.who, each.details["attempt"]) for each in kept] == [("contact", "worker", "opkald")]
    assert [row.cells["channel"] for row in _sent(team)] == ["phone"]


def test_a_stale_version_changes_nothing_and_is_told(team: Team) -> None:
    worker, other = team.browser("worker"), team.browser("other")
    assert worker.post("/contact", **GOOD).status_code == 303
    again = other.post("/contact", **GOOD)
    assert again.status_code == 409
    assert "worker" in again.text
    assert len(events(team.site.database, LANDLORD, COURT)) == len(_sent(team)) == 1


def test_the_same_form_sent_twice_is_one_contact(team: Team) -> None:
    worker = team.browser("worker")
    assert [worker.post("/contact", **GOOD).status_code for _ in range(2)] == [303, 409]
    assert len(_sent(team)) == 1


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("attempt", "", "attempt_missing"),
        ("attempt", "due", "attempt_missing"),
        ("result", "", "result_missing"),
        ("intervention", "gave", "intervention_missing"),
        ("contacted_on", "", "day_missing"),
        ("contacted_on", "31.02.2026", "day_missing"),
        ("contacted_on", "2026-03-03", "day_to_come"),
        ("result", "ingen_kontakt", "agreed_with_nobody"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    team: Team, field: str, value: str, key: str
) -> None:
    worker = team.browser("worker")
    note = "Ringede <b>to</b> gange & lagde besked"
    answer = worker.post("/contact", version=0, **{**GOOD, "note": note, field: value})
    assert answer.status_code == 422
    assert html.escape(say(f"contact.{key}", "da")) in answer.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    assert html.escape(note) in answer.text
    assert note not in answer.text
    assert f'id="{"intervention" if key == "agreed_with_nobody" else field}-error"' in answer.text
    for name in ("attempt", "intervention"):
        if name != field:
            assert f'value="{GOOD[name]}" checked' in answer.text
    assert read_case(team.site.database, LANDLORD, COURT).version == 0


def test_every_pair_of_codes_is_kept_or_refused_beside_a_field(team: Team) -> None:
    """The form knows every contradiction that the case would refuse: nobody meets a bare error."""
    worker = team.browser("worker")
    version = 0
    for attempt, result, agreed in product(ATTEMPTS, RESULTS, ("none", "payment_plan")):
        fields = {**GOOD, "attempt": attempt, "result": result, "intervention": agreed}
        try:
            answer = worker.post("/contact", version=version, **fields)
        except InputRefused as refused:
            pytest.fail(f"{attempt} {result} {agreed}: {refused}")
        assert answer.status_code in (303, 422)
        assert ("-error" in answer.text) == (answer.status_code == 422)
        version += answer.status_code == 303
    assert len(events(team.site.database, LANDLORD, COURT)) == version > len(ATTEMPTS)


def test_a_day_written_the_danish_way_is_understood(team: Team) -> None:
    assert team.browser("worker").post("/contact", **{**GOOD, "contacted_on": "1.3.2026"}).status_code == 303
    [kept] = events(team.site.database, LANDLORD, COURT)
    assert kept.details["contacted_on"] == "2026-03-01"


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("worker", "coordinator")])
def test_nobody_else_records_contacts(team: Team, role: str) -> None:
    browser = team.browser(role)
    assert browser.get("/contact").status_code == browser.post("/contact", **GOOD).status_code == 403
    assert events(team.site.database, LANDLORD, COURT) == []


def test_whoever_is_shown_is_in_the_access_log(team: Team) -> None:
    worker = team.browser("worker")
    assert NAME in worker.get("/contact").text
    assert [entry.what for entry in accesses(team.site.database, tenancy=(LANDLORD, COURT))] == ["view"]


def test_an_unknown_tenancy_is_not_there(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.get("/contact", tenancy="1").status_code == 404
    assert worker.post("/contact", tenancy="1", **GOOD).status_code == 404
    assert worker.client.get("/contact").status_code == 404


def test_a_form_without_its_token_or_with_an_impossible_version_is_refused(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.client.post("/contact", data=GOOD).status_code == 403
    assert worker.post("/contact", **{**GOOD, "version": "one"}).status_code == 400


def test_every_code_has_words_in_both_languages() -> None:
    codes = {"attempt": ATTEMPTS, "result": RESULTS, "intervention": INTERVENTIONS}
    for (room, known), language in product(codes.items(), LANGUAGES):
        assert all(say(f"contact.{room}_{code}", language) for code in known)
