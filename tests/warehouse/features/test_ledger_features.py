"""What the rent account says, on towns small enough to work out by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from warehouse.features import build_as_of, read_cohort, read_evidence, read_matrix

AS_OF = date(2026, 4, 1)


def _matrix(town: Any, as_of: date = AS_OF, **more: Any) -> dict[str, dict[str, Any]]:
    """The features of each tenancy on the day, by tenancy number."""
    connection = town.settled()
    build_as_of(connection, [as_of], **more)
    return {row["tenancy_no"]: row for row in read_matrix(connection, [as_of]).to_dicts()}


def _month(number: int, day: int = 1) -> date:
    """Day `day` of the month that lies `number` months after December 2024."""
    return date(2024 + (number + 11) // 12, (number + 11) % 12 + 1, day)


@pytest.fixture(scope="module")
def rented(new_town: Callable[[], Any]) -> Any:
    """Four tenants with 15 rents of 6,000 due from January 2025 on.

    1 is always on time, 2 always ten days late, 3 stopped after December, and 4 pays half since January.
    """
    town = new_town()
    for tenancy_no in ("1", "2", "3", "4"):
        town.tenancy("A", tenancy_no, date(2025, 1, 1))
        for number in range(1, 16):
            town.post("charge", _month(number), 6000, tenancy_no=tenancy_no)
    for number in range(1, 16):
        town.post("payment", _month(number), -6000, tenancy_no="1")
        town.post("payment", _month(number, 11), -6000, tenancy_no="2")
        if number <= 12:
            town.post("payment", _month(number), -6000, tenancy_no="3")
        town.post("payment", _month(number), -6000 if number <= 12 else -3000, tenancy_no="4")
    return town


@pytest.fixture(scope="module")
def told(rented: Any) -> dict[str, dict[str, Any]]:
    """The features of those four tenants on 1 April 2026."""
    return _matrix(rented)


def test_amounts_owed_and_their_trend(told: Any) -> None:
    names = ("arrears_dkk", "months_owed_count", "oldest_due_days", "change_1_month_dkk", "change_3_months_dkk",
             "max_arrears_12_months_dkk", "months_behind_12_months_count", "unpaid_rents_count")  # fmt: skip
    assert {no: [told[no][name] for name in names] for no in told} == {
        # Tenant 2 is clear again on each month's first, before the new rent counts as past due.
        "1": [0, 0, 0, 0, 0, 0, 0, 0],
        "2": [0, 0, 0, 0, 0, 0, 0, 0],
        "3": [18000, 3, 90, 6000, 18000, 18000, 3, 3],
        "4": [9000, 1.5, 59, 3000, 9000, 9000, 3, 2],
    }


def test_lateness_streaks_and_missed_rents(told: Any) -> None:
    names = ("late_rents_3_months_count", "late_rents_12_months_count", "missed_rents_3_months_count",
             "on_time_12_months_share", "mean_late_3_months_days", "max_late_12_months_days", "last_rent_late_days",
             "late_streak_count", "on_time_streak_count")  # fmt: skip
    assert {no: [told[no][name] for name in names] for no in told} == {
        "1": [0, 0, 0, 1, 0, 0, 0, 0, 15],
        "2": [3, 12, 0, 0, 10, 10, 10, 15, 0],
        "3": [3, 3, 3, 0.75, (90 + 59 + 31) / 3, 90, 31, 3, 0],
        # Half a rent on 1 January and half on 1 February cover January's rent 31 days late.
        "4": [3, 3, 3, 0.75, (31 + 59 + 31) / 3, 59, 31, 3, 0],
    }


def test_rhythm_of_payment(told: Any) -> None:
    names = ("payments_12_months_count", "partial_payments_3_months_count", "paid_3_months_share",
             "since_payment_days", "last_payment_rents_count", "usual_payment_day", "payment_day_spread_days",
             "longest_payment_gap_days")  # fmt: skip
    assert {no: [told[no][name] for name in names] for no in told} == {
        "1": [12, 0, 1, 31, 1, 1, 0, 31],
        "2": [12, 0, 1, 21, 1, 11, 0, 31],
        "3": [9, 0, 0, 121, 1, 1, 0, 31],
        "4": [12, 3, 0.5, 31, 0.5, 1, 0, 31],
    }


def test_times_in_arrears_and_how_fast_they_were_cured(told: Any) -> None:
    names = ("times_behind_12_months_count", "times_cured_12_months_count", "mean_cure_days", "longest_behind_days",
             "currently_behind_days", "since_cured_days")  # fmt: skip
    assert {no: [told[no][name] for name in names] for no in told} == {
        "1": [0, 0, None, 0, 0, None],
        "2": [12, 12, 10, 10, 0, 21],
        "3": [1, 0, None, 90, 90, None],
        "4": [1, 0, None, 90, 90, None],
    }


def test_fees_write_offs_and_a_rise_of_the_rent(town: Any) -> None:
    """A reminder fee that is not paid is owed, but makes no rent late: rents are covered before fees."""
    town.tenancy("A", "1", date(2025, 1, 1))
    for number in range(1, 16):
        town.post("charge", _month(number), 5000 if number < 13 else 6000)
        town.post("payment", _month(number), -5000 if number < 13 else -6000)
    town.post("fee", _month(8, 12), 300)
    town.post("fee", _month(14, 12), 300)
    town.post("write_off", _month(14, 20), -200)
    told = _matrix(town)["1"]
    assert told["arrears_dkk"] == 400
    assert told["late_rents_12_months_count"] == 0
    assert (told["fees_3_months_count"], told["fees_12_months_count"], told["fees_12_months_dkk"]) == (1, 2, 600)
    assert told["write_offs_24_months_dkk"] == 200
    assert told["rent_change_12_months_share"] == pytest.approx(0.2)


def test_what_is_due_on_the_day_is_not_yet_past_due_and_what_is_owed_of_old_counts(town: Any) -> None:
    town.tenancy("A", "1", date(2020, 1, 1))
    town.tenancy("A", "2", date(2020, 1, 1))
    town.post("charge", date(2022, 5, 1), 700, tenancy_no="1")
    town.post("charge", AS_OF, 6000, tenancy_no="2")
    town.rows["rent_postings"][-1] |= {"known_on": date(2026, 3, 20), "posted_on": date(2026, 3, 20)}
    told = _matrix(town)
    assert told["1"]["arrears_dkk"] == 700
    assert told["1"]["oldest_due_days"] is None  # before the 24 months that are kept by day
    assert told["2"]["arrears_dkk"] == 0


def test_an_arrears_list_stands_in_for_a_ledger(town: Any) -> None:
    """A tenancy that the landlord's list does not name owed nothing; other features of the ledger are unknown."""
    town.tenancy("L", "1", date(2025, 1, 1))
    town.tenancy("L", "2", date(2025, 1, 1))
    for month, amount in ((1, 4000), (2, 6000), (3, 9000)):
        town.add("arrears", date(2026, month, 15), landlord="L", tenancy_no="1", stated_on=date(2026, month, 14),
                 arrears_dkk=amount, oldest_due_on=date(2026, 1, 1), reminders=month, payment_plan=True)  # fmt: skip
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = {row["tenancy_no"]: row for row in read_matrix(connection, [AS_OF]).to_dicts()}
    assert (told["1"]["arrears_dkk"], told["1"]["months_owed_count"], told["1"]["oldest_due_days"]) == (9000, 1.5, 90)
    assert (told["1"]["change_1_month_dkk"], told["1"]["list_reminders_count"]) == (3000, 3)
    assert told["1"]["list_payment_plan_flag"] == 1
    assert (told["1"]["month_ends_behind_24_months_count"], told["2"]["month_ends_behind_24_months_count"]) == (3, 0)
    assert (told["2"]["arrears_dkk"], told["2"]["change_1_month_dkk"]) == (0, 0)
    assert told["1"]["late_rents_12_months_count"] is None
    assert dict(read_cohort(connection, [AS_OF]).select("tenancy_no", "stage").rows()) == {"1": "arrears", "2": "none"}
    cited = read_evidence(connection, [AS_OF]).filter(evidence="arrears_balance", tenancy_no="1")["facts"].to_list()
    assert cited == [["arrears:L/1/2026-03-14"]]


