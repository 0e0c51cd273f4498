"""Lots: who wins where nothing else decides, and who is drawn. The same lot whenever and wherever it is drawn again."""

import hashlib

import polars as pl

TENANCY = ("landlord", "tenancy_no")


def lot(landlord: str, tenancy_no: str, drawing: str = "") -> str:
    """A tenancy's lot in a `drawing`: favours nobody by number or name of landlord, and is the same when drawn again.

    The drawing without a name is the fixed lot, the last tie-break; a drawing named by its day is new every day.
    """
    return hashlib.sha256(f"{drawing}\x1f{landlord}\x1f{tenancy_no}".encode()).hexdigest()


def with_lot(frame: pl.DataFrame, drawing: str = "") -> pl.DataFrame:
    """`frame` (landlord, tenancy_no, …) with each tenancy's lot in a `drawing` as a column."""
    return frame.with_columns(
        pl.struct(TENANCY)
        .map_elements(lambda t: lot(t["landlord"], t["tenancy_no"], drawing), return_dtype=pl.String)
        .alias("lot")
    )
