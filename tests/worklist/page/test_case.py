"""A case shows what the night and the vault tell to whoever may see it, once that is in the access log."""

import html
import re
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.worklist.page.case_night import (
    ADDRESS,
    AS_OF,
    CHANGES,
    COURT,
    CPR,
    HIDDEN,
    HIDDEN_ADDRESS,
    LANDLORD,
    LATER,
    NAME,
    QUIET,
    REASONS,
    ROLES,
    Team,
)
from worklist.cases.access import accesses
from worklist.cases.cases import events
from worklist.export import parquet_bytes
from worklist.page.words import LANGUAGES, say
from worklist.publishing import publish


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def test_the_case_shows_what_the_night_and_the_vault_tell(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    for expected in (NAME, ADDRESS, COURT, "fogedret", "meget høj", "nr. 1 af 3", "om 4 dage", "010170-••••"):
        assert expected in text
    for _, danish, english, _ in REASONS:
        assert danish in text
        assert english not in text


def test_every_fact_has_its_source_and_day(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    for expected in ("Påkrav og foged, Nordhavn, 20. feb. 2026", "Bekymringshenvendelser, 25. feb. 2026"):
        assert expected in text
    # Of the account, its last delivery: the landlord's own, whatever others delivered since.
    assert text.count("Husleje, leveret 1. marts 2026") == 1
    assert "Lejemål, leveret 28. feb. 2026" in text


def test_a_day_that_has_passed_is_worded_as_passed_and_the_clock_of_14_days_runs(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    assert "udløb for 4 dage siden" in text
    assert "Dag 10 af 14" in text
    assert '<progress max="14" value="10">' in text


def test_a_case_without_anything_published_but_its_score_is_shown(team: Team) -> None:
    answer = team.browser("worker").get("/case", tenancy=QUIET)
    assert answer.status_code == 200
    assert say("case.no_months", "da") in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_complete(team: Team, language: str) -> None:
    worker = team.browser("worker")
    worker.client.cookies.set("bovagt_language", language)
    for tenancy in (COURT, HIDDEN, QUIET):
        assert f'<html lang="{language}">' in worker.get("/case", tenancy=tenancy).text


@pytest.mark.parametrize(("role", "path"), list(product(ROLES, ["/case", "/case/journal"])))
def test_who_may_read_a_case(team: Team, role: str, path: str) -> None:
    readers = {"/case": ("worker", "coordinator", "analyst"), "/case/journal": ("worker", "coordinator")}
    assert team.browser(role).get(path).status_code == (200 if role in readers[path] else 403)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("worker", "coordinator")])
def test_nobody_else_changes_anything(team: Team, role: str) -> None:
    browser = team.browser(role)
    for name, fields in CHANGES.items():
        assert browser.post(f"/case/{name}", **fields).status_code == 403
    assert browser.post("/case/cpr", person="x", why="y").status_code == 403
    assert events(team.site.database, LANDLORD, COURT) == []


def test_an_analyst_sees_no_name_no_address_no_number_and_no_free_text(team: Team) -> None:
    worker = team.browser("worker")
    for version, name in enumerate(("note", "plan", "snooze", "hand-over")):
        assert worker.post(f"/case/{name}", version=version, **CHANGES[name]).status_code == 303
    text = team.browser("analyst").get("/case").text
    free = ["Ringede uden svar", "Besøg", "Venter på svar", "Ferie"]
    for secret in (*NAME.split(), ADDRESS, CPR, CPR[:6], *free):
        assert secret not in text
    assert COURT in text
    assert "/case/take" not in text


def test_a_protected_address_is_shown_to_the_coordinator_alone(team: Team) -> None:
    assert HIDDEN_ADDRESS not in team.browser("worker").get("/case", tenancy=HIDDEN).text
    assert HIDDEN_ADDRESS in team.browser("coordinator").get("/case", tenancy=HIDDEN).text


def test_an_unknown_tenancy_is_not_there(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.client.get("/case").status_code == 404
    for path in ("/case", "/case/journal"):
        assert worker.get(path, tenancy="1").status_code == worker.get(path, landlord="x").status_code == 404
    for name, fields in CHANGES.items():
        assert worker.post(f"/case/{name}", tenancy="1", **fields).status_code == 404
    assert worker.post("/case/cpr", tenancy="1", person="x", why="y").status_code == 404


def test_a_tenancy_that_is_no_longer_active_keeps_its_case(team: Team) -> None:
    worker = team.browser("worker")
    worker.post("/case/note", text="Flyttet")
    gone = {"landlord": [LANDLORD], "tenancy_no": [QUIET], "stage": ["none"], "rank": [1]}
    files = {"scores.parquet": parquet_bytes(pl.DataFrame(gone)), "night.json": b"{}"}
    publish(team.site.nights.root, AS_OF + timedelta(days=1), files)
    answer = worker.get("/case")
    assert answer.status_code == 200
    assert "Flyttet" in answer.text
    assert say("case.not_active_title", "da") in answer.text
    assert worker.get("/case", tenancy=HIDDEN).status_code == 404


def test_whoever_sees_a_case_is_in_the_access_log_before_it_is_shown(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = team.browser("worker")
    worker.get("/case")
    assert [(each.who, each.what) for each in accesses(team.site.database, tenancy=(LANDLORD, COURT))] == [
        ("worker", "view")
    ]

    def refuse(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("worklist.page.case_access.log_access", refuse)
    with pytest.raises(OSError, match="full"):
        worker.get("/case")


def _person(text: str) -> str:
    found = re.search(r'<option value="([0-9a-f]{32})"', text)
    assert found
    return found.group(1)


def test_a_cpr_number_is_shown_once_to_whoever_says_why(team: Team) -> None:
    worker = team.browser("worker")
    plain = worker.get("/case").text
    assert CPR not in plain
    shown = worker.post("/case/cpr", person=_person(plain), why="Ansøgning om § 81 a")
    assert shown.status_code == 200
    assert f"<strong>{CPR}</strong>" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert CPR not in worker.get("/case").text
    logged = [each for each in accesses(team.site.database, tenancy=(LANDLORD, COURT)) if each.what == "cpr_shown"]
    assert [(each.who, each.why) for each in logged] == [("worker", "Ansøgning om § 81 a")]
    assert CPR not in str(accesses(team.site.database))


@pytest.mark.parametrize(("why", "key"), [("", "why_missing"), ("x" * 201, "why_long")])
def test_no_cpr_number_without_a_reason(team: Team, why: str, key: str) -> None:
    worker = team.browser("worker")
    answer = worker.post("/case/cpr", person=_person(worker.get("/case").text), why=why)
    assert answer.status_code == 422
    assert CPR not in answer.text
    assert say(f"case.{key}", "da") in answer.text
    assert "cpr_shown" not in [each.what for each in accesses(team.site.database)]


def test_nobody_elses_cpr_number_is_shown_with_a_case(team: Team) -> None:
    worker = team.browser("worker")
    elsewhere = _person(worker.get("/case", tenancy=HIDDEN).text)
    assert worker.post("/case/cpr", person=elsewhere, why="Nysgerrig").status_code == 404
    assert "cpr_shown" not in [each.what for each in accesses(team.site.database)]


def test_what_is_typed_is_shown_as_text(team: Team) -> None:
    worker = team.browser("worker")
    evil = "<script>alert(1)</script><img src=x onerror=y>{{ 7 * 7 }}{x}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("note", {"text": evil}),
        ("plan", {"action": evil, "action_on": LATER}),
        ("snooze", {"until": LATER, "snooze_reason": evil}),
        ("hand-over", {"to": "-", "hand_over_note": evil}),
        ("outcome", {**CHANGES["outcome"], "outcome_note": evil}),
    ]
    for version, (name, fields) in enumerate(steps):
        assert worker.post(f"/case/{name}", version=version, **fields).status_code == 303
    for path in ("/case", "/case/journal", "/contact"):
        text = worker.get(path, done="<script>").text
        assert "<script>alert" not in text
        assert "<img" not in text
    assert html.escape(evil) in worker.get("/case").text
