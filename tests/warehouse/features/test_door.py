"""The door: every query reads only what was known; one that reads past it is refused before it is run."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from warehouse.building import LAYERS, build, tables_in_order
from warehouse.door import BOUND, SEALED, bind, door_names, parse, refuse_look_ahead
from warehouse.errors import LookAheadError, TableError
from warehouse.tables import Table, read_tables
from warehouse.vocabulary import FEEDS

BUILT = [table for layer in LAYERS for table in read_tables(layer)]
LATER = [table for table in BUILT if table.layer != "3_known"]
ANY = next(table for table in LATER if table.name == "feature_tenancy")


@pytest.mark.parametrize("table", LATER, ids=lambda table: table.name)
def test_no_later_table_reads_a_fact_or_a_delivery(table: Table) -> None:
    sources = parse([table.query])[table.query]
    known = {name for name in sources if name.startswith("known_")}
    others = sources - known - BOUND
    assert known <= door_names()
    assert others <= {t.name for t in LATER} - (SEALED if table.step != "outcome" else {"audit_tenancy"})


def test_every_feed_has_a_door() -> None:
    assert {"known_" + feed for feed in FEEDS} <= door_names()


@pytest.mark.parametrize(
    "query",
    [
        "select * from fact_notices",
        "select * from delivered_notices",
        "select * from delivery",
        "select * from main.fact_notices",
        "select * from FACT_notices",
        "with fact_notices as (select * from fact_notices) select * from fact_notices",
        "with a as (select 1 as x), b as (select * from fact_link) select * from a, b",
        "select (select max(known_on) from fact_persons) as latest",
        "select 1 where exists (from fact_sanctions)",
        "select * from outcome_tenancy",
        "select * from audit_tenancy",
        "select * from 'inbox/notices.csv'",
    ],
)
def test_a_query_that_reads_past_the_door_is_refused(query: str) -> None:
    with pytest.raises(LookAheadError, match="5_features/feature_tenancy: expected only known_ relations"):
        refuse_look_ahead([replace(ANY, query=query)])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select * from read_csv('inbox/notices.csv')", "table function read_csv"),
        ("select * from query('select * from fact_notices')", "table function query"),
        ("select current_date as today", "clock current_date"),
        ("select now() as at", "function now"),
        ("select random() as x", "function random"),
    ],
)
def test_files_clocks_and_chance_are_refused(query: str, found: str) -> None:
    with pytest.raises(LookAheadError, match=found):
        refuse_look_ahead([replace(ANY, query=query)])


def test_a_statement_that_is_no_select_is_refused() -> None:
    with pytest.raises(TableError, match="expected one bare select"):
        refuse_look_ahead([replace(ANY, query="drop table fact_notices")])


def test_a_view_of_the_door_may_not_read_what_was_delivered() -> None:
    view = next(table for table in read_tables("3_known") if table.name == "known_notices")
    with pytest.raises(LookAheadError, match="delivered_notices"):
        refuse_look_ahead([replace(view, query="select * from delivered_notices")])


def test_the_builder_refuses_a_planted_query_and_runs_nothing(town: Any) -> None:
    connection = town.settled()
    bind(connection, [date(2026, 1, 1)], frozenset())
    planted = replace(ANY, query="select * from fact_tenancies")
    with pytest.raises(LookAheadError, match="fact_tenancies"):
        build(connection, [*tables_in_order("night")[:3], planted])
    assert not connection.execute("from duckdb_views() where temporary and view_name like 'known%'").fetchall()


def test_a_known_relation_shows_the_version_in_force_and_not_what_came_later(town: Any) -> None:
    """Known that day is not yet known; a later version replaces, a retraction withdraws, and none tells its end."""
    sanction = {"person_id": "p1", "kind": "warning", "decided_on": date(2026, 1, 1)}
    town.add("sanctions", date(2026, 1, 10), sanction_no="s", amount_dkk=100, **sanction)
    town.add("sanctions", date(2026, 2, 10), sanction_no="s", amount_dkk=200, **sanction)
    town.add("sanctions", date(2026, 3, 10), sanction_no="s", amount_dkk=200, retracted=True, **sanction)
    connection = town.settled()
    days = [date(2026, month, day) for month in (1, 2, 3) for day in (10, 11)]
    bind(connection, days, frozenset())
    build(connection, [table for table in tables_in_order("night") if table.layer == "3_known"])
    known = connection.table("known_sanctions").pl().sort("as_of")
    assert known.select("as_of", pl.col("amount_dkk").cast(pl.Int64)).rows() == [
        (date(2026, 1, 11), 100),
        (date(2026, 2, 10), 100),
        (date(2026, 2, 11), 200),
        (date(2026, 3, 10), 200),
    ]
    assert not {"superseded_on", "retracted"} & set(known.columns)
