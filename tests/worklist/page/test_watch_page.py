"""The page of the watch: alarms in words, shares with their numbers, and nothing where a count is withheld."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.worklist.page.case_night import AS_OF, Team
from worklist.cases.access import accesses
from worklist.export import parquet_bytes
from worklist.publishing import publish

ALARM = {
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
    night = team.site.nights.current()
    columns = ["measure", "stage", "group", "numerator", "denominator", "low", "high", "reference"]
    measure = pl.DataFrame(ROWS, schema=columns, orient="row").with_columns(as_of=pl.lit(date(2026, 3, 2)))
    facts = json.dumps({**night.facts, "alarms": [ALARM]}).encode()
    publish(
        tmp_path / "published", AS_OF, {**night.files, "measure.parquet": parquet_bytes(measure), "night.json": facts}
    )
    return team


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
    assert "Ingen." in html
