"""Linking: letters that name only a person and an address to tenancies, tenancies without a number to persons.

Everything is decided anew from all facts and the vault, each decision with what was known on its day. Names and
addresses stay in memory; what is written holds keys, pseudonyms and counts.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import duckdb
import polars as pl

from warehouse.building import check_table
from warehouse.errors import StoreError, TableError
from warehouse.linking_decisions import decide
from warehouse.linking_model import LinkModel, declared_model, pair_odds
from warehouse.linking_records import Identities, asking_letters, offered_homes, read_versions, spans, with_parts
from warehouse.tables import TABLES, sql_of

ACCEPT_ABOVE = 0.95
"""How sure a link must be to be made by itself; on made-up letters fewer than 5 in 1,000 such links were wrong."""
MARGIN = 0.05
"""How far the runner-up of another home must lie behind."""

_TENANCY = ["landlord", "tenancy_no"]
_KEPT = ["feed", "record_key", "starts_on", "ends_on"]
_OUTCOMES = {"feed": pl.String, "record_key": pl.String, "starts_on": pl.Date, "superseded_on": pl.Date}
_OUTCOMES |= {"landlord": pl.String, "tenancy_no": pl.String, "person_id": pl.String}
_OUTCOMES |= {"confidence": pl.Float64, "decided_on": pl.Date, "candidate_count": pl.Int32}
_OUTCOMES |= {"best_confidence": pl.Float64, "reason": pl.String}


@dataclass(frozen=True)
class LinkReport:
    """How many records now in force came to which end: {(feed, outcome): count}.

    Outcomes: 'linked', 'no_candidate', 'below_confidence', 'ambiguous'; feeds: 'notices', 'concerns', 'tenancies'.
    """

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def count(self, feed: str, outcome: str) -> int:
        """How many records of `feed` came to `outcome`; 0 where none did."""
        return self.counts.get((feed, outcome), 0)

    def queued(self, feed: str) -> int:
        """How many records of `feed` wait for a person's answer."""
        return sum(n for (of, outcome), n in self.counts.items() if of == feed and outcome != "linked")


def link_records(
    connection: duckdb.DuckDBPyConnection,
    vault: Identities,
    *,
    accept_above: float = ACCEPT_ABOVE,
    margin: float = MARGIN,
) -> LinkReport:
    """Rewrites `fact_link` and `link_queue` from the facts and the vault, in one transaction; counts what came of it.

    A link is made where its confidence (0-1) is above `accept_above` and at least `margin` above that of any other
    home; everything else goes to the queue. `StoreError` where the warehouse cannot be written, `TableError` where a
    check of the links stops: then both tables are as they were.
    """
    tenancies = read_versions(connection, vault, "tenancy")
    persons = read_versions(connection, vault, "person")
    letters = pl.concat([read_versions(connection, vault, "notice"), read_versions(connection, vault, "concern")])
    outcomes = pl.concat(
        [
            _letters_to_tenancies(letters, tenancies, persons, accept_above=accept_above, margin=margin),
            _tenancies_to_persons(tenancies, persons, accept_above=accept_above, margin=margin),
        ]
    )
    _write(connection, _links(outcomes), _queue(outcomes))
    return _report(outcomes)


def _letters_to_tenancies(
    letters: pl.DataFrame, tenancies: pl.DataFrame, persons: pl.DataFrame, *, accept_above: float, margin: float
) -> pl.DataFrame:
    """What was decided for each span of notices and concerns that names no tenancy."""
    asking = asking_letters(letters)
    if asking.is_empty():
        return pl.DataFrame(schema=_OUTCOMES)
    model = declared_model("tenancy")
    names, days = offered_homes(tenancies, persons)
    targets = names.select("uid", "is_household", landlord="landlord_told", tenancy_no="tenancy_no")
    pairs = pair_odds(asking, names, model).join(targets, left_on="offered", right_on="uid")
    pairs = pairs.join(days, left_on="offered", right_on="uid").join(
        asking.select("uid", "told_of_on"), left_on="asked", right_on="uid"
    )
    weighed = _in_the_tenancy(pairs, model).with_columns(target=pl.struct(*_TENANCY, person_id=pl.lit(None, pl.String)))
    gone = _gone(tenancies, _TENANCY)
    return _decided(asking, weighed, gone, accept_above=accept_above, margin=margin)


def _in_the_tenancy(pairs: pl.DataFrame, model: LinkModel) -> pl.DataFrame:
    """The pairs whose letter falls in the tenancy or soon after it, with odds that weigh household and moving out."""
    told, out = pl.col("told_of_on"), pl.col("moved_out_on")
    after = out.is_not_null() & (told >= out)
    soon = out.is_null() | (told < out.dt.offset_by(f"{model.after_moving_out_days}d"))
    factor = pl.when("is_household").then(model.household_factor).otherwise(1.0)
    factor *= pl.when(after).then(model.after_moving_out_factor).otherwise(1.0)
    return pairs.filter((told >= pl.col("moved_in_on")) & soon).with_columns(odds=pl.col("odds") * factor)


