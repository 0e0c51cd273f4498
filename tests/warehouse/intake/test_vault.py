"""What identifies a person is in the vault alone, sealed."""

import logging
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.intake.conftest import KEY, Intake
from warehouse.columns import warehouse_columns
from warehouse.errors import KeyMissingError, StoreError
from warehouse.pseudonyms import Pseudonyms
from warehouse.statements import statement
from warehouse.vault import Vault
from warehouse.vocabulary import FEEDS, Sensitivity

MARKS = ("Markedname", "Markedstreet", "0101701234", "010170-1234", "Markedtext")


def _deliver_marked(intake: Intake) -> None:
    intake.put(
        "persons",
        "2026-02-01_p.csv",
        "cpr;name;birth_date;address;postal_code\n010170-1234;Markedname;1970-01-01;Markedstreet 1;8900\n"
        "0101701234x;Markedname;;Markedstreet 1;8900\n0101701234;Markedname",
    )
    intake.put(
        "tenancies",
        "2026-02-01_t.csv",
        "landlord;tenancy_no;cpr;name;address;postal_code;moved_in_on;monthly_rent_dkk\n"
        "B;1;0101701234;Markedname;Markedstreet 1;8900;2020-01-01;5000\nB;2;;Markedname;Markedstreet 1;8900;x;y",
    )
    intake.put(
        "concerns",
        "2026-02-01_c.json",
        '[{"concern_no":"1","received_at":"2026-01-01T10:00","sender":"police","category":"other",'
        '"cpr":"0101701234","name":"Markedname","address":"Markedstreet 1","text":"Markedtext"},{"text":"Markedtext"}]',
    )
    intake.put("notices", "2026-02-01_n.csv", "Markedname;Markedstreet 1;0101701234\nMarkedname;b;c")
    intake.put("sanctions", "2026-02-01_s.json", '[{"cpr": "0101701234", "name": "Markedname"')


def test_nothing_that_identifies_is_written_in_the_open(intake: Intake, caplog: pytest.LogCaptureFixture) -> None:
    _deliver_marked(intake)
    with caplog.at_level(logging.DEBUG):
        reports = intake.run()
    assert {report.status for report in reports.values()} == {"taken", "set_aside"}
    assert sum(report.quarantined for report in reports.values()) == 4
    intake.connection.execute("checkpoint")
    told = [repr(reports), str(intake.reports().to_dicts()), caplog.text]
    for path in _written(intake.path):
        told.append(path.read_bytes().decode("latin-1"))
    for mark in MARKS:
        assert not [text for text in told if mark in text], mark


def _written(home: Path) -> list[Path]:
    files = [path for path in home.rglob("*") if path.is_file() and "inbox" not in path.parts]
    assert {"vault.sqlite", "warehouse.duckdb"} <= {path.name for path in files}
    return files


def test_the_vault_gives_back_what_it_was_given(intake: Intake) -> None:
    _deliver_marked(intake)
    reports = intake.run()
    person = intake.vault.identities("person").row(0, named=True)
    assert (person["cpr"], person["name"], person["address"]) == ("0101701234", "Markedname", "Markedstreet 1")
    assert person["person_id"] == Pseudonyms(KEY).person("0101701234")
    assert intake.vault.lookup("tenancy", "B/1")["name"].to_list() == ["Markedname"]
    assert intake.vault.lookup("tenancy", "B/9").is_empty()
    raw = intake.vault.raw_rows(reports["2026-02-01_p.csv"].delivery_id, [3, 4])
    assert raw["raw_text"].to_list() == [None, "0101701234;Markedname"]
    assert raw["cpr"].to_list() == ["0101701234x", None]


def test_a_version_names_its_identity(intake: Intake) -> None:
    header = "landlord;tenancy_no;name;address;postal_code;moved_in_on;monthly_rent_dkk"
    for day, name, rent in (("05", "Ane", 1), ("06", "Bo", 1), ("07", "Ane", 1), ("08", "Ane", 2)):
        intake.put("tenancies", f"2026-02-{day}_t.csv", f"{header}\nB;1;{name};Vej 1;8900;2020-01-01;{rent}")
    intake.run()
    assert intake.vault.identities("tenancy").height == 2
    versions = intake.facts("tenancies").join(
        intake.vault.identities("tenancy").select("identity_mac", "name"), on="identity_mac", maintain_order="left"
    )
    assert versions["name"].to_list() == ["Ane", "Bo", "Ane", "Ane"]


def test_identities_and_homes_do_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    told = pl.DataFrame(
        {
            "record_key": ["B/1", "B/1"],
            "identity_mac": ["m", "m"],
            "known_on": ["2026-02-02", "2026-02-01"],
            "delivery_id": ["y", "x"],
            "line_no": [2, 2],
            "name": ["Ane", "Ane"],
        }
    ).with_columns(pl.col("known_on").str.to_date())
    kept = []
    for place, order in enumerate(([0, 1], [1, 0])):
        with Vault(tmp_path / f"{place}.sqlite", KEY) as vault:
            for row in order:
                vault.keep_identities("tenancy", told[row])
            kept.append(vault.identities("tenancy"))
    assert kept[0].equals(kept[1])
    assert kept[0]["delivery_id"].to_list() == ["x"]


def test_another_key_does_not_open_the_vault(tmp_path: Path) -> None:
    Vault(tmp_path / "vault.sqlite", KEY).close()
    with pytest.raises(KeyMissingError, match="another key"):
        Vault(tmp_path / "vault.sqlite", bytes(32))
    with pytest.raises(KeyMissingError, match="5 bytes"):
        Vault(tmp_path / "vault.sqlite", b"short")


def test_a_file_that_is_no_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.sqlite").write_bytes(b"something else" * 100)
    with pytest.raises(StoreError, match="vault that can be read"):
        Vault(tmp_path / "vault.sqlite", KEY)


def test_what_was_altered_is_not_believed(intake: Intake) -> None:
    _deliver_marked(intake)
    intake.run()
    intake.vault._file.execute("update identity set sealed = zeroblob(40)")
    with pytest.raises(StoreError, match="altered"):
        intake.vault.identities("person")


def test_persons_with_a_protected_address_share_no_home(intake: Intake) -> None:
    rows = "0101701234;Navne- og adressebeskyttet;Adressebeskyttet;8900\n0201701234;Bo;Adressebeskyttet;8900"
    intake.put("persons", "2026-02-01_p.csv", f"cpr;name;address;postal_code\n{rows}")
    intake.run()
    assert intake.facts("persons").select("home_id", "protected").rows() == [(None, True), (None, True)]


@pytest.mark.parametrize("feed", FEEDS)
def test_the_warehouse_has_no_column_that_identifies(intake: Intake, feed: str) -> None:
    secret = {field.name for field in FEEDS[feed].fields if field.sensitivity is Sensitivity.IDENTIFIES}
    declared = dict(warehouse_columns(feed))
    for table, more in ((f"delivered_{feed}", {}), (f"fact_{feed}", {"superseded_on": "DATE"})):
        described = intake.connection.table(table)
        columns = dict(zip(described.columns, map(str, described.types), strict=True))
        assert columns == declared | more
        assert not secret & set(columns)


def test_every_feed_is_counted_in_the_reports() -> None:
    assert all(f"fact_{feed}\n" in statement("delivery_reports") for feed in FEEDS)
