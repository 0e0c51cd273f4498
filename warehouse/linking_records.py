"""What takes part in linking: the records that ask for a home, and the names and addresses that homes were known by.

A record or a home is a row of versions; consecutive versions that tell the same are one span of days
[starts_on, ends_on), half-open, `ends_on` null while it lasts. Everything here identifies: it stays in memory.
"""

from collections.abc import Sequence
from typing import Protocol

import duckdb
import polars as pl

from warehouse.addresses import parse_address
from warehouse.linking_names import name_parts
from warehouse.tables import TABLES

_FOLDER = TABLES / "2_facts" / "fact_link"
_TENANCY = ["landlord", "tenancy_no"]
NAME_COLUMNS = ("name_whole", "name_sorted", "name_ends", "name_parts", "first", "first_in_full", "surname", "initial")


class Identities(Protocol):
    """What linking needs of the vault: the names and addresses in clear, one row for each `identity_mac`."""

    def identities(self, kind: str) -> pl.DataFrame:
        """The identities of records of `kind` ('person', 'tenancy', 'notice', 'concern')."""


def read_versions(connection: duckdb.DuckDBPyConnection, vault: Identities, kind: str) -> pl.DataFrame:
    """The versions of every record of `kind` ever in force, by key and day, with name and address from the vault."""
    query = (_FOLDER / f"{kind}_versions.sql").read_text(encoding="utf-8")
    versions = connection.sql(query).pl()
    if versions.is_empty():
        clear = pl.DataFrame(schema={"identity_mac": pl.String, "name": pl.String, "address": pl.String})
    else:
        clear = vault.identities(kind).select("identity_mac", "name", "address").unique("identity_mac", keep="first")
    return versions.join(clear, on="identity_mac", how="left", maintain_order="left").drop("identity_mac")


def spans(versions: pl.DataFrame, key: Sequence[str], era: Sequence[str] = ()) -> pl.DataFrame:
    """The spans of days in which a record told the same; spans in which it was retracted are left out.

    Adds starts_on, ends_on, and era_ends_on: the day on which one of the columns `era` changed, or the record was
    retracted; null where neither happened. Until then, what was told before stays a name the home was known by.
    """
    told = [name for name in versions.columns if name not in (*key, "known_on", "superseded_on")]
    numbered = versions.sort(*key, "known_on").with_columns(
        _span=_changed(told).cum_sum().over(key), _era=_changed([*era, "retracted"]).cum_sum().over(key)
    )
    found = numbered.group_by(*key, "_span", maintain_order=True).agg(
        *(pl.first(name) for name in (*told, "_era")),
        starts_on=pl.first("known_on"),
        ends_on=pl.last("superseded_on"),
    )
    ends = found.group_by(*key, "_era").agg(era_ends_on=pl.last("ends_on"))
    joined = found.join(ends, on=[*key, "_era"], how="left", maintain_order="left")
    return joined.filter(~pl.col("retracted")).drop("_span", "_era", "retracted")


def _changed(columns: Sequence[str]) -> pl.Expr:
    """Whether any of the columns tells something else than in the row before."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in columns)


def asking_letters(letters: pl.DataFrame) -> pl.DataFrame:
    """The spans of notices and concerns that name no tenancy, with the parts of name and address; `uid` for each."""
    asking = spans(letters, ["feed", "record_key"]).filter("asks").drop("asks")
    return with_parts(asking, "a").with_columns(pl.col("landlord").str.to_lowercase())


def offered_homes(tenancies: pl.DataFrame, persons: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The names that homes were known by, and the days on which each could be found.

    First frame, one row a name and address: uid, landlord_told, tenancy_no, is_household, parts of name and address.
    Second, one row a span: uid, starts_on, ends_on, and the tenancy's moved_in_on and moved_out_on as then known.
    """
    known = spans(tenancies, _TENANCY, era=["moved_in_on"])
    people = spans(persons, ["person_id"]).filter(~pl.col("protected"))
    found = pl.concat([_own_names(known), _registered_names(known, people), _household_names(known, people)])
    found = found.filter(pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("starts_on")))
    identity = [*_TENANCY, "name", "address", "postal_code", "is_household"]
    names = found.select(identity).unique(maintain_order=True)
    names = with_parts(names, "o").with_columns(
        landlord_told="landlord", landlord=pl.col("landlord").str.to_lowercase()
    )
    uids = names.select("uid", pl.col("landlord_told").alias("landlord"), *identity[1:])
    return names, found.join(uids, on=identity, nulls_equal=True).drop(identity)


