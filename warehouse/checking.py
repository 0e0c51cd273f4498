"""Raw rows to typed rows: each becomes a row that keeps the contract, or is held back with every rule it broke."""

from dataclasses import dataclass

import polars as pl

from warehouse.contracts import contract_of
from warehouse.cpr import has_check_digit
from warehouse.layouts import FileLayout
from warehouse.mojibake import LOST, PATTERN, repaired
from warehouse.reading import (
    BROKEN,
    LINE,
    MAX_CELL_CHARACTERS,
    RawRows,
    clean_header,
    refused,
)
from warehouse.values import Read, reader_of
from warehouse.vocabulary import FEEDS, Feed, Field, FieldType

_TOTAL = r"(?i)^\s*(?:i\s?alt|total|sum)\s*:?\s*$"
_DTYPES: dict[FieldType, pl.DataType] = {
    FieldType.DATE: pl.Date(),
    FieldType.TIMESTAMP: pl.Datetime("us"),
    FieldType.MONEY: pl.Decimal(12, 2),
    FieldType.DECIMAL: pl.Float64(),
    FieldType.INTEGER: pl.Int32(),
    FieldType.BOOLEAN: pl.Boolean(),
}
_BROKEN_SCHEMA = pl.Schema({LINE: pl.Int32(), "rule": pl.String(), "column_name": pl.String()})


@dataclass(frozen=True)
class Checked:
    """What became of a file's rows.

    `rows`: line_no and the feed's columns, typed, of those that keep the contract. `broken`: line_no, rule,
    column_name, one row for each rule that a row broke. `unknown`: headers that the feed does not know.
    `warnings`: CPR numbers without a valid check digit, which are taken in all the same.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame
    unknown: tuple[str, ...]
    warnings: int

    @property
    def quarantined(self) -> int:
        """How many rows are held back."""
        return self.broken[LINE].n_unique()


def check_rows(raw: RawRows, feed: str, layout: FileLayout, where: str) -> Checked:
    """Type and check the raw rows of a file of `feed`; `DeliveryError` where its key columns are not there."""
    declared = FEEDS[feed]
    headers = _headers_of(raw, declared, layout, where)
    texts = _texts(raw, declared, headers, layout)
    broken = [_broken_outright(raw, texts, headers)]
    typed = texts.select(LINE)
    for field in declared.every_field:
        column, found = _typed(texts, field, layout)
        typed = typed.with_columns(column)
        broken += found
    retracted = typed.filter(pl.col("retracted").fill_null(False))[LINE]
    kept = _without_harmless(pl.concat(broken), retracted, declared)
    return _judged(typed, kept, feed, _unknown(raw, headers))


def _headers_of(raw: RawRows, feed: Feed, layout: FileLayout, where: str) -> dict[str, str]:
    """The file's column for each of the feed's columns that it has."""
    by_name = {clean_header(header).casefold(): header for header in reversed(raw.headers)}
    wanted = {
        field.name: clean_header(layout.columns.get(field.name, field.name)).casefold()
        for field in feed.every_field
        if field.name not in layout.constants
    }
    found = {name: by_name[header] for name, header in wanted.items() if header in by_name}
    missing = [name for name in feed.key if name not in found and name not in layout.constants]
    if missing and not (raw.rows.is_empty() and not raw.headers):
        raise refused(
            "key_columns_missing",
            f"the columns {', '.join(feed.key)}",
            f"none for {', '.join(missing)} among {len(raw.headers)} columns",
            where,
            "Deliver the file with these columns, or write a layout that names their headers.",
        )
    if set(raw.repeated) & set(wanted.values()):
        raise refused(
            "ambiguous_header",
            "each column once",
            "the same header on two columns",
            where,
            "Name the columns differently, or remove one.",
        )
    return found


def _unknown(raw: RawRows, headers: dict[str, str]) -> tuple[str, ...]:
    used = set(headers.values())
    return tuple(header for header in raw.headers if header not in used)


def _texts(raw: RawRows, feed: Feed, headers: dict[str, str], layout: FileLayout) -> pl.DataFrame:
    """line_no and each of the feed's columns as delivered: blanks stripped, missing as null, values translated."""
    columns = []
    for field in feed.every_field:
        if field.name in layout.constants:
            text = pl.lit(layout.constants[field.name], dtype=pl.String)
        elif field.name in headers:
            text = _stripped(pl.col(headers[field.name]), field, layout)
        else:
            text = pl.lit(None, dtype=pl.String)
        columns.append(text.alias(field.name))
    texts = raw.rows.select(pl.col(LINE), *columns)
    return texts.with_columns([_mended(texts[field.name]) for field in feed.every_field])


