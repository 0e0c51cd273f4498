"""Contacts are treatment: where help goes to the riskiest, what is taught is still the risk if nobody comes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.boosting import AdditiveBoosting
from models.matrix import Column, Flags, Floats
from models.treatment import (
    FEWEST_STAY_SHARE,
    HELP_LASTS_DAYS,
    HOW,
    Courses,
    chance_of_help,
    imputed_risk,
    read_courses,
    share_left_by_help,
    staying_weights,
    teaching_rows,
)
from warehouse.errors import ModelError

COLUMNS = (Column("owed_count", 1), Column("demands_count", 1), Column("noise_count", 0))
DAY = date(2025, 1, 1)


@dataclass(frozen=True)
class Confounded:
    """Labelled rows of which the riskiest were helped, on the first day; the truth about each."""

    labelled: pl.DataFrame
    risk: Floats
    propensity: Floats
    helped: Flags

    def in_top(self, scores: Floats, k: int = 600) -> float:
        """Recall of the risk if nobody comes, as a share of what the truth would find."""
        top = np.argsort(-scores, kind="stable")[:k]
        return float(self.risk[top].sum() / np.sort(self.risk)[-k:].sum())


def confounded(seed: int = 0, size: int = 12_000, left_of_risk: float = 0.3) -> Confounded:
    """Risk and chance of help rise with the same features; help leaves `left_of_risk` of the chance of the event."""
    rng = np.random.default_rng(seed)
    owed, demands = rng.integers(0, 12, size) / 2, rng.poisson(0.5, size)
    risk = 1 / (1 + np.exp(4.5 - 0.6 * owed - 0.8 * demands))
    propensity = 1 / (1 + np.exp(4.0 - 1.1 * owed))
    helped = rng.random(size) < propensity
    event = rng.random(size) < np.where(helped, left_of_risk * risk, risk)
    after = np.where(event, rng.integers(1, 182, size), -1)
    state = np.where(event, "positive", np.where(helped, "treated", "negative"))
    keys = {"as_of": [DAY] * size, "landlord": ["A"] * size, "tenancy_no": [f"{i:05}" for i in range(size)]}
    numbers = {"owed_count": owed, "demands_count": demands, "noise_count": rng.integers(0, 9, size)}
    labelled = pl.DataFrame({**keys, **{name: values.astype(float) for name, values in numbers.items()}}).with_columns(
        label_state=pl.Series(state),
        event_on=pl.Series([DAY + timedelta(days=int(days)) if days > 0 else None for days in after]),
        helped_on=pl.Series([DAY if one else None for one in helped], dtype=pl.Date),
    )
    return Confounded(labelled, risk, propensity, helped)


@pytest.fixture(scope="module")
def world() -> Confounded:
    return confounded()


def _scores(world: Confounded, how: str) -> Floats:
    taught = teaching_rows(world.labelled, COLUMNS, seed=0, how=how)
    model = AdditiveBoosting(COLUMNS).fit(taught.rows, taught.outcomes, taught.weights)
    return 1 / (1 + np.exp(-model.raw(world.labelled)))


def test_the_chance_of_help_is_found(world: Confounded) -> None:
    found = chance_of_help(world.labelled, COLUMNS, read_courses(world.labelled), 0)
    helped_by_day_0 = world.propensity
    assert np.abs(found - helped_by_day_0).mean() < 0.03
    assert np.corrcoef(found, helped_by_day_0)[0, 1] > 0.98


@pytest.mark.parametrize("how", ["doubly_robust", "ipw"])
def test_weighted_or_imputed_the_mean_risk_is_that_of_nobody_coming(world: Confounded, how: str) -> None:
    taught = teaching_rows(world.labelled, COLUMNS, seed=0, how=how)
    assert np.average(taught.outcomes, weights=taught.weights) == pytest.approx(world.risk.mean(), rel=0.08)


@pytest.mark.parametrize("how", ["drop", "as_negative", "ignored"])
def test_left_out_or_counted_as_it_came_the_mean_risk_is_too_low(world: Confounded, how: str) -> None:
    taught = teaching_rows(world.labelled, COLUMNS, seed=0, how=how)
    assert np.average(taught.outcomes, weights=taught.weights) < 0.75 * world.risk.mean()


def test_what_is_imputed_is_the_risk_of_the_helped(world: Confounded) -> None:
    imputed = imputed_risk(world.labelled, read_courses(world.labelled), COLUMNS, 0)
    helped = world.helped & (imputed > 0)
    assert helped.sum() > 2000
    assert imputed[helped].mean() == pytest.approx(world.risk[helped].mean(), rel=0.08)
    assert np.corrcoef(imputed[helped], world.risk[helped])[0, 1] > 0.95


@pytest.mark.parametrize("planted", [0.0, 0.3, 1.0])
def test_what_help_leaves_of_the_risk_is_found(planted: float) -> None:
    world = confounded(2, left_of_risk=planted)
    courses = read_courses(world.labelled)
    left = share_left_by_help(courses, imputed_risk(world.labelled, courses, COLUMNS, 0))
    assert left == pytest.approx(planted, abs=0.1)


def test_an_event_in_spite_of_help_teaches_as_a_positive_once() -> None:
    world = confounded(9, 4000)
    taught = teaching_rows(world.labelled, COLUMNS, seed=0)
    in_spite = (taught.rows["label_state"] == "positive").to_numpy() & taught.rows["helped_on"].is_not_null().to_numpy()
    assert in_spite.sum() == ((world.labelled["label_state"] == "positive").to_numpy() & world.helped).sum() > 30
    assert taught.outcomes[in_spite].all()
    assert (taught.weights[in_spite] == 1).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_model_finds_as_much_as_where_nobody_comes_unless_helped_ones_are_counted_as_negatives(seed: int) -> None:
    world = confounded(seed)
    without_help = world.in_top(_scores(confounded(seed, left_of_risk=1.0), "ignored"))
    found = {how: world.in_top(_scores(world, how)) / without_help for how in HOW}
    assert min(found[how] for how in ("doubly_robust", "ipw")) > 0.97
    assert found["as_negative"] < 0.9
    assert found["ignored"] < 0.95


@pytest.mark.parametrize("how", ["doubly_robust", "ipw"])
def test_probabilities_at_the_top_are_those_of_nobody_coming(world: Confounded, how: str) -> None:
    top = world.risk > np.quantile(world.risk, 0.9)
    without_help = _scores(confounded(left_of_risk=1.0), "ignored")
    assert _scores(world, how)[top].mean() == pytest.approx(without_help[top].mean(), rel=0.15)
    assert _scores(world, "ignored")[top].mean() < 0.6 * without_help[top].mean()


@pytest.mark.parametrize("how", HOW)
def test_the_order_of_the_rows_leaves_no_trace(how: str) -> None:
    labelled = confounded(3, 2000).labelled
    taught = teaching_rows(labelled, COLUMNS, seed=4, how=how)
    again = teaching_rows(labelled.sample(fraction=1, shuffle=True, seed=1), COLUMNS, seed=4, how=how)
    assert again.rows.equals(taught.rows)
    assert (again.outcomes == taught.outcomes).all()
    assert (again.weights == taught.weights).all()


@pytest.mark.parametrize("how", HOW)
def test_where_nobody_was_helped_every_row_teaches_once(how: str) -> None:
    labelled = confounded(5, 2000).labelled.with_columns(helped_on=pl.lit(None, pl.Date))
    labelled = labelled.with_columns(pl.col("label_state").replace("treated", "negative"))
    taught = teaching_rows(labelled, COLUMNS, seed=0, how=how)
    assert taught.rows.height == 2000
    assert (taught.weights == 1).all()
    assert (taught.outcomes == (taught.rows["label_state"] == "positive").to_numpy()).all()


def test_weights_are_finite_trimmed_and_add_up(world: Confounded) -> None:
    for how in HOW:
        weights = teaching_rows(world.labelled, COLUMNS, seed=0, how=how).weights
        assert np.isfinite(weights).all()
        assert ((weights >= 0) & (weights <= 1 / FEWEST_STAY_SHARE)).all()
    doubled = teaching_rows(world.labelled, COLUMNS, seed=0).weights
    assert doubled.sum() == pytest.approx(world.labelled.height)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 0.85), st.integers(0, 181), st.integers(0, 181))
def test_who_stayed_longer_without_help_against_the_odds_weighs_more(chance: float, early: int, late: int) -> None:
    early, late = sorted((early, late))
    helped = np.linspace(0, 181, 50)
    event = np.concatenate([np.full(50, np.inf), [float(early), float(late), np.inf]])
    courses = Courses(event, np.concatenate([helped, np.full(3, np.inf)]), 182)
    weights = staying_weights(courses, np.full(53, chance))
    assert (weights[:50] == 0).all()
    flat = staying_weights(courses, np.full(53, courses.censored.mean()))
    assert np.allclose(flat[50:] / flat[50], 1) or courses.censored.mean() > 1 - FEWEST_STAY_SHARE
    if chance > courses.censored.mean():
        assert weights[50] <= weights[51] <= weights[52]


def _history(make: Callable[..., pl.DataFrame] | None = None) -> pl.DataFrame:
    """One tenancy a row of cases, three monthly cut-offs each."""
    months = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]
    cases = {
        "helped in February": ("treated", None, date(2025, 2, 10)),
        "event before help": ("positive", date(2025, 3, 5), date(2025, 3, 20)),
        "event after help": ("positive", date(2025, 3, 20), date(2025, 3, 5)),
        "event on the day of help": ("positive", date(2025, 3, 5), date(2025, 3, 5)),
        "nothing": ("negative", None, None),
        "moved": ("moved_or_died", None, None),
    }
    rows = []
    for name, (state, event, helped) in cases.items():
        for number, day in enumerate(months):
            still = helped is not None and helped >= day
            here = "negative" if state == "treated" and not still else state
            rows.append((day, "A", name, float(number), here, event, helped if still else None))
    schema = ["as_of", "landlord", "tenancy_no", "owed_count", "label_state", "event_on", "helped_on"]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("as_of", "landlord", "tenancy_no")


def _censored(name: str) -> list[bool]:
    rows = _history()
    return [bool(one) for one, at in zip(read_courses(rows).censored, rows["tenancy_no"], strict=True) if at == name]


@pytest.mark.parametrize(
    ("name", "censored"),
    [
        ("helped in February", [True, True, True]),
        ("event before help", [False, False, False]),
        ("event after help", [True, True, True]),
        ("event on the day of help", [False, False, False]),
        ("nothing", [False, False, False]),
    ],
)
def test_a_row_is_censored_from_the_day_of_help_on(name: str, censored: list[bool]) -> None:
    assert _censored(name) == censored


def test_help_wears_off() -> None:
    rows = _history().with_columns(
        as_of=pl.when(pl.col("as_of") == date(2025, 3, 1))
        .then(date(2025, 2, 10) + timedelta(days=HELP_LASTS_DAYS + 1))
        .otherwise("as_of")
    )
    late = rows.with_columns(censored=pl.Series(read_courses(rows).censored)).filter(
        (pl.col("tenancy_no") == "helped in February") & (pl.col("as_of") > date(2025, 3, 1))
    )
    assert late["censored"].to_list() == [False]


def test_who_moved_is_left_out_and_who_was_helped_without_a_day_is_censored_from_the_start() -> None:
    world = confounded(6, 3000)
    undated = world.labelled.drop("event_on", "helped_on").with_columns(
        pl.when(pl.int_range(pl.len()) < 50).then(pl.lit("moved_or_died")).otherwise("label_state").alias("label_state")
    )
    taught = teaching_rows(undated, COLUMNS, seed=0, how="drop")
    states = undated["label_state"].value_counts()
    counts = dict(states.iter_rows())
    assert taught.rows.height == counts["positive"] + counts["negative"]


def test_too_few_positives_without_help_are_refused() -> None:
    labelled = confounded(7, 150).labelled
    with pytest.raises(ModelError, match="positives that nobody had helped"):
        teaching_rows(labelled, COLUMNS, seed=0)


def test_whoever_got_worse_before_help_is_imputed_with_what_it_had_come_to() -> None:
    """Quiet at the first cut-off, deep in arrears when helped after the second: imputed from the second."""
    world = confounded(8, 6000)
    later = world.labelled.with_columns(
        as_of=pl.lit(date(2025, 2, 1)), helped_on=pl.col("helped_on").dt.offset_by("1mo")
    )
    quiet = world.labelled.with_columns(owed_count=pl.lit(0.0), demands_count=pl.lit(0.0), event_on=None).with_columns(
        helped_on=later["helped_on"],
        label_state=pl.when(later["helped_on"].is_not_null()).then(pl.lit("treated")).otherwise(pl.lit("negative")),
    )
    labelled = pl.concat([quiet.with_columns(pl.col("event_on").cast(pl.Date)), later])
    imputed = imputed_risk(labelled, read_courses(labelled), COLUMNS, 0)
    assert imputed[:6000][world.helped].mean() > 0.7 * imputed[6000:][world.helped].mean()
