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
from warehouse.link_answers import NOBODY_HERE, apart, part_by_answers, read_answers
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
_OUTCOMES |= {"best_confidence": pl.Float64, "reason": pl.String, "method": pl.String}
_CANDIDATES: dict[str, type[pl.DataType]] = {
    "feed": pl.String,
    "record_key": pl.String,
    "landlord": pl.String,
    "tenancy_no": pl.String,
}
_CANDIDATES |= {"person_id": pl.String, "is_household": pl.Boolean, "odds": pl.Float64}
_CANDIDATES |= {"known_on": pl.Date, "superseded_on": pl.Date}
_ITSELF, _ANSWERED = "name_address", "person"


_WAITING = ("no_candidate", "below_confidence", "ambiguous")


@dataclass(frozen=True)
class _Decided:
    """What came of each span of the records that asked, and what those that waited may be about."""

    outcomes: pl.DataFrame
    candidates: pl.DataFrame


@dataclass(frozen=True)
class _How:
    """How sure a link must be, and what people answered."""

    answers: pl.DataFrame
    accept_above: float
    margin: float


_NOTHING_ASKED = _Decided(pl.DataFrame(schema=_OUTCOMES), pl.DataFrame(schema=_CANDIDATES))


@dataclass(frozen=True)
class LinkReport:
    """How many records now in force came to which end: {(feed, outcome): count}.

    Outcomes: 'linked', 'no_candidate', 'below_confidence', 'ambiguous', 'nobody_here' (a person answered so); feeds:
    'notices', 'concerns', 'tenancies'.
    """

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def count(self, feed: str, outcome: str) -> int:
        """How many records of `feed` came to `outcome`; 0 where none did."""
        return self.counts.get((feed, outcome), 0)

    def queued(self, feed: str) -> int:
        """How many records of `feed` wait for a person's answer."""
        return sum(n for (of, outcome), n in self.counts.items() if of == feed and outcome in _WAITING)


def link_records(
    connection: duckdb.DuckDBPyConnection,
    vault: Identities,
    *,
    accept_above: float = ACCEPT_ABOVE,
    margin: float = MARGIN,
) -> LinkReport:
    """Rewrites the links and the queue from the facts and the vault, in one transaction; counts what came of it.

    A link is made where its confidence (0-1) is above `accept_above` and at least `margin` above that of any other
    home; everything else goes to the queue (`link_queue`: what waits now; `link_waiting` and `link_candidate`: what
    waited when, and what it may have been about). A person's answer counts from the day it became known, over
    whatever would have been decided without it.

    `StoreError` where the warehouse cannot be written, `TableError` where a check of the links stops: then the tables
    are as they were.
    """
    tenancies = read_versions(connection, vault, "tenancy")
    persons = read_versions(connection, vault, "person")
    letters = pl.concat([read_versions(connection, vault, "notice"), read_versions(connection, vault, "concern")])
    how = _How(read_answers(connection), accept_above, margin)
    parts = [_letters_to_tenancies(letters, tenancies, persons, how), _tenancies_to_persons(tenancies, persons, how)]
    outcomes = pl.concat([part.outcomes for part in parts])
    waiting = _waiting(outcomes)
    candidates = _while_waiting(pl.concat([part.candidates for part in parts]), waiting)
    tables = {
        "fact_link": ("decided_links", _links(outcomes)),
        "link_queue": ("undecided_records", _queue(outcomes)),
        "link_waiting": ("waiting_spans", waiting),
        "link_candidate": ("waiting_candidates", candidates),
    }
    _write(connection, tables)
    return _report(outcomes)