def _stripped(text: pl.Expr, field: Field, layout: FileLayout) -> pl.Expr:
    bare = text.str.strip_chars(" \t\r\n\u00a0\ufeff")
    translations = dict(layout.values.get(field.name, {}))
    if translations:
        bare = bare.replace(translations)
    missing = ["", *layout.missing, *(layout.open_end if field.type is FieldType.DATE else ())]
    return pl.when(~bare.is_in(missing)).then(bare)


def _mended(column: pl.Series) -> pl.Series:
    """Letters put right that went through a wrong encoding, and one Unicode form for letters with marks."""
    if column.str.contains(PATTERN).any():
        wrong = column.filter(column.str.contains(PATTERN)).unique()
        column = column.replace(wrong, pl.Series([repaired(text) for text in wrong]))
    return column.str.normalize("NFC") if column.str.contains("[\u0300-\u036f]").any() else column


def _broken_outright(raw: RawRows, texts: pl.DataFrame, headers: dict[str, str]) -> pl.DataFrame:
    """Rows that could not be split, and cells that hold what no cell may hold."""
    found = [
        raw.rows.filter(pl.col(BROKEN).is_not_null()).select(LINE, pl.col(BROKEN).alias("rule"), column_name=pl.lit(""))
    ]
    for name in headers:
        found += [
            _lines(texts, pl.col(name).str.contains("\x00", literal=True), "nul_byte", name),
            _lines(texts, pl.col(name).str.contains(LOST, literal=True), "broken_character", name),
            _lines(texts, pl.col(name).str.len_bytes() > MAX_CELL_CHARACTERS, "field_too_long", name),
        ]
    cells = [pl.col(header) for header in raw.headers]
    if cells:
        first = pl.coalesce([pl.when(cell.str.strip_chars() != "").then(cell) for cell in cells])
        found.append(_lines(raw.rows, first.str.contains(_TOTAL), "total_row", ""))
    return pl.concat(found)


def _lines(rows: pl.DataFrame, is_broken: pl.Expr, rule: str, column: str) -> pl.DataFrame:
    return rows.filter(is_broken).select(LINE, rule=pl.lit(rule), column_name=pl.lit(column))


def _typed(texts: pl.DataFrame, field: Field, layout: FileLayout) -> tuple[pl.Series, list[pl.DataFrame]]:
    """One column read, and the rows whose text could not be. Each distinct text is read once."""
    column, kind = texts[field.name], _DTYPES.get(field.type, pl.String())
    read = reader_of(field, layout)
    if read is None or column.null_count() == column.len():
        return column.cast(kind), []
    distinct = column.drop_nulls().unique()
    values, rules = _read_each(distinct.to_list(), read)
    typed = column.replace_strict(distinct, pl.Series(values, dtype=kind), default=None, return_dtype=kind)
    broken = [
        _lines(texts, pl.col(field.name).is_in(pl.Series(wrong).implode()), rule, field.name)
        for rule, wrong in rules.items()
    ]
    return typed.alias(field.name), broken


def _read_each(texts: list[str], read: Read) -> tuple[list[object], dict[str, list[str]]]:
    """The value of each text, and the texts that break each rule."""
    values: list[object] = []
    rules: dict[str, list[str]] = {}
    for text in texts:
        value, rule = read(text)
        values.append(value)
        if rule is not None:
            rules.setdefault(rule, []).append(text)
    return values, rules


def _without_harmless(broken: pl.DataFrame, retracted: pl.Series, feed: Feed) -> pl.DataFrame:
    """A withdrawal needs its key and its days; what else it says is not looked at."""
    needed = [*feed.key, "registered_on", "retracted", ""]
    is_harmless = pl.col(LINE).is_in(retracted.implode()) & ~pl.col("column_name").is_in(needed)
    return broken.filter(~is_harmless)


def _judged(typed: pl.DataFrame, broken: pl.DataFrame, feed: str, unknown: tuple[str, ...]) -> Checked:
    """The rows that keep the feed's contract; a row that could not be read is not asked for more."""
    readable = typed.join(broken.select(LINE).unique(), on=LINE, how="anti", maintain_order="left")
    kept, failures = contract_of(feed).filter(readable)
    found = _named_failures(failures.details()) if kept.height < readable.height else broken.clear()
    all_broken = pl.concat([broken, found]).unique().sort(LINE, "rule", "column_name")
    return Checked(pl.DataFrame(kept), all_broken, unknown, _without_check_digit(kept))


def _named_failures(details: pl.DataFrame) -> pl.DataFrame:
    rules = [name for name in details.columns if "__" in name]
    named = [
        _lines(details, pl.col(name).cast(pl.String) == "invalid", *name.split("__", 1)).cast(_BROKEN_SCHEMA)
        for name in rules
    ]
    return pl.concat(named)


def _without_check_digit(rows: pl.DataFrame) -> int:
    if "cpr" not in rows.columns:
        return 0
    return sum(not has_check_digit(digits) for digits in rows["cpr"].drop_nulls().unique())
