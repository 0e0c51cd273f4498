"""Faults of deliveries: each kind named from a sender's own months, and nothing said of a sender that is as it was."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from monitoring.deliveries import FEWEST_DELIVERIES, delivery_faults, late_senders

SCHEMA = {
    "feed": pl.String,
    "sender": pl.String,
    "months_back": pl.Int32,
    "code": pl.String,
    "records": pl.Int64,
    "typical_dkk": pl.Float64,
    "typical_lag_days": pl.Float64,
}
Row = dict[str, Any]


def _months(sender: str = "Birkely", months: int = 13, seed: int = 1) -> list[Row]:
    """A sender's charges and payments, month by month, and the newest day."""
    drawn = np.random.default_rng(seed)
    return [
        {"feed": "rent_postings", "sender": sender, "months_back": back, "code": code, "typical_lag_days": 2.0,
         "records": int(drawn.poisson(of / (30 if back < 0 else 1))), "typical_dkk": typical}
        for back in range(-1, months)
        for code, of, typical in (("charge", 300, 6500.0), ("payment", 280, 6300.0))
    ]  # fmt: skip


def _faults(rows: list[Row]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.sender, one.code) for one in delivery_faults(pl.DataFrame(rows, schema=SCHEMA))]


def _changed(rows: list[Row], backs: tuple[int, ...], change: dict[str, Any]) -> list[Row]:
    return [row | {name: how(row) for name, how in change.items()} if row["months_back"] in backs else row
            for row in rows]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_a_sender_that_is_as_it_was_has_no_fault(seed: int) -> None:
    assert _faults(_months(seed=seed)) == []


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"records": lambda row: 2 * row["records"]}, "doubled", ""),
        ({"records": lambda row: row["records"] // 3}, "shrunken", ""),
        ({"typical_dkk": lambda row: 100 * row["typical_dkk"]}, "unit_shifted", "charge"),
        ({"typical_dkk": lambda row: row["typical_dkk"] / 1000}, "unit_shifted", "charge"),
        ({"typical_lag_days": lambda _row: 60.0}, "arrives_later", "charge"),
        ({"code": lambda row: "fee" if row["code"] == "payment" else row["code"]}, "recoded", "payment"),
    ],
)
def test_each_fault_of_the_newest_month_is_named(change: dict[str, Any], kind: str, code: str) -> None:
    assert (kind, "Birkely", code) in _faults(_changed(_months(), (-1, 0), change))
    # A month ago the same is history: nothing is said of it any more but of what is gone for good.
    if kind != "recoded":
        assert _faults(_changed(_months(), (3,), change)) == []


def test_amounts_of_the_newest_day_alone_are_seen_the_same_night() -> None:
    rows = _changed(_months(), (-1,), {"typical_dkk": lambda row: 100 * row["typical_dkk"]})
    assert _faults(rows) == [("unit_shifted", "Birkely", "charge")]


def test_one_code_that_takes_the_place_of_others_is_no_doubling() -> None:
    rows = _changed(_months(), (0,), {"records": lambda row: row["records"] * (9 if row["code"] == "charge" else 1)})
    assert ("recoded", "Birkely", "charge") in _faults(rows)
    assert ("doubled", "Birkely", "") not in _faults(rows)


def test_a_sender_that_begins_beside_old_ones_is_new_and_the_first_of_a_feed_is_not() -> None:
    new = [row for row in _months("Vestergade") if row["months_back"] <= 0]
    assert _faults(_months() + new) == [("new_sender", "Vestergade", "")]
    assert _faults(new) == []


def test_a_handful_of_records_is_no_fault_whatever_they_are() -> None:
    few = [row | {"records": 2} for row in _months()]
    assert _faults(_changed(few, (0,), {"records": lambda _row: 0})) == []


def _came(days: list[date]) -> pl.DataFrame:
    return pl.DataFrame({"feed": "arrears", "sender": "Nordhavn", "delivered_on": days})


def test_who_comes_at_the_end_of_each_month_is_late_the_night_after_it_did_not() -> None:
    ends = [date(2025, month + 1, 1) - timedelta(days=1) for month in range(1, 12)]
    came = _came(ends[:-1])
    assert late_senders(came, date(2025, 11, 30)) == []
    (late,) = late_senders(came, date(2025, 12, 1))
    assert (late.kind, late.group) == ("late", "feed=arrears&sender=Nordhavn")
    # In February a month's end comes on the 28th, and the next on the 31st.
    winter = [date(2024, 9, 30), date(2024, 10, 31), date(2024, 11, 30), date(2024, 12, 31), *ends[:2]]
    assert late_senders(_came(winter), date(2025, 3, 31)) == []


def test_who_comes_every_day_is_late_after_one_day_and_who_came_seldom_never() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(20)]
    assert late_senders(_came(days), date(2025, 1, 21)) == []
    assert len(late_senders(_came(days), date(2025, 1, 22))) == 1
    assert late_senders(_came(days[: FEWEST_DELIVERIES - 1]), date(2026, 1, 1)) == []
