"""The day's lottery: its chances add up, its sides differ by the lot alone, and what was issued stays issued."""

from datetime import date, timedelta
from math import isclose
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.effect import TIERS as EFFECT_TIERS
from warehouse.errors import StoreError
from worklist.assignment import BY_RANK, DRAWN, PASSED_OVER, SCHEMA, STANDING, TIERS, WAITING, draw
from worklist.export import parquet_bytes
from worklist.issued import issued_on, read_assignments, still_decided
from worklist.publishing import publish
from worklist.selection import Capacity, choose, choose_and_assign

AS_OF = date(2026, 3, 10)
EMPTY = {
    "deadlines": {"landlord": pl.String, "tenancy_no": pl.String, "deadline_on": pl.Date, "kind": pl.String},
    "contacts": {
        "landlord": pl.String,
        "tenancy_no": pl.String,
        "contacted_on": pl.Date,
        "reached": pl.Boolean,
        "outcome": pl.String,
    },
}


def _ranked(count: int) -> pl.DataFrame:
    numbers = range(1, count + 1)
    return pl.DataFrame(
        {
            "landlord": ["Birkely"] * count,
            "tenancy_no": [f"T{n}" for n in numbers],
            "stage": ["arrears"] * count,
            "rank": list(numbers),
            "score": [1 / n for n in numbers],
            "arrears_dkk": [100.0] * count,
            "oldest_due_days": [1.0] * count,
        },
        schema_overrides={"landlord": pl.String, "tenancy_no": pl.String, "stage": pl.String, "rank": pl.Int64},
    )


def _of(assignment: pl.DataFrame, status: str) -> list[str]:
    return assignment.filter(pl.col("status") == status)["tenancy_no"].to_list()


def _decided(who: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"landlord": ["Birkely"] * len(who), "tenancy_no": who}, schema=dict(list(SCHEMA.items())[1:3]))


towns = st.tuples(st.integers(0, 90), st.integers(0, 8), st.integers(0, 4), st.sets(st.integers(1, 90), max_size=60))


@given(towns, st.integers(0, 20))
@settings(max_examples=120, deadline=None)
def test_every_lottery_keeps_its_promises(town, day: int) -> None:
    count, places, slots, decided = town
    ranked, standing = _ranked(count), {f"T{n}" for n in decided}
    args = {"places": places, "slots": slots, "drawing": f"day {day}", "as_of": AS_OF}
    found = draw(ranked, _decided(sorted(standing)), **args)
    assert dict(found.schema) == SCHEMA
    drawn, passed_over = _of(found, DRAWN), _of(found, PASSED_OVER)
    assert len(drawn) == len(passed_over) <= slots
    assert len(drawn) + len(_of(found, BY_RANK)) == min(places, count)
    assert not standing & {*drawn, *passed_over, *_of(found, WAITING)}
    assert set(_of(found, STANDING)) <= standing
    took_part = found.filter(pl.col("status").is_in([DRAWN, PASSED_OVER, WAITING]))
    chances = took_part["exploration_probability"]
    assert isclose(chances.sum(), len(drawn), abs_tol=1e-9)
    for (_,), tier in took_part.group_by("tier"):
        assert len(_of(tier, DRAWN)) == len(_of(tier, PASSED_OVER))
        assert tier["exploration_probability"].n_unique() == 1
        assert isclose(tier["exploration_probability"].sum(), len(_of(tier, DRAWN)), abs_tol=1e-9)
    assert found.join(took_part, on="tenancy_no", how="anti")["exploration_probability"].is_null().all()
    lots = found.filter(pl.col("status").is_in([DRAWN, PASSED_OVER]))
    assert (lots["assignment_probability"] == 0.5).all()
    assert draw(ranked, _decided(sorted(standing, reverse=True)), **args).equals(found)


def test_over_many_days_each_side_takes_everybody_of_a_tier_about_as_often() -> None:
    counts: dict[tuple[str, str], int] = {}
    for day in range(600):
        found = draw(_ranked(44), _decided([]), places=6, slots=3, drawing=f"day {day}", as_of=AS_OF)
        for one, status in found.select("tenancy_no", "status").iter_rows():
            counts[one, status] = counts.get((one, status), 0) + 1
    # 600 lotteries of 2 among 18 near the cut, and of 1 among 23 further down, on either side: 66.7 and 26.1 each,
    # standard deviations 7.7 and 5.0; four of them either way.
    for status in (DRAWN, PASSED_OVER):
        taken = [counts.get((f"T{n}", status), 0) for n in range(4, 45)]
        assert all(36 < count < 98 for count in taken[:18]), status
        assert all(6 < count < 47 for count in taken[18:]), status


