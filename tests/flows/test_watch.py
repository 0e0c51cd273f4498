"""The watch of a night: counted with the night, told again as it was, and never in the way of the list."""

import json
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows import watch
from flows.home import Home
from flows.nightly import nightly
from flows.watch import open_alarms
from flows.watch_again import then_and_now
from flows.watch_alarms import ACT
from flows.watch_history import history_of
from flows.workroom import opened
from models.outcome import Horizon
from monitoring.records import MEASURE, SMALLEST_COUNT
from tests.flows.conftest import UNTIL
from warehouse.features import build_outcomes
from warehouse.watch_counts import read_counts
from worklist.published import Night, read_night
from worklist.selection import DEADLINE_STAGES

KINDS = 'kinds = ["court_request", "evicted"]'


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True)))


def _night(home: Home, as_of: date) -> Night:
    nightly(home, as_of, as_of)
    return read_night(home.published, as_of)


def test_a_night_counts_who_was_scored_and_listed_and_gives_the_same_again(home: Home) -> None:
    night = _night(home, UNTIL)
    records = night.frame("measure")
    assert dict(records.schema) == dict(MEASURE)
    scores = night.frame("scores")
    shown = records.filter(measure="tenancies").drop_nulls("numerator")
    assert shown.height > 0
    for stages, count in shown.select("stage", "numerator").iter_rows():
        assert count == scores.filter(pl.col("stage").is_in(stages.split("+"))).height >= SMALLEST_COUNT
    (share,) = records.filter(measure="listed_share", group="").iter_rows(named=True)
    listed = night.frame("worklist").filter(pl.col("section") == "early_warning")
    assert share["numerator"] == listed.filter(~pl.col("exploration").fill_null(False)).height
    assert share["low"] <= share["numerator"] / share["denominator"] <= share["high"]
    assert _night(home, UNTIL).files["measure.parquet"] == night.files["measure.parquet"]


def test_groups_are_told_without_small_counts_and_sum_to_all(home: Home) -> None:
    records = _night(home, UNTIL).frame("measure").filter(measure="listed_share")
    everybody = records.filter(group="")["denominator"][0]
    groups = records.filter(pl.col("group") != "").drop_nulls("numerator")
    assert groups.height > 0
    for numerator, denominator in groups.select("numerator", "denominator").iter_rows():
        assert not 0 < numerator < SMALLEST_COUNT
        assert not 0 < denominator - numerator < SMALLEST_COUNT
    summed = groups.group_by(pl.col("group").str.split("=").list.first()).agg(pl.col("denominator").sum())
    assert (summed["denominator"] == everybody).all(), "no total leaves a rest of a withheld group"


def test_a_sender_that_stays_away_is_an_open_alarm_and_one_that_comes_is_none(home: Home) -> None:
    usual = {alarm["group"] for alarm in open_alarms(_night(home, UNTIL), "da")}
    later = _night(home, UNTIL + timedelta(days=200))
    alarms = open_alarms(later, "da")
    assert usual < {alarm["group"] for alarm in alarms}
    grades = [alarm["grade"] for alarm in alarms]
    assert grades == sorted(grades, key=lambda grade: grade != ACT)
    one = next(alarm for alarm in alarms if alarm["group"] == "feed=rent_postings&sender=Birkely")
    last = later.frame("freshness").filter(feed="rent_postings", sender="Birkely").row(0, named=True)
    assert last["last_delivery_on"] < date.fromisoformat(one["since"]) <= later.as_of
    assert "Birkely" in one["what"]
    marked = later.frame("measure").filter(measure="delivery_age_days", group=one["group"])
    assert marked.select("numerator", "alarm").row(0) == (float(last["age_days"]), "look")


def test_an_alarm_that_stays_open_keeps_its_day(home: Home) -> None:
    first = {one["key"]: one["since"] for one in open_alarms(_night(home, UNTIL + timedelta(days=200)), "da")}
    second = {one["key"]: one["since"] for one in open_alarms(_night(home, UNTIL + timedelta(days=201)), "da")}
    assert first
    assert {key: second.get(key) for key in first} == first


def test_small_counts_stay_in_the_warehouse_and_are_what_a_change_is_looked_for_in(home: Home) -> None:
    night = _night(home, UNTIL)
    with opened(home) as room:
        kept = read_counts(room.connection, UNTIL + timedelta(days=1))
    told = night.frame("measure").filter(measure="listed_share").drop_nulls("numerator")
    assert kept.filter(measure="listed_share").height > told.height
    assert (
        kept.filter(measure="listed_share", group="")["counted"].to_list()
        == told.filter(group="")["denominator"].cast(pl.Int64).to_list()
    )
    again = _night(home, UNTIL)
    assert again.files == night.files


