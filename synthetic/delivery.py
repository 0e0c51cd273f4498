"""The rhythm of deliveries: one history file, then months, and for some feeds the last days one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl

from synthetic.calendar import month_after
from synthetic.mishaps import Broken, spoil
from synthetic.senders import Sender, Shape
from synthetic.writing import as_texts, file_of_rows, file_of_texts

RECENT_MONTHS, RECENT_DAYS = 6, 7
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Window:
    """What one file holds: what became known in [first, after). It is delivered on the day before `after`."""

    first: date
    after: date

    @property
    def delivered_on(self) -> date:
        """The day in the file's name."""
        return self.after - timedelta(days=1)


def windows(rhythm: str, until: date, recent_months: int = RECENT_MONTHS) -> list[Window]:
    """The files of a rhythm up to `until`: `daily`, `monthly` or `quarterly`, the last `recent_months` one by one."""
    every = {"daily": 1, "monthly": 1, "quarterly": 3}[rhythm]
    last_days = [until - timedelta(days=back) for back in range(RECENT_DAYS if rhythm == "daily" else 0, -1, -1)]
    coming = 0 if until.day == 1 else 1  # of a begun month too
    months = [month_after(until, back + coming) for back in range(-recent_months, 1, every)]
    edges = [_EARLIEST, *(month for month in months if month < last_days[0]), *last_days]
    return [Window(first, after) for first, after in pairwise(edges)]


def deliver(
    inbox: Path, sender: Sender, rows: pl.DataFrame, until: date, recent_months: int = RECENT_MONTHS
) -> Iterator[tuple[str, int, list[Broken]]]:
    """Write a sender's files; gives (file, rows in it, what is broken in it). Nothing known is no file."""
    own = rows.filter(pl.col("from_sender").is_in(sender.rows_of)).drop("from_sender")
    folder = inbox / sender.feed
    folder.mkdir(parents=True, exist_ok=True)
    is_history = True
    for window in windows(sender.rhythm, until, recent_months):
        since = window.first - timedelta(days=sender.overlap_days if window.first > _EARLIEST else 0)
        part = own.filter((pl.col("registered_on") >= since) & (pl.col("registered_on") < window.after))
        if part.is_empty():
            continue
        name = f"{window.delivered_on}_{sender.slug}.{sender.shape.extension}"
        written, count, broken = _written(sender, part, f"{sender.feed}/{name}", spoilt=is_history)
        (folder / name).write_bytes(written)
        is_history = False
        yield name, count, broken


def _written(sender: Sender, part: pl.DataFrame, file: str, *, spoilt: bool) -> tuple[bytes, int, list[Broken]]:
    if sender.shape in (Shape.XLSX, Shape.PARQUET):
        return file_of_rows(sender, part), part.height, []
    texts = as_texts(sender, part)
    broken: list[Broken] = []
    if spoilt:
        texts, broken = spoil(sender, texts, file)
    return file_of_texts(sender, texts), texts.height, broken
