"""The columns each feed has in the warehouse: what identifies stays in the vault, a pseudonym stands in its place."""

from functools import cache

import polars as pl

from warehouse.vocabulary import EVERY_FEED, Feed, Field, FieldType, Sensitivity

_DELIVERED = (
    ("delivery_id", "VARCHAR"),
    ("line_no", "INTEGER"),
    ("delivered_on", "DATE"),
    ("file_name", "VARCHAR"),
    ("known_on", "DATE"),
    ("retracted", "BOOLEAN"),
    ("identity_mac", "VARCHAR"),
)

_TYPES = {
    FieldType.TEXT: "VARCHAR",
    FieldType.CODE: "VARCHAR",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.MONEY: "DECIMAL(12,2)",
    FieldType.DECIMAL: "DOUBLE",
    FieldType.INTEGER: "INTEGER",
    FieldType.BOOLEAN: "BOOLEAN",
}

_FRAME_TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "DATE": pl.Date(),
    "TIMESTAMP": pl.Datetime("us"),
    "DECIMAL(12,2)": pl.Decimal(12, 2),
    "DOUBLE": pl.Float64(),
    "INTEGER": pl.Int32(),
    "BOOLEAN": pl.Boolean(),
}


def feed_columns(feed: str) -> list[tuple[str, str]]:
    """(name, DuckDB type) of the feed's own columns as the warehouse holds them, in order; `KeyError` if unknown."""
    declared = EVERY_FEED[feed]
    plain = [column for field in declared.fields for column in _column(declared, field)]
    names = {field.name for field in declared.fields}
    pseudonyms = [("person_id", "VARCHAR")] * ("cpr" in names) + [("home_id", "VARCHAR")] * ("address" in names)
    return plain + pseudonyms


def _column(feed: Feed, field: Field) -> list[tuple[str, str]]:
    if feed.name == "persons" and field.name == "birth_date":
        return [("birth_year", "INTEGER")]
    if field.sensitivity is Sensitivity.IDENTIFIES:
        return []
    return [(field.name, _TYPES[field.type])]


def warehouse_columns(feed: str) -> list[tuple[str, str]]:
    """(name, DuckDB type) of every column of `delivered_<feed>`, in order; `fact_<feed>` adds superseded_on DATE."""
    return [*_DELIVERED, *feed_columns(feed)]


def warehouse_key(feed: str) -> tuple[str, ...]:
    """The columns that make a record of the feed in the warehouse: its key, with person_id for cpr."""
    return tuple("person_id" if name == "cpr" else name for name in EVERY_FEED[feed].key)


def identifying_columns(feed: str) -> tuple[str, ...]:
    """The feed's columns that only the vault holds, in contract order; empty where the feed has none but cpr.

    A CPR number alone needs no place in the vault's identities: the pseudonym already tells one from another.
    """
    names = tuple(f.name for f in EVERY_FEED[feed].fields if f.sensitivity is Sensitivity.IDENTIFIES)
    return names if set(names) - {"cpr"} else ()


@cache
def frame_schema(feed: str) -> pl.Schema:
    """`warehouse_columns` as the schema of a Polars frame."""
    return pl.Schema({name: _FRAME_TYPES[kind] for name, kind in warehouse_columns(feed)})
