"""Every sentence is true of the facts it cites, worked out a second time; what changed between two nights is told."""

import io
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from benchmarks.facts_again import Facts, facts_of
from benchmarks.sentences_again import untrue
from flows.home import Home
from flows.lists import worklist_as
from flows.nightly import nightly
from flows.summaries import list_tables
from flows.workroom import opened
from models.reasons import AGAINST, FOR, NOTHING, as_evidence
from models.sentences import phrasebook, say
from tests.flows.conftest import UNTIL
from warehouse.features import read_evidence
from worklist.export import LIST_COLUMNS
from worklist.published import Night, read_night

YESTERDAY, TOMORROW = UNTIL - timedelta(days=1), UNTIL + timedelta(days=1)
RARE = {"hearing", "court_request", "listed_payment_plan", "application_pending", "arrears_falling"}
"""What so small a town may have none of on the day."""


@pytest.fixture(scope="module")
def nights(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trained town with three nights published: the first by the rules, the others by the model."""
    town = Path(shutil.copytree(trained, tmp_path_factory.mktemp("nights") / "town", symlinks=True))
    for day in (YESTERDAY, UNTIL, TOMORROW):
        nightly(Home(town), day, UNTIL)
    return town


@pytest.fixture(scope="module")
def night(nights: Path) -> Night:
    return read_night(nights / "published", UNTIL)


@pytest.fixture(scope="module")
def known(nights: Path) -> Iterator[tuple[pl.DataFrame, Facts]]:
    """Everything that can be said of anyone that day, and every fact in force."""
    with opened(Home(nights)) as room:
        yield read_evidence(room.connection, [UNTIL]), facts_of(room.connection, UNTIL)


def _said(evidence: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows with their sentences, where there is enough to say one."""
    rows = evidence.filter(pl.col("facts").list.len() > 0).to_dicts()
    for row in rows:
        row |= {f"sentence_{language}": say(as_evidence(row), language) for language in ("da", "en")}
    return [row for row in rows if row["sentence_da"] is not None]


def test_every_sentence_of_the_night_is_true_of_the_facts_it_cites(night: Night, known: tuple[Any, Facts]) -> None:
    reasons = night.frame("reasons").filter(pl.col("evidence") != NOTHING)
    assert reasons.height > 50
    assert set(reasons["kind"]) == {FOR, AGAINST}
    assert untrue(reasons.iter_rows(named=True), known[1]) == []


def test_whatever_could_be_said_of_anyone_is_true_of_its_facts(known: tuple[pl.DataFrame, Facts]) -> None:
    evidence, facts = known
    some = evidence.filter(pl.int_range(pl.len()).shuffle(seed=3).over("evidence") < 25)
    said = _said(some)
    assert untrue(said, facts) == []
    seen = Counter(row["evidence"] for row in said)
    assert set(phrasebook().sayings) - set(seen) <= RARE, seen


def test_the_check_finds_a_wrong_amount_a_wrong_day_and_anothers_fact(known: tuple[pl.DataFrame, Facts]) -> None:
    evidence, facts = known
    owing = _said(evidence.filter(evidence="arrears_balance"))[:2]
    for changed in (
        {"sentence_da": owing[0]["sentence_da"].replace(",00 kr.", ",01 kr.")},
        {"sentence_en": owing[0]["sentence_en"].replace("2025", "2024")},
        {"facts": owing[1]["facts"]},
        {"facts": ["rent_postings:nobody/0"]},
        {"facts": []},
    ):
        assert len(untrue([owing[0] | changed], facts)) == 1, changed


def test_contributions_of_the_listed_sum_to_the_score_that_ranked_them(night: Night) -> None:
    sums = night.frame("contributions").group_by("landlord", "tenancy_no").agg(pl.col("contribution").sum())
    listed = night.frame("worklist").join(sums, on=["landlord", "tenancy_no"], validate="1:1").sort("rank")
    assert listed.height == night.frame("worklist").height
    assert listed["contribution"].is_sorted(descending=True)


def test_the_list_carries_what_speaks_against_and_the_contracts_columns_stay(night: Night) -> None:
    rows = night.frame("worklist")
    assert rows["against_da"].list.len().sum() == night.frame("reasons").filter(kind=AGAINST).height > 0
    header = worklist_as(night, "csv", "da").decode().splitlines()[0]
    assert header == ";".join(LIST_COLUMNS)
    assert worklist_as(night, "xlsx", "da")[:2] == b"PK"


def test_the_first_night_has_nothing_to_compare_with(nights: Path) -> None:
    first = read_night(nights / "published", YESTERDAY)
    assert first.frame("changes").is_empty()
    assert first.facts["changes"] == {"since": None}
    assert first.frame("worklist")["change"].null_count() == first.frame("worklist").height


def test_the_second_night_tells_who_is_new_and_gone_and_why(night: Night, nights: Path) -> None:
    before = read_night(nights / "published", YESTERDAY).frame("worklist")
    changes, now = night.frame("changes"), night.frame("worklist")
    key = ["landlord", "tenancy_no"]
    for change, one, other in (("new", now, before), ("gone", before, now)):
        expected = one.join(other, on=key, how="anti").select(key).sort(key)
        assert changes.filter(change=change).select(key).sort(key).equals(expected)
    told = night.facts["changes"]
    assert (told["since"], told["model_changed"]) == (YESTERDAY.isoformat(), True)
    assert {code: told[code] for code in ("new", "gone")} == {
        code: changes.filter(change=code).height for code in ("new", "gone")
    }
    assert changes["reasons_da"].list.len().min() > 0
    assert changes["reasons_da"].list.len().equals(changes["reasons_en"].list.len())


def test_facts_told_as_news_became_known_between_the_nights(night: Night, known: tuple[Any, Facts]) -> None:
    facts = [fact for row in night.frame("changes")["facts"] for fact in row]
    assert {known[1].by_reference[fact]["known_on"] for fact in facts if fact in known[1].by_reference} <= {YESTERDAY}


def test_a_night_made_again_names_the_same_night_before_it(nights: Path, tmp_path: Path) -> None:
    town = Path(shutil.copytree(nights, tmp_path / "town", symlinks=True))
    before = (town / "published" / UNTIL.isoformat()).resolve().name
    nightly(Home(town), YESTERDAY - timedelta(days=30), UNTIL)  # a night published later of an earlier day
    nightly(Home(town), UNTIL, UNTIL)
    assert (town / "published" / UNTIL.isoformat()).resolve().name == before
    nightly(Home(town), YESTERDAY, UNTIL)
    assert read_night(town / "published", YESTERDAY).facts["changes"] == {"since": None}


def test_another_ranking_is_said_once_and_by_every_row_that_it_may_have_moved(night: Night, nights: Path) -> None:
    ranked_by = [read_night(nights / "published", day).facts["ranking"] for day in (YESTERDAY, UNTIL, TOMORROW)]
    assert ranked_by == ["rules", "model", "model"]
    early = night.frame("changes").filter((pl.col("section") == "early_warning") & (pl.col("change") == "up"))
    assert early.height
    assert all(said[0].startswith("Modellen er skiftet") for said in early["reasons_da"])
    after = read_night(nights / "published", TOMORROW)
    assert (after.facts["changes"]["since"], after.facts["changes"]["model_changed"]) == (UNTIL.isoformat(), False)
    assert not [said for said in after.frame("changes")["reasons_da"] if said[0].startswith("Modellen er skiftet")]


def test_a_damaged_night_before_does_not_stop_the_list(nights: Path, tmp_path: Path) -> None:
    town = Path(shutil.copytree(nights, tmp_path / "town", symlinks=True))
    (town / "published" / TOMORROW.isoformat() / "scores.parquet").write_bytes(b"")
    night = nightly(Home(town), TOMORROW + timedelta(days=1), UNTIL)
    assert night.worklist.height > 0
    told = read_night(town / "published", night.as_of).facts["changes"]
    assert told["since"] is None
    assert "unreadable" in told


def test_what_speaks_against_stands_on_the_terminal_after_the_reasons(nights: Path, night: Night) -> None:
    console = Console(width=300, record=True, file=io.StringIO())
    for table, _ in list_tables(Home(nights), UNTIL, language="da", most=1_000):
        console.print(table)
    shown = console.export_text()
    against = night.frame("worklist")["against_da"].explode().drop_nulls()
    assert len(against)
    assert shown.count("Taler imod: ") == len(against)
    assert f"Taler imod: {against[0]}" in shown