def test_a_source_never_heard_from_is_unknown_and_not_zero(town: Any) -> None:
    """No record is not "no arrears": the landlord B sent neither ledger nor list, and nobody sent sanctions."""
    town.tenancy("A", "1", date(2025, 1, 1))
    town.tenancy("A", "2", date(2025, 1, 1), person_id=None)
    town.tenancy("B", "3", date(2025, 1, 1))
    town.post("charge", _month(14), 6000)
    town.add("benefits", _month(2), person_id="p9", kind="cash_benefit", valid_from=_month(1), monthly_dkk=9000)
    told = _matrix(town)
    assert (told["1"]["arrears_dkk"], told["2"]["arrears_dkk"], told["3"]["arrears_dkk"]) == (6000, 0, None)
    assert told["3"]["late_rents_12_months_count"] is None
    assert told["3"]["months_behind_12_months_count"] is None
    assert told["3"]["month_ends_behind_24_months_count"] is None
    assert told["1"]["sanctions_12_months_count"] is None
    assert (told["1"]["cash_benefit_flag"], told["2"]["cash_benefit_flag"]) == (0, None)  # 2 has no known tenant
    town.deliveries.append(("sanctions", "standard", date(2026, 1, 1)))
    assert _matrix(town)["1"]["sanctions_12_months_count"] == 0  # an empty delivery says that there were none


