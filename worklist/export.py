"""Scores and lists as files for programs and people: CSV, JSON, Parquet, Excel. The same night gives the same bytes."""

import io
import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from worklist.wording import EXPLORATION, band_word

SCORE_COLUMNS = ("landlord", "tenancy_no", "stage", "score", "rank", "ranking", "model_version")
LIST_COLUMNS = (
    "section",
    "position",
    "landlord",
    "tenancy_no",
    "stage",
    "next_deadline",
    "days_left",
    "arrears_dkk",
    "months_owed",
    "score_band",
    "reasons",
    "children",
    "freshness",
)
FOR_PEOPLE = ("deadline_kind", "against")
"""What a workbook shows beyond the contract's columns: what happens on a date, and what speaks against a risk."""

REASON_SEPARATOR = " | "
_FORMULA = r"^\s*[=+\-@\t\r|%]"


def in_language(listed: pl.DataFrame, language: str, *, also: Sequence[str] = ()) -> pl.DataFrame:
    """A published worklist in the contract's columns, its words in `language` ('da' or 'en'), then the columns `also`.

    `listed` carries score_band as a code, reasons_<language>, freshness_<language> and exploration. A drawn tenancy
    says so in its last reason; there are never more than five.
    """
    drawn = pl.concat_list(
        pl.col(f"reasons_{language}").list.head(4), pl.lit([EXPLORATION[language]], dtype=pl.List(pl.String))
    )
    words = {code: band_word(code, language) for code in listed["score_band"].unique().drop_nulls()}
    return listed.with_columns(
        pl.when("exploration").then(drawn).otherwise(pl.col(f"reasons_{language}")).alias("reasons"),
        pl.col("score_band").replace_strict(words, return_dtype=pl.String, default=None),
        pl.col(f"freshness_{language}").alias("freshness"),
        _against(listed, language).alias("against"),
    ).select(*LIST_COLUMNS, *also)


def _against(listed: pl.DataFrame, language: str) -> pl.Expr:
    """What speaks against a risk; null on a list that was published before this was said."""
    name = f"against_{language}"
    return pl.col(name) if name in listed.columns else pl.lit(None, pl.List(pl.String))


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Parquet whose bytes depend on the frame alone, not on how it came about."""
    out = io.BytesIO()
    _laid_out_anew(frame).write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()


def _laid_out_anew(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in one piece of memory: pieces and offsets, left by joins and slices, would show in the bytes."""
    return frame.rechunk().select(pl.all().gather(pl.int_range(pl.len())))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """CSV in the contract's standard layout: UTF-8, `;`, decimal point, ISO dates; lists joined by " | ".

    A cell that a spreadsheet would run as a formula is given a leading apostrophe.
    """
    return harmless(joined(frame)).write_csv(separator=";").encode("utf-8")


def joined(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with each list as one text."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(pl.col(lists).list.join(REASON_SEPARATOR)) if lists else frame


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with an apostrophe before each text that a spreadsheet would run as a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(_FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def json_bytes(frame: pl.DataFrame) -> bytes:
    """A JSON array of objects: dates as ISO text, amounts as numbers."""
    records = [{name: _plain(cell) for name, cell in row.items()} for row in frame.iter_rows(named=True)]
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _plain(cell: Any) -> Any:
    if cell is None or isinstance(cell, bool | int | float | str | list):
        return cell
    return cell.isoformat() if hasattr(cell, "isoformat") else float(cell)
