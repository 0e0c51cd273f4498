"""What was known of each tenancy on a day: cohort, features, deadlines, evidence and freshness, built and read.

Dates are arguments. A build deletes and rewrites exactly its dates in one transaction; twice gives the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date

import duckdb
import polars as pl

from warehouse.building import LAYERS, CheckWarning, build, tables_in_order
from warehouse.definitions import DEFAULT_OUTCOME, EVERYBODY, CohortDefinition, OutcomeDefinition
from warehouse.door import bind, run_bound
from warehouse.errors import StoreError
from warehouse.tables import Table, read_tables

ROWS_PER_BATCH = 72_000
"""Tenancies times dates that are built at once: bounds memory to about a gigabyte."""

_KEY = ("as_of", "landlord", "tenancy_no")


@dataclass(frozen=True)
class FeatureColumn:
    """A model input. `direction` (-1, 0, 1) is the way in which risk may rise with it, 0 where none is imposed.

    `source` is the feed it stems from (`or_source` fills it where a landlord does not send the first), `reason` the
    evidence code that its contribution counts toward.
    """

    name: str
    table: str
    unit: str
    da: str
    en: str
    direction: int
    source: str
    sensitivity: str
    reason: str
    or_source: str = ""


def feature_columns() -> list[FeatureColumn]:
    """Every feature column, in the order of the tables and of each table's description."""
    return [
        FeatureColumn(
            name=column.name,
            table=table.name,
            unit=column.unit,
            da=column.da,
            en=column.en,
            direction=column.direction,
            source=column.source,
            sensitivity=column.sensitivity,
            reason=column.reason,
            or_source=column.or_source,
        )
        for table in feature_tables()
        for column in table.columns
    ]


def feature_tables() -> list[Table]:
    """The kept tables of layer 5."""
    return [table for table in read_tables("5_features") if table.stored == "kept"]


def build_as_of(
    connection: duckdb.DuckDBPyConnection,
    as_of_dates: Sequence[date],
    *,
    switched_off: frozenset[str] = frozenset(),
    expected_every_days: Mapping[tuple[str, str], int] | None = None,
    with_results: bool = True,
    cohort: CohortDefinition = EVERYBODY,
) -> list[CheckWarning]:
    """Builds cohort, features, audit, deadlines, evidence and freshness for `as_of_dates`, exactly these.

    Every active tenancy gets its rows; `cohort` says which of them are in the cohort.

    Without `with_results` only cohort, features and audit: what training on past cut-offs needs. Feeds in
    `switched_off` are not read. `expected_every_days` says by (feed, sender) how often a delivery is expected, by
    (feed, "*") for senders it does not name; 31 days where it says nothing. Gives the checks that warn;
    `TableError` where one stops and `LookAheadError` where a query reads past the door: then nothing is kept.
    """
    tables = [t for t in tables_in_order("night") if with_results or t.layer != "6_results"]
    warnings: list[CheckWarning] = []
    with _transaction(connection):
        _bind_expected(connection, expected_every_days or {})
        bind_cohort(connection, cohort)
        for batch in batches(connection, as_of_dates):
            bind(connection, batch, switched_off)
            warnings += build(connection, tables)
    return warnings


def build_outcomes(
    connection: duckdb.DuckDBPyConnection,
    as_of_dates: Sequence[date],
    known_before: date,
    definition: OutcomeDefinition = DEFAULT_OUTCOME,
) -> pl.DataFrame:
    """The outcome of each tenancy in the cohorts of `as_of_dates`, by what was known before `known_before`.

    Columns as_of, landlord, tenancy_no, label_state, event_on and helped_on (dates in the window, or null); sorted.
    The cohorts must have been built. A cohort whose window [as_of, as_of + horizon_days) is not over by `known_before`
    is not_yet_mature throughout.
    """
    _refuse_unbuilt(connection, "cohort_tenancy")
    with _transaction(connection):
        bind_outcome(connection, as_of_dates, known_before, definition)
        build(connection, tables_in_order("outcome"))
    return read_kept(connection, "outcome_tenancy", as_of_dates)


def read_matrix(
    connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date], *, outside_too: bool = False
) -> pl.DataFrame:
    """One row a tenancy and date: as_of, landlord, tenancy_no, stage and every feature as Float64 (null = unknown).

    The tenancies in the cohort; with `outside_too` every active one. Columns in the order of `feature_columns`; sorted
    by as_of, landlord, tenancy_no. `StoreError` if not built.
    """
    rows = read_cohort(connection, as_of_dates, outside_too=outside_too)
    return matrix_of(rows, ((table, read_kept(connection, table.name, as_of_dates)) for table in feature_tables()))


