"""Files as they lie in the inbox: rhythm, shapes, layouts, what is broken on purpose, and the same bytes again."""

import csv
import hashlib
import io
import json
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from synthetic.delivery import windows
from synthetic.mishaps import BROKEN_ROWS
from synthetic.municipality import simulate
from synthetic.senders import SENDERS, Shape
from warehouse.layouts import read_layouts
from warehouse.vocabulary import FEEDS

UNTIL = date(2026, 1, 1)


def _files(home: Path) -> list[Path]:
    return sorted(path for path in (home / "inbox").rglob("*") if path.is_file())


def _digests(home: Path) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        simulate(tmp_path / name, tenancies=60, months=9, seed=seed, until=UNTIL)
    first = _digests(tmp_path / "first")
    assert first == _digests(tmp_path / "again")
    assert first != _digests(tmp_path / "other")
    assert any(name.endswith(".xlsx") for name in first)


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2026, 1, 3), date(2026, 11, 23), date(2024, 3, 1)])
@pytest.mark.parametrize("rhythm", ["daily", "monthly", "quarterly"])
def test_windows_leave_no_day_out_and_none_in_twice(rhythm: str, until: date) -> None:
    found = windows(rhythm, until)
    assert all(one.after == two.first for one, two in pairwise(found))
    assert found[-1].after == until
    assert all(one.first <= one.delivered_on < until for one in found)


def test_the_last_week_comes_day_by_day_and_the_half_year_before_by_months() -> None:
    daily = windows("daily", UNTIL)
    assert [one.delivered_on.isoformat() for one in daily[:3]] == ["2025-06-30", "2025-07-31", "2025-08-31"]
    assert [one.delivered_on.day for one in daily[-7:]] == [25, 26, 27, 28, 29, 30, 31]
    assert len(windows("monthly", UNTIL)) == 7


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2026, 11, 23)])
def test_there_are_about_two_hundred_files_at_most(until: date) -> None:
    assert sum(len(windows(sender.rhythm, until)) for sender in SENDERS) + 5 <= 205
    assert len({(sender.feed, sender.slug) for sender in SENDERS}) == len(SENDERS)


def test_files_are_dated_before_the_last_day_and_counted(written: Any) -> None:
    files = _files(written.home)
    assert 60 < len(files) < 200
    assert max(path.name[:10] for path in files) < UNTIL.isoformat()
    assert sum(written.report.files.values()) == len(files)
    assert set(written.report.files) == {*FEEDS, "huslejer"}
    assert set(written.report.rows) == set(FEEDS)


def test_at_least_four_senders_have_habits_of_their_own() -> None:
    assert {sender.shape for sender in SENDERS} == set(Shape)
    assert len({sender.name for sender in SENDERS if sender.headers}) >= 4


def test_the_layouts_can_be_read_and_find_their_files(written: Any) -> None:
    layouts = read_layouts(written.home / "layouts")
    own = {layout.sender for layout in layouts.files}
    assert own == {sender.name for sender in SENDERS if sender.headers}
    for sender in SENDERS:
        name = f"2025-07-31_{sender.slug}.{sender.shape.extension}"
        assert layouts.matching(sender.feed, name)[0].sender == (sender.name if sender.headers else "standard")


def test_a_layout_names_no_column_that_its_files_do_not_have(written: Any) -> None:
    told = tomllib.loads((written.home / "layouts/birkely.toml").read_text("utf-8"))
    for one in told["file"]:
        slug = one["name"].strip("*").removesuffix("*.csv")
        path = next(path for path in _files(written.home) if slug in path.name)
        assert path.read_bytes().decode("cp1252").splitlines()[0].split(";") == list(one["columns"].values())


def test_the_danish_ledger_has_its_marks(written: Any) -> None:
    path = next(iter(sorted((written.home / "inbox/rent_postings").glob("*birkely*"))))
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("cp1252")), delimiter=";"))
    assert rows[-1]["Bilagsnr."] == "I alt"
    assert any(row["Beløb"].endswith("-") and "." in row["Beløb"] for row in rows)
    assert {row["Art"] for row in rows} >= {"Husleje", "Indbetaling"}
    assert date(int(rows[0]["Bogført"][6:]), int(rows[0]["Bogført"][3:5]), int(rows[0]["Bogført"][:2])) < UNTIL


