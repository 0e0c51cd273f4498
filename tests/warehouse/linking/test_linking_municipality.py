"""From deliveries to links, with the vault itself: the made-up municipality's truth is found again."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from synthetic.municipality import simulate
from warehouse.facts import settle
from warehouse.intake import find_deliveries, take_in
from warehouse.layouts import read_layouts
from warehouse.linking import link_records
from warehouse.store import open_warehouse
from warehouse.vault import Vault
from warehouse.vocabulary import FEEDS

UNTIL = date(2026, 1, 1)


def test_the_true_links_of_a_municipality_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate(tmp_path, tenancies=500, months=24, seed=7, until=UNTIL)
    truth = pl.read_parquet(tmp_path / "truth" / "links.parquet")
    with open_warehouse(tmp_path / "w.duckdb") as connection, Vault(tmp_path / "v.sqlite", b"k" * 32) as vault:
        layouts = read_layouts(tmp_path / "layouts")
        for delivery in find_deliveries(tmp_path / "inbox"):
            if delivery.feed in ("tenancies", "persons", "notices", "concerns"):
                take_in(delivery, connection, vault, layouts, today=UNTIL)
        settle(connection, FEEDS)
        report = link_records(connection, vault)
        links = connection.sql("select * from fact_link where superseded_on is null").pl()
        asked = connection.sql("select feed, record_key from link_queue").pl()
        persons = {cpr: vault.pseudonyms.person(cpr) for cpr in truth["cpr"].drop_nulls()}
    truth = truth.with_columns(true_person=pl.col("cpr").replace_strict(persons, default=None))
    asked = pl.concat([asked, links.select("feed", "record_key")]).join(truth, on=["feed", "record_key"], how="semi")
    made = links.join(truth, on=["feed", "record_key"], suffix="_true", how="left")
    same_home = (pl.col("landlord") == pl.col("landlord_true")) & (pl.col("tenancy_no") == pl.col("tenancy_no_true"))
    is_person = pl.col("feed") == "tenancies"
    right = made.filter(
        pl.when(is_person).then(pl.col("person_id") == pl.col("true_person")).otherwise(same_home).fill_null(False)
    )
    with capsys.disabled():
        print(f"\n{right.height} right of {made.height} links, {asked.height} records; {dict(report.counts)}")
    assert made.height > 50
    assert right.height / made.height >= 0.995
    assert right.height / asked.height >= 0.9
