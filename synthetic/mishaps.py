"""What goes wrong on purpose: a few broken rows and files. Each is recorded, so that tests can ask for every one."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from synthetic.senders import Sender


@dataclass(frozen=True)
class BrokenRow:
    """A row added to a sender's history: a copy of its last row with one cell that breaks the contract."""

    feed: str
    slug: str
    defect: str
    column: str
    text: str | None


BROKEN_ROWS = (
    BrokenRow("rent_postings", "birkely_konto", "impossible_date", "posted_on", "31-02-2025"),
    BrokenRow("rent_postings", "birkely_konto", "unknown_code", "kind", "Diverse"),
    BrokenRow("rent_postings", "solbakken", "missing_key", "posting_no", None),
    BrokenRow("rent_postings", "solbakken", "impossible_amount", "amount_dkk", "12,3,4"),
    BrokenRow("tenancies", "solbakken", "missing_key", "tenancy_no", None),
    BrokenRow("tenancies", "birkely_lejemaal", "impossible_date", "moved_in_on", "00-00-2021"),
    BrokenRow("persons", "folkeregister", "impossible_cpr", "cpr", "3102851234"),
    BrokenRow("persons", "folkeregister", "unknown_code", "sex", "K"),
    BrokenRow("notices", "boligportalen", "unknown_code", "kind", "eviction"),
    BrokenRow("notices", "fogedret", "impossible_date", "issued_on", "31-11-2024"),
    BrokenRow("concerns", "bekymringer", "impossible_timestamp", "received_at", "i går"),
    BrokenRow("benefits", "ydelser", "impossible_cpr", "cpr", "12345"),
    BrokenRow("contacts", "boligteam", "missing_key", "contact_no", None),
    BrokenRow("contacts", "boligteam", "unknown_code", "reached", "måske"),
)
# So that a broken row does not claim the number of a right one.
_NUMBERS = ("posting_no", "tenancy_no", "notice_no", "concern_no", "contact_no")

Broken = dict[str, object]


def spoil(sender: Sender, texts: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Broken]]:
    """A sender's rows as texts with its broken rows at the end, and what was broken where (row_no counts from 1)."""
    found: list[Broken] = []
    pattern = texts.tail(1)
    for broken in BROKEN_ROWS:
        if (broken.feed, broken.slug) != (sender.feed, sender.slug) or texts.is_empty():
            continue
        numbers = [name for name in _NUMBERS if name in texts.columns and name != broken.column]
        row = pattern.with_columns(pl.format("{}-x", name).alias(name) for name in numbers)
        row = row.with_columns(pl.lit(broken.text, dtype=pl.String).alias(broken.column))
        texts = pl.concat([texts, row])
        found.append(record("row", broken.feed, file, broken.defect, broken.column, texts.height))
    return texts, found


def record(
    what: str, feed: str, file: str, defect: str, column: str | None = None, row_no: int | None = None
) -> Broken:
    """One row of truth/broken.parquet."""
    return {"what": what, "feed": feed, "file": file, "defect": defect, "column": column, "row_no": row_no}


def spoil_files(inbox: Path, until: date) -> list[Broken]:
    """Add broken files to a full inbox: truncated, empty, unknown feed, wrong folder; and one sent twice."""
    found = []
    day = until - timedelta(days=9)
    for defect, feed, source, name in _broken_files(inbox, day):
        path = inbox / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = source.read_bytes() if source else b""
        path.write_bytes(whole[: len(whole) // 2] if defect == "truncated" else whole)
        found.append(record("file", feed, f"{feed}/{name}", defect))
    return found


def _broken_files(inbox: Path, day: date) -> list[tuple[str, str, Path | None, str]]:
    """(defect, feed folder, file to take the bytes from, name); only what there are files for."""
    sheets = sorted((inbox / "sanctions").glob("*.xlsx"))
    letters = sorted((inbox / "concerns").glob("*.json"))[:2]
    # The second file: a month delivered long before the day of its copy.
    ledgers = sorted((inbox / "rent_postings").glob("*solbakken.csv"))[:2]
    planned: list[tuple[str, str, Path | None, str]] = [("empty", "notices", None, f"{day}_fogedret_tom.csv")]
    if sheets:
        planned.append(("truncated", "missed_appointments", sheets[0], f"{day}_jobcenter_udeblivelser_2.xlsx"))
    if letters:
        planned.append(("wrong_folder", "sanctions", letters[-1], f"{day}_bekymringer.json"))
    if ledgers:
        planned.append(("unknown_feed", "huslejer", ledgers[-1], f"{day}_solbakken.csv"))
        planned.append(("same_file_twice", "rent_postings", ledgers[-1], f"{day}_solbakken_igen.csv"))
    return planned
