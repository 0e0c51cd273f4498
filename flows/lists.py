"""`bovagt scores` and `bovagt worklist`: a published night in the form that was asked for."""

from datetime import date
from typing import TYPE_CHECKING

from flows.home import Home
from worklist.published import Night, is_published, read_night

if TYPE_CHECKING:
    import polars as pl


def night_of(home: Home, as_of: date) -> Night:
    """The published night; where there is none, the same list worked out from what was taken in."""
    home.require()
    if is_published(home.published, as_of):
        return read_night(home.published, as_of)
    from flows.nightly import work_out
    from flows.runs import exclusive
    from flows.workroom import opened

    with exclusive(home), opened(home) as room:
        return Night(as_of, work_out(room, as_of)[2])


def scores_as(night: Night, form: str) -> bytes:
    """Every active tenancy's score as csv, parquet or json."""
    from worklist.export import csv_bytes, json_bytes, parquet_bytes

    writers = {"csv": csv_bytes, "json": json_bytes, "parquet": parquet_bytes}
    return writers[form](night.frame("scores"))


def worklist_as(night: Night, form: str, language: str) -> bytes:
    """The day's list as csv, xlsx or json, in `language`."""
    from worklist.export import FOR_PEOPLE, csv_bytes, json_bytes
    from worklist.workbook import workbook_bytes

    if form == "xlsx":
        # A first night has nothing to compare with, and an old one was published before changes were told.
        is_compared = night.facts.get("changes", {}).get("since") is not None
        changes = night.frame("changes") if is_compared else None
        return workbook_bytes(worklist_frame(night, language, also=FOR_PEOPLE), night.as_of, language, changes)
    return {"csv": csv_bytes, "json": json_bytes}[form](worklist_frame(night, language))


def worklist_frame(night: Night, language: str, *, also: tuple[str, ...] = ()) -> "pl.DataFrame":
    """The day's list in the contract's columns, and in those of `also` that only people read."""
    from worklist.export import in_language

    return in_language(night.frame("worklist"), language, also=also)