def _letters_to_tenancies(letters: pl.DataFrame, tenancies: pl.DataFrame, persons: pl.DataFrame, how: _How) -> _Decided:
    """What was decided for each span of notices and concerns that names no tenancy."""
    asking = asking_letters(letters)
    if asking.is_empty():
        return _NOTHING_ASKED
    model = declared_model("tenancy")
    names, days = offered_homes(tenancies, persons)
    targets = names.select("uid", "is_household", landlord="landlord_told", tenancy_no="tenancy_no")
    pairs = pair_odds(asking, names, model).join(targets, left_on="offered", right_on="uid")
    pairs = pairs.join(days, left_on="offered", right_on="uid").join(
        asking.select("uid", "told_of_on"), left_on="asked", right_on="uid"
    )
    weighed = _in_the_tenancy(pairs, model).with_columns(target=pl.struct(*_TENANCY, person_id=pl.lit(None, pl.String)))
    outcomes = _decided(asking, weighed, tenancies, _TENANCY, how)
    return _Decided(outcomes, _candidates(asking, weighed))


def _in_the_tenancy(pairs: pl.DataFrame, model: LinkModel) -> pl.DataFrame:
    """The pairs whose letter falls in the tenancy or soon after it, with odds that weigh household and moving out."""
    told, out = pl.col("told_of_on"), pl.col("moved_out_on")
    after = out.is_not_null() & (told >= out)
    soon = out.is_null() | (told < out.dt.offset_by(f"{model.after_moving_out_days}d"))
    factor = pl.when("is_household").then(model.household_factor).otherwise(1.0)
    factor *= pl.when(after).then(model.after_moving_out_factor).otherwise(1.0)
    return pairs.filter((told >= pl.col("moved_in_on")) & soon).with_columns(odds=pl.col("odds") * factor)


def _tenancies_to_persons(tenancies: pl.DataFrame, persons: pl.DataFrame, how: _How) -> _Decided:
    """What was decided for each span of a tenancy that came without a number: the person registered at its home."""
    known = spans(tenancies, _TENANCY).filter(pl.col("person_id").is_null())
    if known.is_empty():
        return _NOTHING_ASKED
    record = {"feed": pl.lit("tenancies"), "record_key": pl.concat_str(_TENANCY, separator="/")}
    asking = with_parts(known.drop("person_id", "address").with_columns(**record), "a")
    people = spans(persons, ["person_id"]).filter(~pl.col("protected")).drop("address")
    # Only who ever lived at such a home can be the tenant; parsing and pairing everybody else would be wasted.
    people = with_parts(people.filter(pl.col("home_id").is_in(asking["home_id"].drop_nulls().implode())), "o")
    found = pair_odds(asking, people, declared_model("person"))
    found = found.join(people.select("uid", "person_id", "starts_on", "ends_on"), left_on="offered", right_on="uid")
    homes = asking.select("uid", *_TENANCY)
    pairs = found.join(homes, left_on="asked", right_on="uid").with_columns(target=pl.struct(*_TENANCY, "person_id"))
    outcomes = _decided(asking, pairs, persons, ["person_id"], how)
    return _Decided(outcomes, _candidates(asking, pairs.with_columns(is_household=pl.lit(False))))


