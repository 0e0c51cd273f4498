"""Against a made-up truth: hardly a wrong link, and few right ones left to the queue."""

import time
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.linking.made_up import MadeUp, made_up
from warehouse.linking import link_records
from warehouse.store import open_warehouse


def _figures(town: MadeUp, links: pl.DataFrame, feed: str) -> tuple[int, int, int]:
    """(links, right links, records to be linked) of one feed."""
    truth = {key: home for (of, key), home in town.truth.items() if of == feed}
    if feed == "tenancies":
        unnumbered = {f"{r['landlord']}/{r['tenancy_no']}" for r in town.rows[feed] if r["person_id"] is None}
        truth = {key: home for key, home in truth.items() if key in unnumbered}
    made = {row["record_key"]: row for row in links.filter(feed=feed).iter_rows(named=True)}
    columns = ("person_id",) if feed == "tenancies" else ("landlord", "tenancy_no")
    right = sum(tuple(row[name] for name in columns) == truth[key][: len(columns)] for key, row in made.items())
    return len(made), right, len(truth)


def test_links_are_right_and_nearly_all_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = made_up(seed=11, tenancies=2_000, letters=1_600)
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        town.write(connection)
        begun = time.perf_counter()
        report = link_records(connection, town)
        seconds = time.perf_counter() - begun
        links = connection.sql("select * from fact_link where superseded_on is null").pl()
    made = right = asked = 0
    for feed in ("notices", "concerns", "tenancies"):
        figures = _figures(town, links, feed)
        made, right, asked = made + figures[0], right + figures[1], asked + figures[2]
        with capsys.disabled():
            print(f"\n{feed}: {figures[1]} right of {figures[0]} links, {figures[2]} records", end="")
        assert figures[0] == report.count(feed, "linked")
        assert figures[0] + report.queued(feed) == figures[2]
        assert figures[1] / figures[2] >= 0.9
    with capsys.disabled():
        print(f"\nprecision {right / made:.4f}, recall {right / asked:.4f}, {seconds:.1f} s")
    assert right / made >= 0.995
