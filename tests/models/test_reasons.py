"""Reasons: what raised the order and can be shown from the tenancy's own facts, in that order, one to five."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.matrix import KEY, Column
from models.reasons import NOTHING, SCHEMA, as_evidence, explain, group_contributions
from models.rules import RulesRanker
from models.sentence_check import check_sentence
from models.training import TrainedModel

DAY = date(2026, 1, 1)
EVIDENCE = {
    **{"as_of": pl.Date, "landlord": pl.String, "tenancy_no": pl.String, "evidence": pl.String, "event_on": pl.Date},
    **{"amount_dkk": pl.Decimal(12, 2), "event_count": pl.Int32, "code": pl.String, "facts": pl.List(pl.String)},
}


class Given:
    """A ranker whose contributions are given."""

    def __init__(self, **added: float) -> None:
        self.columns = tuple(Column(f"{reason}_{i}", reason=reason.rstrip("2")) for i, reason in enumerate(added))
        self.added = np.array(list(added.values()))

    def contributions(self, matrix: pl.DataFrame) -> np.ndarray:
        return np.repeat(self.added[None, :], matrix.height, axis=0)


def _matrix(*numbers: str) -> pl.DataFrame:
    size = len(numbers)
    keys = {"as_of": [DAY] * size, "landlord": ["L"] * size, "tenancy_no": list(numbers)}
    return pl.DataFrame({**keys, "stage": ["none"] * size})


def _evidence(*codes: str, number: str = "1") -> pl.DataFrame:
    rows = [
        (DAY, "L", number, code, date(2025, 12, 1), Decimal("4200.50"), 3, None, [f"rent_postings:L/{code}"])
        for code in codes
    ]
    return pl.DataFrame(rows, schema=EVIDENCE, orient="row")


def test_groups_are_summed_and_told_from_the_largest_with_their_facts() -> None:
    ranker = Given(late_payments=0.4, arrears_balance=0.3, arrears_balance2=0.3, payment_demand=-1.0, sanction=9.0)
    told = explain(ranker, _matrix("1"), _evidence("late_payments", "arrears_balance", "payment_demand"))
    assert told.schema == SCHEMA
    assert told["evidence"].to_list() == ["arrears_balance", "late_payments"]
    assert told["position"].to_list() == [1, 2]
    assert told["contribution"].to_list() == pytest.approx([0.6, 0.4])
    assert told["facts"].to_list() == [["rent_postings:L/arrears_balance"], ["rent_postings:L/late_payments"]]
    assert told["sentence_da"][0].startswith("Restancen er 4.200,50 kr., mindst 3 måneders husleje")


def test_never_more_than_asked_for_and_never_less_than_one() -> None:
    codes = ("arrears_balance", "late_payments", "payment_demand", "sanction", "termination", "new_tenancy", "hearing")
    ranker = Given(**dict.fromkeys(codes, 1.0))
    for most, expected in ((5, 5), (2, 2)):
        assert explain(ranker, _matrix("1"), _evidence(*codes), most=most).height == expected
    nothing = explain(ranker, _matrix("1", "2"), _evidence()[:0])
    assert nothing["evidence"].to_list() == [NOTHING, NOTHING]
    assert nothing["sentence_da"][0].endswith("intet enkelt skiller sig ud.")
    assert nothing["facts"].to_list() == [[], []]


def test_what_is_tiny_beside_the_rest_is_not_told() -> None:
    ranker = Given(arrears_balance=5.0, late_payments=0.01)
    assert explain(ranker, _matrix("1"), _evidence("late_payments", "arrears_balance")).height == 1


def test_a_notice_explains_a_place_though_the_model_made_nothing_of_it() -> None:
    ranker = Given(sanction=1.0, termination=-0.1, last_payment=-0.2)
    told = explain(ranker, _matrix("1"), _evidence("last_payment", "termination", "payment_demand"))
    assert told["evidence"].to_list() == ["termination", "payment_demand"]
    assert told["contribution"].to_list() == [None, None]
    lone = explain(ranker, _matrix("1"), _evidence("last_payment"))
    assert lone["evidence"].to_list() == [NOTHING]


def test_the_facts_of_another_tenancy_or_day_are_never_told() -> None:
    others = _evidence("arrears_balance", number="2")
    earlier = _evidence("arrears_balance").with_columns(as_of=pl.lit(date(2025, 12, 1)))
    told = explain(Given(arrears_balance=1.0), _matrix("1"), pl.concat([others, earlier]))
    assert told["evidence"].to_list() == [NOTHING]


def test_of_two_of_a_kind_the_later_is_told() -> None:
    later = _evidence("sanction").with_columns(event_on=pl.lit(date(2025, 12, 24)))
    told = explain(Given(sanction=1.0), _matrix("1"), pl.concat([later, _evidence("sanction")]))
    assert told.height == 1
    assert "24. december 2025" in told["sentence_da"][0]


def test_the_rules_tell_the_evidence_of_the_rules_that_hold_the_highest_step_first() -> None:
    matrix = _matrix("1", "2").with_columns(
        stage=pl.Series(["demand", "none"]), months_owed_count=pl.Series([1.2, 0.0]), concerns_3_months_count=pl.lit(1)
    )
    evidence = _evidence("concern", "arrears_balance", "payment_demand", "sanction")
    told = explain(RulesRanker(), matrix, evidence)
    first = told.filter(tenancy_no="1")
    assert first["evidence"].to_list() == ["payment_demand", "arrears_balance", "concern"]
    assert first["contribution"].null_count() == 3
    assert told.filter(tenancy_no="2")["evidence"].to_list() == [NOTHING]


def test_groups_of_a_trained_model_add_up_to_its_contributions(trained: TrainedModel, world: Any) -> None:
    codes, sums = group_contributions(trained.model, world.matrix[:200])
    assert codes == sorted({column.reason for column in world.columns})
    assert np.abs(sums.sum(axis=1) + trained.model.base - trained.model.raw(world.matrix[:200])).max() < 1e-9


def _stated(postings: list[tuple[str, date, str]], number: str) -> tuple[Any, ...]:
    """What a ledger's facts say of a tenancy's arrears: the balance, its oldest open charge and what was cited."""
    paid = -sum((Decimal(amount) for _, _, amount in postings if Decimal(amount) < 0), Decimal(0))
    open_on, facts = None, []
    for posting_no, due_on, amount in sorted(postings, key=lambda posting: posting[1]):
        charge = Decimal(amount)
        if charge > 0:
            paid -= charge
            if paid < 0:
                open_on = open_on or due_on
                facts.append(f"rent_postings:L/{posting_no}")
    return (DAY, "L", number, "arrears_balance", open_on, -paid, int(-paid // 5000), None, facts)


def test_each_sentence_is_true_of_the_facts_it_cites() -> None:
    """2,000 made-up ledgers: every amount, date and number in the sentence is that of the postings cited."""
    generator = np.random.default_rng(2)
    ledgers: dict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for i in range(2000):
        for month in range(1, 9):
            ledgers[f"{i:04}"].append((f"{i}c{month}", date(2025, month, 1), "5000.00"))
            if generator.random() < 0.7:
                part = generator.choice(["-5000.00", "-2500.00", "-1234.56"])
                ledgers[f"{i:04}"].append((f"{i}p{month}", date(2025, month, 3), str(part)))
    rows = [_stated(postings, number) for number, postings in ledgers.items()]
    rows = [row for row in rows if row[5] > 0]
    evidence = pl.DataFrame(rows, schema=EVIDENCE, orient="row")
    told = explain(Given(arrears_balance=1.0), _matrix(*ledgers), evidence)
    cited = told.filter(pl.col("evidence") != NOTHING).join(evidence, on=[*KEY, "evidence"], validate="1:1")
    assert cited.height == len(rows) > 1500
    for row in cited.iter_rows(named=True):
        assert row["facts"] == row["facts_right"]
        for language in ("da", "en"):
            assert check_sentence(row[f"sentence_{language}"], as_evidence(row), language) == []
            assert row[f"sentence_{language}"].count(str(row["event_on"].year)) == 1


def test_what_cites_no_fact_is_not_said(world: Any) -> None:
    matrix = world.matrix[:1]
    row = {**matrix.select(KEY).to_dicts()[0], "evidence": "repeated_arrears", "event_on": None, "amount_dkk": None}
    types = {"event_on": pl.Date, "amount_dkk": pl.Decimal(12, 2), "event_count": pl.Int32, "code": pl.String}
    told = [
        explain(
            RulesRanker(),
            matrix.with_columns(month_ends_behind_24_months_count=pl.lit(4.0)),
            pl.DataFrame([{**row, "event_count": 4, "code": None, "facts": facts}], schema_overrides=types),
        )["sentence_da"].to_list()
        for facts in ([], ["rent_postings:A/1"])
    ]
    assert [any("4 gange" in sentence for sentence in sentences) for sentences in told] == [False, True]


def test_what_speaks_against_comes_after_and_never_against_a_reason_that_is_told() -> None:
    evidence = _evidence("arrears_balance", "account_clear", "agreement", "long_tenancy")
    told = explain(Given(arrears_balance=1.0, earlier_contact=0.5, new_tenancy=-0.5), _matrix("1"), evidence)
    assert told.select("kind", "position", "evidence", "reason").rows() == [
        ("for", 1, "arrears_balance", "arrears_balance"),
        ("against", 1, "long_tenancy", "new_tenancy"),
        # An agreement counts whatever the model made of contacts; it has no contribution of its own.
        ("against", 2, "agreement", "earlier_contact"),
    ]
    assert told["contribution"].to_list() == [1.0, -0.5, None]
    assert told["sentence_da"][1] == "Lejeren har boet her i 3 år, siden den 1. december 2025."


def test_under_the_rules_what_speaks_against_is_told_by_gravity_where_no_rule_holds() -> None:
    matrix = _matrix("1").with_columns(stage=pl.lit("demand"), months_owed_count=pl.lit(0.0))
    evidence = _evidence("payment_demand", "settled_case", "long_tenancy", "arrears_falling", "paid_in_full")
    told = explain(RulesRanker(), matrix, evidence)
    assert told["evidence"].to_list() == ["payment_demand", "arrears_falling", "paid_in_full", "long_tenancy"]
    assert explain(RulesRanker(), matrix, evidence, most_against=1).height == 2


def test_how_certain_a_link_is_stands_beside_the_reason() -> None:
    evidence = _evidence("payment_demand").with_columns(link_confidence=pl.lit(0.93))
    assert explain(Given(payment_demand=1.0), _matrix("1"), evidence)["link_confidence"].to_list() == [0.93]
    assert explain(Given(payment_demand=1.0), _matrix("1"), _evidence("payment_demand"))["link_confidence"][0] == 1.0
