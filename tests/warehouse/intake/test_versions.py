"""Facts depend on what was delivered, not on the order in which it came."""

import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.intake.conftest import KEY, TODAY, Intake
from warehouse.errors import TableError
from warehouse.intake import find_deliveries, settle, take_in
from warehouse.layouts import Layouts
from warehouse.store import open_warehouse
from warehouse.vault import Vault

HEADER = "landlord;tenancy_no;stated_on;arrears_dkk;registered_on;retracted"

_rows = st.builds(
    lambda tenancy, amount, registered, retracted: f"Birk;{tenancy};2026-01-01;{amount};{registered};{retracted}",
    st.sampled_from(["T1", "T2"]),
    st.sampled_from(["100.00", "200.00", "x"]),
    st.sampled_from(["", "", "2026-01-05", "2026-01-20"]),
    st.sampled_from(["", "", "", "true"]),
)
_files = st.lists(
    st.tuples(st.sampled_from(["2026-01-10", "2026-01-20", "2026-02-01"]), st.lists(_rows, max_size=4)),
    min_size=1,
    max_size=5,
)


def _facts_after(
    files: list[tuple[str, list[str]]], order: list[int], settle_often: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Facts and reports after the files came in this order, on a fresh warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        intake_files = path / "inbox" / "arrears"
        intake_files.mkdir(parents=True)
        for place, (day, rows) in enumerate(files):
            (intake_files / f"{day}_{place}.csv").write_text("\n".join((HEADER, *rows)), encoding="utf-8")
        with (
            Vault(path / "vault.sqlite", KEY) as vault,
            closing(open_warehouse(path / "warehouse.duckdb", threads=1)) as connection,
        ):
            intake = Intake(path, connection, vault)
            found = find_deliveries(path / "inbox")
            for place in order:
                take_in(found[place % len(found)], connection, vault, Layouts(), today=TODAY)
                if settle_often:
                    settle(connection, ["arrears"])
            settle(connection, ["arrears"])
            return intake.facts("arrears"), intake.reports()


@settings(max_examples=10, deadline=None)
@given(files=_files, seed=st.randoms(use_true_random=False), settle_often=st.booleans())
def test_order_and_repetition_of_intake_change_nothing(files, seed, settle_often) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(files)))
    first_facts, first_reports = _facts_after(files, order, settle_often=False)
    again = order * 2
    seed.shuffle(again)
    facts, reports = _facts_after(files, again, settle_often)
    assert facts.equals(first_facts)
    assert reports.equals(first_reports)
    assert reports.filter(pl.col("rows_read") != pl.sum_horizontal("accepted", "duplicate", "quarantined")).is_empty()
    assert reports["duplicate"].min() >= 0


def _versions(
    intake: Intake, *, columns: tuple[str, ...] = ("arrears_dkk", "known_on", "superseded_on")
) -> list[tuple[object, ...]]:
    return [(str(row[0]), *row[1:]) for row in intake.facts("arrears").select(columns).rows()]


def test_a_correction_supersedes_from_the_day_it_became_known(intake: Intake) -> None:
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.put("arrears", "2026-02-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;200;2026-02-05;")
    intake.run()
    assert _versions(intake) == [
        ("100.00", date(2026, 1, 10), date(2026, 2, 5)),
        ("200.00", date(2026, 2, 5), None),
    ]


def test_a_row_that_returns_to_what_it_was_is_a_version_again(intake: Intake) -> None:
    for day, amount in (("2026-01-10", 100), ("2026-01-11", 200), ("2026-01-12", 100)):
        intake.put("arrears", f"{day}_a.csv", f"{HEADER}\nB;T1;2026-01-01;{amount};;")
    intake.run()
    assert [version[0] for version in _versions(intake)] == ["100.00", "200.00", "100.00"]


