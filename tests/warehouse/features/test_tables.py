"""The table folders: complete descriptions, no protected attribute as a feature, checks that stop and warn."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from warehouse import tables
from warehouse.building import LAYERS, build, tables_in_order
from warehouse.definitions import EVERYBODY
from warehouse.door import bind, parse, run_bound
from warehouse.errors import TableError
from warehouse.features import bind_cohort, build_as_of, feature_columns, feature_tables
from warehouse.tables import Check, Table, read_tables, sql_of
from warehouse.vocabulary import FEEDS, Sensitivity

BUILT = [table for layer in LAYERS for table in read_tables(layer)]
EVIDENCE = {
    "arrears_balance", "last_payment", "late_payments", "partial_payment", "no_payment_since", "repeated_arrears",
    "payment_demand", "termination", "court_request", "hearing", "concern", "sanction", "benefit_ended", "benefit_drop",
    "rent_burden", "application_pending", "application_refused", "support_ended", "support_missed", "shelter_stay",
    "new_tenancy", "rent_reduction_ends", "landlord_practice", "earlier_contact", "municipal_referral",
    "arrears_change", "reminder_fees",
}  # fmt: skip
UNIT_ENDINGS = {
    "dkk": "_dkk", "days": "_days", "count": "_count", "rents": "_count", "share": "_share", "flag": "_flag",
    "per_1000": "_per_1000", "day_of_month": "_day", "m2": "_m2",
}  # fmt: skip


def _protected() -> set[str]:
    fields = {f.name: f.sensitivity for feed in FEEDS.values() for f in feed.fields}
    return {name for name, kind in fields.items() if kind is Sensitivity.PROTECTED} | {"birth_year", "ward"}


def test_there_are_many_features_and_each_has_its_own_name() -> None:
    names = Counter(column.name for column in feature_columns())
    assert len(names) >= 80
    assert max(names.values()) == 1


@pytest.mark.parametrize("column", feature_columns(), ids=lambda column: column.name)
def test_every_feature_is_described_in_full(column: Any) -> None:
    assert column.da
    assert column.en
    assert column.name.endswith(UNIT_ENDINGS[column.unit])
    assert column.direction in (-1, 0, 1)
    assert column.source in FEEDS
    assert not column.or_source or column.or_source in FEEDS
    assert column.sensitivity == "neutral"
    assert column.reason in EVIDENCE


def test_every_column_of_a_kept_table_is_described(town: Any) -> None:
    connection = town.settled()
    build_as_of(connection, [date(2026, 1, 1)])
    for table in BUILT:
        if table.stored == "kept" and table.step == "night":
            described = [*table.key, *(c.name for c in table.columns if c.name not in table.key)]
            assert sorted(described) == sorted(connection.table(table.name).columns), table.name


def _read_by(table: Table) -> list[Table]:
    """The tables of layers 4 to 6 that `table` reads, and those that they read."""
    later = {each.name: each for each in BUILT if each.layer != "3_known"}
    found: dict[str, Table] = {}
    waiting = [table]
    while waiting:
        names = parse([waiting.pop().query]).values()
        new = {name: later[name] for sources in names for name in sources if name in later and name not in found}
        found |= new
        waiting += new.values()
    return list(found.values())


@pytest.mark.parametrize("table", [t for t in BUILT if t.layer == "5_features"], ids=lambda table: table.name)
def test_no_feature_reads_a_protected_attribute(table: Table) -> None:
    """Neither itself nor through a table that it reads, however far back; `known_resident` tells who lives where."""
    sealed = {"known_persons", "known_discharges", "audit_tenancy", "result_household"}
    for read in (table, *_read_by(table)):
        words = set(re.findall(r"[a-z_]+", re.sub(r"--[^\n]*|'[^']*'", " ", read.query)))
        assert not words & _protected(), read.name
        assert not parse([read.query])[read.query] & sealed, read.name


def test_who_lives_where_tells_nothing_else_of_a_person() -> None:
    resident = next(table for table in BUILT if table.name == "known_resident")
    assert not set(re.findall(r"[a-z_]+", resident.query)) & _protected()
    assert [column.name for column in resident.columns if column.name not in resident.key] == []


@pytest.mark.parametrize("table", BUILT, ids=lambda table: table.name)
def test_every_query_says_what_a_row_is_and_why_the_table_exists(table: Table) -> None:
    first, second = table.query.splitlines()[:2]
    assert first.startswith("-- one row: ")
    assert second.startswith("-- why: ")
    assert table.da
    assert table.en
    assert table.key
    statement = re.sub(r"--[^\n]*|'[^']*'", " ", table.query)
    assert statement == statement.lower()


def _planted(**changes: Any) -> list[Table]:
    feature = next(table for table in feature_tables() if table.name == "feature_tenancy")
    return [replace(table, **changes) if table == feature else table for table in tables_in_order("night")]


def test_a_check_that_stops_keeps_nothing_and_one_that_warns_says_so(town: Any) -> None:
    town.tenancy("A", "1", date(2025, 1, 1), monthly_rent_dkk=-5)
    connection = town.settled()
    bind(connection, [date(2026, 1, 1)], frozenset())
    run_bound(connection, "bind_expected", {"feeds": [], "senders": [], "days": []})
    bind_cohort(connection, EVERYBODY)
    negative = "select landlord from feature_tenancy where monthly_rent_dkk < 0"
    with pytest.raises(TableError, match="1 rows: the rent is below zero"):
        build(connection, _planted(checks=(Check("stop", "the rent is below zero", negative),)))
    warned = build(connection, _planted(checks=(Check("warn", "the rent is below zero", negative),)))
    assert ("feature_tenancy", "the rent is below zero", 1) in [(w.table, w.meaning, w.row_count) for w in warned]


def test_a_key_that_is_not_unique_or_null_is_refused(town: Any) -> None:
    town.tenancy("A", "1", date(2025, 1, 1))
    town.tenancy("A", "2", date(2025, 1, 1))
    connection = town.settled()
    bind(connection, [date(2026, 1, 1)], frozenset())
    with pytest.raises(TableError, match=r"a unique key \(as_of, landlord\) without nulls; found 1 keys"):
        build(connection, _planted(key=("as_of", "landlord")))


def test_a_query_that_cannot_run_names_its_table(town: Any) -> None:
    connection = town.settled()
    bind(connection, [date(2026, 1, 1)], frozenset())
    with pytest.raises(TableError, match="5_features/feature_tenancy: expected the table's query to run"):
        build(connection, _planted(query="select no_such_column from active_tenancy"))


def test_unknown_layers_and_tables_are_refused() -> None:
    with pytest.raises(TableError, match="expected one of the layers 1_delivered"):
        read_tables("9_wishes")
    with pytest.raises(TableError, match=r"expected query\.sql in the table's folder"):
        sql_of("5_features", "feature_wishes")


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("table.toml", 'stored = "kept"\nda = "x"\nen = "x"\n', "'key'"),
        ("table.toml", "stored = ", "Invalid value"),
        ("table.toml", 'stored = "kept"\nkey = ["a"]\nda = "x"\nen = "x"\n[column.a]\nwish = 1\n', "wish"),
        ("checks.sql", "-- perhaps: no\nselect 1;\n", "another first line"),
        ("checks.sql", "-- stop: no end\nselect 1\n", "without its semicolon"),
    ],
)
def test_an_incomplete_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, found: str
) -> None:
    folder = tmp_path / "5_features" / "feature_x"
    folder.mkdir(parents=True)
    (folder / "query.sql").write_text("select 1 as a")
    (folder / "table.toml").write_text('stored = "kept"\nkey = ["a"]\nda = "x"\nen = "x"\n')
    (folder / file).write_text(text)
    monkeypatch.setattr(tables, "TABLES", tmp_path)
    with pytest.raises(TableError, match=found):
        read_tables.__wrapped__("5_features")
