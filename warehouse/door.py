"""The one door to the past: which sources a query may read, and the views that show only what was known.

Facts and deliveries are read by the `known_` relations of layer 3 alone; each is bound to the temporary table
`as_of_date` and shows, for each of its dates, the versions known before it. Every later query reads those relations
and other tables of layers 4 to 6, never a clock, a file or a fact.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import duckdb

from warehouse.errors import LookAheadError, TableError
from warehouse.tables import TABLES, Step, Table, read_tables
from warehouse.vocabulary import FEEDS

BOUND = frozenset(
    {
        "as_of_date",
        "asked_tenancy",
        "switched_off",
        "past_date",
        "expected_delivery",
        "outcome_definition",
        "cohort_definition",
        "fixed_stage",
    }
)
"""Temporary tables that hold the arguments of a build."""

SEALED = frozenset({"outcome_notice", "outcome_unseen", "outcome_tenancy", "audit_tenancy"})
"""Tables that no query of a night may read: what came later, and protected attributes."""

_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
_CLOCKS = frozenset(
    {
        "now",
        "today",
        "current_date",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "get_current_time",
        "get_current_timestamp",
        "transaction_timestamp",
        "random",
        "uuid",
        "gen_random_uuid",
        "getenv",
        "getvariable",
    }
)


def parse(queries: Sequence[str]) -> dict[str, frozenset[str]]:
    """The names of the tables that each of `queries` reads, without its own common table expressions.

    `LookAheadError` where one calls a table function (such as one that reads a file) or a clock, `TableError` where
    one is no select.
    """
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        grammar = "select json_serialize_sql($query)"
        trees = {query: connection.execute(grammar, {"query": query}).fetchall()[0][0] for query in queries}
    finally:
        connection.close()
    return {query: _sources(json.loads(tree)) for query, tree in trees.items()}


def _sources(tree: dict[str, Any]) -> frozenset[str]:
    if tree["error"]:
        raise TableError(
            expected="one bare select",
            found=tree.get("error_message", "something else"),
            where="a table's query",
            remedy="Write one select statement without a semicolon.",
        )
    return frozenset(_names(tree["statements"], frozenset()))


def _names(node: Any, steps: frozenset[str]) -> Iterator[str]:
    """Walks a parsed query; `steps` are the common table expressions visible at `node`."""
    if isinstance(node, list):
        for child in node:
            yield from _names(child, steps)
    if not isinstance(node, dict):
        return
    for entry in node.get("cte_map", {}).get("map", []):
        # A step does not see itself: `with fact_x as (select * from fact_x)` reads the table.
        yield from _names(entry["value"], steps)
        steps |= {entry["key"].lower()}
    yield from _name_of(node, steps)
    for label, child in node.items():
        if label != "cte_map":
            yield from _names(child, steps)


def _name_of(node: dict[str, Any], steps: frozenset[str]) -> Iterator[str]:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        path = ".".join(node["qualified_name"]["path"]).lower()
        if path not in steps:
            yield path
    elif kind == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in _FUNCTIONS:
        raise _refused("the table function " + node["function"]["function_name"])
    elif kind == "FUNCTION" and node["function_name"].lower() in _CLOCKS:
        raise _refused("the function " + node["function_name"])
    elif kind == "COLUMN_REF" and len(node["column_names"]) == 1 and node["column_names"][0].lower() in _CLOCKS:
        raise _refused("the clock " + node["column_names"][0])


def _refused(found: str, where: str = "a table's query") -> LookAheadError:
    return LookAheadError(
        expected="only known_ relations, as_of_date and tables of layers 3 to 6",
        found=found,
        where=where,
        remedy="Read events through the known_ relation of their feed.",
    )


def door_names() -> frozenset[str]:
    """What stands behind the door: the relations of layer 3 and the bound arguments."""
    return BOUND | {table.name for table in read_tables("3_known")}


def refuse_look_ahead(tables: Sequence[Table]) -> dict[str, frozenset[str]]:
    """The sources of each of `tables`, by name; `LookAheadError` where one reads past the door of the as-of date."""
    sources = parse([table.query for table in tables])
    linked = {"fact_link", "link_waiting", "link_candidate"}
    facts = door_names() | {"fact_" + feed for feed in FEEDS} | linked | {"delivery"}
    for table in tables:
        allowed = facts if table.layer == "3_known" else door_names() | _readable(table.step)
        past = sorted(sources[table.query] - allowed)
        if past:
            raise _refused(", ".join(past), table.layer + "/" + table.name)
    return {table.name: sources[table.query] for table in tables}


@cache
def _readable(step: Step) -> frozenset[str]:
    """The tables of layers 4 to 6 that a table of `step` may read; outcomes only for outcomes."""
    tables = (table for layer in ("4_cohort", "5_features", "6_results") for table in read_tables(layer))
    return frozenset(t.name for t in tables if t.name not in SEALED or t.step == step == "outcome")


def bind(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date], switched_off: frozenset[str]) -> None:
    """Binds the door to `as_of_dates` and the whole town, with the feeds in `switched_off` shut."""
    run_bound(connection, "bind_dates", {"dates": sorted(set(as_of_dates))})
    run_bound(connection, "bind_asked", {})
    run_bound(connection, "bind_switched_off", {"feeds": sorted(switched_off)})


def bind_rows(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[date, str, str]], switched_off: frozenset[str]
) -> None:
    """Binds the door to `rows` (as_of, landlord, tenancy_no) and their days, with the feeds in `switched_off` shut."""
    days, landlords, numbers = zip(*rows, strict=True)
    run_bound(connection, "bind_dates", {"dates": sorted(set(days))})
    run_bound(connection, "bind_asked_rows", {"dates": days, "landlords": landlords, "tenancy_nos": numbers})
    run_bound(connection, "bind_switched_off", {"feeds": sorted(switched_off)})


def run_bound(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> None:
    """Runs `3_known/<name>.sql`, which keeps the arguments `values` as a temporary table."""
    connection.execute((TABLES / "3_known" / (name + ".sql")).read_text(encoding="utf-8"), values)
