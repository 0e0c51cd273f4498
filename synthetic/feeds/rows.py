"""What all feeds share: columns of the contract, days as dates, when a row became known, and codes from numbers."""

from collections.abc import Sequence

import numpy as np
import polars as pl

MONEY = ("amount_dkk", "monthly_rent_dkk", "arrears_dkk", "monthly_dkk")
"""Held in oere until a sender writes them."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "persons": (
        *("cpr", "name", "birth_date", "sex", "origin", "household", "children"),
        *("address", "postal_code", "protected", "deceased_on", "left_municipality_on"),
    ),
    "tenancies": (
        *("landlord", "tenancy_no", "estate", "cpr", "name", "address", "postal_code", "moved_in_on", "moved_out_on"),
        *("monthly_rent_dkk", "dwelling", "tenure", "rooms", "size_m2", "municipal_referral", "rent_reduction_ends_on"),
    ),
    "rent_postings": ("landlord", "posting_no", "tenancy_no", "posted_on", "due_on", "kind", "amount_dkk"),
    "arrears": (*("landlord", "tenancy_no", "stated_on", "arrears_dkk", "oldest_due_on", "reminders", "payment_plan"),),
    "notices": (
        *("source", "notice_no", "kind", "issued_on", "deadline_on", "hearing_on", "amount_dkk", "ground"),
        *("landlord", "tenancy_no", "name", "address", "postal_code"),
    ),
    "concerns": (
        *("concern_no", "received_at", "sender", "category", "urgency", "cpr", "name", "address", "postal_code"),
        "text",
    ),
    "sanctions": ("sanction_no", "cpr", "kind", "decided_on", "effective_from", "amount_dkk"),
    "benefits": ("cpr", "kind", "valid_from", "valid_to", "monthly_dkk"),
    "benefit_applications": (*("application_no", "cpr", "kind", "applied_on", "decided_on", "outcome", "amount_dkk"),),
    "shelter_stays": ("stay_no", "cpr", "shelter", "checked_in_on", "checked_out_on"),
    "support_courses": ("course_no", "cpr", "method", "started_on", "ended_on", "end_reason"),
    "missed_appointments": ("cpr", "service", "missed_on"),
    "discharges": ("discharge_no", "cpr", "ward", "discharged_on", "notified_on"),
    "contacts": (
        *("contact_no", "landlord", "tenancy_no", "cpr", "contacted_on", "channel", "reached"),
        *("intervention", "outcome"),
    ),
}
"""Each feed's columns in the contract's order (a test holds them against the warehouse's vocabulary)."""


def day(column: str | pl.Expr) -> pl.Expr:
    """A day number as a date; -1 is missing."""
    number = pl.col(column) if isinstance(column, str) else column
    return pl.when(number >= 0).then(number).cast(pl.Int32).cast(pl.Date)


def coded(column: str, codes: Sequence[str]) -> pl.Expr:
    """Numbers as codes; -1 is missing."""
    return pl.col(column).replace_strict(dict(enumerate(codes)), default=None, return_dtype=pl.String)


def later(rng: np.random.Generator, frame: pl.DataFrame, column: str, least: int, most: int) -> pl.Series:
    """The days of a column, each `least` to `most` days later (or earlier, where negative)."""
    return pl.Series(frame[column].to_numpy() + rng.integers(least, most + 1, frame.height), dtype=pl.Int64)


def since_agreement(rng: np.random.Generator, known: pl.Series, begin: np.ndarray | int) -> pl.Series:
    """What was known before the agreement with a sender began is delivered in its first days."""
    first = begin + rng.integers(-28, 0, len(known))
    return pl.Series(np.maximum(known.to_numpy(), first), dtype=pl.Int64)


def numbered(prefix: str, frame: pl.DataFrame) -> pl.Expr:
    """A number of its own for every row, in the order of the rows."""
    return pl.format(prefix + "{}", pl.int_range(1, frame.height + 1).cast(pl.String).str.zfill(6))


def finish(feed: str, frame: pl.DataFrame, until: int, sender: str | None = None) -> pl.DataFrame:
    """The feed's columns in order (missing ones empty), registered_on, retracted and from_sender, known before `until`.

    `known` is the day number on which a row became known; rows are in the order of that day.
    """
    frame = frame.filter(pl.col("known") < until).sort("known", maintain_order=True)
    absent = [name for name in COLUMNS[feed] if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in absent)
    if "retracted" not in frame.columns:
        frame = frame.with_columns(retracted=pl.lit(None, dtype=pl.Boolean))
    if sender is not None:
        frame = frame.with_columns(from_sender=pl.lit(sender))
    return frame.select(*COLUMNS[feed], day("known").alias("registered_on"), "retracted", "from_sender")
