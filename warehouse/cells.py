"""Raw rows to the feed's columns as clean texts, and what no cell may hold."""

from collections.abc import Callable

import polars as pl

from warehouse.layouts import FileLayout
from warehouse.mojibake import LOST, PATTERN, repaired
from warehouse.reading import BROKEN, LINE, MAX_CELL_CHARACTERS, RawRows
from warehouse.vocabulary import Feed, Field, FieldType

_TOTAL = r"(?i)^\s*(?:i\s?alt|total|sum)\s*:?\s*$"
_LETTER_MARKS = "[\u0300-\u036f]"
_NEVER: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "nul_byte": lambda text: text.str.contains("\x00", literal=True),
    "broken_character": lambda text: text.str.contains(LOST, literal=True),
    "field_too_long": lambda text: text.str.len_bytes() > MAX_CELL_CHARACTERS,
}
"""What no cell may hold, by the rule it breaks."""


def clean_texts(raw: RawRows, feed: Feed, headers: dict[str, str], layout: FileLayout) -> pl.DataFrame:
    """line_no and each of the feed's columns as text: blanks stripped, missing as null, values translated.

    `headers` names the file's column for each of the feed's columns that it has; constants fill theirs.
    """
    columns = []
    for field in feed.every_field:
        if field.name in layout.constants:
            text = pl.lit(layout.constants[field.name], dtype=pl.String)
        elif field.name in headers:
            text = _stripped(pl.col(headers[field.name]), field, layout)
        else:
            text = pl.lit(None, dtype=pl.String)
        columns.append(text.alias(field.name))
    return _mended(raw.rows.select(pl.col(LINE), *columns), list(headers))


def _stripped(text: pl.Expr, field: Field, layout: FileLayout) -> pl.Expr:
    bare = text.str.strip_chars(" \t\r\n\u00a0\ufeff")
    translations = dict(layout.values.get(field.name, {}))
    if translations:
        bare = bare.replace(translations)
    missing = ["", *layout.missing, *(layout.open_end if field.type is FieldType.DATE else ())]
    return pl.when(~bare.is_in(missing)).then(bare)


def _mended(texts: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Letters put right that went through a wrong encoding, and one Unicode form for letters with marks."""
    if not names:
        return texts
    wrong = _where_any(texts, names, lambda text: text.str.contains(PATTERN))
    texts = texts.with_columns([_repaired(texts[name]) for name in wrong])
    marked = _where_any(texts, names, lambda text: text.str.contains(_LETTER_MARKS))
    return texts.with_columns([pl.col(name).str.normalize("NFC") for name in marked])


def _where_any(texts: pl.DataFrame, names: list[str], holds: Callable[[pl.Expr], pl.Expr]) -> list[str]:
    """The columns in which it holds for any cell; one pass over all of them."""
    found = texts.select([holds(pl.col(name)).any() for name in names]).row(0)
    return [name for name, is_any in zip(names, found, strict=True) if is_any]


def _repaired(column: pl.Series) -> pl.Series:
    wrong = column.filter(column.str.contains(PATTERN)).unique()
    return column.replace(wrong, pl.Series([repaired(text) for text in wrong]))


def broken_outright(raw: RawRows, texts: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """line_no, rule and column_name of rows that could not be split, and of cells that hold what no cell may."""
    unsplit = raw.rows.filter(pl.col(BROKEN).is_not_null())
    found = [unsplit.select(LINE, pl.col(BROKEN).alias("rule"), column_name=pl.lit(""))]
    for rule, holds in _NEVER.items():
        for name in _where_any(texts, names, holds) if names else ():
            found.append(broken_lines(texts, holds(pl.col(name)), rule, name))
    cells = [pl.col(header) for header in raw.headers]
    if cells:
        first = pl.coalesce([pl.when(cell.str.strip_chars() != "").then(cell) for cell in cells])
        found.append(broken_lines(raw.rows, first.str.contains(_TOTAL), "total_row", ""))
    return pl.concat(found)


def broken_lines(rows: pl.DataFrame, is_broken: pl.Expr, rule: str, column: str) -> pl.DataFrame:
    """line_no, rule and column_name of the rows that break `rule`."""
    return rows.filter(is_broken).select(LINE, rule=pl.lit(rule), column_name=pl.lit(column))
