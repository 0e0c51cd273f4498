"""Tenancies on days of their own: who a first demand has reached, and the same features as a night of that day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse.definitions import CohortDefinition
from warehouse.errors import StoreError
from warehouse.features import (
    build_as_of,
    build_outcomes,
    feature_columns,
    feature_tables,
    read_audit,
    read_cohort,
    read_matrix,
)
from warehouse.fixed_stage import build_rows, first_demands
from warehouse.vocabulary import FEEDS

KEY = ("as_of", "landlord", "tenancy_no")
FIRST, BEFORE = date(2025, 1, 1), date(2026, 1, 1)
END = date(2026, 6, 1)
DAY = date(2025, 3, 10)
MONTH, MIDST = date(2025, 5, 1), date(2025, 5, 17)


def _random(new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int) -> Any:
    """A town of three landlords with rows of every feed, known before and after the days looked at."""
    rng = np.random.default_rng(seed)
    town = new_town()
    many = {"tenancies": 90, "rent_postings": 400, "notices": 200, "arrears": 90, "benefits": 90}
    for feed in FEEDS:
        town.rows[feed] = [any_row(rng, feed, date(2025, 9, 1)) for _ in range(many.get(feed, 40))]
    for feed in ("tenancies", "rent_postings", "notices", "arrears", "contacts"):
        for row in town.rows[feed]:
            row["tenancy_no"] = str(rng.integers(20))
    for number, row in enumerate(town.rows["notices"]):
        if rng.random() < 0.6:
            issued_on = FIRST + timedelta(days=int(rng.integers(-100, 400)))
            row |= {"kind": "payment_demand", "notice_no": f"d{number}", "issued_on": issued_on}
            row |= {"known_on": issued_on + timedelta(days=int(rng.integers(1, 30)))}
    for row in town.rows["rent_postings"]:
        row["landlord"] = "A" if row["landlord"] == "C" else row["landlord"]
    return town


def _demanded(town: Any, **more: Any) -> list[tuple[date, str]]:
    told = first_demands(town.settled(), FIRST, BEFORE, **more)
    return [(row["as_of"], row["tenancy_no"]) for row in told.to_dicts()]


def test_an_episode_begins_with_its_first_demand_and_counts_once(town: Any) -> None:
    for tenancy_no in ("once", "again soon", "again later", "told late", "late and first", "gone", "history", "linked"):
        town.tenancy("A", tenancy_no, date(2023, 1, 1))
    demand = "payment_demand"
    town.notice(demand, DAY, tenancy_no="once")
    town.notice("termination", DAY, tenancy_no="once")
    town.notice(demand, DAY - timedelta(days=182), tenancy_no="again soon")
    town.notice(demand, DAY, tenancy_no="again soon")
    town.notice(demand, DAY - timedelta(days=183), tenancy_no="again later")
    town.notice(demand, DAY, tenancy_no="again later")
    town.notice(demand, DAY, tenancy_no="told late", known_on=DAY + timedelta(days=30))
    town.notice(demand, DAY, tenancy_no="late and first")
    town.notice(demand, DAY - timedelta(days=20), tenancy_no="late and first", known_on=DAY + timedelta(days=40))
    town.notice(demand, DAY, tenancy_no="gone")
    town.tenancy("A", "gone", date(2023, 1, 1), moved_out_on=DAY + timedelta(days=3), known_on=DAY)
    town.notice(demand, DAY - timedelta(days=200), tenancy_no="history", known_on=DAY)
    town.notice(demand, DAY, source="bailiff_court", notice_no="letter", landlord=None, tenancy_no=None)
    town.links.append({"feed": "notices", "record_key": "bailiff_court/letter", "landlord": "A",
                       "tenancy_no": "linked", "confidence": 0.99, "method": "name_address",
                       "known_on": DAY + timedelta(days=11)})  # fmt: skip
    week = timedelta(days=7)
    assert _demanded(town) == [
        (DAY + week, "again later"),
        (DAY + week, "late and first"),
        (DAY + week, "once"),
        (DAY + timedelta(days=18), "linked"),
        (DAY + timedelta(days=37), "told late"),
    ]
    assert (DAY + timedelta(days=1), "once") in _demanded(town, days_after=1)
    with pytest.raises(StoreError, match="at least one day after"):
        first_demands(town.connection, FIRST, BEFORE, days_after=0)
    assert first_demands(town.connection, FIRST, FIRST).schema == first_demands(town.connection, FIRST, BEFORE).schema


@pytest.mark.parametrize("seed", [1, 2])
def test_what_becomes_known_later_changes_neither_who_was_demanded_nor_what_was_known(
    new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int
) -> None:
    town = _random(new_town, any_row, seed)
    connection = town.settled()
    demanded = first_demands(connection, FIRST, BEFORE)
    now = build_rows(connection, demanded)
    assert demanded.height > 20
    for day in (demanded["as_of"].unique().sort()[3], date(2025, 8, 20)):
        assert demanded.filter(pl.col("as_of") <= day).height < demanded.height
        connection = town.settled(day)
        then = first_demands(connection, FIRST, day + timedelta(days=1))
        assert_frame_equal(then, demanded.filter(pl.col("as_of") <= day))
        rows = build_rows(connection, then)
        assert_frame_equal(rows.matrix, now.matrix.filter(pl.col("as_of") <= day), check_exact=True)
        assert_frame_equal(rows.audit, now.audit.filter(pl.col("as_of") <= day), check_exact=True)


def test_a_row_asked_for_is_the_row_of_a_night_of_that_day(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    """All columns on a month's first; within a month all but those that count the whole town around the tenancy."""
    connection = _random(new_town, any_row, 5).settled()
    build_as_of(connection, [MONTH, MIDST], with_results=False)
    whole = read_matrix(connection, [MONTH, MIDST])
    outcomes = build_outcomes(connection, [MONTH, MIDST], END)
    asked = whole.select(KEY).filter(pl.int_range(pl.len()) % 3 == 0)
    rows = build_rows(connection, asked, known_before=END)
    assert rows.outcomes is not None
    assert set(rows.matrix["as_of"]) == {MONTH, MIDST}
    expected = whole.join(asked, on=KEY, how="semi")
    first = pl.col("as_of") == MONTH
    assert_frame_equal(rows.matrix.filter(first), expected.filter(first), check_exact=True)
    town_wide = [c.name for t in feature_tables() if t.counts == "town" for c in t.columns]
    assert 0 < len(town_wide) < len(feature_columns()) / 5
    assert_frame_equal(rows.matrix.drop(town_wide), expected.drop(town_wide), check_exact=True)
    at_first = whole.filter(first).select(*KEY[1:], *town_wide)
    around = rows.matrix.filter(~first).select(*KEY[1:]).join(at_first, on=KEY[1:], how="left", maintain_order="left")
    assert_frame_equal(rows.matrix.filter(~first).select(*KEY[1:], *town_wide), around, check_exact=True)
    assert around.drop(KEY[1:]).drop_nulls().height > 0
    assert_frame_equal(rows.outcomes, outcomes.join(asked, on=KEY, how="semi"), check_exact=True)
    audit = read_audit(connection, [MONTH, MIDST]).join(asked, on=KEY, how="semi")
    assert_frame_equal(rows.audit, audit, check_exact=True)


