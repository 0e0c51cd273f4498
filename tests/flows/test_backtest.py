"""`bovagt backtest`: a town's past months, proved to look at nothing later, ranked, kept and told."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.backtest import Asked, backtest_home, prepare
from flows.backtest_command import as_csv, as_json
from flows.backtest_cut_offs import cut_offs_for, past_hashes, stored_cut_offs
from flows.backtest_guard import days_to_prove, prove_no_look_ahead
from flows.backtest_words import WORDS, additivity_sentences, per_hour, sentences, tables
from flows.home import Home
from flows.workroom import Workroom, opened
from models.backtest_files import keep_frame
from models.bootstrap import Interval
from models.evaluation import TOP_STATES
from models.numerals import interval_text
from models.rankers import MODEL, RULES, ranking_name
from models.selecting import CostOfAdditivity
from warehouse import building, features
from warehouse.errors import LookAheadError, ModelError, SettingsError
from warehouse.tables import Table

AS_OF = date(2026, 1, 1)
RANKINGS = (MODEL, RULES, "largest_arrears", "bound_boosting")
ASKED = Asked(cut_offs=2, processes=1, rankings=RANKINGS)
LEAK = "demands_24_months_count"


@pytest.fixture(scope="module")
def tested_town(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trained town for all tests of this file."""
    return Path(shutil.copytree(trained, tmp_path_factory.mktemp("tested") / "town", symlinks=True))


@pytest.fixture(scope="module")
def first(tested_town: Path) -> Any:
    return backtest_home(Home(tested_town), AS_OF, ASKED)


@pytest.fixture
def room(tested_town: Path) -> Iterator[Workroom]:
    with opened(Home(tested_town)) as room:
        yield room


def test_one_record_a_date_population_ranking_measure_and_k(first: Any) -> None:
    records = json.loads(as_json(first.reported.records))
    columns = {"as_of", "population", "ranking", "measure", "k", "value", "low", "high", "worst", "best", *TOP_STATES}
    assert columns <= set(records[0])
    named = [tuple(each[name] for name in ("as_of", "population", "ranking", "measure", "k")) for each in records]
    assert len(named) == len(set(named))
    assert {each["population"] for each in records} >= {"calendar", "before_termination", "fixed_stage", "as_operated"}
    assert {each["as_of"] for each in records} == {None, "2025-05-01", "2025-06-01"}
    assert {each["ranking"] for each in records} >= set(RANKINGS)
    for each in records:
        if each["measure"] == "recall_at_k" and each["population"] != "as_operated":
            assert (
                sum(each[name] for name in TOP_STATES) == pytest.approx(each["k"], abs=1e-6)
                or each["population"] == "fixed_stage"
            )
    table = pl.read_csv(as_csv(first.reported.records), separator=";", infer_schema_length=None)
    assert table.height == len(records)


def test_the_words_give_every_ranking_the_verdict_and_why_there_is_none(first: Any) -> None:
    """So small a town has a dozen cases: intervals, and a sentence that no verdict is possible."""
    for language, none in (("da", "Ingen afgørelse er mulig"), ("en", "No verdict is possible")):
        shown = list(tables(first.reported, language))
        assert [table.row_count for table in shown] == [len(RANKINGS)] * 3
        told = " ".join(sentences(first, language))
        assert none in told
        assert WORDS["too_early_to_choose"][language] in told
        assert "{" not in told
    assert all(set(words) == {"da", "en"} for words in WORDS.values())


def test_what_exact_reasons_cost_is_said_with_who_was_chosen_and_on_how_many_months() -> None:
    days = [date(2025, month, 1) for month in (1, 2, 3)]
    pairs = [("forest", MODEL), ("bound_boosting", MODEL), ("forest", "regression_weak")]
    lost = Interval(0.012, -0.004, 0.03)
    cost = CostOfAdditivity(lost, 3, "forest", MODEL, lost, dict(zip(days, pairs, strict=True)))
    (told,) = additivity_sentences(cost, "en")
    assert told.startswith("Chosen month by month by what was known (the latest 3): ")
    assert f"{ranking_name(MODEL, 'en')} (2×), {ranking_name('regression_weak', 'en')} (1×) of those with exact" in told
    assert f"{ranking_name('forest', 'en')} (2×), {ranking_name('bound_boosting', 'en')} (1×) of all" in told
    assert f"costs {interval_text(lost, 'en', sign=True)} of recall" in told
    assert not list(additivity_sentences(None, "en"))


def test_what_is_found_per_hour_stands_beside_the_model_and_every_other_ranking(first: Any) -> None:
    records = first.reported.records.filter(population="as_operated")
    best = first.reported.best["before_termination"]
    found = records.filter(measure="found_per_hour")
    assert set(found["ranking"]) == set(RANKINGS)
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
    over = records.filter(measure=f"found_per_hour_over_{best}")
    assert set(over["ranking"]) == set(RANKINGS) - {best}
    assert first.minutes_per_contact == 60
    for language, words in (("da", "antaget: 60 min. pr. henvendelse"), ("en", "assumed: 60 minutes a contact")):
        (table,) = per_hour(first, language)
        assert table.row_count == len(RANKINGS)
        assert words in table.title