def test_a_source_switched_off_is_unknown_and_not_read(rented: Any) -> None:
    rented.rows["notices"].clear()
    rented.notice("termination", date(2026, 3, 1), tenancy_no="3")
    on = _matrix(rented)
    off = _matrix(rented, switched_off=frozenset({"rent_postings", "notices"}))
    assert (on["3"]["arrears_dkk"], on["3"]["stage"]) == (18000, "termination")
    assert (off["3"]["arrears_dkk"], off["3"]["stage"]) == (None, "none")
    filled = [name for name, value in off["3"].items() if value is not None]
    assert filled[4:] == [
        "landlord_tenancies_count", "tenancy_days", "new_tenancy_flag", "monthly_rent_dkk", "private_landlord_flag",
        "rent_reduction_ending_flag",
    ]  # fmt: skip


def test_evidence_of_the_account_names_amounts_days_and_postings(rented: Any) -> None:
    connection = rented.settled()
    build_as_of(connection, [AS_OF])
    told = read_evidence(connection, [AS_OF]).filter(tenancy_no="4")
    by_code = {row["evidence"]: row for row in told.to_dicts()}
    owed = by_code["arrears_balance"]
    assert (owed["amount_dkk"], owed["event_on"], owed["event_count"]) == (9000, date(2026, 2, 1), 1)
    postings = {f"rent_postings:{row['landlord']}/{row['posting_no']}": row for row in rented.rows["rent_postings"]}
    assert [postings[fact]["due_on"] for fact in owed["facts"]] == [date(2026, 3, 1), date(2026, 2, 1)]
    assert (by_code["late_payments"]["event_count"], len(by_code["late_payments"]["facts"])) == (3, 3)
    partial = by_code["partial_payment"]
    assert (partial["event_on"], partial["amount_dkk"]) == (date(2026, 3, 1), 3000)
    assert [postings[fact]["amount_dkk"] for fact in partial["facts"]] == [-3000]
    assert by_code["last_payment"]["event_on"] == date(2026, 3, 1)
    stopped = read_evidence(connection, [AS_OF]).filter(tenancy_no="3", evidence="no_payment_since").to_dicts()[0]
    assert (stopped["event_on"], stopped["event_count"]) == (date(2025, 12, 1), 121)
    behind = (
        read_evidence(connection, [AS_OF]).filter(evidence="repeated_arrears").rows_by_key("tenancy_no", named=True)
    )
    # Ten days late each month is late, but nobody calls it being behind when the month is over.
    assert {no: (rows[0]["event_count"], rows[0]["event_on"]) for no, rows in behind.items()} == {
        "3": (3, date(2026, 3, 31)),
        "4": (3, date(2026, 3, 31)),
    }
    # What the sentence counts is what the rule reads.
    read = read_matrix(connection, [AS_OF]).select("tenancy_no", "month_ends_behind_24_months_count")
    assert dict(read.iter_rows()) == {"1": 0, "2": 0, "3": 3, "4": 3}


