"""What can be wrong with a sender's layout: all of it is told together, so that it is mended in one go."""

import codecs
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from warehouse.vocabulary import FEEDS, Feed, FieldType

_SENDER = {"sender", "expected_every_days", "file"}
_TEXTS = {"feed", "name", "encoding", "separator", "decimal", "thousands", "sheet"}
_LISTS = {"dates", "footer", "missing", "open_end"}
_MAPS = {"columns", "values", "constants"}


def problems_of_sender(told: Mapping[str, Any]) -> list[str]:
    """What is wrong at the top of a layout file, as sentences; empty where all is well."""
    problems = [f"unknown setting {name}" for name in sorted(set(told) - _SENDER)]
    if not isinstance(told.get("sender"), str) or not told["sender"].strip():
        problems.append("sender is missing: say who sends these files")
    problems += _interval(told)
    files = told.get("file")
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) for one in files):
        problems.append("no [[file]]: say which files this layout is for")
    return problems


def problems_of_file(one: Mapping[str, Any]) -> list[str]:
    """What is wrong with one [[file]] of a layout, as sentences; empty where all is well."""
    problems = [
        f"unknown setting {name}"
        for name in sorted(set(one) - _TEXTS - _LISTS - _MAPS - {"header_row", "expected_every_days"})
    ]
    problems += _shapes(one)
    if problems:
        return problems
    problems += [*_marks(one), *_formats(one), *_encoding(one)]
    feed = FEEDS.get(one["feed"])
    if feed is None:
        return [*problems, f"unknown feed {one['feed']}; the feeds are {', '.join(FEEDS)}"]
    return [*problems, *_mapped(one, feed)]


def _shapes(one: Mapping[str, Any]) -> Iterator[str]:
    """Settings of the wrong kind."""
    for name in ("feed", "name"):
        if name not in one:
            yield f"{name} is missing"
    for name in sorted(_TEXTS & set(one)):
        if not isinstance(one[name], str):
            yield f"{name} must be a text"
    for name in sorted(_LISTS & set(one)):
        if not isinstance(one[name], list) or not all(isinstance(entry, str) for entry in one[name]):
            yield f"{name} must be a list of texts"
    for name in sorted(_MAPS & set(one)):
        if not isinstance(one[name], dict):
            yield f"[file.{name}] must be a table"
    row = one.get("header_row", 1)
    if not isinstance(row, int) or isinstance(row, bool) or row < 1:
        yield "header_row must be a whole number, at least 1"
    yield from _interval(one)


def _interval(told: Mapping[str, Any]) -> Iterator[str]:
    """A number of days that is none."""
    days = told.get("expected_every_days")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or days < 1):
        yield "expected_every_days must be a whole number of days, at least 1"


def _marks(one: Mapping[str, Any]) -> Iterator[str]:
    """Marks that cannot be told from one another."""
    if len(one.get("separator", ";")) != 1 or one.get("separator") in ('"', "\n", "\r"):
        yield "separator must be one character"
    decimal, thousands = one.get("decimal", "."), one.get("thousands", "")
    if decimal not in (".", ","):
        yield "decimal must be . or ,"
    if thousands not in ("", ".", ",", " ", "'"):
        yield "thousands must be empty, a point, a comma, a blank or an apostrophe"
    if thousands == decimal:
        yield "decimal and thousands must differ"


def _formats(one: Mapping[str, Any]) -> Iterator[str]:
    """Date formats that do not tell a day."""
    if "dates" in one and not one["dates"]:
        yield "dates must name at least one format"
    for text in one.get("dates", []):
        try:
            tells = datetime.strptime(date(2026, 11, 23).strftime(text), text).date() == date(2026, 11, 23)
        except ValueError:
            tells = False
        if not tells:
            yield f"the date format {text} does not tell day, month and year"


def _encoding(one: Mapping[str, Any]) -> Iterator[str]:
    try:
        codecs.lookup(one.get("encoding", "utf-8"))
    except LookupError:
        yield f"unknown encoding {one['encoding']}"


def _mapped(one: Mapping[str, Any], feed: Feed) -> Iterator[str]:
    """Columns, values and constants that the feed does not have."""
    names = {field.name for field in feed.every_field}
    columns, constants = one.get("columns", {}), one.get("constants", {})
    for part in sorted(_MAPS & set(one)):
        for name in sorted(set(one[part]) - names):
            yield f"[file.{part}]: the feed {feed.name} has no column {name}"
    for name in sorted(set(columns) & set(constants)):
        yield f"{name} is both a column and a constant"
    for name in sorted(name for name, header in columns.items() if not isinstance(header, str)):
        yield f"[file.columns]: the header of {name} must be a text"
    headers = [header for header in columns.values() if isinstance(header, str)]
    for header in sorted({header for header in headers if headers.count(header) > 1}):
        yield f"[file.columns]: the header {header} is used for more than one column"
    for name in sorted(names & set(one.get("values", {}))):
        yield from _values(feed, name, one["values"][name])
    for name in sorted(names & set(constants)):
        yield from _unknown_codes(feed, name, {"constants": constants[name]})


def _values(feed: Feed, name: str, told: object) -> Iterator[str]:
    if not isinstance(told, dict):
        yield f"[file.values.{name}] must be a table"
        return
    for text in sorted(text for text, value in told.items() if not isinstance(value, (str, bool))):
        yield f"[file.values.{name}]: what {text} means must be a text"
    yield from _unknown_codes(feed, name, told)


def _unknown_codes(feed: Feed, name: str, told: Mapping[str, object]) -> Iterator[str]:
    """Translations into something that is no code of the feed; an empty text means missing."""
    field = feed.field(name)
    allowed = ("true", "false") if field.type is FieldType.BOOLEAN else field.codes
    for value in told.values():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if allowed and text and text not in allowed:
            yield f"{name} cannot be {text}; it is one of {', '.join(allowed)}"
