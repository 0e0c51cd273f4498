"""Raw rows to typed rows: each becomes a row that keeps the contract, or is held back with every rule it broke."""

from dataclasses import dataclass

import polars as pl

from warehouse.cells import broken_lines, broken_outright, clean_texts
from warehouse.contracts import contract_of
from warehouse.cpr import has_check_digit
from warehouse.layouts import FileLayout
from warehouse.reading import (
    LINE,
    RawRows,
    clean_header,
    refused,
)
from warehouse.values import Read, reader_of
from warehouse.vocabulary import EVERY_FEED, Feed, Field, FieldType

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
    declared = EVERY_FEED[feed]
    headers = _headers_of(raw, declared, layout, where)
    texts = clean_texts(raw, declared, headers, layout)
    typed, unread = _typed(texts, declared.every_field, layout)
    broken = [broken_outright(raw, texts, list(headers)), *unread]
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


def _typed(
    texts: pl.DataFrame, fields: tuple[Field, ...], layout: FileLayout
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Every column read, and the rows whose text could not be. Each distinct text is read once."""
    readers = {field.name: read for field in fields if (read := reader_of(field, layout)) is not None}
    distinct = texts.select([pl.col(name).unique().drop_nulls().implode() for name in readers]).row(0)
    columns = [pl.col(LINE), *(pl.col(field.name) for field in fields if field.name not in readers)]
    broken: list[pl.DataFrame] = []
    for (name, read), each in zip(readers.items(), distinct, strict=True):
        kind = _DTYPES.get(next(field.type for field in fields if field.name == name), pl.String())
        values, rules = _read_each(each, read)
        columns.append(_replaced(name, each, pl.Series(values, dtype=kind)))
        broken += [
            broken_lines(texts, pl.col(name).is_in(pl.Series(wrong, dtype=pl.String).implode()), rule, name)
            for rule, wrong in rules.items()
        ]
    return texts.select(columns), broken


def _replaced(name: str, texts: list[str], values: pl.Series) -> pl.Expr:
    """The column with each text replaced by its value."""
    if not texts:
        return pl.lit(None, dtype=values.dtype).alias(name)
    return pl.col(name).replace_strict(
        pl.Series(texts, dtype=pl.String), values, default=None, return_dtype=values.dtype
    )


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
        broken_lines(details, pl.col(name).cast(pl.String) == "invalid", *name.split("__", 1)).cast(_BROKEN_SCHEMA)
        for name in rules
    ]
    return pl.concat(named)


def _without_check_digit(rows: pl.DataFrame) -> int:
    if "cpr" not in rows.columns:
        return 0
    return sum(not has_check_digit(digits) for digits in rows["cpr"].drop_nulls().unique())
