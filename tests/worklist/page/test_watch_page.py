"""The page of the watch: alarms in words, shares with their numbers, and nothing where a count is withheld."""

import io
import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.worklist.page.case_night import AS_OF, Team
from warehouse.dates import same_day
from worklist.cases.access import accesses
from worklist.cases.alarm_answers import alarm_answers
from worklist.export import parquet_bytes
from worklist.publishing import publish

ALARM = {
    "key": "delivery_age_days/late/feed=rent_postings&sender=Birkely", "measure": "delivery_age_days",
    "group": "feed=rent_postings&sender=Birkely", "grade": "act", "since": "2026-02-20",
    "da": {"what": "Birkely: husleje mangler", "how_sure": "Sikkert", "look_first": "Spørg <b>Birkely</b>"},
    "en": {"what": "Birkely: no rents", "how_sure": "Certain", "look_first": "Ask Birkely"},
}  # fmt: skip
ROWS = [
    ("listed_share", "listed", "", 20.0, 400.0, 0.03, 0.08, None),
    ("listed_share", "listed", "sex=F", 12.0, 200.0, 0.03, 0.10, 0.04),
    ("listed_share", "listed", "sex=unknown", None, None, None, None, None),
    ("tenancies", "arrears", "", 77.0, 1.0, None, None, None),
]


@pytest.fixture
def team(tmp_path: Path) -> Team:
    team = Team(tmp_path)
    publish_watch(team, tmp_path, alarms=[ALARM])
    return team


def publish_watch(team: Team, root: Path, **told: object) -> None:
    night = team.site.nights.current()
    columns = ["measure", "stage", "group", "numerator", "denominator", "low", "high", "reference"]
    measure = pl.DataFrame(ROWS, schema=columns, orient="row").with_columns(as_of=pl.lit(date(2026, 3, 2)))
    facts = json.dumps({**night.facts, **told}).encode()
    publish(root / "published", AS_OF, {**night.files, "measure.parquet": parquet_bytes(measure), "night.json": facts})


@pytest.mark.parametrize("role", ["coordinator", "analyst", "dpo"])
def test_alarms_and_shares_are_told_with_their_numbers(team: Team, role: str) -> None:
    html = team.browser(role).client.get("/watch").text
    assert "Birkely: husleje mangler" in html
    assert "Spørg &lt;b&gt;Birkely&lt;/b&gt;" in html
    assert "siden 2026-02-20" in html
    assert "6,0 %" in html
    assert "Køn: kvinder" in html
    assert "12 af 200" in html
    assert "Køn: ikke kendt" in html
    assert html.count("For få til at vise") == 1
    assert accesses(team.site.database) == []


def test_a_night_from_before_the_watch_says_that_it_was_not_counted(tmp_path: Path) -> None:
    html = Team(tmp_path).browser("coordinator").client.get("/watch").text
    assert "Denne nat er ikke talt op" in html
    assert "Ingen." not in html, "nobody looked for alarms that night"


def test_a_watch_that_failed_is_not_a_calm_one(team: Team, tmp_path: Path) -> None:
    publish_watch(team, tmp_path, alarms=[], watch_failed=True)
    html = team.browser("dpo").client.get("/watch").text
    assert "Vagten fejlede i nat" in html
    assert "Ingen." not in html


def test_an_alarm_is_answered_and_silent_until_its_day_and_told_again_when_it_comes_anew(
    team: Team, tmp_path: Path
) -> None:
    browser = team.browser("coordinator")
    until = team.site.today() + timedelta(days=10)
    kept = browser.post("/watch/answer", key=ALARM["key"], reason="Ny <b>afsender</b>", until=str(until))
    assert kept.status_code == 303
    html = browser.client.get("/watch?done=answered").text
    assert "Svaret er gemt" in html
    assert "Tavse alarmer: 1" in html
    assert "Ny &lt;b&gt;afsender&lt;/b&gt;" in html
    assert "Hvad er årsagen" not in html
    publish_watch(team, tmp_path, alarms=[{**ALARM, "since": "2026-02-25"}])
    assert "Tavse alarmer" not in browser.client.get("/watch").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "", "until": ""}, "Skriv med få ord hvorfor"),
        ({"reason": "set", "until": "2020-01-01"}, "Skriv en dag efter i dag"),
        ({"reason": "set", "until": "i morgen"}, "Skriv en dag efter i dag"),
        ({"reason": "x" * 301, "until": ""}, "Skriv med få ord hvorfor"),
    ],
)
def test_an_answer_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    team: Team, typed: dict[str, str], said: str
) -> None:
    answer = team.browser("coordinator").post("/watch/answer", key=ALARM["key"], **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert typed["reason"] in answer.text
    assert alarm_answers(team.site.database) == {}


def test_an_alarm_that_is_not_open_cannot_be_answered(team: Team) -> None:
    browser = team.browser("coordinator")
    assert browser.post("/watch/answer", key="no such", reason="x", until="").status_code == 404
    assert team.browser("dpo").post("/watch/answer", key=ALARM["key"], reason="x").status_code == 403


def test_the_months_behind_a_share_are_a_picture_and_its_numbers_as_each_night_told_them(
    team: Team, tmp_path: Path
) -> None:
    night = team.site.nights.current()
    for months, hits in ((1, 30.0), (2, None)):
        day = same_day(AS_OF, -months)
        rows = pl.read_parquet(io.BytesIO(night.files["measure.parquet"]))
        told = rows.with_columns(
            numerator=pl.when(pl.col("group") == "sex=F").then(pl.lit(hits)).otherwise("numerator")
        )
        publish(tmp_path / "published", day, {"measure.parquet": parquet_bytes(told), "night.json": b"{}"})
    html = team.browser("analyst").client.get("/watch/series?measure=listed_share&group=sex=F").text
    assert html.count("<circle") == 2
    assert html.count("bv-svg-interval") == 2
    assert "30 af 200" in html
    assert "12 af 200" in html
    assert html.count("For få til at vise") == 1
    for missing in ("measure=nothing&group=sex=F", "measure=listed_share&group=sex=nobody"):
        assert team.browser("analyst").client.get(f"/watch/series?{missing}").status_code == 404