def _gone(versions: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The days on which what a record may be linked to was retracted."""
    return versions.filter("retracted").select(*key, gone_on="known_on")


def _decided(
    asking: pl.DataFrame, pairs: pl.DataFrame, targets: pl.DataFrame, key: list[str], how: _How
) -> pl.DataFrame:
    """One row for each decision; a record whose home is retracted after the decision asks again from that day.

    `targets` are the versions of what a record may be linked to, of which `key` tells one from another.
    """
    gone = _gone(targets, key)
    known = spans(targets.select(*key, "known_on", "superseded_on", "retracted"), key)
    parted = part_by_answers(asking.select("uid", *_KEPT), how.answers, known.select(*key, "starts_on", "ends_on"))
    answered = _with_end(_by_people(parted.answered), gone)
    rounds = [answered.select(_OUTCOMES.keys()).cast(_OUTCOMES)]  # type: ignore[arg-type]
    for part in (*parted.asking, *apart(_lost(answered))):
        waiting = part
        while not waiting.is_empty():
            decisions = decide(waiting, pairs, accept_above=how.accept_above, margin=how.margin)
            told = waiting.join(decisions, on="uid").unnest("target").with_columns(method=pl.lit(_ITSELF))
            ended = _with_end(told, gone)
            rounds.append(ended.select(_OUTCOMES.keys()).cast(_OUTCOMES))  # type: ignore[arg-type]
            waiting = _lost(ended)
    return pl.concat(rounds)


def _by_people(answered: pl.DataFrame) -> pl.DataFrame:
    """The answers as decisions: sure, from the day they became known."""
    return answered.with_columns(
        decided_on="starts_on",
        confidence=pl.lit(1.0),
        best_confidence=pl.lit(1.0),
        candidate_count=pl.lit(0, pl.Int32),
        reason=pl.when(pl.col("answer") == NOBODY_HERE).then(pl.lit(NOBODY_HERE)),
        method=pl.lit(_ANSWERED),
    )


def _lost(ended: pl.DataFrame) -> pl.DataFrame:
    """The days of records after what they were linked to was retracted: they ask again."""
    lost = ended.filter(pl.col("superseded_on").ne_missing(pl.col("ends_on")))
    return lost.with_columns(starts_on="superseded_on").select("uid", *_KEPT)


def _candidates(asking: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """What each asking record may be about, the odds, and the days on which it could be found."""
    days = asking.select("uid", "feed", "record_key", asks_from="starts_on", asks_until="ends_on")
    targets = pairs.drop("landlord", "tenancy_no", "person_id", strict=False).unnest("target")
    found = targets.join(days, left_on="asked", right_on="uid").with_columns(
        known_on=pl.max_horizontal("starts_on", "asks_from"), superseded_on=pl.min_horizontal("ends_on", "asks_until")
    )
    return found.select(_CANDIDATES.keys()).cast(_CANDIDATES)  # type: ignore[arg-type]


def _while_waiting(candidates: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """The candidates on the days on which their record waited: what was decided needs none."""
    days = waiting.rename({"known_on": "since", "superseded_on": "until"})
    both = candidates.join(days, on=["feed", "record_key"]).with_columns(
        known_on=pl.max_horizontal("known_on", "since"), superseded_on=pl.min_horizontal("superseded_on", "until")
    )
    lasting = both.filter(pl.col("superseded_on").is_null() | (pl.col("superseded_on") > pl.col("known_on")))
    return lasting.select(_CANDIDATES.keys()).unique()


def _with_end(told: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Adds superseded_on: the day the record changed, or what it was linked to was retracted, if that came first."""
    key = [name for name in gone.columns if name != "gone_on"]
    lost = told.join(gone, on=key).filter(pl.col("gone_on") > pl.col("decided_on"))
    first = lost.group_by("uid", "decided_on").agg(pl.min("gone_on"))
    return told.join(first, on=["uid", "decided_on"], how="left", maintain_order="left").with_columns(
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
        "method",
        known_on="decided_on",
        superseded_on="superseded_on",
    )


def _queue(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The rows of link_queue: the records undecided today."""
    waiting = outcomes.filter(pl.col("reason").is_in(_WAITING) & pl.col("superseded_on").is_null())
    return waiting.select("feed", "record_key", "reason", "candidate_count", "best_confidence", known_on="starts_on")


def _waiting(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The rows of link_waiting: the days on which a record was neither linked nor answered."""
    by_itself = outcomes.filter(pl.col("method") == _ITSELF)
    ended = by_itself.select(
        "feed", "record_key", known_on="starts_on", superseded_on=pl.coalesce("decided_on", "superseded_on")
    )
    return ended.filter(pl.col("superseded_on").is_null() | (pl.col("superseded_on") > pl.col("known_on")))


def _report(outcomes: pl.DataFrame) -> LinkReport:
    now = outcomes.filter(pl.col("superseded_on").is_null())
    counted = now.group_by("feed", pl.col("reason").fill_null("linked")).len().sort("feed", "reason")
    return LinkReport({(feed, outcome): count for feed, outcome, count in counted.iter_rows()})


def _write(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, tuple[str, pl.DataFrame]]) -> None:
    """Replaces the tables, each by the rows its query reads under the name given, in one transaction."""
    connection.begin()
    try:
        for table, (source, rows) in tables.items():
            _replace(connection, table, source, rows)
        for table in tables:
            check_table(connection, "2_facts", table)
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
