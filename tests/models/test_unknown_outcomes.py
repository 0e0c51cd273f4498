"""Everybody is ranked, the known are measured: exact against every order there is within ties."""

from datetime import date
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.bootstrap import HeldOut
from models.evaluation import TOP_STATES, Evaluation, evaluate, with_today
from models.held_out import STATES, held_out_cells
from models.measures import MEASURES, average_precision, blocks, precision_at
from warehouse.errors import ModelError

POSITIVE, NEGATIVE, TREATED = (STATES.index(state) for state in ("positive", "negative", "treated"))
ROWS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from((POSITIVE, NEGATIVE, TREATED))), min_size=1, max_size=6)


def _held_out(rows: list[tuple[int, int]]) -> HeldOut:
    scores, states = (np.array(column) for column in zip(*rows, strict=True))
    return HeldOut(date(2025, 1, 1), np.arange(len(rows)), states == POSITIVE, {"a": scores * 1.0}, states)


def _lists(one: HeldOut, k: int) -> list[np.ndarray]:
    """The states in the first k, for every order that the scores allow."""
    every = (np.array(order) for order in permutations(range(one.outcomes.size)))
    assert one.states is not None
    return [one.states[order][:k] for order in every if (np.diff(one.scores["a"][order]) <= 0).all()]


@given(ROWS, st.integers(1, 7))
@settings(max_examples=150, deadline=None)
def test_measures_at_k_are_those_of_every_order_there_is(rows: list[tuple[int, int]], k: int) -> None:
    one = _held_out(rows)
    curve, lists = one.blocks("a").curve(), _lists(one, k)
    positives, known = int(one.outcomes.sum()), int(one.counted.sum())
    of = {
        "recall_at_k": [(each == POSITIVE).sum() / positives for each in lists] if positives else [],
        "precision_at_k": [(e == POSITIVE).sum() / (e != TREATED).sum() for e in lists if (e != TREATED).any()],
        "precision_if_unknown_0_at_k": [(each == POSITIVE).mean() for each in lists],
        "precision_if_unknown_1_at_k": [(each != NEGATIVE).mean() for each in lists],
    }
    of["lift_at_k"] = [each * known / positives for each in of["precision_at_k"]] if positives else []
    for name, found in of.items():
        expected, worst, best = (MEASURES[name].of(curve, k, kind) for kind in ("expected", "worst", "best"))
        if not found:
            assert np.isnan(expected)
            continue
        assert expected == pytest.approx(np.mean(found)), name
        if name not in ("precision_at_k", "lift_at_k") or all((each != TREATED).any() for each in lists):
            assert (worst, best) == (pytest.approx(min(found)), pytest.approx(max(found))), name


