"""Whatever is delivered: no crash, an exact account, and nothing silently lost."""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.intake.broken_files import (
    CORPUS,
    GOOD,
    POSTINGS,
    Broken,
    good_rows,
    parquet,
    workbook,
    write_endless,
)
from tests.warehouse.intake.conftest import Intake
from warehouse.intake import DeliveryReport
from warehouse.rules import FILE_REASONS, ROW_RULES


def test_the_corpus_is_large_and_breaks_every_rule_that_a_file_can_break() -> None:
    assert len(CORPUS) >= 60
    assert {rule for one in CORPUS for rule in one.rules} >= set(ROW_RULES) - {"not_a_number"}
    unmade = {"not_a_file", "unreadable", "too_large", "sheet_missing", "not_understood"}
    assert {one.reason for one in CORPUS if one.reason} == set(FILE_REASONS) - unmade


@pytest.mark.parametrize("broken", CORPUS, ids=lambda one: one.file_name)
def test_a_defect_costs_its_row_or_its_file_and_says_why(intake: Intake, broken: Broken) -> None:
    intake.put(broken.feed, broken.file_name, broken.content)
    report = intake.run()[broken.file_name]
    assert report.reason == broken.reason
    assert report.status == ("set_aside" if broken.reason else "taken")
    assert intake.rules(report) == broken.rules
    assert (report.rows_read, report.quarantined) == (broken.rows, broken.quarantined)
    _is_accounted_for(intake, report)


def test_the_whole_corpus_at_once_stops_no_good_file(intake: Intake) -> None:
    for broken in CORPUS:
        intake.put(broken.feed, broken.file_name, broken.content)
    intake.put("rent_postings", "2026-02-02_good.csv", f"{POSTINGS}\n{GOOD.format(no='last')}")
    reports = intake.run()
    assert len(reports) == len(CORPUS) + 1
    assert intake.facts("rent_postings").filter(posting_no="last").height == 1
    assert intake.run() == {}
    counts = intake.reports()
    assert counts.filter(pl.col("rows_read") != pl.sum_horizontal("accepted", "duplicate", "quarantined")).is_empty()
    assert counts.filter(pl.col("duplicate") < 0).is_empty()


def _is_accounted_for(intake: Intake, report: DeliveryReport) -> None:
    """Every row is in the facts, a duplicate or in quarantine, and the vault still has it as it was."""
    counts = intake.reports().filter(file=report.file_name).row(0, named=True)
    assert counts["rows_read"] == counts["accepted"] + counts["duplicate"] + counts["quarantined"]
    assert counts["duplicate"] >= 0
    held_back = intake.connection.table("quarantine").pl()
    assert held_back["line_no"].n_unique() == report.quarantined
    kept = intake.vault.raw_rows(report.delivery_id, held_back["line_no"].to_list())
    assert kept.height == report.quarantined


CSV = "\n".join((POSTINGS, GOOD.format(no=1), GOOD.format(no="Ø2"), GOOD.format(no=3))).encode()
JSON = good_rows().write_json().encode()
LINES = good_rows().write_ndjson().encode()


@pytest.mark.parametrize(("suffix", "content", "step"), [("csv", CSV, 1), ("json", JSON, 3), ("jsonl", LINES, 3)])
def test_a_text_file_cut_anywhere_is_accounted_for(intake: Intake, suffix: str, content: bytes, step: int) -> None:
    _cut_everywhere(intake, suffix, content, range(0, len(content), step))


