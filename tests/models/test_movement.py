"""What moved a score between two days: exact, and told from what changed in the facts."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from models.matrix import TENANCY
from models.movement import SCHEMA, known_of, movements, tell
from models.reasons import Told
from models.sentences import Evidence
from models.training import TrainedModel

OWED = Evidence("arrears_balance", date(2026, 1, 1), Decimal("6000.00"), 1, None, ("rent_postings:L/1",))
MORE = Evidence("arrears_balance", date(2026, 1, 1), Decimal("9000.00"), 1, None, (*OWED.facts, "rent_postings:L/2"))
CLEAR = Evidence("account_clear", date(2026, 1, 9), None, None, None, ("rent_postings:L/3",))
DEMAND = Evidence("payment_demand", date(2026, 1, 8), Decimal("6000.00"), 1, None, ("notices:landlord/1",))
QUIET = Evidence("no_payment_since", date(2025, 12, 1), None, 40, None, ("rent_postings:L/0",))
LATER = Evidence("no_payment_since", date(2025, 12, 1), None, 41, None, ("rent_postings:L/0",))


def _told(*evidence: Evidence) -> list[Told]:
    return [Told(one) for one in evidence]


def _danish(*args: Any, up: bool) -> list[str]:
    return [da for da, _ in tell(*args, up=up)]


def test_movements_sum_to_the_difference_of_the_raw_scores(trained: TrainedModel, world: Any) -> None:
    first, second = (world.matrix.filter(as_of=day) for day in sorted(set(world.matrix["as_of"]))[-2:])
    moved = movements(trained.model, first[:200], second[100:])
    assert moved.schema == SCHEMA
    sums = {key[:2]: key[2] for key in moved.group_by(TENANCY).agg(pl.col("moved").sum()).iter_rows()}
    both = first[100:200].select(TENANCY)
    days = [both.join(rows, on=TENANCY, how="left", maintain_order="left") for rows in (first, second)]
    raws = [trained.model.raw(rows) for rows in days]
    for key, before, now in zip(both.iter_rows(), *raws, strict=True):
        assert sums.get(key, 0.0) == pytest.approx(now - before, abs=1e-9)
    sizes = moved.group_by(TENANCY, maintain_order=True).agg(pl.col("moved").abs())["moved"]
    assert all(each.to_list() == sorted(each, reverse=True) for each in sizes)
    assert movements(trained.model, first[:0], second).is_empty()


def test_a_new_fact_is_told_and_a_larger_amount_beside_what_it_was() -> None:
    assert _danish([("payment_demand", 1.0)], [], _told(DEMAND), up=True) == [
        "Udlejer sendte et påkrav på 6.000,00 kr. den 8. januar 2026; det er det eneste i 24 måneder."
    ]
    assert _danish([("arrears_balance", 0.4)], _told(OWED), _told(MORE), up=True) == [
        "Restancen er nu 9.000,00 kr. mod 6.000,00 kr. ved sidste liste."
    ]
    assert tell([("arrears_balance", 0.4)], _told(OWED), _told(MORE), up=True)[0][1] == (
        "DKK 9,000.00 is owed now, DKK 6,000.00 at the last list."
    )


def test_a_fall_is_told_by_what_speaks_against_by_what_is_over_or_by_what_is_less() -> None:
    fell = [("arrears_balance", -1.0)]
    assert _danish(fell, _told(OWED), _told(CLEAR), up=False) == [
        "Der er ingen restance; den seneste indbetaling kom den 9. januar 2026."
    ]
    assert _danish(fell, _told(OWED), [], up=False) == [
        "Gælder ikke længere: Restancen er 6.000,00 kr., mindst én måneds husleje; "
        "den ældste del forfaldt den 1. januar 2026."
    ]
    assert _danish(fell, _told(MORE), _told(OWED), up=False) == [
        "Restancen er nu 6.000,00 kr. mod 9.000,00 kr. ved sidste liste."
    ]


def test_only_what_moved_the_score_its_way_is_told() -> None:
    moved = [("arrears_balance", 1.0), ("payment_demand", -0.5), ("no_payment_since", 0.01)]
    said = _danish(moved, [], _told(OWED, DEMAND, QUIET), up=True)
    assert [sentence[:12] for sentence in said] == ["Restancen er"]


def test_under_the_rules_news_is_told_and_the_mere_passing_of_time_is_not() -> None:
    said = _danish(None, _told(QUIET), _told(LATER, DEMAND), up=True)
    assert [sentence[:15] for sentence in said] == ["Udlejer sendte "]
    assert _danish(None, _told(OWED), _told(OWED), up=True) == []


def test_what_is_known_is_found_by_tenancy() -> None:
    key = {"as_of": date(2026, 1, 10), "landlord": "L", "tenancy_no": "1"}
    types = {"amount_dkk": pl.Decimal(12, 2), "event_count": pl.Int32, "code": pl.String, "event_on": pl.Date}
    row = {**key, "evidence": "new_tenancy", "event_on": date(2025, 1, 1), "amount_dkk": None, "event_count": None}
    evidence = pl.DataFrame([{**row, "code": None, "facts": ["tenancies:L/1"]}], schema_overrides=types)
    found = known_of(pl.DataFrame([key]), evidence)
    assert [told.evidence.code_name for told in found["L", "1"]] == ["new_tenancy"]
