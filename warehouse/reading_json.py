"""JSON to raw rows: an array of objects, or one object on each line. Numbers stay as they were written."""

import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from warehouse.decoding import decoded
from warehouse.layouts import FileLayout
from warehouse.mojibake import LOST
from warehouse.reading import BROKEN, LINE, MAX_LINE_CHARACTERS, TEXT, RawRows, clean_header, distinct_headers, refused

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TWICE = "\x00twice"

Row = tuple[int, dict[str, str | None] | None, str | None, str | None]
"""line_no, cells by name, the text as it stood, the rule it broke."""


def read_json_rows(where: str, content: bytes, layout: FileLayout) -> RawRows:
    """The objects as rows; their columns are all the names that occur, in the order in which they first do."""
    text = decoded(content, layout.encoding, where).strip("\ufeff \t\r\n\x00")
    if text.startswith("["):
        rows = list(_of_array(text, where))
    elif text.startswith("{"):
        rows = list(_of_lines(text))
        if all(cells is None for _, cells, _, _ in rows):
            raise _no_rows(where)
    else:
        raise _no_rows(where)
    return _as_rows(rows)


def _no_rows(where: str) -> Exception:
    return refused(
        "not_a_table",
        "an array of objects, or one object on each line",
        "something else",
        where,
        "Export the rows as a JSON array.",
    )


def _of_array(text: str, where: str) -> Iterator[Row]:
    try:
        elements = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        is_cut = isinstance(error, json.JSONDecodeError) and not text.endswith("]")
        raise refused(
            "truncated" if is_cut else "not_a_table",
            "a whole JSON array",
            "the end of the file inside it" if is_cut else "something that is not JSON",
            where,
            "Deliver the file again.",
        ) from error
    for place, element in enumerate(elements, start=1):
        yield _row(place, element, None)


def _of_lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if len(line) > MAX_LINE_CHARACTERS:
            yield number, None, _sound(line), "line_too_long"
            continue
        try:
            yield _row(number, _DECODER.decode(line), line)
        except (json.JSONDecodeError, RecursionError):
            yield number, None, _sound(line), "bad_json"


def _row(number: int, element: object, line: str | None) -> Row:
    if not isinstance(element, dict):
        return number, None, _sound(line or _as_text(element) or ""), "not_an_object"
    if _TWICE in element:
        return number, None, _sound(line or _as_text(element) or ""), "name_twice"
    return number, {clean_header(name): _as_text(value) for name, value in element.items()}, None, None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as read; one that has a name twice is marked, since the first value would be lost."""
    read = dict(pairs)
    return read if len(read) == len(pairs) else {_TWICE: True, "pairs": [list(pair) for pair in pairs]}


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str)


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return _sound(value) if value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _sound(json.dumps(value, ensure_ascii=False))


def _sound(text: str) -> str:
    """`text` without half characters, which no encoding can write; they count as letters lost on the way."""
    return _LONE_SURROGATE.sub(LOST, text)


def _as_rows(rows: list[Row]) -> RawRows:
    names = list(dict.fromkeys(name for _, cells, _, _ in rows for name in cells or ()))
    headers = distinct_headers(names)
    columns = {
        header: pl.Series([(cells or {}).get(name) for _, cells, _, _ in rows], dtype=pl.String)
        for name, header in zip(names, headers, strict=True)
    }
    fixed = {
        LINE: pl.Series([number for number, *_ in rows], dtype=pl.Int32),
        **columns,
        TEXT: pl.Series([text for *_, text, _ in rows], dtype=pl.String),
        BROKEN: pl.Series([rule for *_, rule in rows], dtype=pl.String),
    }
    return RawRows(pl.DataFrame(fixed), headers)
