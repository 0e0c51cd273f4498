"""The watch on a real debt process, year by year: the two years whose outcomes failed to come, and no other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from flows.watch_alarms import alarms_of, told_alarms
from monitoring.measures import COUNTS, MEASURES
from monitoring.profiles import DRIFTED, profile, stability
from monitoring.shifts import shifts

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
YEARS = range(2001, 2011)
OUTCOME_MONTHS = 24
DAY = date(2008, 1, 1)
NO_FRESHNESS = pl.DataFrame(schema={"feed": pl.String, "sender": pl.String, "status": pl.String})
NOBODY_CAME = pl.DataFrame(schema={"feed": pl.String, "sender": pl.String, "delivered_on": pl.Date})
A_YEAR = replace(MEASURES["outcome_rate"], attributes=(), overlap_months=1)
"""The share whose claim is collected; a step is a year here."""


@pytest.fixture(scope="module")
def cohorts() -> dict[int, pl.DataFrame]:
    """Fines of the year before each 1 January that were open then: outstanding, created and whether collected."""
    path = DATA / "traffic_fines.parquet"
    if not path.is_file():
        pytest.skip(f"the real data is not here: {path.name}")
    log = pl.read_parquet(path).with_columns(pl.col("date").cast(pl.Date))
    return {year: _cohort(log, date(year, 1, 1)) for year in YEARS}


def _cohort(log: pl.DataFrame, day: date) -> pl.DataFrame:
    collected = log.filter(activity="Send for Credit Collection").group_by("case_id").agg(on=pl.col("date").min())
    known = log.filter(pl.col("date") < day).sort("case_id", "event_no").group_by("case_id", maintain_order=True)
    state = known.agg(
        created=pl.col("date").first(),
        amount=pl.col("amount").drop_nulls().last(),
        expense=pl.col("expense").sum(),
        paid=pl.col("totalPaymentAmount").drop_nulls().last(),
    )
    charged = pl.col("amount").fill_null(0) + pl.col("expense").fill_null(0)
    owing = state.with_columns(outstanding=(charged - pl.col("paid").fill_null(0)).round(2))
    rows = owing.join(collected, on="case_id", how="left", maintain_order="left")
    is_open = pl.col("on").is_null() | (pl.col("on") >= day)
    recent = pl.col("created") >= day - timedelta(days=365)
    end = date(day.year + OUTCOME_MONTHS // 12, 1, 1)
    rows = rows.filter((pl.col("outstanding") > 0.01) & is_open & recent)
    return rows.with_columns(collected=(pl.col("on") < end).fill_null(False))


def _rates(cohorts: dict[int, pl.DataFrame]) -> Iterator[dict[str, object]]:
    for year, rows in cohorts.items():
        told = {"as_of": date(year, 1, 1), "measure": A_YEAR.name, "stage": A_YEAR.stage, "group": ""}
        yield {**told, "hits": int(rows["collected"].sum()), "counted": rows.height}


def test_the_cohorts_are_the_known_ones(cohorts: dict[int, pl.DataFrame]) -> None:
    assert {year: cohorts[year].height for year in (2008, 2010)} == {2008: 7300, 2010: 8399}
    rate = {year: round(cohorts[year]["collected"].mean(), 3) for year in (2007, 2010)}  # type: ignore[arg-type]
    assert rate == {2007: 0.003, 2010: 0.116}


def test_the_outcome_rate_alarms_at_2007_and_2010_and_nowhere_else(cohorts: dict[int, pl.DataFrame]) -> None:
    history = pl.DataFrame(list(_rates(cohorts)), schema=COUNTS)
    alarmed = [
        year for year in range(2004, 2011) if shifts(history, date(year, 1, 1), measures=[A_YEAR], fewest_before=3)
    ]
    assert alarmed == [2007, 2010]


def test_the_amount_drifts_far_while_the_ranking_holds(cohorts: dict[int, pl.DataFrame]) -> None:
    """So drift alone is no reason to train again: the order by what is outstanding is as good as it was."""
    spread = {year: profile(rows, ["amount"]) for year, rows in cohorts.items()}
    index = {year: stability(spread[year], spread[2004])["amount"] for year in (2006, 2008, 2010)}
    assert min(index.values()) > 3 * DRIFTED
    auc = {year: roc_auc_score(rows["collected"], rows["outstanding"]) for year, rows in cohorts.items()}
    assert min(auc[2008], auc[2010]) > min(auc[year] for year in (2004, 2005, 2006)) - 0.02
    (told,) = told_alarms(alarms_of(NO_FRESHNESS, NOBODY_CAME, [], [], {"amount": index[2008]}, DAY), [], DAY)
    assert (told["kind"], told["grade"]) == ("drift", "look")
    assert "no reason to train again" in told["en"]["look_first"]