def _tenancies_to_persons(
    tenancies: pl.DataFrame, persons: pl.DataFrame, *, accept_above: float, margin: float
) -> pl.DataFrame:
    """What was decided for each span of a tenancy that came without a number: the person registered at its home."""
    known = spans(tenancies, _TENANCY).filter(pl.col("person_id").is_null())
    if known.is_empty():
        return pl.DataFrame(schema=_OUTCOMES)
    record = {"feed": pl.lit("tenancies"), "record_key": pl.concat_str(_TENANCY, separator="/")}
    asking = with_parts(known.drop("person_id", "address").with_columns(**record), "a")
    people = spans(persons, ["person_id"]).filter(~pl.col("protected")).drop("address")
    # Only who ever lived at such a home can be the tenant; parsing and pairing everybody else would be wasted.
    people = with_parts(people.filter(pl.col("home_id").is_in(asking["home_id"].drop_nulls().implode())), "o")
    found = pair_odds(asking, people, declared_model("person"))
    found = found.join(people.select("uid", "person_id", "starts_on", "ends_on"), left_on="offered", right_on="uid")
    homes = asking.select("uid", *_TENANCY)
    pairs = found.join(homes, left_on="asked", right_on="uid").with_columns(target=pl.struct(*_TENANCY, "person_id"))
    gone = _gone(persons, ["person_id"])
    return _decided(asking, pairs, gone, accept_above=accept_above, margin=margin)


def _gone(versions: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The days on which what a record may be linked to was retracted."""
    return versions.filter("retracted").select(*key, gone_on="known_on")


def _decided(
    asking: pl.DataFrame, pairs: pl.DataFrame, gone: pl.DataFrame, *, accept_above: float, margin: float
) -> pl.DataFrame:
    """One row for each decision; a record whose home is retracted after the decision asks again from that day."""
    waiting = asking.select("uid", *_KEPT)
    rounds = [pl.DataFrame(schema=_OUTCOMES)]
    while not waiting.is_empty():
        decisions = decide(waiting, pairs, accept_above=accept_above, margin=margin)
        told = waiting.join(decisions, on="uid").unnest("target")
        ended = _with_end(told, gone)
        rounds.append(ended.select(_OUTCOMES.keys()).cast(_OUTCOMES))  # type: ignore[arg-type]
        lost = ended.filter(pl.col("superseded_on").ne_missing(pl.col("ends_on")))
        waiting = lost.with_columns(starts_on="superseded_on").select("uid", *_KEPT)
    return pl.concat(rounds)


def _with_end(told: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Adds superseded_on: the day the record changed, or what it was linked to was retracted, if that came first."""
    key = [name for name in gone.columns if name != "gone_on"]
    lost = told.join(gone, on=key).filter(pl.col("gone_on") > pl.col("decided_on"))
    first = lost.group_by("uid").agg(pl.min("gone_on"))
    return told.join(first, on="uid", how="left", maintain_order="left").with_columns(
        superseded_on=pl.min_horizontal("ends_on", "gone_on")
    )


def _links(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The rows of fact_link."""
    return outcomes.filter(pl.col("reason").is_null()).select(
        "feed",
        "record_key",
        *_TENANCY,
        "person_id",
        "confidence",
        method=pl.lit("name_address"),
        known_on="decided_on",
        superseded_on="superseded_on",
    )


def _queue(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The rows of link_queue: the records undecided today."""
    waiting = outcomes.filter(pl.col("reason").is_not_null() & pl.col("superseded_on").is_null())
    return waiting.select("feed", "record_key", "reason", "candidate_count", "best_confidence", known_on="starts_on")


def _report(outcomes: pl.DataFrame) -> LinkReport:
    now = outcomes.filter(pl.col("superseded_on").is_null())
    counted = now.group_by("feed", pl.col("reason").fill_null("linked")).len().sort("feed", "reason")
    return LinkReport({(feed, outcome): count for feed, outcome, count in counted.iter_rows()})


def _write(connection: duckdb.DuckDBPyConnection, links: pl.DataFrame, queue: pl.DataFrame) -> None:
    """Replaces both tables in one transaction."""
    connection.begin()
    try:
        _replace(connection, "fact_link", "decided_links", links)
        _replace(connection, "link_queue", "undecided_records", queue)
        check_table(connection, "2_facts", "fact_link")
        check_table(connection, "2_facts", "link_queue")
        connection.commit()
    except TableError:
        connection.rollback()
        raise
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            connection.rollback()
        raise StoreError(
            expected="room to write the links",
            found=type(error).__name__,
            where="warehouse.duckdb",
            remedy="Free disk space and run again; linking starts from the facts each time.",
        ) from error


def _replace(connection: duckdb.DuckDBPyConnection, table: str, source: str, rows: pl.DataFrame) -> None:
    connection.execute((TABLES / "2_facts" / table / "clear.sql").read_text(encoding="utf-8"))
    connection.register(source, rows)
    connection.sql(sql_of("2_facts", table)).insert_into(table)
    connection.unregister(source)