def test_what_became_of_a_past_night_is_told_when_it_is_known_and_not_a_day_before(home: Home) -> None:
    written = home.settings.read_text("utf-8")
    assert KINDS in written
    # A hamlet has too few court cases to count; of demands for payment there are enough.
    home.settings.write_text(written.replace(KINDS, 'kinds = ["payment_demand"]'), "utf-8")
    past = UNTIL - timedelta(days=300)
    first, known_on = _night(home, past), Horizon().known_on(past)
    before = _night(home, known_on - timedelta(days=1)).frame("measure")
    told = pl.col("measure").is_in(["cut_off_age_days", "outcome_rate", "recall_at_capacity"])
    assert before.filter(told).is_empty()
    records = _night(home, known_on).frame("measure")
    assert records.filter(measure="cut_off_age_days")["numerator"].to_list() == [(known_on - past).days]
    (rate,) = records.filter(measure="outcome_rate", group="").iter_rows(named=True)
    with opened(home) as room:
        outcomes = build_outcomes(room.connection, [past], known_on, room.settings.outcome.definition)
    ranked = first.frame("scores").filter(~pl.col("stage").is_in(DEADLINE_STAGES))
    states = outcomes.join(ranked, on=["landlord", "tenancy_no"], how="semi")["label_state"].to_list()
    in_need, safe = (states.count(state) for state in ("positive", "negative"))
    assert in_need >= SMALLEST_COUNT, "the hamlet has too few cases to test with"
    assert (rate["numerator"], rate["denominator"]) == (in_need, in_need + safe)
    (recall,) = records.filter(measure="recall_at_capacity", group="").iter_rows(named=True)
    assert recall["denominator"] in (None, in_need)
    assert records.filter(pl.col("measure") == "recall_at_capacity", pl.col("group") != "").height > 5


def test_counts_that_a_new_warehouse_has_lost_are_counted_again_and_are_the_same(home: Home) -> None:
    first = UNTIL - timedelta(days=31)
    _night(home, first)
    told = _night(home, UNTIL)
    with opened(home) as room:
        kept = history_of(room, [first])
        room.connection.execute("delete from watch_count")
        assert history_of(room, [first]).equals(kept)
    assert kept.height > 0
    assert _night(home, UNTIL).files == told.files


def test_a_correction_that_came_later_is_shown_as_known_then_and_as_known_now(home: Home) -> None:
    written = home.settings.read_text("utf-8")
    home.settings.write_text(written.replace(KINDS, 'kinds = ["payment_demand"]'), "utf-8")
    past = UNTIL - timedelta(days=300)
    known_on = Horizon().known_on(past)
    _night(home, past)
    told = _night(home, known_on).frame("measure").filter(measure="outcome_rate", group="")
    assert then_and_now(home, known_on, known_on).is_empty(), "nothing came in between"
    with opened(home) as room:
        taken_back = "update fact_notices set superseded_on = ? where kind = 'payment_demand' and issued_on >= ?"
        room.connection.execute(taken_back, [known_on, past + timedelta(days=60)])
    later = then_and_now(home, known_on, known_on + timedelta(days=1))
    (rate,) = later.filter(measure="outcome_rate", group="").iter_rows(named=True)
    assert rate["then_numerator"] == told["numerator"][0]
    assert rate["now_numerator"] is None or rate["now_numerator"] < rate["then_numerator"]
    shown = _monitor(home, "--as-of", known_on.isoformat(), "--known-before", str(known_on + timedelta(days=1)))
    assert "outcome_rate scored: som kendt da" in shown.stdout
    assert _night(home, known_on).frame("measure").filter(measure="outcome_rate", group="").equals(told)


def test_outcomes_that_nobody_delivered_are_no_safe_ones(home: Home) -> None:
    _night(home, UNTIL)
    records = _night(home, Horizon().known_on(UNTIL)).frame("measure")
    assert records.filter(measure="cut_off_age_days").height == 1
    assert records.filter(measure="outcome_rate").is_empty()


def test_a_watch_that_fails_is_told_and_the_list_goes_out(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_given: object) -> list[object]:
        raise ZeroDivisionError("Birkely 001-1")

    monkeypatch.setattr(watch, "_watched", fail)
    night = _night(home, UNTIL)
    assert night.frame("worklist").height > 0
    assert night.frame("measure").is_empty()
    assert night.facts["watch_failed"] is True
    told = capsys.readouterr().err
    assert "watch failed: ZeroDivisionError" in told
    assert "Birkely" not in told


def _monitor(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.command_line", "--home", str(home.path), "monitor", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_monitor_tells_what_the_night_published_and_refuses_a_night_that_was_not(home: Home) -> None:
    night = _night(home, UNTIL)
    told = json.loads(_monitor(home, "--as-of", UNTIL.isoformat(), "--format", "json").stdout)
    assert len(told["records"]) == night.frame("measure").height
    assert set(told["records"][0]) == set(MEASURE)
    assert told["alarms"] == open_alarms(night, "da")
    english = _monitor(home, "--as-of", UNTIL.isoformat(), "--lang", "en")
    assert "The watch, " + UNTIL.isoformat() in english.stdout
    refused = _monitor(home, "--as-of", "2001-01-01")
    assert refused.returncode != 0
    assert "a whole published night: 2001-01-01" in refused.stderr
