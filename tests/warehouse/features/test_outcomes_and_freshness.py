"""What happened after a day, as known later; and how fresh each source was."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from warehouse.definitions import OutcomeDefinition
from warehouse.errors import StoreError
from warehouse.features import build_as_of, build_outcomes, read_freshness, read_matrix

AS_OF = date(2025, 7, 1)
END = AS_OF + timedelta(days=182)


def _outcomes(town: Any, known_before: date = END, **more: Any) -> dict[str, tuple[str, date | None]]:
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = build_outcomes(connection, [AS_OF], known_before, **more)
    return {row["tenancy_no"]: (row["label_state"], row["event_on"]) for row in told.to_dicts()}


def _contact(town: Any, tenancy_no: str, on: date, **more: Any) -> None:
    columns = {"channel": "visit", "reached": True, "outcome": "agreed", "intervention": "rent_help_81a"} | more
    town.add("contacts", on, contact_no=tenancy_no, landlord="A", tenancy_no=tenancy_no, contacted_on=on, **columns)


@pytest.fixture
def later(town: Any) -> Any:
    """Tenancies named after what happened to them from 1 July 2025 on."""
    day = AS_OF + timedelta(days=50)
    for tenancy_no in (
        "filed",
        "evicted",
        "conduct",
        "too late",
        "that day",
        "quiet",
        "helped",
        "helped and filed",
        "advised",
    ):
        town.tenancy("A", tenancy_no, date(2024, 1, 1))
    town.notice("court_request", day, tenancy_no="filed", ground="arrears")
    town.notice("evicted", day, tenancy_no="evicted")
    town.notice("court_request", day, tenancy_no="conduct", ground="conduct")
    town.notice("court_request", END, tenancy_no="too late", ground="arrears")
    town.notice("court_request", AS_OF, tenancy_no="that day", ground="arrears")
    _contact(town, "helped", day)
    _contact(town, "helped and filed", AS_OF)
    town.notice("court_request", day, tenancy_no="helped and filed", ground="arrears")
    _contact(town, "advised", day, intervention="none")
    town.tenancy("A", "moved", date(2024, 1, 1))
    town.tenancy("A", "moved", date(2024, 1, 1), moved_out_on=day, known_on=day)
    town.tenancy("A", "died", date(2024, 1, 1))
    town.add("persons", day, person_id="pdied", deceased_on=day)
    return town


def test_outcomes_are_counted_in_the_window(later: Any) -> None:
    day = AS_OF + timedelta(days=50)
    assert _outcomes(later) == {
        "filed": ("positive", day),
        "evicted": ("positive", day),
        "conduct": ("negative", None),
        "too late": ("negative", None),
        "that day": ("positive", AS_OF),
        "quiet": ("negative", None),
        "helped": ("treated", None),
        "helped and filed": ("positive", day),
        "advised": ("negative", None),
        "moved": ("moved_or_died", None),
        "died": ("moved_or_died", None),
    }


def test_a_cohort_is_not_mature_before_its_window_is_over(later: Any) -> None:
    early = _outcomes(later, END - timedelta(days=1))
    assert {state for state, _ in early.values()} == {"not_yet_mature"}
    short = OutcomeDefinition(horizon_days=60)
    states = {state for state, _ in _outcomes(later, AS_OF + timedelta(days=60), definition=short).values()}
    assert states == {"positive", "negative", "treated", "moved_or_died"}


def test_what_became_known_too_late_is_no_outcome(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.notice("court_request", AS_OF + timedelta(days=50), known_on=END)
    town.deliveries.append(("notices", "Fogedretten", AS_OF + timedelta(days=100)))
    assert _outcomes(town) == {"1": ("negative", None)}
    assert _outcomes(town, END + timedelta(days=1)) == {"1": ("positive", AS_OF + timedelta(days=50))}


def test_reading_before_building_says_what_to_do(town: Any) -> None:
    with pytest.raises(StoreError, match="Build the dates first"):
        read_matrix(town.settled(), [AS_OF])
    with pytest.raises(StoreError, match="expected the table cohort_tenancy"):
        build_outcomes(town.settled(), [AS_OF], END)


def test_freshness_by_sender(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.tenancy("silent", "2", date(2024, 1, 1))
    town.post("charge", AS_OF - timedelta(days=31), 6000)
    town.deliveries += [
        ("sanctions", "job centre", AS_OF - timedelta(days=8)),
        ("benefits", "job centre", AS_OF - timedelta(days=32)),
        ("concerns", "standard", AS_OF),
    ]
    connection = town.settled()
    build_as_of(
        connection, [AS_OF], switched_off=frozenset({"benefits"}), expected_every_days={("sanctions", "job centre"): 7}
    )
    told = read_freshness(connection, [AS_OF])
    status = {(row["feed"], row["sender"]): (row["status"], row["age_days"]) for row in told.to_dicts()}
    assert status.pop(("rent_postings", "A")) == ("fresh", 31)
    assert status.pop(("rent_postings", "silent")) == ("missing", None)
    assert status.pop(("sanctions", "job centre")) == ("late", 8)
    assert status.pop(("benefits", "job centre")) == ("off", 32)
    assert status.pop(("concerns", "")) == ("missing", None)
    assert status.pop(("tenancies", "A")) == status.pop(("tenancies", "silent")) == ("late", 547)
    assert set(status.values()) == {("missing", None)}
    assert told.filter(pl.col("feed") == "sanctions")["expected_every_days"].to_list() == [7]


def test_a_feed_has_a_rhythm_of_its_own_where_no_sender_is_named(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.deliveries += [("sanctions", "standard", AS_OF - timedelta(days=60))]
    connection = town.settled()
    build_as_of(connection, [AS_OF], expected_every_days={("sanctions", "*"): 92})
    told = read_freshness(connection, [AS_OF]).filter(pl.col("feed") == "sanctions")
    assert told.select("status", "expected_every_days").rows() == [("fresh", 92)]