def test_asking_for_rows_leaves_the_kept_cohorts_of_the_same_days_alone(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    connection = _random(new_town, any_row, 6).settled()
    build_as_of(connection, [MONTH])
    read: tuple[Any, ...] = (read_matrix, read_cohort, read_audit)
    before = [*(each(connection, [MONTH]) for each in read), build_outcomes(connection, [MONTH], END)]
    temporary = set(connection.execute("show tables").fetchall())
    asked = before[0].select(KEY).head(3)
    assert build_rows(connection, asked, known_before=END).matrix.height == 3
    first_demands(connection, FIRST, BEFORE)
    assert set(connection.execute("show tables").fetchall()) == temporary
    after = [*(each(connection, [MONTH]) for each in read), build_outcomes(connection, [MONTH], END)]
    for frame, same in zip(before, after, strict=True):
        assert_frame_equal(frame, same, check_exact=True)


def test_who_is_not_active_or_not_in_the_cohort_is_not_there(town: Any) -> None:
    town.tenancy("A", "in", date(2024, 1, 1))
    town.tenancy("B", "out", date(2024, 1, 1))
    town.tenancy("A", "gone", date(2024, 1, 1), moved_out_on=DAY)
    asked = pl.DataFrame(
        {"as_of": [DAY] * 4, "landlord": ["A", "B", "A", "A"], "tenancy_no": ["in", "out", "gone", "no such"]}
    )
    rows = build_rows(town.settled(), asked, cohort=CohortDefinition(landlords=("A",)))
    assert rows.matrix["tenancy_no"].to_list() == rows.audit["tenancy_no"].to_list() == ["in"]
    assert rows.outcomes is None
    with pytest.raises(StoreError, match="at least one row"):
        build_rows(town.connection, asked.head(0))
