"""On a real debt process the whole way, from deliveries to rankings, finds what is known about it, and no more.

As-of dates are 2 January: what the published figures count as of 1 January holds that day too, and here nothing of the
as-of date itself is known.
"""

from collections.abc import Sequence
from datetime import date
from statistics import median

import numpy as np
import polars as pl
import pytest

from flows.backtest_words import collapsed_sentences
from models.evaluation import POPULATIONS
from models.held_out import HeldOut
from models.matrix import Column, as_columns
from models.measures import area_under_roc, blocks, precision_at
from models.outcome import label, positives
from models.rankers import MODEL, RANKERS, RULES
from models.splits import AsOfDateSplit
from tests.flows.traffic_fines import created_within, find_fines, notified_on, paid_before, taken_in
from warehouse.definitions import CohortDefinition, OutcomeDefinition
from warehouse.features import feature_columns, feature_tables
from warehouse.fixed_stage import AskedRows, build_rows, first_demands

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_fines() is None, reason="the road fines are not beside the project: ../shared/data"),
]

CUT_OFFS = tuple(date(year, 1, 2) for year in range(2001, 2011))
TESTED = CUT_OFFS[3:]
COLLECTED = OutcomeDefinition(kinds=("court_request",), horizon_days=1095)
"""Sent to collection within 36 months of 365 days, so that the first cut-off is known on the first tested day."""
NOT_YET_SENT = CohortDefinition(without_stages=("court", "closed"))
KNOWN_BEFORE = date(2013, 7, 1)
STAGE_DAYS = 30
ONE_DAY_IN = 5
"""At the fixed stage: each day on which anybody is looked at costs, so every fifth day of notification has to do."""
BOOSTING, LARGEST, OLDEST = "full_boosting", "largest_arrears", "longest_in_arrears"
"""The boosting is the candidate that is what the published figures were measured with: neither additive nor bound."""
FLATTERED = 0.9
"""A random split gives .93: whoever comes near it has seen what was not yet known."""


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    """Every event of every fine."""
    path = find_fines()
    assert path is not None
    return pl.read_parquet(path)


