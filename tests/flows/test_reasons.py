"""Every sentence on a list is true of the facts it cites, looked up one by one in what was delivered."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.home import Home
from flows.nightly import nightly
from flows.workroom import opened
from models.reasons import NOTHING, as_evidence
from models.sentence_check import check_sentence
from tests.flows.conftest import UNTIL
from warehouse.columns import warehouse_key
from warehouse.features import read_evidence
from warehouse.vocabulary import FEEDS
from worklist.published import read_night

# evidence → (feed, the fact's day, the fact's amount): what the newest cited fact must say itself.
SAID_BY_ONE_FACT = {
    "payment_demand": ("notices", "issued_on", "amount_dkk"),
    "termination": ("notices", "issued_on", "amount_dkk"),
    "court_request": ("notices", "issued_on", "amount_dkk"),
    "sanction": ("sanctions", "decided_on", "amount_dkk"),
    "application_pending": ("benefit_applications", "applied_on", None),
    "benefit_ended": ("benefits", "valid_to", None),
    "support_ended": ("support_courses", "ended_on", None),
    "shelter_stay": ("shelter_stays", "checked_in_on", None),
    "new_tenancy": ("tenancies", "moved_in_on", None),
    "earlier_contact": ("contacts", "contacted_on", None),
}


@pytest.fixture
def night(town: Path) -> tuple[pl.DataFrame, dict[tuple[str, ...], dict[str, Any]], dict[str, dict[str, Any]]]:
    """The sentences of a night, the evidence they come from, and every fact in force that day by its reference."""
    nightly(Home(town), UNTIL, UNTIL)
    reasons = read_night(town / "published", UNTIL).frame("reasons")
    with opened(Home(town)) as room:
        evidence = read_evidence(room.connection, [UNTIL]).to_dicts()
        facts = {feed: _in_force(room.connection.table(f"fact_{feed}").pl(), UNTIL) for feed in FEEDS}
    by_row = {(row["landlord"], row["tenancy_no"], row["evidence"]): row for row in evidence}
    return reasons, by_row, {ref: row for feed, rows in facts.items() for ref, row in _by_reference(feed, rows)}


def _in_force(versions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    superseded = pl.col("superseded_on").is_null() | (pl.col("superseded_on") >= as_of)
    return versions.filter((pl.col("known_on") < as_of) & superseded & ~pl.col("retracted").fill_null(False))


def _by_reference(feed: str, rows: pl.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{feed}:{'/'.join(str(row[name]) for name in warehouse_key(feed))}", row) for row in rows.to_dicts()]


def test_every_sentence_cites_facts_and_says_no_more_than_they_do(night) -> None:
    reasons, evidence, facts = night
    assert reasons.height > 50
    for row in reasons.filter(pl.col("evidence") != NOTHING).to_dicts():
        told = evidence[row["landlord"], row["tenancy_no"], row["evidence"]]
        assert row["facts"] == told["facts"]
        assert row["facts"], row["evidence"]
        assert [ref for ref in row["facts"] if ref not in facts] == []
        for language in ("da", "en"):
            assert check_sentence(row[f"sentence_{language}"], as_evidence(told), language) == []


def test_dates_and_amounts_are_those_of_the_cited_fact(night) -> None:
    """Over everything that could be said of anyone in the town, listed or not."""
    _, evidence, facts = night
    checked: Counter[str] = Counter()
    for told in (row for row in evidence.values() if row["evidence"] in SAID_BY_ONE_FACT):
        feed, day, amount = SAID_BY_ONE_FACT[told["evidence"]]
        cited = [facts[ref] for ref in told["facts"] if ref.startswith(f"{feed}:")]
        assert told["event_on"] in [fact[day] for fact in cited], told["evidence"]
        if amount is not None and told["amount_dkk"] is not None:
            assert told["amount_dkk"] in [fact[amount] for fact in cited if fact[day] == told["event_on"]]
        checked[told["evidence"]] += 1
    assert set(SAID_BY_ONE_FACT) - set(checked) <= {"court_request"}, checked


def test_the_arrears_are_the_sum_of_the_postings(night) -> None:
    """Summed again in Python from the ledger's own facts: what was due before the day, less what came in."""
    _, evidence, facts = night
    postings: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for ref, fact in facts.items():
        if ref.startswith("rent_postings:"):
            postings.setdefault((fact["landlord"], fact["tenancy_no"]), []).append(fact)
    checked = 0
    for row in (row for row in evidence.values() if row["evidence"] == "arrears_balance"):
        tenancy = (row["landlord"], row["tenancy_no"])
        if tenancy not in postings:  # a landlord that sends arrears lists
            continue
        due = [
            fact
            for fact in postings[tenancy]
            if (fact["due_on"] or fact["posted_on"]) < UNTIL and fact["posted_on"] < UNTIL
        ]
        owed = sum(fact["amount_dkk"] for fact in due)
        assert row["amount_dkk"] == owed
        checked += 1
    assert checked > 10