def test_the_spreadsheet_lost_the_zeros_of_cpr_numbers(written: Any) -> None:
    path = next(iter(sorted((written.home / "inbox/tenancies").glob("*.xlsx"))))
    cpr = fastexcel.read_excel(path.read_bytes()).load_sheet(0).to_polars()["CPR nummer"]
    assert cpr.dtype.is_numeric()
    digits = cpr.drop_nulls().cast(pl.Int64).cast(pl.String).str.len_chars()
    assert set(digits) == {9, 10}


def test_concerns_are_json_with_free_text(written: Any) -> None:
    path = next(iter(sorted((written.home / "inbox/concerns").glob("*.json"))))
    rows = json.loads(path.read_text("utf-8"))
    assert len(rows) > 5
    assert all(row["tekst"] for row in rows)


def test_some_rows_come_twice(written: Any) -> None:
    paths = sorted((written.home / "inbox/tenancies").glob("*_solbakken.csv"))
    paths += sorted((written.home / "inbox/rent_postings").glob("*_solbakken.csv"))
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()[1:]]
    assert len(set(lines)) < len(lines)


def test_every_broken_row_is_where_the_truth_says(written: Any) -> None:
    broken = pl.read_parquet(written.home / "truth/broken.parquet")
    rows = broken.filter(what="row")
    assert rows.height == len(BROKEN_ROWS)
    for row in rows.iter_rows(named=True):
        sender = next(s for s in SENDERS if s.feed == row["feed"] and f"_{s.slug}." in row["file"])
        defect = next(b for b in BROKEN_ROWS if (b.feed, b.slug, b.column) == (sender.feed, sender.slug, row["column"]))
        cells = _cells(written.home / "inbox" / row["file"], sender.shape)[row["row_no"] - 1]
        assert cells[sender.headers.get(row["column"], row["column"])] == (defect.text or "")


def _cells(path: Path, shape: Shape) -> list[dict[str, str]]:
    if shape is Shape.JSON:
        return list(json.loads(path.read_text("utf-8")))
    encoding = {Shape.CP1252: "cp1252", Shape.BOM: "utf-8-sig"}.get(shape, "utf-8")
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=";"))


def test_the_broken_files_are_broken(written: Any) -> None:
    broken = pl.read_parquet(written.home / "truth/broken.parquet").filter(what="file")
    inbox = written.home / "inbox"
    files = dict(broken.select("defect", "file").iter_rows())
    assert set(files) == {"empty", "truncated", "wrong_folder", "unknown_feed", "same_file_twice"}
    assert (inbox / files["empty"]).read_bytes() == b""
    with pytest.raises(fastexcel.FastExcelError, match="Could not open workbook"):
        fastexcel.read_excel((inbox / files["truncated"]).read_bytes())
    assert files["unknown_feed"].split("/")[0] not in FEEDS
    assert "henvendelse" in (inbox / files["wrong_folder"]).read_text("utf-8")
    twice = (inbox / files["same_file_twice"]).read_bytes()
    assert sum(path.read_bytes() == twice for path in (inbox / "rent_postings").iterdir()) == 2


def test_the_truth_lies_outside_the_inbox(written: Any) -> None:
    truth = written.home / "truth"
    assert {path.name for path in truth.iterdir()} == {
        *("risk.parquet", "cases.parquet", "links.parquet", "broken.parquet", "effects.toml")
    }
    effects = tomllib.loads((truth / "effects.toml").read_text("utf-8"))
    assert effects["help"]["court_filing_factor"] == 0.65
    assert effects["letter"]["court_filing_factor"] == 0.95
    risk = pl.read_parquet(truth / "risk.parquet")
    assert risk.columns == ["as_of", "landlord", "tenancy_no", "risk"]
    assert risk.select("as_of", "landlord", "tenancy_no").is_unique().all()
    assert risk["as_of"].max() == UNTIL


@pytest.mark.parametrize(("tenancies", "months", "until"), [(1, 1, date(2026, 1, 1)), (7, 2, date(2025, 7, 15))])
def test_the_smallest_municipality_works(tmp_path: Path, tenancies: int, months: int, until: date) -> None:
    report = simulate(tmp_path, tenancies=tenancies, months=months, seed=1, until=until)
    assert report.rows["tenancies"] >= 1
    assert sum(report.rows.values()) > report.rows["tenancies"]


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    simulate(
        tmp_path, tenancies=5, months=2, seed=1, until=UNTIL, progress=lambda step, share: told.append((step, share))
    )
    assert [step for step, _ in told if step == "live"]
    assert told[-1] == ("deliver", 1.0)
    for step in ("live", "deliver"):
        shares = [share for name, share in told if name == step]
        assert shares == sorted(shares)
