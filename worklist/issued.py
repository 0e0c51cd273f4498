"""The assignments of published nights: what the lots decided, as it was issued. Nobody writes them again."""

import hashlib
import io
import json
from datetime import date
from pathlib import Path

import polars as pl

from warehouse.errors import StoreError
from worklist.assignment import DRAWN, PASSED_OVER, SCHEMA
from worklist.lots import TENANCY
from worklist.published import nights
from worklist.publishing import MANIFEST

FILE = "assignment.parquet"


def issued_on(root: Path, as_of: date) -> pl.DataFrame | None:
    """The assignment published with the night of `as_of`; None where there is no such night or it drew no lots.

    `StoreError` where it is not what was published.
    """
    folder = (root / as_of.isoformat()).resolve()
    path = folder / FILE
    if not path.is_file():
        return None
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != json.loads((folder / MANIFEST).read_bytes())["files"].get(FILE):
        raise StoreError(
            expected="the assignment as it was issued",
            found=f"another content in {FILE}",
            where=f"published/{as_of.isoformat()}",
            remedy="Put the file back from a safety copy. Without one, remove the night's folder: its lots are lost "
            "for the measurement, and the night can be made again.",
        )
    return pl.read_parquet(io.BytesIO(content))


def read_assignments(root: Path, first: date, before: date) -> pl.DataFrame:
    """The assignments of the nights in [first, before), in the order of their days (`worklist.assignment.SCHEMA`)."""
    found = [pl.DataFrame(schema=SCHEMA)]
    for as_of in nights(root):
        if first <= as_of < before:
            issued = issued_on(root, as_of)
            found += [] if issued is None else [issued]
    return pl.concat(found)


def still_decided(root: Path, first: date, before: date) -> pl.DataFrame:
    """landlord, tenancy_no of those whom a lot of the nights in [first, before) drew or passed over."""
    lots = read_assignments(root, first, before).filter(pl.col("status").is_in([DRAWN, PASSED_OVER]))
    return lots.select(TENANCY).unique().sort(TENANCY)