@given(ROWS, st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_states_in_the_top_are_the_mean_over_every_order_and_fill_the_list(rows: list[tuple[int, int]], k: int) -> None:
    one = _held_out(rows)
    expected = np.mean([np.bincount(each, minlength=len(STATES)) for each in _lists(one, k)], axis=0)
    assert one.states_at("a", k) == pytest.approx(expected)
    assert one.states_at("a", k).sum() == pytest.approx(min(k, len(rows)))


def test_areas_do_not_see_whose_outcome_is_unknown() -> None:
    generator = np.random.default_rng(0)
    scores, states = generator.integers(0, 9, 80) * 1.0, generator.choice([POSITIVE, NEGATIVE, TREATED], 80)
    known = states != TREATED
    every = blocks(scores, states == POSITIVE, known).curve()
    only = blocks(scores[known], states[known] == POSITIVE).curve()
    assert average_precision(every) == pytest.approx(average_precision(only))
    assert MEASURES["auc"].of(every, 0) == pytest.approx(MEASURES["auc"].of(only, 0))


def test_places_that_the_helped_take_are_taken() -> None:
    one = _held_out([(3, TREATED), (2, TREATED), (1, POSITIVE), (0, NEGATIVE)])
    assert np.isnan(precision_at(one.blocks("a").curve(), 2))
    assert precision_at(one.blocks("a").curve(), 3) == 1
    assert one.states_at("a", 3)[[POSITIVE, TREATED]].tolist() == [1, 2]


def _rows(cut_offs: int = 3, rows: int = 80, seed: int = 0) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    size = cut_offs * rows
    states = generator.choice(["positive", "negative", "negative", "treated", "moved_or_died"], size)
    return pl.DataFrame(
        {
            "as_of": [date(2025, 1 + i // rows, 1) for i in range(size)],
            "landlord": generator.choice(["A", "B"], rows).tolist() * cut_offs,
            "tenancy_no": [f"{i % rows:03}" for i in range(size)],
            "stage": generator.choice(["none", "arrears", "court"], size),
            "label_state": states,
            "tied": generator.integers(0, 3, size) * 1.0,
            "fine": np.clip(generator.random(size) * 0.5 + 0.4 * (states == "positive"), 0, 1),
        }
    )


def _evaluated(rows: pl.DataFrame) -> Evaluation:
    return evaluate(("fine", "tied"), "fine", rows, capacities=(5, 20), draws=20, fixed_stage=rows)


def test_records_say_how_many_of_each_state_stood_in_the_top_and_where_ties_decide() -> None:
    records = _evaluated(_rows()).records()
    assert set(records["population"]) == {"calendar", "before_termination", "fixed_stage"}
    at_k = records.filter(pl.col("k").is_not_null(), population="calendar")
    assert (at_k.select(pl.sum_horizontal(TOP_STATES) - pl.col("k")).to_series().abs() < 1e-9).all()
    assert at_k.filter(ranking="tied", measure="recall_at_k")["wide_ties"].all()
    assert not at_k.filter(ranking="fine")["wide_ties"].any()
    assert (at_k["worst"] <= at_k["value"] + 1e-9).all()
    assert (at_k["value"] <= at_k["best"] + 1e-9).all()
    over_all = records.filter(pl.col("k").is_null())
    assert over_all.select(pl.all_horizontal(pl.col("worst", "best", "wide_ties", *TOP_STATES).is_null()).all()).item()


def test_records_do_not_depend_on_the_order_of_rows() -> None:
    rows = _rows()
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=1)
    assert _evaluated(shuffled).records().equals(_evaluated(rows).records())


def test_before_termination_ranks_the_early_ones_among_themselves() -> None:
    tested = _evaluated(_rows()).tested
    early = _rows().filter(pl.col("stage") != "court")
    assert [one.outcomes.size for one in tested["before_termination"]] == early.group_by(
        "as_of", maintain_order=True
    ).len()["len"].to_list()


def test_rows_of_one_cut_off_may_have_days_of_their_own() -> None:
    rows = _rows().with_columns(pl.lit(date(2025, 1, 1)).alias("cut_off"))
    assert [one.outcomes.size for one in held_out_cells(rows, ("fine",))] == [240]


def test_a_row_without_a_score_is_refused_by_the_name_of_its_ranking() -> None:
    rows = _rows().with_columns(fine=pl.when(pl.col("tenancy_no") == "003").then(None).otherwise("fine"))
    with pytest.raises(ModelError, match="rows without one in fine"):
        held_out_cells(rows, ("fine", "tied"))


def test_who_has_no_group_is_a_group_and_the_landlord_is_an_attribute() -> None:
    rows = _rows()
    groups = rows.head(40).select("as_of", "landlord", "tenancy_no", sex=pl.lit("F"))
    first, second, _ = held_out_cells(rows, ("fine",), groups)
    assert np.unique(first.groups["sex"], return_counts=True)[1].tolist() == [40, 40]
    assert set(second.groups["sex"]) == {"unknown"}
    assert set(first.groups["landlord"]) == {"A", "B"}


def test_todays_capacity_is_among_those_of_the_curve() -> None:
    assert with_today((25, 50), 30) == (25, 30, 50)
    assert with_today((25, 50), 50) == (25, 50)
