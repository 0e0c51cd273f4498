"""How far an eviction had come on a day, and what cannot be undone next."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from warehouse.features import build_as_of, read_cohort, read_deadlines, read_evidence, read_matrix

AS_OF = date(2026, 4, 1)


def _ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def _town_of(town: Any, cases: dict[str, list[tuple[str, int]]]) -> Any:
    """A tenancy for each case, with notices of the kinds issued so many days before the day."""
    for tenancy_no, notices in cases.items():
        town.tenancy("A", tenancy_no, date(2024, 1, 1))
        for kind, days in notices:
            town.notice(kind, _ago(days), tenancy_no=tenancy_no)
    return town


STAGES: dict[str, tuple[list[tuple[str, int]], str]] = {
    "nothing known": ([], "none"),
    "a demand stands": ([("payment_demand", 10)], "demand"),
    "a demand issued on the day is not yet known": ([("payment_demand", 0)], "none"),
    "a demand that was paid": ([("payment_demand", 10), ("paid", 5)], "none"),
    "a demand that was paid the same day": ([("payment_demand", 10), ("paid", 10)], "none"),
    "a demand after an earlier one was paid": ([("payment_demand", 90), ("paid", 60), ("payment_demand", 9)], "demand"),
    "a demand of half a year ago still stands": ([("payment_demand", 182)], "demand"),
    "an older demand has lapsed": ([("payment_demand", 183)], "none"),
    "a termination": ([("payment_demand", 40), ("termination", 20)], "termination"),
    "a termination withdrawn": ([("termination", 20), ("withdrawn", 3)], "none"),
    "a court request": ([("termination", 40), ("court_request", 10)], "court"),
    "a hearing alone": ([("court_hearing", 10)], "court"),
    "a case that was settled": ([("court_request", 30), ("settled", 2)], "none"),
    "a case of 540 days ago": ([("court_request", 540)], "court"),
    "an older case has lapsed": ([("court_request", 541)], "none"),
    "an eviction": ([("court_request", 60), ("evicted", 5)], "closed"),
    "the tenant moved out": ([("termination", 60), ("moved_out", 5)], "closed"),
}


def test_the_furthest_notice_that_stands_makes_the_stage(town: Any) -> None:
    connection = _town_of(town, {name: notices for name, (notices, _) in STAGES.items()}).settled()
    build_as_of(connection, [AS_OF])
    told = dict(read_cohort(connection, [AS_OF]).select("tenancy_no", "stage").rows())
    assert told == {name: stage for name, (_, stage) in STAGES.items()}


def test_a_balance_makes_arrears_and_clearing_it_ends_a_demand(town: Any) -> None:
    for tenancy_no in ("owes", "cleared", "demanded"):
        town.tenancy("A", tenancy_no, date(2024, 1, 1))
        town.post("charge", _ago(60), 6000, tenancy_no=tenancy_no)
    town.notice("payment_demand", _ago(40), tenancy_no="cleared")
    town.notice("payment_demand", _ago(40), tenancy_no="demanded")
    town.post("payment", _ago(30), -6000, tenancy_no="cleared")
    town.post("payment", _ago(30), -5999, tenancy_no="demanded")
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = dict(read_cohort(connection, [AS_OF]).select("tenancy_no", "stage").rows())
    assert told == {"owes": "arrears", "cleared": "none", "demanded": "demand"}


def test_an_arrears_list_that_no_longer_names_a_tenancy_ends_its_demand(town: Any) -> None:
    for tenancy_no in ("cleared", "demanded"):
        town.tenancy("L", tenancy_no, date(2024, 1, 1))
        town.notice("payment_demand", _ago(60), landlord="L", tenancy_no=tenancy_no)
    for days in (90, 30):
        named = ("cleared", "demanded") if days == 90 else ("demanded",)
        for tenancy_no in named:
            town.add("arrears", _ago(days), landlord="L", tenancy_no=tenancy_no, stated_on=_ago(days), arrears_dkk=900)
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = dict(read_cohort(connection, [AS_OF]).select("tenancy_no", "stage").rows())
    assert told == {"cleared": "none", "demanded": "demand"}


def test_only_active_tenancies_are_ranked(town: Any) -> None:
    town.tenancy("A", "moved in that day", AS_OF, known_on=_ago(20))
    town.tenancy("A", "moves in later", AS_OF + timedelta(days=1), known_on=_ago(20))
    town.tenancy("A", "moves out that day", _ago(400), moved_out_on=AS_OF, known_on=_ago(20))
    town.tenancy("A", "moves out later", _ago(400), moved_out_on=AS_OF + timedelta(days=1), known_on=_ago(20))
    town.tenancy("A", "not yet known", _ago(400), known_on=AS_OF)
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    assert set(read_cohort(connection, [AS_OF])["tenancy_no"]) == {"moved in that day", "moves out later"}


def test_an_empty_warehouse_has_an_empty_cohort(town: Any) -> None:
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    assert read_cohort(connection, [AS_OF]).is_empty()
    assert read_matrix(connection, [AS_OF]).is_empty()


def test_a_letter_without_a_number_counts_from_the_day_it_was_linked(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.notice("onsite_scheduled", _ago(20), source="bailiff_court", landlord=None, tenancy_no=None,
                hearing_on=AS_OF + timedelta(days=9))  # fmt: skip
    town.links.append({"feed": "notices", "record_key": "bailiff_court/n0", "landlord": "A", "tenancy_no": "1",
                       "confidence": 0.97, "method": "name_address", "known_on": _ago(10)})  # fmt: skip
    connection = town.settled()
    build_as_of(connection, [_ago(10), _ago(9)])
    stages = read_cohort(connection, [_ago(10), _ago(9)]).select("as_of", "stage").rows()
    assert stages == [(_ago(10), "none"), (_ago(9), "court")]
    assert set(connection.table("known_notices").pl()["link_confidence"]) == {0.97, 1.0}


def _deadlines(town: Any, tenancy_no: str | None = None) -> list[tuple[Any, ...]]:
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = read_deadlines(connection, [AS_OF])
    kept = told if tenancy_no is None else told.filter(tenancy_no=tenancy_no)
    return kept.sort("deadline_on", "kind").select("kind", "deadline_on", "days_left", "fact").rows()


def test_deadlines_of_demand_termination_and_court(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.notice("payment_demand", _ago(10), deadline_on=AS_OF + timedelta(days=5))
    town.notice("payment_demand", _ago(4))  # without a date: the law's 14 days
    town.notice("termination", _ago(3), deadline_on=AS_OF + timedelta(days=20))
    town.notice("court_request", _ago(2))
    town.notice("court_hearing", _ago(1), source="bailiff_court", hearing_on=AS_OF + timedelta(days=30))
    assert _deadlines(town) == [
        ("payment_demand", AS_OF + timedelta(days=5), 5, "notices:landlord/n0"),
        ("payment_demand", AS_OF + timedelta(days=10), 10, "notices:landlord/n1"),
        ("duty_to_act_14_days", AS_OF + timedelta(days=12), 12, "notices:landlord/n3"),
        ("duty_to_act_14_days", AS_OF + timedelta(days=13), 13, "notices:bailiff_court/n4"),
        ("termination", AS_OF + timedelta(days=20), 20, "notices:landlord/n2"),
        ("court_hearing", AS_OF + timedelta(days=30), 30, "notices:bailiff_court/n4"),
    ]


def test_a_date_that_has_passed_shows_only_where_no_later_one_is_set(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.tenancy("A", "2", date(2024, 1, 1))
    for tenancy_no in ("1", "2"):
        town.notice("payment_demand", _ago(30), tenancy_no=tenancy_no)
    town.notice("termination", _ago(5), tenancy_no="2", deadline_on=AS_OF)
    assert _deadlines(town, "1") == [("payment_demand", _ago(16), -16, "notices:landlord/n0")]
    assert _deadlines(town, "2") == [("termination", AS_OF, 0, "notices:landlord/n2")]


def test_notices_that_were_answered_have_no_deadline(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.notice("payment_demand", _ago(10))
    town.notice("paid", _ago(1))
    assert _deadlines(town) == []


def test_the_duty_to_act_runs_from_the_day_a_letter_first_became_known(town: Any) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    for known_on, amount in ((_ago(8), 100), (_ago(2), 200)):
        town.notice("court_request", _ago(10), notice_no="same", amount_dkk=amount, known_on=known_on)
    assert _deadlines(town) == [("duty_to_act_14_days", AS_OF + timedelta(days=6), 6, "notices:landlord/same")]


def test_an_acute_concern_stays_until_someone_was_reached(town: Any) -> None:
    """Any sender may put a case on the list; what health services send is never evidence for a score."""
    for number, (sender, urgency, days) in enumerate(
        [("psychiatry", "acute", 3), ("citizen", "acute", 3), ("citizen", "normal", 3), ("citizen", "acute", 15)]
    ):
        town.tenancy("A", str(number), date(2024, 1, 1))
        received = _ago(days)
        town.add("concerns", received, concern_no=f"c{number}", sender=sender, category="other", urgency=urgency,
                 received_at=datetime(received.year, received.month, received.day, 9),
                 person_id=f"p{number}")  # fmt: skip
    town.add("contacts", _ago(1), contact_no="k", landlord="A", tenancy_no="1", contacted_on=_ago(2), channel="visit",
             reached=True)  # fmt: skip
    assert _deadlines(town) == [("acute_concern", _ago(2), -2, "concerns:c0")]
    told = read_evidence(town.connection, [AS_OF]).filter(evidence="concern")
    assert told.select("tenancy_no", "code").rows() == [("1", "citizen"), ("2", "citizen"), ("3", "citizen")]


@pytest.mark.parametrize(("sender", "category"), [("police", "other"), ("relative", "mental_health")])
def test_sensitive_concerns_are_never_scored(town: Any, sender: str, category: str) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.add("concerns", _ago(5), concern_no="c", sender=sender, category=category, urgency="high",
             received_at=datetime(2026, 3, 27, 9), person_id="p1")  # fmt: skip
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    scored = read_matrix(connection, [AS_OF]).select(pl.selectors.contains("concern"))
    assert set(scored.row(0)) == {0.0, None}