def matrix_of(rows: pl.DataFrame, built: Iterable[tuple[Table, pl.DataFrame]]) -> pl.DataFrame:
    """The matrix of `rows` (with the key and stage) from the rows of each feature table."""
    matrix = rows.select(*_KEY, "stage")
    for table, features in built:
        columns = [column.name for column in table.columns]
        values = features.select(*_KEY, *columns).cast(dict.fromkeys(columns, pl.Float64))
        matrix = matrix.join(values, on=_KEY, how="left")
    return matrix.sort(_KEY)


def read_cohort(
    connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date], *, outside_too: bool = False
) -> pl.DataFrame:
    """The cohorts of `as_of_dates` and each tenancy's stage; sorted by as_of, landlord, tenancy_no.

    With `outside_too` every active tenancy; `in_cohort` says which are in the cohort.
    """
    rows = read_kept(connection, "cohort_tenancy", as_of_dates)
    return rows if outside_too else rows.filter("in_cohort")


def read_audit(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The protected attributes of `as_of_dates`, for fairness measures only; sorted as the cohort."""
    return read_kept(connection, "audit_tenancy", as_of_dates)


def read_evidence(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """What can be said of each tenancy: one row an evidence code, with the facts it cites."""
    return read_kept(connection, "result_evidence", as_of_dates)


def read_deadlines(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The open deadlines of each tenancy; the earliest is the row's next."""
    return read_kept(connection, "result_deadline", as_of_dates)


def read_contacts(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The contacts with each tenancy, as they were known on `as_of_dates`."""
    return read_kept(connection, "result_contact", as_of_dates)


def read_households(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """Whether children live in each home, as far as was known; for the list, never for a model."""
    return read_kept(connection, "result_household", as_of_dates)


def read_freshness(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """When each sender of each feed last delivered, and whether that is late, missing or switched off."""
    return read_kept(connection, "result_freshness", as_of_dates)


def first_known_on(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The first day on which anything of a ledger or an arrears list was known; None where nothing ever was."""
    days = [connection.table(name).min("known_on").fetchall()[0][0] for name in ("fact_rent_postings", "fact_arrears")]
    return min((day for day in days if day is not None), default=None)


def read_kept(connection: duckdb.DuckDBPyConnection, name: str, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The rows of the kept table `name` for `as_of_dates`, sorted by its key; `StoreError` if not built."""
    _refuse_unbuilt(connection, name)
    wanted = [duckdb.ConstantExpression(day) for day in sorted(set(as_of_dates))]
    if not wanted:
        return connection.table(name).limit(0).pl()
    key = next(t.key for layer in LAYERS for t in read_tables(layer) if t.name == name)
    return connection.table(name).filter(duckdb.ColumnExpression("as_of").isin(*wanted)).pl().sort(key)


def _refuse_unbuilt(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    try:
        connection.table(name)
    except duckdb.CatalogException as error:
        raise StoreError(
            expected="the table " + name,
            found="a warehouse in which no date was built",
            where="warehouse.duckdb",
            remedy="Build the dates first (bovagt nightly).",
        ) from error


def batches(connection: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> Iterator[list[date]]:
    """The dates in order, so many at a time that a batch has about `ROWS_PER_BATCH` tenancies."""
    days = sorted(set(as_of_dates))
    tenancies = max(len(connection.table("fact_tenancies")), 1)
    size = max(ROWS_PER_BATCH // tenancies, 1)
    for first in range(0, len(days), size):
        yield days[first : first + size]


def _bind_expected(connection: duckdb.DuckDBPyConnection, expected: Mapping[tuple[str, str], int]) -> None:
    agreed = sorted(expected.items())
    values = {
        "feeds": [feed for (feed, _), _ in agreed],
        "senders": [sender for (_, sender), _ in agreed],
        "days": [days for _, days in agreed],
    }
    run_bound(connection, "bind_expected", values)


def bind_cohort(connection: duckdb.DuckDBPyConnection, definition: CohortDefinition) -> None:
    """Binds who is in the cohort."""
    run_bound(connection, "bind_cohort", asdict(definition))


def bind_outcome(
    connection: duckdb.DuckDBPyConnection,
    as_of_dates: Sequence[date],
    known_before: date,
    wanted: OutcomeDefinition,
) -> None:
    """Binds the door to the later day `known_before`, and the past cohorts and the outcome that are looked up."""
    bind(connection, [known_before], frozenset())
    days = {"dates": sorted(set(as_of_dates)), "horizon_days": wanted.horizon_days}
    run_bound(connection, "bind_past", days)
    run_bound(connection, "bind_outcome", {"kinds": wanted.kinds, "grounds": wanted.grounds})


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
