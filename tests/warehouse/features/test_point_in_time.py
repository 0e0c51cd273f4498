"""Nothing known on or after a day changes what was computed for it: random towns, and a table worked by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from warehouse.features import (
    build_as_of,
    build_outcomes,
    read_audit,
    read_cohort,
    read_deadlines,
    read_evidence,
    read_freshness,
    read_matrix,
)
from warehouse.vocabulary import FEEDS

AS_OF = date(2026, 3, 1)
EARLIER = date(2025, 8, 13)
READERS = (read_matrix, read_cohort, read_audit, read_evidence, read_deadlines, read_freshness)
ROWS = {
    "tenancies": 24,
    "persons": 20,
    "rent_postings": 400,
    "arrears": 120,
    "notices": 300,
    "concerns": 160,
    "benefits": 200,
    "contacts": 160,
}


def _random_town(new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int) -> Any:
    """A town of three landlords with rows of every feed, links and deliveries, many of them known too late."""
    rng = np.random.default_rng(seed)
    town = new_town()
    for feed in FEEDS:
        town.rows[feed] = [any_row(rng, feed, AS_OF) for _ in range(ROWS.get(feed, 60))]
    for row in town.rows["rent_postings"]:
        if row["landlord"] == "C":
            row["landlord"] = "A"  # C sends a list in place of a ledger
        if rng.random() < 0.8:
            row["kind"] = str(rng.choice(["charge", "payment"]))
            row["amount_dkk"] = abs(row["amount_dkk"]) * (1 if row["kind"] == "charge" else -1)
    for row in town.rows["notices"]:
        # Fewer closing notices than chance would give, or every case would be closed by the day.
        if row["kind"] in ("withdrawn", "settled", "paid", "moved_out", "evicted") and rng.random() < 0.8:
            row["kind"] = str(rng.choice(["payment_demand", "termination", "court_request"]))
    for feed in ("notices", "concerns", "contacts", "tenancies"):
        town.links += [_any_link(rng, feed, row) for row in town.rows[feed][:12]]
    for feed in FEEDS:
        town.deliveries += [
            (feed, str(rng.choice(["A", "B", "standard"])), AS_OF + timedelta(days=int(rng.integers(-900, 100))))
            for _ in range(2)
        ]
    return town


def _any_link(rng: np.random.Generator, feed: str, row: dict[str, Any]) -> dict[str, Any]:
    key = {"tenancies": ("landlord", "tenancy_no"), "notices": ("source", "notice_no")}.get(feed, FEEDS[feed].key)
    decided = row["known_on"] + timedelta(days=int(rng.integers(0, 90)))
    return {
        "feed": feed,
        "record_key": "/".join(str(row[name]) for name in key),
        "landlord": str(rng.choice(["A", "B", "C"])),
        "tenancy_no": str(rng.choice(["1", "2", "3", "4"])),
        "person_id": "p" + str(rng.integers(10)) if feed == "tenancies" else None,
        "confidence": float(rng.integers(80, 100)) / 100,
        "method": "name_address",
        "known_on": decided,
    }


def _told(town: Any, known_before: date | None, days: list[date], **more: Any) -> list[pl.DataFrame]:
    """Everything that a build of `days` tells, and the outcomes of the earlier day as known on the later."""
    connection = town.settled(known_before)
    build_as_of(connection, days, **more)
    frames = [read(connection, days) for read in READERS]
    return [*frames, build_outcomes(connection, [EARLIER], AS_OF)]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_becomes_known_on_the_day_or_later_changes_nothing(
    new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int
) -> None:
    town = _random_town(new_town, any_row, seed)
    now = _told(town, None, [EARLIER, AS_OF])
    for then, later in zip(_told(town, AS_OF, [EARLIER, AS_OF]), now, strict=True):
        assert_frame_equal(then, later, check_exact=True)
    connection = town.settled(EARLIER)
    build_as_of(connection, [EARLIER])
    for read, later in zip(READERS, now, strict=False):
        assert_frame_equal(read(connection, [EARLIER]), later.filter(as_of=EARLIER), check_exact=True)


def test_random_towns_hold_every_feed_and_code_on_both_sides_of_the_day(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    """A property over towns that lack a feed or a kind would hold for nothing."""
    town = _random_town(new_town, any_row, 1)
    for feed in FEEDS:
        known = [row["known_on"] < AS_OF for row in town.rows[feed]]
        assert any(known), feed
        assert not all(known), feed
        assert any(row["retracted"] for row in town.rows[feed]) or len(known) < 30, feed
    many = [_random_town(new_town, any_row, seed) for seed in range(4)]
    for feed, declared in FEEDS.items():
        for column in declared.fields:
            seen = {row.get(column.name) for each in many for row in each.rows[feed]}
            assert seen >= set(column.codes), (feed, column.name)


def test_random_towns_fill_most_features_stages_evidence_and_deadlines(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    seen: list[list[pl.DataFrame]] = []
    for seed in range(3):
        seen.append(_told(_random_town(new_town, any_row, seed), None, [EARLIER, AS_OF]))
    matrix = pl.concat([frames[0] for frames in seen])
    constant = [name for name in matrix.columns[4:] if matrix[name].drop_nulls().n_unique() < 2]
    assert constant == []
    assert set(matrix["stage"]) >= {"none", "arrears", "demand", "court", "closed"}
    assert pl.concat([frames[3] for frames in seen])["evidence"].n_unique() == 38
    assert pl.concat([frames[4] for frames in seen])["kind"].n_unique() >= 6
    assert set(pl.concat([frames[5] for frames in seen])["status"]) >= {"fresh", "late"}
    assert set(pl.concat([frames[6] for frames in seen])["label_state"]) >= {"positive", "negative"}


def test_building_twice_or_beside_other_days_changes_nothing(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    connection = _random_town(new_town, any_row, 7).settled()
    build_as_of(connection, [EARLIER, AS_OF])
    first = [read(connection, [AS_OF]) for read in READERS]
    build_as_of(connection, [AS_OF])
    build_as_of(connection, [date(2026, 4, 1), EARLIER])
    for before, after in zip(first, [read(connection, [AS_OF]) for read in READERS], strict=True):
        assert_frame_equal(before, after, check_exact=True)


TOY = {
    "1": [(date(2014, 1, 1), True), (date(2014, 11, 10), False), (date(2015, 1, 1), False), (date(2015, 11, 10), True)],
    "2": [(date(2013, 6, 8), True), (date(2014, 6, 8), False)],
    "3": [(date(2014, 3, 3), False), (date(2014, 7, 24), False), (date(2015, 3, 3), True), (date(2015, 7, 24), False)],
    "4": [(date(2015, 12, 13), False), (date(2016, 12, 13), True)],
}


@pytest.fixture(scope="module")
def toy(new_town: Callable[[], Any]) -> pl.DataFrame:
    """The toy table's contacts as they were known on 1 January 2015 and 2016."""
    town = new_town()
    for tenancy_no, events in TOY.items():
        town.tenancy("A", tenancy_no, date(2013, 1, 1))
        for number, (day, reached) in enumerate(events):
            town.add("contacts", day, contact_no=f"{tenancy_no}-{number}", landlord="A", tenancy_no=tenancy_no,
                     contacted_on=day, channel="visit", reached=reached)  # fmt: skip
    connection = town.settled()
    build_as_of(connection, [date(2015, 1, 1), date(2016, 1, 1)])
    return connection.table("known_contacts").pl()


@pytest.mark.parametrize(
    ("entity", "as_of", "years", "expected"),
    [
        ("1", date(2015, 1, 1), 1, (1, 0.5)),
        ("1", date(2015, 1, 1), 99, (1, 0.5)),
        ("1", date(2016, 1, 1), 1, (1, 0.5)),
        ("1", date(2016, 1, 1), 2, (2, 0.5)),
        ("1", date(2016, 1, 1), 99, (2, 0.5)),
        ("2", date(2016, 1, 1), 1, None),
        ("2", date(2016, 1, 1), 2, (0, 0.0)),
        ("2", date(2016, 1, 1), 99, (1, 0.5)),
    ],
)
def test_the_toy_table_comes_out_through_the_door(
    toy: pl.DataFrame, entity: str, as_of: date, years: int, expected: tuple[int, float] | None
) -> None:
    """Where nothing is known the answer is none, not 0; an event on the as-of date is not yet known."""
    known = toy.filter(pl.col("as_of") == as_of, pl.col("tenancy_no") == entity)
    window = known.filter(pl.col("contacted_on") >= pl.col("as_of").dt.offset_by(f"-{years}y"))
    assert ((window["reached"].sum(), window["reached"].mean()) if window.height else None) == expected