_FOUND = [
    *_TENANCY,
    "name",
    "address",
    "postal_code",
    "is_household",
    "starts_on",
    "ends_on",
    "moved_in_on",
    "moved_out_on",
]


def _own_names(known: pl.DataFrame) -> pl.DataFrame:
    """The names and addresses the landlord gave, also former ones of the same tenant, such as a maiden name."""
    former = known.select(*_TENANCY, "moved_in_on", "name", "address", "postal_code", "starts_on", "era_ends_on")
    pairs = known.drop("name", "address", "postal_code").join(
        former, on=[*_TENANCY, "moved_in_on", "era_ends_on"], nulls_equal=True, suffix="_former"
    )
    since = pl.col("starts_on_former") <= pl.col("starts_on")
    return pairs.filter(since).with_columns(is_household=pl.lit(False)).select(_FOUND)


def _registered_names(known: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The tenant's names in the register, former ones too, at the tenancy's address."""
    names = people.select("person_id", "name", "starts_on", ends_on="era_ends_on")
    pairs = known.drop("name").join(names, on="person_id", suffix="_person")
    return _in_both(pairs).with_columns(is_household=pl.lit(False)).select(_FOUND)


def _household_names(known: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The names of the others who were registered at the tenancy's address."""
    names = people.select("person_id", "name", "home_id", "starts_on", "ends_on")
    pairs = known.drop("name").join(names, on="home_id", suffix="_person")
    others = pairs.filter(pl.col("person_id_person").ne_missing(pl.col("person_id")))
    return _in_both(others).with_columns(is_household=pl.lit(True)).select(_FOUND)


def _in_both(pairs: pl.DataFrame) -> pl.DataFrame:
    """The days that lie in the tenancy's span and in the person's."""
    return pairs.with_columns(
        starts_on=pl.max_horizontal("starts_on", "starts_on_person"),
        ends_on=pl.min_horizontal("ends_on", "ends_on_person"),
    )


def with_parts(rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The rows with `uid` (prefix and number) and the parts of their `name` and, where they have one, `address`."""
    numbers = pl.int_range(pl.len()).cast(pl.String).str.zfill(8)
    numbered = rows.with_columns(uid=pl.concat_str(pl.lit(prefix), numbers))
    with_name = numbered.join(_names(rows["name"]), on="name", how="left", maintain_order="left")
    if "address" not in rows.columns:
        return with_name
    return with_name.join(_places(rows["address"]), on="address", how="left", maintain_order="left")


def _names(names: pl.Series) -> pl.DataFrame:
    """One row for each distinct name, with its parts; all parts null for a protected name."""
    told = {name: name_parts(name) for name in names.unique().drop_nulls().sort()}
    parts = [p for p in told.values() if p]
    return pl.DataFrame(
        {
            "name": [name for name, p in told.items() if p],
            "name_whole": [" ".join(p) for p in parts],
            "name_sorted": [" ".join(sorted(p)) for p in parts],
            "name_ends": [f"{p[0]} {p[-1]}" for p in parts],
            "name_parts": parts,
            "first": [p[0] for p in parts],
            "first_in_full": [p[0] if len(p[0]) > 1 else None for p in parts],
            "surname": [p[-1] for p in parts],
            "initial": [f"{p[0][0]} {p[-1]}" for p in parts],
        },
        schema={"name": pl.String, **dict.fromkeys(NAME_COLUMNS, pl.String), "name_parts": pl.List(pl.String)},
    )


def _places(addresses: pl.Series) -> pl.DataFrame:
    """One row for each distinct address, with its parts; null for a part that was not written."""
    distinct = addresses.unique().drop_nulls().sort().to_list()
    parsed = [parse_address(address) for address in distinct]
    columns = {
        "address": distinct,
        # 'Nørre Allé' and 'Nørreallé' are one street.
        "street": [place.street.replace(" ", "").replace("-", "") for place in parsed],
        "house": [place.house_no + place.letter for place in parsed],
        "house_no": [place.house_no for place in parsed],
        "letter": [place.letter for place in parsed],
        "floor": [place.floor for place in parsed],
        "door": [place.door for place in parsed],
    }
    places = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return places.with_columns(pl.col(name).replace("", None) for name in columns if name != "address")
