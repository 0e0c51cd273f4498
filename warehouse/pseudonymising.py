"""Typed rows parted in two: what the warehouse may hold, and what only the vault may."""

from datetime import date

import polars as pl

from warehouse.columns import frame_schema, identifying_columns, warehouse_key
from warehouse.cpr import birth_date_of
from warehouse.pseudonyms import Pseudonyms

IDENTITY_KINDS = {"persons": "person", "tenancies": "tenancy", "notices": "notice", "concerns": "concern"}
"""The feeds that bring names and addresses, and what the vault calls the records they are of."""

_PROTECTED = "(?i)beskyttet"
_MISSING = "\x00"
_PART = "\x1f"


def warehouse_rows(
    checked: pl.DataFrame, feed: str, pseudonyms: Pseudonyms, *, delivery_id: str, delivered_on: date, file_name: str
) -> pl.DataFrame:
    """The rows of `delivered_<feed>` for typed rows of one delivery, in the order of `warehouse_columns`."""
    rows = checked.with_columns(
        pl.lit(delivery_id).alias("delivery_id"),
        pl.lit(delivered_on, dtype=pl.Date).alias("delivered_on"),
        pl.lit(file_name).alias("file_name"),
        pl.coalesce("registered_on", pl.lit(delivered_on, dtype=pl.Date)).alias("known_on"),
        pl.col("retracted").fill_null(False),
    )
    rows = _with_person(rows, feed, pseudonyms)
    rows = _with_home(rows, pseudonyms)
    return _with_identity(rows, feed, pseudonyms).select(frame_schema(feed).names()).cast(frame_schema(feed))


def _with_person(rows: pl.DataFrame, feed: str, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Adds person_id where the feed has a CPR number; for persons the birth year, from the number where not told."""
    if "cpr" not in rows.columns:
        return rows
    distinct = rows["cpr"].drop_nulls().unique()
    person_ids = pl.Series([pseudonyms.person(digits) for digits in distinct], dtype=pl.String)
    rows = rows.with_columns(pl.col("cpr").replace_strict(distinct, person_ids, default=None).alias("person_id"))
    if feed != "persons":
        return rows
    births = pl.Series([birth_date_of(digits) for digits in distinct], dtype=pl.Date)
    told = pl.col("cpr").replace_strict(distinct, births, default=None, return_dtype=pl.Date)
    protected = pl.col("protected").fill_null(False) | _is_protected("name") | _is_protected("address")
    return rows.with_columns(
        pl.coalesce("birth_date", told).dt.year().alias("birth_year"),
        pl.when(protected).then(True).otherwise("protected").alias("protected"),
    )


def _is_protected(column: str) -> pl.Expr:
    """Registers write 'Navne- og adressebeskyttet' in place of a protected name or address."""
    return pl.col(column).str.contains(_PROTECTED).fill_null(False)


def _with_home(rows: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Adds home_id where the feed has an address; protected addresses are not one home that all share."""
    if "address" not in rows.columns:
        return rows
    places = rows.select("address", pl.col("postal_code").fill_null("")).unique().drop_nulls("address")
    places = places.filter(~_is_protected("address"))
    home_ids = [pseudonyms.home(address, postal_code) for address, postal_code in places.iter_rows()]
    named = places.with_columns(pl.Series("home_id", home_ids, dtype=pl.String), _code=pl.col("postal_code"))
    return rows.with_columns(_code=pl.col("postal_code").fill_null("")).join(
        named.drop("postal_code"), on=["address", "_code"], how="left", maintain_order="left"
    )


def _with_identity(rows: pl.DataFrame, feed: str, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Adds identity_mac over the record's key and its identifying values; null where the row has none of them."""
    names = identifying_columns(feed)
    if not names:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("identity_mac"))
    texts = [pl.col(name).cast(pl.String).fill_null(_MISSING) for name in (*warehouse_key(feed), *names)]
    told = pl.any_horizontal([pl.col(name).is_not_null() for name in names if name != "cpr"])
    joined = rows.select(pl.when(told).then(pl.concat_str(texts, separator=_PART)).alias("joined"))["joined"]
    return rows.with_columns(pseudonyms.identities(joined))


def identity_rows(checked: pl.DataFrame, delivered: pl.DataFrame, feed: str) -> pl.DataFrame | None:
    """What the vault keeps of typed rows, one row for each identity; None where the feed brings none.

    `delivered` are the same rows as `warehouse_rows` gives them. Columns: record_key, identity_mac, known_on,
    delivery_id, line_no, the parts of the key, and cpr, name, birth_date, address, postal_code, text, protected
    where the feed has them.
    """
    if feed not in IDENTITY_KINDS:
        return None
    kept = [name for name in ("cpr", "name", "birth_date", "address", "text") if name in checked.columns]
    plain = [name for name in ("postal_code", "protected") if name in delivered.columns]
    key = warehouse_key(feed)
    record_key = pl.concat_str(key, separator="/").alias("record_key")
    account = ["identity_mac", "known_on", "delivery_id", "line_no"]
    told = delivered.select(record_key, *key, *account, *plain)
    joined = told.join(checked.select("line_no", *kept), on="line_no", how="left", maintain_order="left")
    return joined.drop_nulls("identity_mac")