def test_a_withdrawal_needs_its_key_only_and_ends_the_version(intake: Intake) -> None:
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.put(
        "arrears", "2026-02-10_a.csv", "landlord;tenancy_no;stated_on;retracted;arrears_dkk\nB;T1;2026-01-01;true;?"
    )
    assert intake.run()["2026-02-10_a.csv"].quarantined == 0
    assert intake.facts("arrears")["retracted"].to_list() == [False, True]
    assert intake.facts("arrears")["superseded_on"].to_list() == [date(2026, 2, 10), None]


def test_a_copy_under_another_name_counts_as_duplicate_and_quarantined(intake: Intake) -> None:
    content = f"{HEADER}\nB;T1;2026-01-01;100;;\nB;T2;2026-01-01;x;;"
    intake.put("arrears", "2026-01-10_b.csv", content)
    intake.run()
    for name in ("2026-01-10_a.csv", "2026-01-10_c.csv"):
        intake.put("arrears", name, content)
        intake.run()
    counts = intake.reports().select("file", "status", "accepted", "duplicate", "quarantined").rows()
    assert counts == [
        ("2026-01-10_a.csv", "taken", 1, 0, 1),
        ("2026-01-10_b.csv", "copy", 0, 1, 1),
        ("2026-01-10_c.csv", "copy", 0, 1, 1),
    ]


def test_the_same_list_on_another_day_is_all_duplicates(intake: Intake) -> None:
    for day in ("2026-01-10", "2026-02-10"):
        intake.put("arrears", f"{day}_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.run()
    assert intake.reports().select("status", "accepted", "duplicate").rows() == [("taken", 1, 0), ("taken", 0, 1)]


def test_a_file_overwritten_under_its_name_takes_the_place_of_what_it_said(intake: Intake) -> None:
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.run()
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;300;;")
    intake.run()
    assert _versions(intake) == [("300.00", date(2026, 1, 10), None)]
    assert sorted(intake.reports()["status"]) == ["replaced", "taken"]


def test_a_broken_file_in_its_place_leaves_what_it_said(intake: Intake) -> None:
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.run()
    intake.put("arrears", "2026-01-10_a.csv", b"")
    intake.run()
    assert _versions(intake) == [("100.00", date(2026, 1, 10), None)]


def test_a_delivery_without_a_day_counts_from_the_day_of_intake(intake: Intake) -> None:
    intake.put("arrears", "list.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.run()
    assert _versions(intake, columns=("arrears_dkk", "known_on")) == [("100.00", TODAY)]


def test_a_delivery_is_written_whole_or_not_at_all(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        """Stands for a process that ends in the middle of a delivery."""

    def kill(*_: object) -> None:
        raise KilledError

    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    with monkeypatch.context() as patched:
        patched.setattr("warehouse.intake.keep_account", kill)
        with pytest.raises(KilledError):
            intake.run()
    intake.connection.rollback()
    assert intake.reports().is_empty()
    assert intake.connection.table("delivered_arrears").pl().is_empty()
    intake.run()
    assert intake.reports().select("accepted", "duplicate").rows() == [(1, 0)]


@pytest.mark.parametrize(
    ("damage", "meaning"),
    [
        ({"line_no": 2}, r"delivered_arrears/checks\.sql: .* a line counts twice"),
        ({"line_no": 3, "known_on": None}, "without the day it became known"),
        ({"line_no": 3, "landlord": None}, "a row without its key"),
    ],
)
def test_a_check_of_what_was_delivered_stops_and_keeps_the_facts_as_they_were(
    intake: Intake, damage: dict[str, object], meaning: str
) -> None:
    intake.put("arrears", "2026-01-10_a.csv", f"{HEADER}\nB;T1;2026-01-01;100;;")
    intake.run()
    before = intake.facts("arrears")
    delivered = intake.connection.table("delivered_arrears").pl()
    schema = delivered.schema
    wrong = delivered.with_columns(**{name: pl.lit(value, schema[name]) for name, value in damage.items()})
    intake.connection.from_arrow(wrong.to_arrow()).insert_into("delivered_arrears")
    with pytest.raises(TableError, match=meaning):
        settle(intake.connection, ["arrears"])
    assert intake.facts("arrears").equals(before)
