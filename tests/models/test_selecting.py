"""Selection: never by its own test, the best where one always is, fair before best, and what additivity costs."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.evaluation import Evaluation, evaluate
from models.outcome import Horizon
from models.selecting import (
    DEFAULT,
    LOWEST_REGRET,
    NEXT_FOR_PARITY,
    NONE_IS_FAIR,
    SelectionRule,
    choose,
    cost_of_additivity,
    paired,
    select_nested,
    worst_found,
)
from warehouse.dates import add_months
from warehouse.errors import ModelError

MONTHS = [add_months(date(2023, 1, 1), i) for i in range(14)]
HORIZON = Horizon(60, 1)
RULE = SelectionRule(
    ("good", "poor"), capacities=(10, 20), default="good", fewest=2, recent=4, parity_k=20, shrinkage=5
)
TENANCIES, CASES = 200, 20


def _evaluated(hits: dict[str, list[int]]) -> tuple[Evaluation, pl.DataFrame]:
    """An evaluation in which ranking r names hits[r][i] of the 20 cases of cut-off i before anybody else.

    Half of the cases are men, whom every ranking names first.
    """
    parts = []
    for i, day in enumerate(MONTHS):
        number = np.arange(TENANCIES)
        case = number < CASES
        place = np.where(case, number + 1, 0)
        scores = {name: np.where(case & (place <= found[i]), 2.0, 1.0 - case) for name, found in hits.items()}
        keys = {"as_of": day, "landlord": "A", "tenancy_no": [f"{n:04}" for n in number]}
        states = {"stage": "none", "label_state": np.where(case, "positive", "negative")}
        group = {"sex": np.where(number % 20 < CASES / 2, "M", "F")}
        parts.append(pl.DataFrame({**keys, **states, **scores, **group}))
    rows = pl.concat(parts)
    groups = rows.select("as_of", "landlord", "tenancy_no", "sex")
    return evaluate(list(hits), next(iter(hits)), rows, capacities=(10, 20), draws=20, groups=groups), rows


@pytest.fixture(scope="module")
def one_is_better() -> Evaluation:
    """`good` finds more at every cut-off."""
    return _evaluated({"good": [20] * 14, "poor": [10] * 14})[0]


def test_whoever_is_always_best_is_chosen(one_is_better: Evaluation) -> None:
    for default in ("good", "poor"):
        selection = select_nested(one_is_better, replace(RULE, default=default), horizon=HORIZON)
        late = selection.frame.filter(pl.col("why") != DEFAULT)
        assert late.height == 14 - 2 - 2
        assert late["chosen"].unique().to_list() == ["good"]
        assert late["regret"].to_list() == [0.0] * late.height


def test_with_too_few_splits_the_default_ranks(one_is_better: Evaluation) -> None:
    selection = select_nested(one_is_better, replace(RULE, default="poor"), horizon=HORIZON)
    early = selection.frame.filter(why=DEFAULT)
    assert early["chosen"].unique().to_list() == ["poor"]
    assert early["splits"].max() == 1
    assert early["as_of"].max() == MONTHS[3]


@pytest.mark.parametrize("day", MONTHS[4:])
def test_what_was_not_known_on_the_day_has_no_say(day: date) -> None:
    """Whatever happens at a cut-off and at those not yet mature on it, the choice is the same."""
    rng = np.random.default_rng(3)
    hits = {name: rng.integers(5, 20, 14).tolist() for name in ("good", "poor")}
    first = choose(_evaluated(hits)[0], day, RULE, horizon=HORIZON)
    known = [HORIZON.is_mature(each, day) for each in MONTHS]
    turned = {name: [n if k else 20 - n for n, k in zip(each, known, strict=True)] for name, each in hits.items()}
    assert turned != hits
    assert choose(_evaluated(turned)[0], day, RULE, horizon=HORIZON) == first


def test_what_was_known_on_the_day_has_a_say() -> None:
    """The test of the test above."""
    chosen = set()
    for better, worse in (("good", "poor"), ("poor", "good")):
        evaluation = _evaluated({better: [20] * 8 + [0] * 6, worse: [5] * 8 + [20] * 6})[0]
        chosen.add(choose(evaluation, MONTHS[8], RULE, horizon=HORIZON).chosen)
    assert chosen == {"good", "poor"}


def test_equals_stand_in_the_order_of_the_grid() -> None:
    evaluation = _evaluated({"poor": [12] * 14, "good": [12] * 14})[0]
    for candidates in (("good", "poor"), ("poor", "good")):
        rule = replace(RULE, candidates=candidates, default="neither")
        assert choose(evaluation, MONTHS[-1], rule, horizon=HORIZON).chosen == candidates[0]


def test_the_default_stays_where_another_is_better_by_no_more_than_chance() -> None:
    evaluation = _evaluated({"good": [20] * 14, "poor": [19] * 14})[0]
    for alike, chosen in ((0.03, "poor"), (0.02, "good")):
        rule = replace(RULE, default="poor", alike=alike, margin=0.1)
        assert choose(evaluation, MONTHS[-1], rule, horizon=HORIZON).chosen == chosen


def test_near_the_best_most_of_the_time_comes_before_a_lower_mean() -> None:
    """`good` is best but for one bad month; `poor` is always a little behind, with the lower mean regret."""
    evaluation = _evaluated({"good": [20, 20, 20, 8] * 3 + [20, 20], "poor": [18] * 14})[0]
    choice = choose(evaluation, MONTHS[-1], RULE, horizon=HORIZON)
    assert (choice.chosen, choice.why, choice.splits) == ("good", LOWEST_REGRET, 4)
    wide = choose(evaluation, MONTHS[-1], replace(RULE, margin=1.0), horizon=HORIZON)
    assert wide.chosen == "poor"


def test_a_candidate_that_finds_one_group_too_seldom_steps_back() -> None:
    """`good` finds 14 of 20, all ten men and four women, and a `poor` one 12 of them, as many women as men."""
    found, rows = _evaluated({"good": [14] * 14, "poor": [13] * 14})
    first = choose(found, MONTHS[-1], RULE, horizon=HORIZON)
    assert (first.chosen, first.why, first.group) == ("good", NONE_IS_FAIR, "sex=F")  # the less unfair one
    even = pl.col("tenancy_no").cast(pl.Int64) % 10 < 6
    rows = rows.with_columns(poor=pl.when((pl.col("label_state") == "positive") & even).then(2.0).otherwise(0.5))
    groups = rows.select("as_of", "landlord", "tenancy_no", "sex")
    fair = evaluate(["good", "poor"], "good", rows, capacities=(10, 20), draws=5, groups=groups)
    choice = choose(fair, MONTHS[-1], RULE, horizon=HORIZON)
    assert (choice.chosen, choice.why) == ("poor", NEXT_FOR_PARITY)
    assert choice.parity is not None
    assert choice.parity > RULE.least_parity
    without = choose(fair, MONTHS[-1], replace(RULE, least_parity=0.1), horizon=HORIZON)
    assert (without.chosen, without.why, without.group) == ("good", LOWEST_REGRET, "sex=F")


def test_a_small_group_is_drawn_toward_all_and_a_tenancy_counts_once() -> None:
    """Ten women of whom four are found, of seven in ten over all: 0.57 of them, drawn up by five that are as all."""
    evaluation = _evaluated({"good": [14] * 14, "poor": [13] * 14})[0]
    worst = worst_found(evaluation.tested["before_termination"][:6], "good", RULE)
    assert worst == ("sex=F", pytest.approx((0.4 / 0.7 * 10 + 5) / 15))


def test_a_group_with_few_cases_gets_no_verdict() -> None:
    evaluation = _evaluated({"good": [14] * 14, "poor": [13] * 14})[0]
    choice = choose(evaluation, MONTHS[-1], replace(RULE, fewest_positives=10_000), horizon=HORIZON)
    assert (choice.chosen, choice.why, choice.group, choice.parity) == ("good", LOWEST_REGRET, None, None)


def test_regret_over_time_names_the_chosen_one_at_each_cut_off(one_is_better: Evaluation) -> None:
    selection = select_nested(one_is_better, RULE, horizon=HORIZON)
    assert selection.over_time.height == 14 * 2
    assert selection.over_time.group_by("as_of").agg(pl.col("chosen").sum())["chosen"].to_list() == [1] * 14
    assert selection.over_time["regret"].min() == 0.0
    assert selection.recall.value == pytest.approx(selection.frame["value"].mean())
    assert selection.recall.low <= selection.recall.value <= selection.recall.high


def test_candidates_that_were_not_tested_are_refused(one_is_better: Evaluation) -> None:
    with pytest.raises(ModelError, match="one of the candidates other"):
        choose(one_is_better, MONTHS[-1], replace(RULE, candidates=("other",)))


def test_what_additivity_costs_is_the_paired_difference_between_the_two_choices() -> None:
    hits: dict[str, Any] = {"additive_boosting": [12] * 14, "bound_boosting": [16] * 14, "forest": [9] * 14}
    evaluation = _evaluated(hits)[0]
    rule = replace(RULE, default="additive_boosting", least_parity=0.0)
    cost = cost_of_additivity(evaluation, rule, horizon=HORIZON)
    assert (cost.best, cost.best_additive, cost.cut_offs) == ("bound_boosting", "additive_boosting", 10)
    estimates = evaluation.estimates["before_termination"]
    expected = paired(estimates, dict.fromkeys(MONTHS, "bound_boosting"), "additive_boosting", (10, 20))
    assert cost.hindsight == expected
    assert cost.nested.value == pytest.approx(expected.value)
    assert cost.nested.low > 0


def test_additivity_costs_nothing_where_an_additive_candidate_is_best() -> None:
    evaluation = _evaluated({"additive_boosting": [16] * 14, "forest": [9] * 14})[0]
    cost = cost_of_additivity(evaluation, replace(RULE, default="additive_boosting"), horizon=HORIZON)
    assert (cost.nested.value, cost.nested.low, cost.nested.high) == (0.0, 0.0, 0.0)
    assert cost.best == cost.best_additive
