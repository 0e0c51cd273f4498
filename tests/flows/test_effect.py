"""The effect as it is asked for: nights that issue lots, lots that stay, and the sentence that none is known yet."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from flows.effect import Measured, as_record, measure
from flows.effect_texts import EFFECT_TEXTS, sentences
from flows.home import Home
from flows.nightly import nightly
from models.effect import Complier, Difference, Effect
from models.effect_planning import Plan
from tests.flows.conftest import UNTIL
from warehouse.dates import HORIZON_DAYS, REPORTING_LAG_DAYS
from worklist.issued import issued_on
from worklist.published import read_night

FIRST = date(2025, 4, 1)
SECOND = FIRST + timedelta(days=1)


def _set(path: Path, old: str, new: str) -> None:
    settings = path / "bovagt.toml"
    before = settings.read_text("utf-8")
    assert old in before
    settings.write_text(before.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def two_nights(taken_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hamlet with two nights in the past that issued lots."""
    path = Path(copytree(taken_in, tmp_path_factory.mktemp("lots") / "hamlet", symlinks=True))
    _set(path, "capacity = 25", "capacity = 6")
    for as_of in (FIRST, SECOND):
        nightly(Home(path), as_of, UNTIL)
    return path


def _lots(path: Path, as_of: date) -> pl.DataFrame:
    issued = issued_on(path / "published", as_of)
    assert issued is not None
    return issued.filter(pl.col("status").is_in(["drawn", "passed_over"]))


def test_a_night_issues_its_lots_and_the_next_one_draws_nobody_again(two_nights: Path) -> None:
    first, second = _lots(two_nights, FIRST), _lots(two_nights, SECOND)
    assert first.height == second.height == 6
    assert first.join(second, on=["landlord", "tenancy_no"]).is_empty()
    listed = read_night(two_nights / "published", FIRST).frame("worklist")
    assert set(listed.filter("exploration")["tenancy_no"]) == set(
        first.filter(pl.col("status") == "drawn")["tenancy_no"]
    )


def test_a_night_made_again_with_other_settings_keeps_its_lots(two_nights: Path, tmp_path: Path) -> None:
    path = Path(copytree(two_nights, tmp_path / "again", symlinks=True))
    before = read_night(path / "published", FIRST)
    _set(path, 'exploration_seed_text = ""', 'exploration_seed_text = "Randby"')
    _set(path, "exploration_slots = 3", "exploration_slots = 1")
    nightly(Home(path), FIRST, UNTIL)
    after = read_night(path / "published", FIRST)
    assert after.files["assignment.parquet"] == before.files["assignment.parquet"]
    assert after.frame("worklist").equals(before.frame("worklist"))


def test_the_command_says_that_none_is_known_yet_and_when_it_can_be(two_nights: Path) -> None:
    def told(*words: str) -> str:
        command = [sys.executable, "-m", "flows.command_line", "--home", str(two_nights), "effect", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    early = told("--as-of", str(SECOND + timedelta(days=30)), "--lang", "en")
    assert early.startswith("No effect is known yet: the outcome is known of 0 drawn and 0 passed over")
    assert f"first outcomes are known on {FIRST + timedelta(days=HORIZON_DAYS + REPORTING_LAG_DAYS)}" in early
    record = json.loads(told("--as-of", str(UNTIL), "--format", "json"))
    assert (record["known"], record["waiting"] + record["unknown"]) == (False, 12 - 2 * record["overall"]["drawn"])
    assert record["overall"]["per_100"] is None
    assert record["sentences"]["da"][0].startswith("Ingen effekt er kendt endnu")


def test_the_outcomes_of_the_lots_are_the_warehouses(two_nights: Path) -> None:
    found = measure(Home(two_nights), UNTIL)
    assert found.effect.waiting == 0
    assert found.effect.overall.drawn + found.effect.overall.passed_over + found.effect.unknown == 12
    assert found.effect.overall.drawn > 0
    # By the tier of the lot: of six drawn two stood near the cut for each one further down.
    issued = pl.concat([_lots(two_nights, FIRST), _lots(two_nights, SECOND)])
    assert issued.filter(pl.col("status") == "drawn")["tier"].sort().to_list() == ["far"] * 2 + ["near"] * 4
    by_tier = {one.group: one.drawn + one.passed_over for one in found.effect.by_tier}
    assert sum(by_tier.values()) + found.effect.unknown == 12
    for tier, known in by_tier.items():
        count = issued.filter(pl.col("tier") == tier.removeprefix("tier=")).height
        assert count - found.effect.unknown <= known <= count
    # Only nights before the day count: the second one has not been yet.
    assert measure(Home(two_nights), SECOND).effect.waiting == 6


def test_without_any_lot_it_says_so_and_opens_on_an_empty_home(taken_in: Path, tmp_path: Path) -> None:
    path = Path(copytree(taken_in, tmp_path / "none", symlinks=True))
    found = measure(Home(path), UNTIL)
    assert sentences(found, "en") == ["No effect is known yet: no place was drawn by lot."]
    assert as_record(found, {})["first_known_on"] is None


def _known(verdict: str, value: float, low: float, high: float) -> Measured:
    one = Difference("", 800, 790, verdict, 8.0, 10.5, value, low, high)
    small = Difference("sex=X", 3, 40, "too_few")
    effect = Effect(182, one, (), (small,), one, Complier(-9.1, -20.0, -0.5, 27.0), 12, 3)
    return Measured(UNTIL, effect, Plan(2.0, 790, 4.1, 3700, date(2031, 5, 1)), FIRST)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("fewer", "Det hjælper"), ("undecided", "ikke afgjort"), ("more", "flere sager blandt dem på listen")],
)
def test_what_is_known_is_said_in_plain_danish(verdict: str, words: str) -> None:
    told = " ".join(sentences(_known(verdict, -2.5, -4.9, -0.04), "da"))
    assert words in told
    assert "Forskellen er −2,5 pr. 100 på listen (95 %-interval: −4,9 til −0,0)" in told
    assert "foreløbigt kig" in told
    assert "2031-05-01" in told


def test_small_counts_are_not_told() -> None:
    record = as_record(_known("fewer", -2.5, -4.9, -0.1), {})
    (group,) = record["by_group"]
    assert (group["drawn"], group["passed_over"]) == (None, 40)
    assert json.loads(json.dumps(record))["plan"]["enough_on"] == "2031-05-01"


def test_every_sentence_has_both_languages() -> None:
    assert all(set(both) == {"da", "en"} and all(both.values()) for both in EFFECT_TEXTS.values())
