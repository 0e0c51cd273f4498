"""The journal tells who did what when, and what the list said that day; that it was opened is in the access log."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.worklist.page.case_night import (
    AS_OF,
    COURT,
    HIDDEN,
    HIDDEN_ADDRESS,
    LANDLORD,
    NAME,
    NOW,
    REASONS,
    Team,
)
from worklist.cases.access import accesses
from worklist.cases.cases import Change, note, take
from worklist.export import parquet_bytes
from worklist.page.words import LANGUAGES
from worklist.publishing import publish


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def _publish_another(team: Team, days: int, rank: int) -> None:
    scores = {"landlord": [LANDLORD], "tenancy_no": [COURT], "stage": ["court"], "rank": [rank], "score": [0.5],
              "ranking": ["model"], "model_version": ["m-made-up"]}  # fmt: skip
    files = {"scores.parquet": parquet_bytes(pl.DataFrame(scores)), "night.json": b'{"active_tenancies": 9}'}
    publish(team.site.nights.root, AS_OF + timedelta(days=days), files)


def _do(team: Team) -> None:
    """Taken before any night, noted twice: on the night's day, and the day after the next night."""
    database = team.site.database
    moments = [NOW - timedelta(days=1), NOW, NOW + timedelta(days=2)]
    changes = [Change(LANDLORD, COURT, "worker", at, version) for version, at in enumerate(moments)]
    take(database, changes[0])
    note(database, changes[1], "Første notat")
    note(database, changes[2], "Andet notat")


def test_each_deed_stands_beside_the_rank_and_the_model_of_its_day(team: Team) -> None:
    _do(team)
    _publish_another(team, 1, 7)
    text = team.browser("worker").get("/case/journal").text
    rows = [row for row in text.split("<tr>") if "<td>worker</td>" in row]
    assert ["ingen liste gemt" in row for row in rows] == [True, False, False]
    assert "2. marts 2026: nr. 1 af 3, rules-made-up" in rows[1]
    assert "Første notat" in rows[1]
    assert "3. marts 2026: nr. 7 af 9, m-made-up" in rows[2]
    assert "Andet notat" in rows[2]


def test_the_reasons_are_those_of_the_time(team: Team) -> None:
    _do(team)
    _publish_another(team, 1, 7)
    text = team.browser("worker").get("/case/journal").text
    assert all((sentence in text) == (kind == "for") for kind, sentence, _, _ in REASONS)
    assert text.index("Listen for 2. marts 2026") < text.index("Listen for 3. marts 2026")


def test_every_deed_stands_once_the_oldest_first(team: Team) -> None:
    _do(team)
    text = team.browser("worker").get("/case/journal").text
    assert [text.count(each) for each in ("Tog sagen.", "Første notat", "Andet notat")] == [1, 1, 1]
    assert text.index("Tog sagen.") < text.index("Første notat") < text.index("Andet notat")


def test_opening_the_journal_is_logged_as_an_export(team: Team) -> None:
    assert NAME in team.browser("worker").get("/case/journal").text
    logged = accesses(team.site.database, tenancy=(LANDLORD, COURT))
    assert [(each.who, each.what) for each in logged] == [("worker", "export")]


def test_a_protected_address_is_in_the_coordinators_journal_alone(team: Team) -> None:
    shown = [
        HIDDEN_ADDRESS in team.browser(one).get("/case/journal", tenancy=HIDDEN).text
        for one in ("worker", "coordinator")
    ]
    assert shown == [False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_complete(team: Team, language: str) -> None:
    _do(team)
    _publish_another(team, 1, 7)
    worker = team.browser("worker")
    worker.client.cookies.set("bovagt_language", language)
    assert f'<html lang="{language}">' in worker.get("/case/journal").text