@pytest.fixture(scope="module")
def unpaid(log: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Each January's fines of the year before that were still owed, with features and outcome."""
    last = CUT_OFFS[-1]
    created = log.filter((pl.col("activity") == "Create Fine") & (pl.col("date") < last))
    needed = (pl.col("date") < last) | (pl.col("activity") == "Send for Credit Collection")
    events = log.join(created.select("case_id"), on="case_id", how="semi").filter(needed)
    with taken_in(events, tmp_path_factory.mktemp("fines")) as connection:
        asked = pl.concat([created_within(log, day) for day in CUT_OFFS])
        rows = build_rows(connection, asked, known_before=KNOWN_BEFORE, outcome=COLLECTED, cohort=NOT_YET_SENT)
        return _owed(rows).join(paid_before(connection, CUT_OFFS), on=["as_of", "tenancy_no"], how="left")


@pytest.fixture(scope="module")
def notified(log: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Fines 30 days after their notification, where they were still owed, with features and outcome."""
    some = notified_on(log).filter(pl.col("notified_on").to_physical() % ONE_DAY_IN == 0)
    events = log.join(some, on="case_id", how="semi")
    with taken_in(events, tmp_path_factory.mktemp("notified")) as connection:
        asked = first_demands(connection, date(2000, 1, 1), date(2010, 7, 1), days_after=STAGE_DAYS)
        return _owed(build_rows(connection, asked, known_before=KNOWN_BEFORE, outcome=COLLECTED, cohort=NOT_YET_SENT))


def _owed(rows: AskedRows) -> pl.DataFrame:
    assert rows.outcomes is not None
    return label(rows.matrix, rows.outcomes).filter(pl.col("arrears_dkk") > 0.01)


@pytest.mark.parametrize(
    ("year", "known"),
    [
        (2005, (8_616, 481_811.17, 17_278.95, 403, 6_678, 3_754, 1_047, 4_148)),
        (2008, (7_300, 499_469.40, 11_377.20, 197, 5_853, 3_903, 2_665, 3_902)),
        (2010, (8_399, 748_501.33, 13_802.30, 232, 7_196, 4_899, 3_290, 4_697)),
    ],
)
def test_the_cohort_is_that_of_the_published_figures(unpaid: pl.DataFrame, year: int, known: tuple[float, ...]) -> None:
    rows = unpaid.filter(pl.col("as_of") == date(year, 1, 2))
    letters = rows["demands_24_months_count"]
    found = (
        rows.height,
        round(rows["arrears_dkk"].sum(), 2),
        round(rows["paid_dkk"].sum(), 2),
        rows["payments_12_months_count"].sum(),
        (rows["contacts_not_reached_12_months_count"] > 0).sum(),
        (letters > 0).sum(),
        (letters > 1).sum(),
        positives(rows).sum(),
    )
    assert found == known


@pytest.mark.parametrize("name", [BOOSTING, MODEL])
def test_who_will_be_sent_to_collection_is_found_better_than_by_simple_orders_on_every_day(
    unpaid: pl.DataFrame, name: str
) -> None:
    found, rules = _rolling(unpaid, name), _rolling(unpaid, RULES)
    assert found["as_of"].to_list() == list(TESTED)
    assert 0.79 <= _mean(found, "auc") < FLATTERED, found
    assert _mean(found, "precision") >= max(0.83, _mean(rules, "precision")), (found, rules)
    assert (found["auc"] > rules["auc"]).all(), (found, rules)
    for order in (LARGEST, OLDEST):
        beaten = _rolling(unpaid, order)
        for measure in ("auc", "precision"):
            assert (found[measure] > beaten[measure]).all(), (order, found, beaten)


def test_largest_outstanding_first_is_as_good_as_was_published(unpaid: pl.DataFrame) -> None:
    found = _rolling(unpaid, LARGEST)
    assert _mean(found, "auc") == pytest.approx(0.656, abs=0.006), found
    assert _mean(found, "precision") == pytest.approx(0.731, abs=0.006), found


def _mean(measured: pl.DataFrame, measure: str) -> float:
    """Over the tested days, each of the same weight."""
    return float(np.mean(measured[measure].to_numpy()))


def _rolling(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """AUC and precision in the top tenth of each tested day, taught by the days whose outcomes were known on it."""
    split = AsOfDateSplit(COLLECTED.horizon_days, reporting_lag_days=0, fewest=1, test_on=TESTED)
    measured = []
    for teach, test in split.split(rows):
        scores, outcomes = _scores(rows[teach], rows[test], name), positives(rows[test]).to_numpy()
        curve = blocks(scores, outcomes).curve()
        day = rows["as_of"][int(test[0])]
        measured.append((day, float(area_under_roc(curve)), float(precision_at(curve, test.size // 10))))
    return pl.DataFrame(measured, schema=("as_of", "auc", "precision"), orient="row")


def _scores(teach: pl.DataFrame, test: pl.DataFrame, name: str) -> np.ndarray:
    ranker = RANKERS[name](_columns(teach), 1)
    return ranker.fit(teach, positives(teach).to_numpy()).score(test)


def _columns(rows: pl.DataFrame) -> tuple[Column, ...]:
    """The features that tell fines apart: there is one sender, so what counts the whole town tells the date alone."""
    town = {column.name for table in feature_tables() if table.counts == "town" for column in table.columns}
    described = [column for column in feature_columns() if column.name not in town]
    return as_columns(column for column in described if rows[column.name].n_unique() > 1)


def test_with_24_months_the_cut_offs_whose_base_rate_collapses_are_named(unpaid: pl.DataFrame) -> None:
    in_time = pl.col("event_on") < pl.col("as_of").dt.offset_by("24mo")
    state = pl.when(in_time.fill_null(False)).then(pl.lit("positive")).otherwise(pl.lit("negative"))
    rates = _rates(unpaid.with_columns(label_state=state))
    assert rates[date(2007, 1, 2)] == pytest.approx(0.003, abs=0.0005), rates
    assert rates[date(2010, 1, 2)] == pytest.approx(0.116, abs=0.0005), rates
    assert _collapsed(rates) == [date(2007, 1, 2), date(2010, 1, 2)], rates
    assert _collapsed(_rates(unpaid)) == []
    with_24, with_36 = unpaid.with_columns(label_state=state), unpaid
    assert _named(with_24, "en") == {date(2007, 1, 2), date(2010, 1, 2)}
    assert _named(with_24, "da") == {date(2007, 1, 2), date(2010, 1, 2)}
    assert _named(with_36, "en") == set()


def _named(rows: pl.DataFrame, language: str) -> set[date]:
    """The days that the words of the backtest name as those on which the base rate had collapsed."""
    held_out = [_held_out(rows.filter(pl.col("as_of") == day), day) for day in TESTED]
    told = list(collapsed_sentences(POPULATIONS[0], held_out, language))
    between = {"en": " to ", "da": " til "}[language]
    return {day for day in TESTED for sentence in told if f"{between}{day}" in sentence}


def _held_out(rows: pl.DataFrame, day: date) -> HeldOut:
    return HeldOut(day, np.arange(rows.height), positives(rows).to_numpy(), {})


def _rates(rows: pl.DataFrame) -> dict[date, float]:
    """The share of positives of each tested cut-off."""
    return {day: float(np.mean(positives(rows.filter(pl.col("as_of") == day)).to_numpy())) for day in TESTED}


def _collapsed(rates: dict[date, float]) -> Sequence[date]:
    """The cut-offs with fewer than half as many positives as is usual: what is measured there says little."""
    return [day for day, rate in sorted(rates.items()) if rate < median(rates.values()) / 2]


def test_at_a_fixed_stage_little_is_known_and_more_would_be_a_leak(notified: pl.DataFrame) -> None:
    found = [_at_fixed_stage(notified, date(year, 1, 2), date(year + 1, 1, 2)) for year in range(2004, 2011)]
    assert 0.57 <= float(np.mean(found)) <= 0.62, found


def _at_fixed_stage(rows: pl.DataFrame, first: date, before: date) -> float:
    """AUC of the rows of a year, taught by those whose outcomes were known when it began."""
    teach = rows.filter(pl.col("as_of").dt.offset_by(f"{COLLECTED.horizon_days}d") <= first)
    test = rows.filter((pl.col("as_of") >= first) & (pl.col("as_of") < before))
    return float(area_under_roc(blocks(_scores(teach, test, BOOSTING), positives(test).to_numpy()).curve()))
