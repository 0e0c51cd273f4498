"""What becomes known later changes no link made before it, and the same facts give the same rows."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.linking.made_up import START, MadeUp, made_up
from warehouse.linking import link_records
from warehouse.store import open_warehouse


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path_factory.mktemp("links") / "w.duckdb") as opened:
        yield opened


def _links(connection: duckdb.DuckDBPyConnection, town: MadeUp) -> pl.DataFrame:
    town.write(connection)
    link_records(connection, town)
    return connection.sql("select * from fact_link").pl()


def _as_known_before(links: pl.DataFrame, day: date) -> pl.DataFrame:
    """The links made before the day, with no end that was not known by then."""
    ended = pl.when(pl.col("superseded_on") < day).then("superseded_on")
    return links.filter(pl.col("known_on") < day).with_columns(superseded_on=ended)


def _with_changes(town: MadeUp, seed: int) -> MadeUp:
    """The town with later versions: corrections, retractions, tenants who move out or take another name."""
    draw = random.Random(seed)
    for feed, kind in (("notices", "notice"), ("concerns", "concern"), ("tenancies", "tenancy"), ("persons", "person")):
        told = list(zip(town.rows[feed], town.clear[kind], strict=True))
        for row, clear in draw.sample(told, k=len(told) // 2):
            day = row["known_on"] + timedelta(days=draw.randrange(0, 200))
            other = draw.choice(town.clear[kind])
            name = draw.choice([clear["name"], clear["name"], other["name"]])
            address = draw.choice([clear["address"], clear["address"], other["address"]])
            kept = {k: v for k, v in row.items() if k not in ("known_on", "identity_mac", "home_id")}
            changed = {"retracted": draw.random() < 0.3}
            if feed == "tenancies":
                changed["moved_out_on"] = draw.choice([None, day])
            town.add(feed, name, address, day, **kept | changed)
    _answer_some(town, draw)
    return town


def _answer_some(town: MadeUp, draw: random.Random) -> None:
    """People answer a third of the letters, now and then twice or wrongly, and take some answers back."""
    homes = [{name: row[name] for name in ("landlord", "tenancy_no")} for row in town.rows["tenancies"]]
    for feed, key in draw.sample(sorted(town.truth), k=len(town.truth) // 3):
        day = START + timedelta(days=draw.randrange(100, 700))
        for answer in draw.choices(["linked", "nobody_here", "taken_back"], weights=[4, 1, 2], k=draw.randrange(1, 4)):
            back = {"retracted": True} if answer == "taken_back" else {}
            target = draw.choice(homes) if answer == "linked" and feed != "tenancies" else {}
            if answer != "linked" or target:
                town.answer(feed, key, day, "linked" if back else answer, **target, **back)
            day += timedelta(days=draw.randrange(0, 60))


@given(seed=st.integers(0, 10_000), day=st.integers(40, 700).map(lambda days: START + timedelta(days=days)))
@settings(max_examples=8, deadline=None)
def test_deleting_what_became_known_later_changes_no_link(
    connection: duckdb.DuckDBPyConnection, seed: int, day: date
) -> None:
    town = _with_changes(made_up(seed, tenancies=40, letters=40), seed)
    full = _as_known_before(_links(connection, town), day)
    waited = _waiting(connection, day)
    assert full.equals(_as_known_before(_links(connection, town.before(day)), day))
    assert [one.equals(other) for one, other in zip(waited, _waiting(connection, day), strict=True)] == [True, True]


def _waiting(connection: duckdb.DuckDBPyConnection, day: date) -> list[pl.DataFrame]:
    """What waited, and for what, as known before the day."""
    return [_as_known_before(connection.table(name).pl(), day) for name in ("link_waiting", "link_candidate")]


def test_the_property_above_looks_at_links_that_end_and_links_that_begin_later(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    links = _links(connection, _with_changes(made_up(3, tenancies=40, letters=40), 3))
    assert links["superseded_on"].null_count() not in (0, links.height)
    keys = links.group_by("feed", "record_key").len()
    assert keys["len"].max() > 1
    assert {"name_address", "person"} == set(links["method"])
    waiting = connection.table("link_waiting").pl()
    assert waiting["superseded_on"].null_count() not in (0, waiting.height)


def test_the_order_of_the_rows_and_a_second_run_change_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    town = made_up(5, tenancies=60, letters=60)
    first = _links(connection, town)
    queue = connection.sql("select * from link_queue").pl()
    shuffled = MadeUp({f: rows[::-1] for f, rows in town.rows.items()}, {k: c[::-1] for k, c in town.clear.items()})
    for again in (town, shuffled):
        assert _links(connection, again).equals(first)
        assert connection.sql("select * from link_queue").pl().equals(queue)
    assert first.height > 0
    assert queue.height > 0
