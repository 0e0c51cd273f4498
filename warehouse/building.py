"""Builds the tables of layers 3 to 6 for the dates bound at the door, each from its folder's bare select."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter

import duckdb

from warehouse.door import refuse_look_ahead
from warehouse.errors import TableError
from warehouse.statements import statement
from warehouse.tables import Check, Step, Table, read_tables

LAYERS = ("3_known", "4_cohort", "5_features", "6_results")
"""The layers that are built; deliveries and facts are taken in, not built."""


@dataclass(frozen=True)
class CheckWarning:
    """A check that warns: the table, what a returned row means, and how many rows it returned."""

    table: str
    meaning: str
    row_count: int


@cache
def tables_in_order(step: Step) -> tuple[Table, ...]:
    """The tables of `step`, each after those it reads; `LookAheadError` where one reads past the door.

    The views and the residents of layer 3 belong to every step.
    """
    tables = {table.name: table for layer in LAYERS for table in read_tables(layer)}
    needed = {name for name, table in tables.items() if table.step == step or table.layer == "3_known"}
    sources = refuse_look_ahead([tables[name] for name in sorted(needed)])
    reads = {name: sources[name] & needed - {name} for name in sorted(needed)}
    return tuple(tables[name] for name in TopologicalSorter(reads).static_order())


@cache
def tables_towards(names: frozenset[str], step: Step = "night") -> tuple[Table, ...]:
    """Of the tables of `step` those that `names` are made from, and `names` themselves, each after those it reads."""
    tables = tables_in_order(step)
    sources = refuse_look_ahead(tables)
    needed = set(names)
    for table in reversed(tables):
        if table.name in needed:
            needed |= sources[table.name]
    return tuple(table for table in tables if table.name in needed)


def build(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], *, keep: bool = True) -> list[CheckWarning]:
    """Builds `tables` for the dates in as_of_date and runs their checks.

    Views and batch tables are temporary; of a kept table exactly the rows of those dates are deleted and rewritten.
    Without `keep` the kept ones too are temporary: each hides the one that is kept until it is dropped or rolled back.
    `TableError` where a key is not unique or null, or a check that stops returns a row.
    """
    _refuse_once(tuple(tables))
    warnings: list[CheckWarning] = []
    for table in tables:
        try:
            _store(connection, table if keep or table.stored == "view" else replace(table, stored="batch"))
            warnings += _check(connection, table)
        except duckdb.Error as error:
            raise TableError(
                expected="the table's query to run",
                found=_without_values(error),
                where=table.layer + "/" + table.name,
                remedy="Mend query.sql or the table it reads.",
            ) from error
    return warnings


@contextmanager
def nothing_kept(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is built within is gone after it."""
    connection.begin()
    try:
        yield
    finally:
        connection.rollback()


@cache
def _refuse_once(tables: tuple[Table, ...]) -> None:
    """Refuses what reads past the door before anything is run; the same tables need be read but once."""
    refuse_look_ahead(tables)


def _store(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    if table.stored == "view":
        connection.execute(_statement("create or replace temp view", table.name, "as", table.query))
    elif table.stored == "batch":
        connection.execute(_statement("create or replace temp table", table.name, "as", table.query))
    else:
        make_kept(connection, table)
        connection.execute(_statement("delete from", table.name, "where as_of in", _dates(table)))
        connection.execute(_statement("insert into", table.name, table.query))


def make_kept(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Makes the empty kept table where there is none, or where its query has other columns than it had."""
    wanted = connection.execute(_statement("describe", table.query)).fetchall()
    there = connection.execute(statement("columns_of_table"), {"name": table.name}).fetchall()
    if there != [row[:2] for row in wanted]:
        connection.execute(_statement("drop table if exists", table.name))
        connection.execute(_statement("create table", table.name, "as from (", table.query, ") limit 0"))


def _dates(table: Table) -> str:
    """The dates that a build rewrites: of outcomes the past cohorts, of all else the as-of dates."""
    return "(select as_of from past_date)" if table.step == "outcome" else "(select as_of from as_of_date)"


def _without_values(error: duckdb.Error) -> str:
    """What went wrong; the text only where it names tables and columns, since others may quote a row's values."""
    named = isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException)
    return str(error).splitlines()[0] if named else type(error).__name__


def _check(connection: duckdb.DuckDBPyConnection, table: Table) -> list[CheckWarning]:
    if table.stored == "view":
        return []
    if table.stored == "kept":
        _refuse_broken_key(connection, table)
    return run_checks(connection, table)


def check_table(connection: duckdb.DuckDBPyConnection, layer: str, name: str) -> list[CheckWarning]:
    """Runs the checks of the table `name` of `layer`, for those who fill it themselves; raises as `run_checks`."""
    return run_checks(connection, next(table for table in read_tables(layer) if table.name == name))


def run_checks(connection: duckdb.DuckDBPyConnection, table: Table) -> list[CheckWarning]:
    """Runs the checks of `table` and gives those that warn; `TableError` where one that stops returns a row."""
    found = [(check, len(connection.execute(check.query).fetchall())) for check in table.checks]
    for check, row_count in found:
        if row_count and check.level == "stop":
            raise _stopped(table, check, row_count)
    return [CheckWarning(table.name, check.meaning, row_count) for check, row_count in found if row_count]


def _refuse_broken_key(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    key = ", ".join(table.key)
    missing = " or ".join(column + " is null" for column in table.key)
    twice = _statement(
        "select count(*) from (select 1 from", table.name, "where as_of in", _dates(table),
        "group by", key, "having count(*) > 1 or", missing, ")",
    )  # fmt: skip
    broken = connection.execute(twice).fetchall()[0][0]
    if broken:
        raise TableError(
            expected="a unique key (" + key + ") without nulls",
            found=str(broken) + " keys that are null or occur twice",
            where=table.layer + "/" + table.name,
            remedy="Mend the query, or the key in table.toml.",
        )


def _stopped(table: Table, check: Check, row_count: int) -> TableError:
    return TableError(
        expected="no rows from a check that stops",
        found=str(row_count) + " rows: " + check.meaning,
        where=table.layer + "/" + table.name + "/checks.sql",
        remedy="Mend what the check found; nothing was kept.",
    )


def _statement(*parts: str) -> str:
    """Wraps a folder's select in the statement that stores it; the parts are ours, never a value."""
    return "\n".join(parts)
