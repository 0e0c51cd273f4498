"""What a case shows: nothing that was known later, one row a fact, and amounts that add up."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.warehouse.features.test_point_in_time import AS_OF, EARLIER, _random_town
from warehouse.case_tables import CaseTables, read_case_tables
from warehouse.features import build_as_of, read_cohort
from warehouse.vocabulary import FEEDS

TENANCY = ["landlord", "tenancy_no"]
NAMES = ("months", "events", "dwellings", "occupants")
DAY = date(2026, 1, 15)


def _frames(tables: CaseTables) -> list[pl.DataFrame]:
    return [getattr(tables, name) for name in NAMES]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_becomes_known_on_the_day_or_later_changes_nothing(
    new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int
) -> None:
    town = _random_town(new_town, any_row, seed)
    later = _frames(read_case_tables(town.settled(), AS_OF))
    then = _frames(read_case_tables(town.settled(AS_OF), AS_OF))
    for before, after in zip(then, later, strict=True):
        assert_frame_equal(before, after, check_exact=True)


@pytest.mark.parametrize("seed", range(3))
def test_every_active_tenancy_is_there_once_and_nobody_else(
    new_town: Callable[[], Any], any_row: Callable[..., Any], seed: int
) -> None:
    connection = _random_town(new_town, any_row, seed).settled()
    build_as_of(connection, [AS_OF])
    active = read_cohort(connection, [AS_OF], outside_too=True).select(TENANCY)
    tables = read_case_tables(connection, AS_OF)
    assert_frame_equal(tables.dwellings.select(TENANCY), active)
    for frame in (tables.months, tables.events, tables.occupants):
        assert frame.height > 0
        assert frame.join(active, on=TENANCY, how="anti").is_empty()
    assert tables.months.select(*TENANCY, "month").is_unique().all()
    assert tables.occupants.select(*TENANCY, "person_id").is_unique().all()
    assert tables.events.select(*TENANCY, "kind", "fact").is_unique().all()
    assert (tables.events["on"] < AS_OF).all()
    assert (tables.events["known_on"] < AS_OF).all()
    assert set(tables.events["source"]) <= set(FEEDS) - {"discharges"}


def test_reading_keeps_nothing_and_leaves_the_night_as_it_was(
    new_town: Callable[[], Any], any_row: Callable[..., Any]
) -> None:
    connection = _random_town(new_town, any_row, 5).settled()
    build_as_of(connection, [AS_OF])
    kept = "select table_name from duckdb_tables() where not temporary order by all"
    before, cohort = connection.execute(kept).fetchall(), read_cohort(connection, [AS_OF], outside_too=True)
    first = _frames(read_case_tables(connection, AS_OF))
    read_case_tables(connection, EARLIER)
    for one, again in zip(first, _frames(read_case_tables(connection, AS_OF)), strict=True):
        assert_frame_equal(one, again, check_exact=True)
    assert connection.execute(kept).fetchall() == before
    assert_frame_equal(read_cohort(connection, [AS_OF], outside_too=True), cohort)


def test_a_source_switched_off_tells_nothing(new_town: Callable[[], Any], any_row: Callable[..., Any]) -> None:
    connection = _random_town(new_town, any_row, 2).settled()
    for feed in sorted(set(FEEDS) - {"tenancies"}):
        tables = read_case_tables(connection, AS_OF, switched_off=frozenset({feed}))
        assert feed not in set(tables.events["source"])
        assert tables.dwellings.height > 0


def _one(frame: pl.DataFrame, *columns: str, **where: Any) -> list[tuple[Any, ...]]:
    return frame.filter(**where).select(columns).rows()


def test_the_months_of_an_account_add_up(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    for month in range(1, 13):
        town.post("charge", date(2025, month, 1), 6000)
        if month not in (6, 11):
            town.post("payment", date(2025, month, 3), -6000)
    town.post("fee", date(2025, 11, 20), 300)
    town.post("write_off", date(2025, 12, 20), -1000)
    months = read_case_tables(town.settled(), DAY).months
    assert months.height == 24
    assert months["month"].to_list()[::23] == [date(2024, 2, 1), date(2026, 1, 1)]
    told = {row[0]: row[1:] for row in months.select("month", "due_dkk", "paid_dkk", "balance_dkk").iter_rows()}
    assert told[date(2024, 12, 1)] == (None, None, None)
    assert told[date(2025, 1, 1)] == (6000, 6000, 0)
    assert told[date(2025, 6, 1)] == (6000, 0, 6000)
    assert told[date(2025, 11, 1)] == (6300, 0, 12300)
    assert told[date(2025, 12, 1)] == (6000, 6000, 11300)
    assert told[date(2026, 1, 1)] == (0, 0, 11300)
    assert set(months["rent_dkk"]) == {Decimal("6000.00")}


def test_a_tenancy_has_no_months_before_it_began_and_a_list_tells_the_balance_alone(town: Any) -> None:
    town.tenancy("B", "7", date(2025, 10, 20))
    town.add("arrears", date(2025, 12, 5), landlord="B", tenancy_no="7", stated_on=date(2025, 12, 1), arrears_dkk=4000,
             payment_plan=True)  # fmt: skip
    tables = read_case_tables(town.settled(), DAY)
    assert tables.months.select("month", "due_dkk", "paid_dkk", "balance_dkk").rows() == [
        (date(2025, 10, 1), None, None, None),
        (date(2025, 11, 1), None, None, None),
        (date(2025, 12, 1), None, None, 4000),
        (date(2026, 1, 1), None, None, None),
    ]
    assert _one(tables.events, "on", "known_on", "kind", "source", "sender") == [
        (date(2025, 12, 1), date(2025, 12, 5), "payment_plan", "arrears", "B")
    ]


def test_an_account_without_a_posting_owed_nothing_since_its_landlord_was_heard_from(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    town.tenancy("A", "2", date(2020, 1, 1))
    town.post("charge", date(2025, 12, 1), 6000)
    months = read_case_tables(town.settled(), DAY).months.filter(tenancy_no="2")
    assert months["balance_dkk"].to_list() == [None] * 22 + [0, 0]


def test_an_event_says_when_it_was_known_and_from_whom(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    town.notice("court_hearing", date(2025, 12, 1), known_on=date(2025, 12, 9), hearing_on=date(2026, 2, 3),
                source="bailiff_court", ground="arrears", amount_dkk=12000)  # fmt: skip
    town.add("sanctions", date(2025, 12, 20), sanction_no="s", person_id="p1", kind="cessation",
             decided_on=date(2025, 12, 18), amount_dkk=900)  # fmt: skip
    town.add("contacts", date(2026, 1, 2), contact_no="c", landlord="A", tenancy_no="1", channel="visit", reached=True,
             contacted_on=date(2026, 1, 2), outcome="agreed", intervention="payment_plan")  # fmt: skip
    events = read_case_tables(town.settled(), DAY).events
    assert _one(events, "on", "known_on", "kind", "amount_dkk", "detail", "sender", "due_on", "channel", "fact") == [
        (date(2025, 12, 1), date(2025, 12, 9), "court_hearing", 12000, "arrears", "bailiff_court", date(2026, 2, 3),
         None, "notices:bailiff_court/n0"),
        (date(2025, 12, 18), date(2025, 12, 20), "sanction", 900, "cessation", None, None, None, "sanctions:s"),
        (date(2026, 1, 2), date(2026, 1, 2), "contact", None, "agreed", None, None, "visit", "contacts:c"),
        (date(2026, 1, 2), date(2026, 1, 2), "intervention", None, "payment_plan", None, None, "visit", "contacts:c"),
    ]  # fmt: skip


def test_a_benefit_that_stops_is_told_and_one_that_goes_on_is_not(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    known = date(2025, 12, 31)
    for first, last, pay in ((date(2025, 1, 1), date(2025, 6, 30), 9000), (date(2025, 7, 1), date(2025, 11, 30), 9500)):
        town.add("benefits", known, person_id="p1", kind="cash_benefit", valid_from=first, valid_to=last,
                 monthly_dkk=pay)  # fmt: skip
    events = read_case_tables(town.settled(), DAY).events
    assert events.select("on", "kind", "amount_dkk", "detail").rows() == [
        (date(2025, 1, 1), "benefit_change", 9000, "cash_benefit"),
        (date(2025, 7, 1), "benefit_change", 9500, "cash_benefit"),
        (date(2025, 11, 30), "benefit_ended", None, "cash_benefit"),
    ]


@pytest.mark.parametrize(
    ("sender", "category", "told"),
    [
        ("landlord", "rent_arrears", ("rent_arrears", "landlord")),
        ("psychiatry", "other", (None, None)),
        ("relative", "substance_use", (None, None)),
    ],
)
@pytest.mark.parametrize(("urgency", "kind"), [("acute", "acute_concern"), (None, "concern"), ("low", "concern")])
def test_a_concern_is_there_as_received_and_never_says_that_somebody_is_ill(
    town: Any, sender: str, category: str, told: tuple[str | None, str | None], urgency: str | None, kind: str
) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    town.add("concerns", date(2026, 1, 3), concern_no="k", received_at=datetime(2026, 1, 2, 9), sender=sender,
             category=category, urgency=urgency, person_id="p1")  # fmt: skip
    events = read_case_tables(town.settled(), DAY).events
    assert events.select("on", "kind", "detail", "sender").rows() == [(date(2026, 1, 2), kind, *told)]


def test_no_event_tells_of_a_discharge_or_of_treatment(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    day = date(2026, 1, 2)
    town.add("discharges", day, discharge_no="d", person_id="p1", ward="psychiatric", discharged_on=day)
    for service in ("job_centre", "local_psychiatry", "substance_treatment"):
        town.add("missed_appointments", day, person_id="p1", service=service, missed_on=day)
    events = read_case_tables(town.settled(), DAY).events
    assert events["detail"].to_list() == ["job_centre"]


def test_events_older_than_24_months_are_left_out(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    for on in (date(2024, 1, 14), date(2024, 1, 15), DAY - timedelta(days=1), DAY):
        town.notice("payment_demand", on, known_on=min(on, DAY - timedelta(days=1)))
    assert read_case_tables(town.settled(), DAY).events["on"].to_list() == [date(2024, 1, 15), date(2026, 1, 14)]


def test_a_home_says_who_lives_there_and_whether_its_address_is_protected(town: Any) -> None:
    known = date(2025, 1, 1)
    town.tenancy("A", "1", known, home_id="h1", estate="Søparken")
    town.tenancy("A", "2", known, home_id="h2")
    town.tenancy("A", "3", known)
    town.add("persons", known, person_id="p1", home_id="h1", household="couple_with_children", children=2)
    town.add("persons", known, person_id="p9", home_id="h1", children=0)
    town.add("persons", known, person_id="p2", protected=True)
    tables = read_case_tables(town.settled(), DAY)
    columns = ("tenancy_no", "home_id", "district", "estate", "rent_dkk", "children", "household", "address_protected")
    assert tables.dwellings.select(columns).rows() == [
        ("1", "h1", "8900", "Søparken", 6000, True, "couple_with_children", False),
        ("2", "h2", "8900", None, 6000, None, None, True),
        ("3", None, "8900", None, 6000, None, None, True),
    ]
    assert tables.occupants.select("tenancy_no", "person_id", "role").rows() == [
        ("1", "p1", "tenant"),
        ("1", "p9", "occupant"),
        ("2", "p2", "tenant"),
        ("3", "p3", "tenant"),
    ]