@pytest.mark.parametrize(
    ("suffix", "make"),
    [
        ("xlsx", lambda: workbook([POSTINGS.split(";"), *(list(row) for row in good_rows().rows())])),
        ("parquet", lambda: parquet(good_rows())),
    ],
)
def test_a_packed_file_cut_anywhere_is_set_aside(intake: Intake, suffix: str, make: Callable[[], bytes]) -> None:
    content = make()
    reports = _cut_everywhere(intake, suffix, content, range(0, len(content), max(1, len(content) // 150)))
    assert {report.status for report in reports} == {"set_aside"}


def _cut_everywhere(intake: Intake, suffix: str, content: bytes, places: range) -> list[DeliveryReport]:
    """Takes in the file cut at each place; every line of it must be read, held back, or set aside."""
    for place in places:
        intake.put("rent_postings", f"2026-02-01_{place:05d}.{suffix}", content[:place])
    reports = list(intake.run().values())
    assert len(reports) == len(places)
    counts = intake.reports()
    assert counts.filter(pl.col("rows_read") != pl.sum_horizontal("accepted", "duplicate", "quarantined")).is_empty()
    for report in reports:
        place = int(report.file_name[11:16])
        if report.status != "set_aside" and suffix in ("csv", "jsonl"):
            lines = sum(bool(line.strip()) for line in content[:place].split(b"\n"))
            assert report.rows_read == lines - (suffix == "csv")
    return reports


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_packed_file_with_a_damaged_byte_never_escapes(intake: Intake, suffix: str) -> None:
    whole = (
        parquet(good_rows()) if suffix == "parquet" else workbook([POSTINGS.split(";"), GOOD.format(no=1).split(";")])
    )
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        intake.put("rent_postings", f"2026-02-01_{place:05d}.{suffix}", damaged)
    counts = intake.run() and intake.reports()
    assert counts.filter(pl.col("rows_read") != pl.sum_horizontal("accepted", "duplicate", "quarantined")).is_empty()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2026-02-01_endless.csv", "one_long_line"),
        ("2026-02-01_endless.jsonl", "one_long_line"),
        ("2026-02-01_endless.parquet", "one_long_line"),
    ],
)
def test_a_gigabyte_on_one_line_is_refused_without_being_read(intake: Intake, name: str, reason: str) -> None:
    write_endless(intake.put("rent_postings", name, b""), 1024**3)
    tracemalloc.start()
    try:
        report = intake.run()[name]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.reason == reason
    assert peak < 20 * 1024**2


def test_a_file_above_the_limit_is_refused_and_the_limit_told(intake: Intake) -> None:
    path = intake.put("rent_postings", "2026-02-01_large.csv", CSV)
    with path.open("ab") as file:
        file.truncate(300 * 1024**2)
    report = intake.run()[path.name]
    assert report.reason == "too_large"
    assert "at most 192 MB" in (report.explanation or "")


def test_links_and_folders_are_set_aside_and_never_followed(intake: Intake) -> None:
    target = intake.path / "elsewhere.csv"
    target.write_bytes(CSV)
    feed = intake.path / "inbox" / "rent_postings"
    (feed / "2026-02-01_folder.csv").mkdir(parents=True)
    (feed / "2026-02-01_link.csv").symlink_to(target)
    (feed / "2026-02-01_nowhere.csv").symlink_to(intake.path / "nothing")
    os.mkfifo(feed / "2026-02-01_pipe.csv")
    reports = intake.run()
    assert len(reports) == 4
    assert {report.reason for report in reports.values()} == {"not_a_file"}


def test_files_that_are_still_written_are_left_alone(intake: Intake) -> None:
    for name in ("2026-02-01_a.csv.part", "2026-02-01_a.tmp", ".2026-02-01_a.csv"):
        intake.put("rent_postings", name, CSV)
    assert intake.run() == {}


def test_a_loose_file_is_set_aside(intake: Intake) -> None:
    (intake.path / "inbox" / "2026-02-01_loose.csv").write_bytes(CSV)
    assert intake.run()["2026-02-01_loose.csv"].reason == "unknown_feed"


def test_a_name_that_is_no_text_is_taken_in(intake: Intake) -> None:
    folder = intake.path / "inbox" / "rent_postings"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/2026-02-01_\xff.csv")).write_bytes(CSV)
    assert [report.status for report in intake.run().values()] == ["taken"]


def test_an_error_in_a_reader_sets_the_file_aside_and_tells_nothing_of_it(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Marked Name 0101701234")

    monkeypatch.setattr("warehouse.intake.read_rows", fail)
    intake.put("rent_postings", "2026-02-01_a.csv", CSV)
    report = intake.run()["2026-02-01_a.csv"]
    assert report.reason == "not_understood"
    assert "ValueError" in (report.explanation or "")
    assert "Marked" not in repr(report)