def test_a_second_run_builds_and_computes_nothing_and_gives_the_same_bytes(first: Any, tested_town: Path) -> None:
    again = backtest_home(Home(tested_town), AS_OF, ASKED)
    assert first.found.ranked.computed == first.found.ranked.cells
    assert again.found.ranked.computed == 0
    assert as_json(again.reported.records) == as_json(first.reported.records)


def test_one_more_cut_off_computes_only_its_own_cells(first: Any, tested_town: Path) -> None:
    more = backtest_home(Home(tested_town), AS_OF, replace(ASKED, cut_offs=3))
    new = more.cut_offs.tested[0]
    assert more.cut_offs.tested[1:] == first.cut_offs.tested
    fixed = len(RANKINGS) * (new in set(more.found.ranked.fixed_stage["cut_off"]))
    # Each ranking at the new cut-off, and the new month's model two months on.
    assert more.found.ranked.computed == len(RANKINGS) + fixed + 2


def test_a_town_without_a_past_is_refused(taken_in: Path) -> None:
    with pytest.raises(ModelError, match="past days with some known history"):
        backtest_home(Home(taken_in), date(2025, 2, 1), ASKED)


def test_without_a_stated_ground_nothing_is_trained_not_even_to_be_judged(room: Workroom) -> None:
    notices = room.sources.source["notices"].model_copy(update={"legal_basis": ""})
    ungrounded = room.sources.model_copy(update={"source": {**room.sources.source, "notices": notices}})
    with pytest.raises(SettingsError, match=r"sources.toml: .*legal basis for notices"):
        prepare(replace(room, sources=ungrounded), AS_OF, ASKED)


def test_what_became_known_later_leaves_the_past_as_it_is_and_what_was_known_before_does_not(room: Workroom) -> None:
    day = date(2025, 6, 1)
    before = past_hashes(room, [day, AS_OF])
    room.connection.begin()
    try:
        room.connection.execute("update fact_concerns set urgency = 'acute' where known_on >= $day", {"day": day})
        later = past_hashes(room, [day, AS_OF])
        room.connection.execute("update fact_concerns set urgency = 'low' where known_on < $day", {"day": day})
        earlier = past_hashes(room, [day, AS_OF])
    finally:
        room.connection.rollback()
    assert later[day] == before[day]
    assert later[AS_OF] != before[AS_OF]
    assert earlier[day] != before[day]


def _planted(monkeypatch: pytest.MonkeyPatch, count: str) -> None:
    """A feature query in which `count` takes the place of an honest number."""
    honest = features.tables_in_order("night")

    def tables_in_order(step: str) -> tuple[Table, ...]:
        return tuple(_leaking(table, count) if table.name == "feature_notices" else table for table in honest)

    monkeypatch.setattr(features, "tables_in_order", tables_in_order)


def _leaking(table: Table, count: str) -> Table:
    query = f"with honest as ({table.query}) select h.* replace (cast(({count}) as bigint) as {LEAK}) from honest as h"
    return replace(table, query=query)


OF_THE_TENANCY = "where n.landlord = h.landlord and n.tenancy_no = h.tenancy_no"
ACROSS_DATES = f"select count(*) from known_notices as n {OF_THE_TENANCY}"
PAST_THE_DOOR = f"select count(*) from fact_notices as n {OF_THE_TENANCY}"


def test_a_query_that_reads_later_rows_is_refused_before_it_runs(
    room: Workroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    _planted(monkeypatch, PAST_THE_DOOR)
    with pytest.raises(LookAheadError, match=r"5_features/feature_notices: .*found fact_notices"):
        features.build_as_of(room.connection, [date(2025, 6, 1)], with_results=False)


@pytest.mark.parametrize(("count", "door_open"), [(ACROSS_DATES, False), (PAST_THE_DOOR, True)])
def test_a_feature_that_looks_ahead_in_sql_is_named_by_building_the_past_again(
    room: Workroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str, door_open: bool
) -> None:
    """One joins across the dates that are built at once, which the door cannot see; one had the door forced."""
    if door_open:
        monkeypatch.setattr(building, "_refuse_once", lambda tables: None)
    days = list(cut_offs_for(room, AS_OF, 2, 2).needed)[-3:]
    _planted(monkeypatch, count)
    try:
        built = stored_cut_offs(room, tmp_path, days)
        with pytest.raises(LookAheadError, match=rf"found {LEAK} \(\d+ rows\)\. See"):
            prove_no_look_ahead(room, built.cohorts, days_to_prove(built.unproved))
    finally:
        monkeypatch.undo()
        features.build_as_of(room.connection, days, with_results=False)


def test_a_column_put_into_the_matrix_is_named_and_honest_ones_pass(room: Workroom, tmp_path: Path) -> None:
    day = cut_offs_for(room, AS_OF, 1, 2).tested[0]
    built = stored_cut_offs(room, tmp_path, [day])
    assert built.unproved == (day,)
    prove_no_look_ahead(room, built.cohorts, [day])
    matrix = built.cohorts[day].read()
    told = matrix.with_columns((pl.col("tenancy_no").hash(1) % 2).cast(pl.Float64).alias(LEAK))
    injected = keep_frame(tmp_path / "cohorts", str(day), told)
    with pytest.raises(LookAheadError, match=rf"the features of {day}: .*found {LEAK} "):
        prove_no_look_ahead(room, {day: injected}, [day])