def test_what_the_tenant_need_not_pay_is_not_held_against_anybody(new_town: Callable[[], Any]) -> None:
    """Housing benefit that the landlord gets is credited as an adjustment: who pays the rest has paid in full."""
    town = new_town()
    for tenancy_no, own in (("1", 4000), ("2", 3000)):
        town.tenancy("A", tenancy_no, date(2025, 1, 1))
        town.post("fee", _month(9), 300, tenancy_no=tenancy_no)  # so that both stay in arrears
        for number in range(10, 16):
            for kind, dkk in (("charge", 6000), ("adjustment", -2000), ("payment", -own)):
                town.post(kind, _month(number), dkk, tenancy_no=tenancy_no)
    told = _matrix(town)
    assert [told[no]["paid_3_months_share"] for no in ("1", "2")] == [1.0, 0.75]
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    found = {(row["tenancy_no"], row["evidence"]): row for row in read_evidence(connection, [AS_OF]).to_dicts()}
    assert not {("1", "last_payment"), ("1", "partial_payment")} & set(found)
    assert found["2", "partial_payment"]["amount_dkk"] == 3000
    assert found["1", "paid_in_full"]["amount_dkk"] == 12000
    assert (found["2", "last_payment"]["amount_dkk"], found["2", "last_payment"]["event_count"]) == (9000, 75)
    assert len(found["2", "last_payment"]["facts"]) == 9


def test_what_speaks_against_is_told_of_the_account_too(rented: Any) -> None:
    connection = rented.settled()
    build_as_of(connection, [AS_OF])
    told = read_evidence(connection, [AS_OF])
    found = {(row["tenancy_no"], row["evidence"]): row for row in told.to_dicts()}
    prompt = found["1", "paid_on_time"]
    assert (prompt["event_count"], prompt["event_on"], prompt["code"]) == (15, date(2026, 3, 1), "on_time")
    assert len(prompt["facts"]) == 12
    assert {no for no, code in found if code == "paid_on_time"} == {"1"}
    assert {no for no, code in found if code == "account_clear"} == {"1", "2"}
    assert (found["1", "steady_account"]["event_count"], ("4", "steady_account") in found) == (15, False)
    assert found["2", "paid_in_full"]["amount_dkk"] == 18000
    assert (found["4", "last_payment"]["amount_dkk"], found["4", "last_payment"]["event_count"]) == (9000, 50)
    assert (found["3", "last_payment"]["amount_dkk"], found["3", "last_payment"]["event_count"]) == (0, 0)
    assert found["3", "arrears_change"]["amount_dkk"] == 18000


def test_the_matrix_is_sorted_and_numeric(rented: Any) -> None:
    connection = rented.settled()
    build_as_of(connection, [AS_OF, date(2026, 1, 1)])
    matrix = read_matrix(connection, [AS_OF, date(2026, 1, 1)])
    assert matrix.columns[:4] == ["as_of", "landlord", "tenancy_no", "stage"]
    assert matrix.select("as_of", "landlord", "tenancy_no").rows() == sorted(
        matrix.select("as_of", "landlord", "tenancy_no").rows()
    )
    features = matrix.drop("as_of", "landlord", "tenancy_no", "stage")
    assert set(features.dtypes) == {pl.Float64()}
    assert features.select(pl.all().is_nan().any()).row(0).count(True) == 0
