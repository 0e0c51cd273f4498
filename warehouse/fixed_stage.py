"""Tenancies looked at each on a day of its own: whom a first payment demand has just reached, and any rows asked for.

The cost is that of the rows, not of the whole town on each of their days. What is built here hides behind the
connection's temporary tables and is rolled back: the cohorts that are kept stay as they are, also for the same days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from warehouse.building import build, nothing_kept, tables_in_order, tables_towards
from warehouse.definitions import DEFAULT_OUTCOME, EVERYBODY, CohortDefinition, OutcomeDefinition
from warehouse.door import bind, bind_rows, run_bound
from warehouse.errors import StoreError
from warehouse.features import (
    batches,
    bind_cohort,
    bind_outcome,
    feature_tables,
    matrix_of,
    read_audit,
    read_cohort,
    read_kept,
)
from warehouse.tables import Table

DAYS_AFTER = 7
"""A first demand gives 14 days (rent law) or so: after a week half of the time to act is left."""

_KEY = ("as_of", "landlord", "tenancy_no")
_DAYS_AT_ONCE = 366
"""How many days' demands are looked through at once: bounds memory, not the result."""


@dataclass(frozen=True)
class AskedRows:
    """What was known of rows that were asked for, each on its own day; the same rows in the same order in all three.

    `matrix` as `read_matrix` gives it, `audit` as `read_audit`, `outcomes` as `build_outcomes` (None where no day was
    given by which they had to be known). A row that was not active on its day, or is not in the cohort, is not there.
    """

    matrix: pl.DataFrame
    audit: pl.DataFrame
    outcomes: pl.DataFrame | None


def first_demands(
    connection: duckdb.DuckDBPyConnection, first: date, before: date, *, days_after: int = DAYS_AFTER
) -> pl.DataFrame:
    """The fixed-stage population whose day lies in [first, before): as_of, landlord, tenancy_no; sorted.

    One row a demand episode: a payment demand about an active tenancy, none in the 182 days before it (a demand stands
    so long); as_of = the day the demand became known + `days_after` (at least 1), and what was known before as_of is
    all that decides.
    """
    if days_after < 1:
        raise StoreError(
            expected="a fixed stage at least one day after the demand became known",
            found=f"days_after = {days_after}",
            where="the fixed stage",
            remedy="What becomes known on a day is known only after it.",
        )
    days = [first + timedelta(days=step) for step in range((before - first).days)]
    found = [_demanded(connection, days[i : i + _DAYS_AT_ONCE], days_after) for i in range(0, len(days), _DAYS_AT_ONCE)]
    return pl.concat(found).sort(_KEY) if found else pl.DataFrame(schema=_SCHEMA)


_SCHEMA = pl.Schema({"as_of": pl.Date(), "landlord": pl.String(), "tenancy_no": pl.String()})


def _demanded(connection: duckdb.DuckDBPyConnection, days: Sequence[date], days_after: int) -> pl.DataFrame:
    with nothing_kept(connection):
        run_bound(connection, "bind_dates", {"dates": days})
        run_bound(connection, "bind_switched_off", {"feeds": []})
        run_bound(connection, "bind_fixed_stage", {"days_after": days_after})
        build(connection, tables_towards(frozenset({"first_demand"}), "fixed_stage"), keep=False)
        rows = connection.table("first_demand").pl().select(_KEY)
        if rows.is_empty():
            return rows
        bind_rows(connection, rows.rows(), frozenset())
        build(connection, tables_towards(frozenset({"active_tenancy"})), keep=False)
        return connection.table("active_tenancy").pl().select(_KEY)


def build_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    *,
    known_before: date | None = None,
    outcome: OutcomeDefinition = DEFAULT_OUTCOME,
    cohort: CohortDefinition = EVERYBODY,
    switched_off: frozenset[str] = frozenset(),
) -> AskedRows:
    """Features, audit and (with `known_before`) outcomes of `rows` (as_of, landlord, tenancy_no), each as of its day.

    The same values as a night of that day gives, but for the tables that count the whole town around a tenancy: these
    are taken from the first of the day's month (unknown where the tenancy was not active then), so that they cost one
    day a month. Nothing is kept. Raises as `build_as_of`.
    """
    asked = rows.select(_KEY).unique().sort(_KEY)
    if asked.is_empty():
        raise StoreError(
            expected="at least one row to build",
            found="none",
            where="the rows asked for",
            remedy="Ask for days on which something was known.",
        )
    days = asked["as_of"].unique().to_list()
    with nothing_kept(connection):
        bind_cohort(connection, cohort)
        town = _surroundings(connection, asked, switched_off)
        bind_rows(connection, asked.rows(), switched_off)
        build(connection, tables_towards(_BY_TENANCY), keep=False)
        cohort_rows = read_cohort(connection, days)
        matrix = matrix_of(cohort_rows, ((table, _built(connection, table, town, days)) for table in feature_tables()))
        audit = cohort_rows.select(_KEY).join(read_audit(connection, days), on=_KEY, how="left", maintain_order="left")
        return AskedRows(matrix, audit, _outcomes(connection, days, known_before, outcome))


_BY_TENANCY = frozenset(
    {"cohort_tenancy", "audit_tenancy"} | {table.name for table in feature_tables() if table.counts == "tenancy"}
)
_BY_TOWN = frozenset(table.name for table in feature_tables() if table.counts == "town")


def _built(
    connection: duckdb.DuckDBPyConnection, table: Table, town: Mapping[str, pl.DataFrame], days: Sequence[date]
) -> pl.DataFrame:
    return town[table.name] if table.name in town else read_kept(connection, table.name, days)


def _surroundings(
    connection: duckdb.DuckDBPyConnection, asked: pl.DataFrame, switched_off: frozenset[str]
) -> dict[str, pl.DataFrame]:
    """The rows of the tables that count the whole town, by name, as of the first of each asked row's month."""
    monthly = asked.with_columns(pl.col("as_of").dt.month_start().alias("month"))
    wanted = {name: list[pl.DataFrame]() for name in sorted(_BY_TOWN)}
    for months in batches(connection, monthly["month"].unique().to_list()):
        bind(connection, months, switched_off)
        build(connection, tables_towards(_BY_TOWN), keep=False)
        for name, parts in wanted.items():
            told = read_kept(connection, name, months).rename({"as_of": "month"})
            parts.append(monthly.join(told, on=("month", *_KEY[1:])).drop("month"))
    return {name: pl.concat(parts) for name, parts in wanted.items()}


def _outcomes(
    connection: duckdb.DuckDBPyConnection,
    days: Sequence[date],
    known_before: date | None,
    wanted: OutcomeDefinition,
) -> pl.DataFrame | None:
    """The outcomes of the rows whose cohort is built."""
    if known_before is None:
        return None
    bind_outcome(connection, days, known_before, wanted)
    build(connection, tables_in_order("outcome"), keep=False)
    return read_kept(connection, "outcome_tenancy", days)
