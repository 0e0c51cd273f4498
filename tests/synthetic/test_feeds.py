"""Every feed as it is delivered: the contract's columns and codes, nothing known too late, and what must be in it."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from synthetic.feeds.rows import COLUMNS
from synthetic.register import PROTECTED_NAME
from warehouse.cpr import birth_date_of
from warehouse.vocabulary import FEEDS, FieldType

UNTIL = date(2026, 1, 1)
REFORM = date(2025, 7, 1)


def test_the_columns_are_the_contracts() -> None:
    assert {feed: tuple(field.name for field in told.fields) for feed, told in FEEDS.items()} == COLUMNS


def test_every_feed_is_delivered(delivered: dict[str, pl.DataFrame]) -> None:
    assert set(delivered) == set(FEEDS)
    assert all(rows.height > 50 for rows in delivered.values())


@pytest.mark.parametrize("feed", FEEDS)
def test_codes_and_required_columns_keep_the_contract(delivered: dict[str, pl.DataFrame], feed: str) -> None:
    rows = delivered[feed]
    for field in FEEDS[feed].fields:
        if field.type is FieldType.CODE:
            assert set(rows[field.name].drop_nulls()) <= set(field.codes), field.name
        if field.required and field.name != "landlord":
            assert rows[field.name].null_count() == 0, field.name


@pytest.mark.parametrize("feed", FEEDS)
def test_nothing_is_known_on_or_after_the_last_day(delivered: dict[str, pl.DataFrame], feed: str) -> None:
    assert delivered[feed]["registered_on"].max() < UNTIL


@pytest.mark.parametrize("feed", FEEDS)
def test_no_two_versions_of_a_row_become_known_on_one_day(delivered: dict[str, pl.DataFrame], feed: str) -> None:
    rows = delivered[feed]
    key = [*FEEDS[feed].key, "registered_on"]
    clash = rows.group_by(key).len().filter(pl.col("len") > 1).height
    # Persons may be registered twice on a day (a divorce on the day of moving); the later row in the file counts.
    assert clash <= (0.002 * rows.height if feed == "persons" else 0)


@pytest.mark.parametrize("feed", ["tenancies", "benefits", "shelter_stays", "support_courses", "benefit_applications"])
def test_what_ends_is_delivered_as_a_second_version(delivered: dict[str, pl.DataFrame], feed: str) -> None:
    ended = {
        "tenancies": "moved_out_on",
        "benefits": "valid_to",
        "shelter_stays": "checked_out_on",
        "support_courses": "ended_on",
        "benefit_applications": "decided_on",
    }[feed]
    rows = delivered[feed].with_columns(is_end=pl.col(ended).is_not_null())
    versions = rows.group_by(FEEDS[feed].key).agg(
        first_end=pl.col("registered_on").filter("is_end").min(),
        first=pl.col("registered_on").filter(~pl.col("is_end")).min(),
    )
    both = versions.drop_nulls()
    assert both.height > 50
    assert (both["first"] < both["first_end"]).all()


def test_charges_are_positive_and_payments_negative(delivered: dict[str, pl.DataFrame]) -> None:
    postings = delivered["rent_postings"]
    assert (postings.filter(pl.col("kind") == "charge")["amount_dkk"] > 0).all()
    assert (postings.filter(pl.col("kind") == "payment")["amount_dkk"] < 0).all()
    assert set(postings["kind"]) == {"charge", "payment", "fee", "adjustment", "write_off"}


def test_a_landlord_sends_its_ledger_or_its_arrears_list(delivered: dict[str, pl.DataFrame]) -> None:
    ledgers, lists = (set(delivered[feed]["landlord"]) for feed in ("rent_postings", "arrears"))
    assert ledgers & lists == set()
    assert ledgers | lists == set(delivered["tenancies"]["landlord"])


def test_the_private_landlord_is_seen_late_and_through_the_bailiff_alone(delivered: dict[str, pl.DataFrame]) -> None:
    first = delivered["tenancies"].group_by("landlord").agg(pl.col("registered_on").min())
    seen = dict(first.iter_rows())
    assert seen.pop("Vestergade") > date(2024, 6, 1)
    assert max(seen.values()) < date(2023, 1, 1)
    assert "Vestergade" not in set(delivered["notices"]["landlord"])
    assert set(delivered["tenancies"].filter(landlord="Vestergade")["tenure"]) == {"private"}


def test_the_bailiff_names_no_tenancy_and_tells_outgoing_dates_and_executions(
    delivered: dict[str, pl.DataFrame],
) -> None:
    letters = delivered["notices"].filter(source="bailiff_court")
    assert letters.select("landlord", "tenancy_no").null_count().row(0) == (letters.height, letters.height)
    assert letters.select("name", "address").null_count().row(0) == (0, 0)
    assert set(letters["kind"]) == {"onsite_scheduled", "evicted"}


def test_some_landlords_notices_name_a_person_and_an_address_only(delivered: dict[str, pl.DataFrame]) -> None:
    notices = delivered["notices"].filter(source="landlord")
    letters = notices.filter(pl.col("tenancy_no").is_null())
    assert set(letters["landlord"]) >= {"Nordhavn", "Birkely"}
    assert letters["name"].null_count() == 0
    assert notices.filter(pl.col("tenancy_no").is_not_null())["name"].null_count() > 0


def test_cases_on_conduct_are_marked(delivered: dict[str, pl.DataFrame]) -> None:
    conduct = delivered["notices"].filter(ground="conduct")
    assert {"termination", "court_request"} <= set(conduct["kind"])
    assert conduct.height < 0.05 * delivered["notices"].height


def test_the_reform_of_july_2025_merges_three_benefits(delivered: dict[str, pl.DataFrame]) -> None:
    merged = delivered["benefits"].filter(pl.col("kind").is_in(["education_benefit", "self_support_benefit"]))
    assert merged["valid_from"].max() < REFORM
    ended = merged.filter(pl.col("valid_to") == date(2025, 6, 30))["cpr"].unique()
    begun = delivered["benefits"].filter((pl.col("kind") == "cash_benefit") & (pl.col("valid_from") == REFORM))
    assert ended.len() > 50
    assert ended.is_in(begun["cpr"].implode()).mean() > 0.9


def test_cpr_numbers_have_the_shape_and_tell_the_sex(delivered: dict[str, pl.DataFrame]) -> None:
    persons = delivered["persons"].unique("cpr")
    assert (persons["cpr"].str.len_chars() == 10).all()
    told = [birth_date_of(cpr) for cpr in persons["cpr"]]
    assert told == persons["birth_date"].to_list()
    odd = persons["cpr"].str.slice(9).cast(pl.Int64) % 2 == 1
    assert (odd == (persons["sex"] == "M")).all()


def test_nobody_shares_a_cpr_number(worlds: list[Any]) -> None:
    register = worlds[0].register
    everyone = pl.concat([register.persons["cpr"], register.partners["cpr"]])
    assert everyone.is_unique().all()


def test_a_protected_name_now_and_then(delivered: dict[str, pl.DataFrame]) -> None:
    persons = delivered["persons"]
    hidden = persons.filter("protected")
    assert 0.001 < hidden.height / persons.height < 0.02
    assert set(hidden["name"]) == {PROTECTED_NAME}
    assert hidden["address"].null_count() == hidden.height


def test_some_rows_are_withdrawn_and_some_corrected(delivered: dict[str, pl.DataFrame]) -> None:
    assert delivered["sanctions"]["retracted"].sum() > 0
    postings = delivered["rent_postings"]
    assert postings["retracted"].sum() > 0
    amounts = postings.filter(pl.col("retracted").is_null()).group_by("landlord", "posting_no")
    corrected = amounts.agg(pl.col("amount_dkk").n_unique()).filter(pl.col("amount_dkk") > 1)
    assert 0 < corrected.height < 0.001 * postings.height


def test_lags_are_days_to_weeks(delivered: dict[str, pl.DataFrame]) -> None:
    lag = (
        delivered["sanctions"]
        .filter(pl.col("retracted").is_null())
        .select((pl.col("registered_on") - pl.col("decided_on")).dt.total_days())
    )
    assert 3 <= lag.to_series().min() <= lag.to_series().max() <= 20


def test_each_letter_has_its_true_tenancy(delivered: dict[str, pl.DataFrame], links: pl.DataFrame) -> None:
    assert links.select("feed", "record_key").is_unique().all()
    letters = delivered["notices"].filter(pl.col("tenancy_no").is_null())
    keys = letters.select(pl.format("{}/{}", "source", "notice_no").alias("key"))["key"]
    assert set(keys) == set(links.filter(feed="notices")["record_key"])
    bare = delivered["concerns"].filter(pl.col("cpr").is_null())
    assert set(bare["concern_no"]) == set(links.filter(feed="concerns")["record_key"])
    named = letters.drop_nulls("landlord").with_columns(record_key=pl.format("{}/{}", "source", "notice_no"))
    joined = named.join(links.filter(feed="notices"), on="record_key")
    assert (joined["landlord"] == joined["landlord_right"]).all()


def test_the_ledger_adds_up(worlds: list[Any], delivered: dict[str, pl.DataFrame]) -> None:
    """The balances of a landlord's running tenancies are near nothing for most, and not for all."""
    postings = delivered["rent_postings"].filter(landlord="Solbakken").sort("registered_on", maintain_order=True)
    latest = postings.unique(["landlord", "posting_no"], keep="last", maintain_order=True)
    latest = latest.filter(pl.col("retracted").is_null())
    balances = latest.group_by("tenancy_no").agg(pl.col("amount_dkk").sum())
    settled = (balances["amount_dkk"].abs() < 100_000).mean()
    assert settled > 0.9
    assert (balances["amount_dkk"] > 300_000).any()