def test_the_bands_the_cut_and_the_running_variable_are_recorded() -> None:
    found = draw(_ranked(40), _decided([]), places=3, slots=1, drawing="a day", as_of=AS_OF)
    assert _of(found, BY_RANK) == ["T1", "T2"]
    tiers = dict(zip(found["tenancy_no"], found["tier"], strict=True))
    assert {one for one, tier in tiers.items() if tier == "near"} == {f"T{n}" for n in range(3, 12)}
    assert {one for one, tier in tiers.items() if tier == "far"} == {f"T{n}" for n in range(12, 33)}
    assert tuple(TIERS) == EFFECT_TIERS
    assert found["cut_rank"].unique().to_list() == [2]
    assert found["cut_score"].unique().to_list() == [0.5]


@pytest.mark.parametrize(
    ("slots", "near", "far"), [(0, 0, 0), (1, 1, 0), (2, 1, 1), (3, 2, 1), (4, 3, 1), (5, 3, 2), (6, 4, 2), (9, 6, 3)]
)
def test_two_slots_near_the_cut_for_one_further_down(slots: int, near: int, far: int) -> None:
    found = draw(_ranked(200), _decided([]), places=10, slots=slots, drawing="a day", as_of=AS_OF)
    for status in (DRAWN, PASSED_OVER):
        assert _tiers(found, status) == {"near": near, "far": far}
    chances = dict(
        found.filter(pl.col("status") == WAITING).select("tier", "exploration_probability").unique().iter_rows()
    )
    assert chances == {"near": near / 30, "far": far / 70}


def test_a_tier_in_which_no_pair_is_left_leaves_its_slots_to_the_other() -> None:
    ranked = _ranked(200)
    near = [f"T{n}" for n in range(1, 38)]
    found = draw(ranked, _decided(near), places=10, slots=3, drawing="a day", as_of=AS_OF)
    assert _tiers(found, DRAWN) == _tiers(found, PASSED_OVER) == {"near": 0, "far": 3}
    found = draw(ranked, _decided(near[:34]), places=10, slots=3, drawing="a day", as_of=AS_OF)
    assert _tiers(found, DRAWN) == _tiers(found, PASSED_OVER) == {"near": 1, "far": 2}
    found = draw(ranked.head(40), _decided([]), places=10, slots=3, drawing="a day", as_of=AS_OF)
    assert _tiers(found, DRAWN) == _tiers(found, PASSED_OVER) == {"near": 2, "far": 1}
    found = draw(ranked.head(38), _decided([]), places=10, slots=3, drawing="a day", as_of=AS_OF)
    assert _tiers(found, DRAWN) == _tiers(found, PASSED_OVER) == {"near": 3, "far": 0}


def _tiers(assignment: pl.DataFrame, status: str) -> dict[str, int]:
    tiers = assignment.filter(pl.col("status") == status)["tier"].to_list()
    return {name: tiers.count(name) for name in TIERS}


def test_within_a_tier_the_lot_does_not_look_at_the_rank() -> None:
    # One above the cut; the twelve near it and those further down, each turned round within their tier.
    order = [1, *range(13, 1, -1), *range(41, 13, -1)]
    turned = _ranked(41).with_columns(rank=pl.Series([order.index(n) + 1 for n in range(1, 42)])).sort("rank")
    straight = draw(_ranked(41), _decided([]), places=4, slots=3, drawing="a day", as_of=AS_OF)
    again = draw(turned, _decided([]), places=4, slots=3, drawing="a day", as_of=AS_OF)
    for status in (DRAWN, PASSED_OVER):
        assert set(_of(again, status)) == set(_of(straight, status))


def test_a_slot_that_cannot_be_drawn_with_a_comparison_is_filled_by_rank() -> None:
    # Four below the cut, three of them already decided: nobody could be passed over beside the one.
    found = draw(_ranked(8), _decided(["T5", "T6", "T7"]), places=5, slots=2, drawing="a day", as_of=AS_OF)
    assert _of(found, BY_RANK) == [f"T{n}" for n in range(1, 6)]
    assert (_of(found, DRAWN), _of(found, WAITING)) == ([], ["T8"])


