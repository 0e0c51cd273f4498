"""The contract of each feed on typed rows: what must be filled in, and what cannot be.

A rule is named `<rule>__<column>`; `warehouse/rules.py` says what each rule means.
"""

from collections.abc import Callable
from functools import cache

import dataframely as dy
import polars as pl

from warehouse.vocabulary import EVERY_FEED, Feed, Field, FieldType

LINE = "line_no"

_ENDS: dict[str, tuple[tuple[str, str], ...]] = {
    "tenancies": (("moved_in_on", "moved_out_on"),),
    "benefits": (("valid_from", "valid_to"),),
    "benefit_applications": (("applied_on", "decided_on"),),
    "shelter_stays": (("checked_in_on", "checked_out_on"),),
    "support_courses": (("started_on", "ended_on"),),
}
"""(start, end) of what each feed tells over a period."""

_NEVER_BELOW_ZERO = frozenset(
    {
        "children",
        "monthly_rent_dkk",
        "rooms",
        "size_m2",
        "reminders",
        "monthly_dkk",
        "amount_dkk",
    }
)
"""Columns whose value cannot be negative; a posting's sign has its own rule, and arrears may be a credit."""

_BY_FEED: dict[str, dict[str, pl.Expr]] = {
    "persons": {"died_before_birth__deceased_on": pl.col("deceased_on") >= pl.col("birth_date")},
    "rent_postings": {
        "sign_of_amount__amount_dkk": pl.when(pl.col("kind") == "charge")
        .then(pl.col("amount_dkk") > 0)
        .when(pl.col("kind") == "payment")
        .then(pl.col("amount_dkk") < 0)
        .otherwise(True)
    },
    "notices": {
        "deadline_before_issue__deadline_on": (pl.col("kind") != "payment_demand")
        | (pl.col("deadline_on") >= pl.col("issued_on"))
    },
    "link_answers": {
        "linked_to_nothing__answer": (pl.col("answer") != "linked")
        | (pl.col("landlord").is_not_null() & pl.col("tenancy_no").is_not_null())
        | pl.col("person_id").is_not_null()
    },
}


@cache
def contract_of(feed: str) -> type[dy.Schema]:
    """The feed's contract as a dataframely schema over line_no and the feed's typed columns."""
    declared = EVERY_FEED[feed]
    columns = {field.name: frame_column(field) for field in declared.every_field}
    rules = {name: dy.rule()(_unless_retracted(holds)) for name, holds in _rules(declared).items()}
    keys = {
        f"required__{name}": dy.rule()(_always(pl.col(name).is_not_null() | pl.lit(False))) for name in declared.key
    }
    return type(f"{feed}_contract", (dy.Schema,), {LINE: dy.Int32(nullable=False), **columns, **rules, **keys})


def frame_column(field: Field) -> dy.Column:
    """How a feed's column is typed in a frame. Missing values are a rule's business, not the type's."""
    columns: dict[FieldType, dy.Column] = {
        FieldType.DATE: dy.Date(nullable=True),
        FieldType.TIMESTAMP: dy.Datetime(nullable=True, time_unit="us"),
        FieldType.MONEY: dy.Decimal(12, 2, nullable=True),
        FieldType.DECIMAL: dy.Float64(nullable=True),
        FieldType.INTEGER: dy.Int32(nullable=True),
        FieldType.BOOLEAN: dy.Bool(nullable=True),
    }
    return columns.get(field.type, dy.String(nullable=True))


def _rules(feed: Feed) -> dict[str, pl.Expr]:
    """What holds for every row that is not withdrawn: `true` or missing = the row keeps the rule."""
    rules = {
        f"required__{field.name}": pl.col(field.name).is_not_null()
        for field in feed.fields
        if field.required and field.name not in feed.key
    }
    for field in feed.fields:
        if field.name in _NEVER_BELOW_ZERO and feed.name != "rent_postings":
            rules[f"below_zero__{field.name}"] = pl.col(field.name) >= 0
    for start, end in _ENDS.get(feed.name, ()):
        rules[f"ended_before_started__{end}"] = pl.col(end) >= pl.col(start)
    return rules | _BY_FEED.get(feed.name, {})


def _unless_retracted(holds: pl.Expr) -> Callable[[type[dy.Schema]], pl.Expr]:
    """A withdrawal needs its key only; what else it says is not looked at."""
    return _always(holds.fill_null(True) | pl.col("retracted").fill_null(False))


def _always(holds: pl.Expr) -> Callable[[type[dy.Schema]], pl.Expr]:
    def rule(cls: type[dy.Schema]) -> pl.Expr:
        return holds

    return rule
