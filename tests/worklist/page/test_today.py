"""The list of the morning: every published row once, what its reader may see, and the same rows in every export."""

import io
import itertools
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.worklist.page.case_night import (
    ADDRESS,
    AS_OF,
    COURT,
    CPR,
    HIDDEN,
    HIDDEN_ADDRESS,
    HIDDEN_NAME,
    LANDLORD,
    NAME,
    QUIET,
    Team,
)
from worklist.cases.access import accesses
from worklist.cases.cases import Change, mark, plan, snooze, take
from worklist.cases.concerns import Concern, record_concern
from worklist.export import parquet_bytes
from worklist.page.application import create_app
from worklist.page.notices import notices
from worklist.page.today import Wanted, count, morning_of, shown
from worklist.publishing import publish

FORMULA = "=HYPERLINK(1)"
NUMBERS = (COURT, HIDDEN, QUIET)


def listed() -> pl.DataFrame:
    """A row for each of the three tenancies: one with a date to come, one without, one whose date has passed."""
    row: dict[str, Any] = {
        "landlord": LANDLORD, "stage": "arrears", "next_deadline": None, "deadline_kind": None, "days_left": None,
        "arrears_dkk": Decimal("7404.50"), "months_owed": 1.2, "score_band": "high", "children": True,
        "reasons_da": [FORMULA, "To", "Tre", "Fire <b>"], "reasons_en": ["One", "Two", "Three", "Four"],
        "against_da": ["Imod"], "against_en": ["Against"], "freshness_da": "Husleje: 1 dag",
        "freshness_en": "Rent ledger: 1 day", "exploration": False, "exploration_probability": None, "rank": 1,
        "score": 0.5, "change": None, "change_da": [], "change_en": [],
    }  # fmt: skip
    due = {"stage": "court", "deadline_kind": "court_hearing", "next_deadline": AS_OF + timedelta(days=3)}
    past = {"stage": "court", "deadline_kind": "duty_to_act_14_days", "next_deadline": AS_OF - timedelta(days=2)}
    moved = {"change": "new", "change_da": ["Ny"], "change_en": ["New"], "exploration": True}
    rows = [
        {**row, **due, "section": "deadline", "position": 1, "tenancy_no": COURT},
        {**row, **past, "section": "deadline", "position": 2, "tenancy_no": HIDDEN, "children": None},
        {
            **row,
            **moved,
            "section": "early_warning",
            "position": 1,
            "tenancy_no": QUIET,
            "children": False,
            "months_owed": 1.0,
        },
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    team = Team(tmp_path)
    night = team.site.nights.current()
    publish(tmp_path / "published", AS_OF, {**night.files, "worklist.parquet": parquet_bytes(listed())})
    return team


def _change(team: Team, tenancy_no: str, version: int = 0) -> Change:
    return Change(LANDLORD, tenancy_no, "worker", team.site.now(), version)


FILTERS = [
    {
        name: value
        for name, value in zip(("district", "landlord", "mine", "unassigned", "week"), values, strict=True)
        if value
    }
    for values in itertools.product(("", "8900", "1000"), ("", LANDLORD), ("", "1"), ("", "1"), ("", "1"))
]


@pytest.mark.parametrize("asked", FILTERS, ids=["&".join(each) or "none" for each in FILTERS])
def test_each_row_that_a_filter_keeps_is_shown_once_and_no_other(team: Team, asked: dict[str, str]) -> None:
    browser = team.browser("worker")
    take(team.site.database, _change(team, COURT))
    expected = set(NUMBERS)
    expected &= set() if asked.get("district") == "1000" else set(NUMBERS)
    expected &= {COURT} if "mine" in asked else set(NUMBERS)
    expected &= {HIDDEN, QUIET} if "unassigned" in asked else set(NUMBERS)
    expected &= {COURT, HIDDEN} if "week" in asked else set(NUMBERS)
    html = browser.client.get("/", params=asked).text
    assert {number: html.count(f'<span class="bv-sub">{LANDLORD} {number}</span>') for number in NUMBERS} == {
        number: int(number in expected) for number in NUMBERS
    }
    table = pl.read_csv(io.StringIO(browser.client.get("/export.csv", params=asked).text), separator=";")
    assert set(table["Lejemål"].cast(pl.String)) == expected
    assert table.height == len(expected)


def test_a_case_at_rest_is_folded_away_and_never_lost(team: Team) -> None:
    browser = team.browser("worker")
    snooze(team.site.database, _change(team, COURT), AS_OF + timedelta(days=5), "ferie")
    mark(team.site.database, _change(team, HIDDEN), "arrears_paid")
    html = browser.client.get("/").text
    assert "2 hviler" in html
    assert "Restancen er betalt" in html
    assert "Hviler til 7. marts 2026" in html
    morning = morning_of(team.site.nights.current())
    cases = {(LANDLORD, COURT): snooze(team.site.database, _change(team, COURT, 1), AS_OF + timedelta(days=5), "x")}
    for day, resting in ((AS_OF + timedelta(days=4), 1), (AS_OF + timedelta(days=5), 0)):
        sections = shown(morning, cases, Wanted(), "worker", day)
        assert (count(sections), len(sections[0].resting)) == (3, resting)


def test_a_date_that_passed_is_told_as_passed_and_none_as_none(team: Team) -> None:
    html = team.browser("worker").client.get("/").text
    assert "om 3 dage" in html
    assert "for 2 dage siden" in html
    assert html.count("Ingen dato kendt") == 1


def test_one_month_is_told_as_one(team: Team) -> None:
    html = team.browser("worker").client.get("/").text
    assert "1 måned<" in html
    assert "1,2 måneder<" in html
    assert "1,0 måneder" not in html


def test_an_analyst_sees_no_name_no_address_and_no_number(team: Team) -> None:
    browser = team.browser("analyst")
    for path in ("/", "/export.csv"):
        told = browser.client.get(path).text
        assert not [each for each in (NAME, ADDRESS, CPR, HIDDEN_NAME, HIDDEN_ADDRESS) if each in told]
        assert COURT in told


def test_an_analyst_reads_nothing_that_a_worker_typed(team: Team) -> None:
    plan(team.site.database, _change(team, COURT), "Ring til Hemmeline Opdigtet", AS_OF + timedelta(days=1))
    assert "Hemmeline" in team.browser("worker").client.get("/").text
    html = team.browser("analyst").client.get("/").text
    assert "Hemmeline" not in html
    assert "Næste skridt: 3. marts 2026" in html


@pytest.mark.parametrize(("role", "seen"), [("worker", False), ("coordinator", True)])
def test_a_protected_address_is_shown_only_to_whoever_may_see_it(team: Team, role: str, seen: bool) -> None:
    browser = team.browser(role)
    for path in ("/", "/export.csv"):
        told = browser.client.get(path).text
        assert NAME in told
        assert ADDRESS in told
        assert (HIDDEN_ADDRESS in told) is seen


def test_a_page_without_the_vault_s_key_never_shows_what_another_one_drew(team: Team) -> None:
    assert NAME in team.browser("worker").client.get("/").text
    keyless = replace(team.site, vault=None)
    team.app = create_app(keyless)
    html = team.browser("worker").client.get("/").text
    assert NAME not in html
    assert COURT in html


def test_excel_holds_real_dates_and_amounts_and_no_formula(team: Team) -> None:
    content = team.browser("worker").client.get("/export.xlsx").content
    sheet = pl.read_excel(io.BytesIO(content), sheet_name="Frister")
    assert sheet["Lejemål"].to_list() == [COURT, HIDDEN]
    assert sheet["Næste frist"].to_list() == [AS_OF + timedelta(days=3), AS_OF - timedelta(days=2)]
    assert sheet["Restance, kr."].to_list() == [7404.5, 7404.5]
    assert sheet["Lejer"][0] == NAME
    assert sheet["Adresse"].to_list() == [ADDRESS, None]
    assert sheet["Grunde"][0].startswith(FORMULA)  # as text: a formula would be read as its result


def test_csv_runs_nothing(team: Team) -> None:
    told = team.browser("worker").client.get("/export.csv").text
    assert f"'{FORMULA}" in told
    assert f";{FORMULA}" not in told


def test_what_a_sentence_holds_is_text(team: Team) -> None:
    html = team.browser("worker").client.get("/").text
    assert "Fire &lt;b&gt;" in html


def test_seeing_searching_and_exporting_are_in_the_log_and_a_cpr_number_is_not(team: Team) -> None:
    browser = team.browser("worker")
    browser.client.get("/")
    browser.post("/search", text=CPR)
    browser.client.get("/export.xlsx")
    told = [(entry.what, entry.why) for entry in accesses(team.site.database, who="worker")]
    assert told[::-1] == [
        ("names_shown", f"list {AS_OF}"), ("search", "by CPR number"), ("export", "Excel, 3 rows")
    ]  # fmt: skip


@pytest.mark.parametrize("typed", [CPR, "soren aag", "nr alle 5", COURT])
def test_a_tenancy_is_found_by_what_a_person_types(team: Team, typed: str) -> None:
    html = team.browser("worker").post("/search", text=typed).text
    assert NAME in html
    assert f"/case?landlord={LANDLORD}&amp;tenancy=12/3-1" in html or "12%2F3-1" in html


def test_an_analyst_finds_by_number_alone(team: Team) -> None:
    browser = team.browser("analyst")
    assert "Intet fundet" in browser.post("/search", text=NAME).text
    found = browser.post("/search", text=COURT).text
    assert "1 lejemål fundet" in found
    assert NAME not in found


def test_an_acute_concern_is_on_the_list_at_once(team: Team) -> None:
    browser = team.browser("worker")
    news = {"night": AS_OF.isoformat(), "acute": "0"}
    assert "Der er nyt" not in browser.client.get("/today/news", params=news).text
    concern = Concern("shelter", "rent_arrears", "acute", name=NAME, address=ADDRESS)
    record_concern(team.site.database, concern, team.site.now(), "form", tenancy=(LANDLORD, QUIET))
    assert "Akutte henvendelser siden i nat: 1" in browser.client.get("/").text
    assert "Der er nyt" in browser.client.get("/today/news", params=news).text


def _notices(team: Team, **night: Any) -> list[str]:
    facts = {**team.site.nights.current().facts, **night}
    current = team.site.nights.current()
    changed = type(current)(current.as_of, {**current.files, "night.json": json.dumps(facts).encode()})
    return [f"{notice.kind}: {notice.title} {notice.text}" for notice in notices(team.site, changed, "da")]


def test_the_reader_is_told_first_what_is_wrong_with_the_list(team: Team) -> None:
    assert _notices(team, ranking="model") == []
    rules = _notices(team, ranking="rules", why_rules={"da": "Ingen model.", "en": "No model."})
    assert rules == ["info: De skrevne regler ordner listen i dag, ikke modellen Ingen model."]
    missing = [{"feed": "sanctions", "sender": "Jobcenter", "status": "late", "age_days": 40}]
    (told,) = _notices(team, ranking="model", missing_sources=missing)
    assert "Sanktioner: for sen, 40 dage (Jobcenter)" in told
    object.__setattr__(team.site, "now", lambda: datetime(2026, 3, 4, 8, tzinfo=UTC))
    assert "Listen er ikke fra i dag" in _notices(team, ranking="model")[0]
    object.__setattr__(team.site, "failed_on", lambda: date(2026, 3, 4))
    assert "Natten gik ikke igennem" in _notices(team, ranking="model")[0]
