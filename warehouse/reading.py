"""A delivered file to raw rows: every cell as text, every row with its line number, nothing dropped.

What cannot be a table raises `DeliveryError`; what cannot be a row stays as a row with the rule it broke.
"""

import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.errors import DeliveryError
from warehouse.layouts import FileLayout
from warehouse.mojibake import repaired

LINE, TEXT, BROKEN = "line_no", "raw_text", "broken"
"""Columns of raw rows beside the file's own: the line, the row as it stood where it could not be split, the rule."""

MAX_FILE_BYTES = 192 * 1024**2
"""A larger file is refused: reading takes about ten times its size in memory, and a nightly run is given 2 GB."""

MAX_LINE_CHARACTERS = 1_000_000
"""A CSV or JSON line longer than this is no row, and a CSV whose first line is, is no table."""

MAX_CELL_CHARACTERS = 100_000
"""A longer cell is no value of any feed."""

_XLSX, _PARQUET = b"PK\x03\x04", b"PAR1"
_SUFFIXES = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".json": "json", ".jsonl": "json"}


@dataclass(frozen=True)
class RawRows:
    """Every row of a file as text. `rows`: line_no, the `headers` (file order), raw_text, broken (rule or null).

    `line_no` is the line of the file on which the row begins (CSV, JSON lines), the row of the sheet (XLSX), or the
    row's place from 1 (Parquet, JSON array).
    """

    rows: pl.DataFrame
    headers: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    """Headers as they stand in the file, where one is there more than once."""


def refused(reason: str, expected: str, found: str, where: str, remedy: str) -> DeliveryError:
    """The error that sets a delivery aside."""
    return DeliveryError(reason, expected=expected, found=found, where=where, remedy=remedy)


def read_bytes(path: Path) -> bytes:
    """The whole file; `DeliveryError` before reading where it is no plain file, too large, or one endless line."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise refused(
                "not_a_file", "a file", "a folder or a link", path.name, "Put the file itself into the folder."
            )
        _refuse_endless(path, status.st_size)
        return path.read_bytes()
    except OSError as error:
        raise refused(
            "unreadable", "a readable file", type(error).__name__, path.name, "Deliver the file again."
        ) from error


def _refuse_endless(path: Path, size: int) -> None:
    """Looks at a bounded beginning only, so that a file of any size is refused without being read."""
    with path.open("rb") as file:
        start = file.read(MAX_LINE_CHARACTERS + 4)
    is_text = not start.startswith((_XLSX, _PARQUET)) and start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"["
    if size > MAX_LINE_CHARACTERS and is_text and b"\n" not in start and b"\r" not in start:
        raise refused(
            "one_long_line",
            f"a line break within the first {MAX_LINE_CHARACTERS:,} bytes",
            f"{size:,} bytes on one line",
            path.name,
            "Export the file again with one row on each line.",
        )
    if size > MAX_FILE_BYTES:
        raise refused(
            "too_large",
            f"at most {MAX_FILE_BYTES // 1024**2} MB in one file",
            f"{size // 1024**2} MB",
            path.name,
            "Split the delivery, for instance by month.",
        )


def read_rows(path: Path, content: bytes, layout: FileLayout) -> RawRows:
    """The raw rows of a file with `content`; what it is, its first bytes tell, then its name."""
    if not content.strip(b"\xef\xbb\xbf\x00 \t\r\n"):
        raise refused("empty", "a header and rows", "nothing", path.name, "Deliver the file again.")
    return _reader(path, content)(path.name, content, layout)


def _reader(path: Path, content: bytes) -> Callable[[str, bytes, FileLayout], RawRows]:
    """Each reader's module is imported where a file needs it, since XLSX and Parquet bring large packages."""
    kind = _SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise refused(
            "unknown_format",
            "a name ending in .csv, .xlsx, .parquet, .json or .jsonl",
            "another ending",
            path.name,
            "Save the file in one of these formats.",
        )
    if content.startswith(_XLSX) or kind == "xlsx":
        from warehouse.reading_excel import read_excel_rows

        return read_excel_rows
    if content.startswith(_PARQUET) or kind == "parquet":
        from warehouse.reading_parquet import read_parquet_rows

        return read_parquet_rows
    if kind == "json":
        from warehouse.reading_json import read_json_rows

        return read_json_rows
    from warehouse.reading_csv import read_csv_rows

    return read_csv_rows


def clean_header(text: str | None) -> str:
    """A header as it is compared: one Unicode form, repaired, no blanks around."""
    return repaired(unicodedata.normalize("NFC", (text or "").strip("\ufeff \t\r\n\u00a0")))


def distinct_headers(headers: list[str]) -> tuple[str, ...]:
    """Names for the columns of raw rows: a header that is empty, taken or given twice gets its place added."""
    taken = {LINE, TEXT, BROKEN, ""}
    names = []
    for place, header in enumerate(headers, start=1):
        name = header if header not in taken else f"{header} ({place})"
        taken.add(name)
        names.append(name)
    return tuple(names)


def repeated_headers(headers: list[str]) -> tuple[str, ...]:
    """The headers that stand on more than one column, in any case."""
    folded = [header.casefold() for header in headers]
    return tuple(sorted({header for header in folded if header and folded.count(header) > 1}))