def _choose(**more):
    scores = _ranked(40)
    nothing = {name: pl.DataFrame(schema=schema) for name, schema in EMPTY.items()}
    return choose_and_assign(scores, **nothing, capacity=Capacity(6, 2), as_of=AS_OF, **more)


def test_the_list_holds_the_drawn_and_neither_the_passed_over_nor_the_waiting() -> None:
    chosen = _choose(seed_text="Randby")
    listed = set(chosen.listed["tenancy_no"])
    assert listed == {*_of(chosen.assignment, BY_RANK), *_of(chosen.assignment, DRAWN)}
    nothing = {name: pl.DataFrame(schema=schema) for name, schema in EMPTY.items()}
    plain = choose(_ranked(40), **nothing, capacity=Capacity(6, 2), as_of=AS_OF, seed_text="Randby")
    assert plain.equals(chosen.listed)


def test_what_a_day_issued_stays_when_the_day_is_made_again_with_other_words_and_other_decisions() -> None:
    first = _choose(seed_text="Randby")
    again = _choose(seed_text="Other words", decided=_decided(["T9"]), issued=first.assignment)
    assert again.assignment.equals(first.assignment)
    assert again.listed.equals(first.listed)


def test_who_was_drawn_is_listed_by_its_deadline_where_one_has_become_known() -> None:
    first = _choose()
    drawn = _of(first.assignment, DRAWN)
    clock = pl.DataFrame([("Birkely", drawn[0], AS_OF, "court_hearing")], schema=EMPTY["deadlines"], orient="row")
    contacts = pl.DataFrame(schema=EMPTY["contacts"])
    again = choose_and_assign(
        _ranked(40), clock, contacts, capacity=Capacity(6, 2), as_of=AS_OF, issued=first.assignment
    )
    by_section = {(one["section"], one["tenancy_no"]) for one in again.listed.to_dicts()}
    assert ("deadline", drawn[0]) in by_section
    assert ("early_warning", drawn[1]) in by_section
    assert sum(section == "early_warning" for section, _ in by_section) == 6
    assert again.assignment.equals(first.assignment)


def _publish(root: Path, as_of: date, decided: pl.DataFrame) -> pl.DataFrame:
    found = draw(_ranked(60), decided, places=4, slots=2, drawing=f"{as_of}", as_of=as_of)
    publish(root, as_of, {"assignment.parquet": parquet_bytes(found)})
    return found


def test_no_tenancy_is_decided_twice_in_half_a_year_and_then_it_may_be_again(tmp_path: Path) -> None:
    seen: dict[str, date] = {}
    for n in range(0, 400, 14):
        as_of = AS_OF + timedelta(days=n)
        found = _publish(tmp_path, as_of, still_decided(tmp_path, as_of - timedelta(days=182), as_of))
        for one in (*_of(found, DRAWN), *_of(found, PASSED_OVER)):
            assert one not in seen or as_of - seen[one] > timedelta(days=182)
            seen[one] = as_of
    assert read_assignments(tmp_path, AS_OF, AS_OF + timedelta(days=28))["as_of"].n_unique() == 2
    # Forty within reach, and twenty-nine lotteries of four: some took part twice.
    lots = read_assignments(tmp_path, date.min, date.max).filter(pl.col("status").is_in([DRAWN, PASSED_OVER]))
    assert lots["tenancy_no"].is_duplicated().any()


def test_a_changed_assignment_is_refused_and_an_absent_one_is_none(tmp_path: Path) -> None:
    assert issued_on(tmp_path, AS_OF) is None
    assert read_assignments(tmp_path / "nowhere", date.min, date.max).is_empty()
    found = _publish(tmp_path, AS_OF, _decided([]))
    again = issued_on(tmp_path, AS_OF)
    assert again is not None
    assert again.equals(found)
    path = tmp_path / AS_OF.isoformat() / "assignment.parquet"
    path.write_bytes(parquet_bytes(found.with_columns(pl.lit(DRAWN).alias("status"))))
    with pytest.raises(StoreError, match="assignment as it was issued"):
        issued_on(tmp_path, AS_OF)
