"""One delivered text to one value. Each reader gives (value, None), or (None, the rule that the text breaks)."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.cpr import read_cpr
from warehouse.layouts import FileLayout
from warehouse.vocabulary import Field, FieldType

Read = Callable[[str], tuple[Any, str | None]]

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_CURRENCY = re.compile(r"^(?:kr\.?|dkk)\s*|\s*(?:kr\.?|dkk)$", re.IGNORECASE)
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
# Forms that mean one thing only, whatever marks the sender uses elsewhere: a comma and at most two digits is Danish,
# a point and one, two or more than three digits cannot be thousands.
_CERTAIN = (
    (re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}", re.ASCII), ".", ","),
    (re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d{1,2}", re.ASCII), ",", "."),
    (re.compile(r"-?\d+(?:\.(?:\d{1,2}|\d{4,}))?", re.ASCII), "", "."),
)
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_LARGEST_DKK = Decimal("9999999999.99")
# A spreadsheet keeps 0.3 as 0.30000000000000004; what differs by less than this is the same amount.
_FLOAT_TAIL = Decimal("0.000001")
_OERE = Decimal("0.01")


def reader_of(field: Field, layout: FileLayout) -> Read | None:
    """How the texts of `field` are read in this layout; None where the text is the value."""
    readers: dict[FieldType, Read] = {
        FieldType.CPR: read_cpr,
        FieldType.BOOLEAN: read_boolean,
        FieldType.DATE: lambda text: read_date(text, layout.dates),
        FieldType.TIMESTAMP: lambda text: read_timestamp(text, layout.dates),
        FieldType.CODE: lambda text: read_code(text, field.codes),
        FieldType.MONEY: lambda text: read_money(text, layout.decimal, layout.thousands),
        FieldType.DECIMAL: lambda text: read_decimal(text, layout.decimal, layout.thousands),
        FieldType.INTEGER: lambda text: read_integer(text, layout.decimal, layout.thousands),
    }
    return read_postal_code if field.name == "postal_code" else readers.get(field.type)


def read_boolean(text: str) -> tuple[bool | None, str | None]:
    """`true` or `false` in any case; everything else needs a layout's translation."""
    told = {"true": True, "false": False}.get(text.lower())
    return told, "not_a_boolean" if told is None else None


def read_code(text: str, codes: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The code, where it is one of `codes` to the letter."""
    return (text, None) if text in codes else (None, "unknown_code")


def read_postal_code(text: str) -> tuple[str | None, str | None]:
    """A Danish postal code with the zero a spreadsheet took, and without the town; others as they stand."""
    found = re.fullmatch(r"(?:DK[- ]?)?(\d{3,4})(?:\.0+)?(?:[ ,]+\D*)?", text, re.ASCII)
    return (found[1].zfill(4) if found else text), None


def read_date(text: str, formats: tuple[str, ...]) -> tuple[date | None, str | None]:
    """The day, by the first of `formats` that fits; an ISO date (with or without a time) always fits."""
    for day_format in formats:
        try:
            return _within(datetime.strptime(text, day_format).date())
        except ValueError:
            continue
    iso = _ISO_DAY.fullmatch(text)
    try:
        return _within(date.fromisoformat(iso[1])) if iso else (None, "not_a_date")
    except ValueError:
        return None, "not_a_date"


def _within(day: date) -> tuple[date | None, str | None]:
    """1900 to 2199: what lies outside is a slip of the pen."""
    return (day, None) if 1900 <= day.year < 2200 else (None, "date_out_of_range")


def read_timestamp(text: str, formats: tuple[str, ...]) -> tuple[datetime | None, str | None]:
    """Local time in Copenhagen, without a zone; what names a zone is moved there, a day alone is its midnight."""
    if re.match(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return _local(datetime.fromisoformat(text))
        except ValueError:
            return None, "not_a_timestamp"
    for moment_format in (*(f"{day} {time}" for day in formats for time in ("%H:%M:%S", "%H:%M")), *formats):
        try:
            return _local(datetime.strptime(text, moment_format))
        except ValueError:
            continue
    return None, "not_a_timestamp"


def _local(moment: datetime) -> tuple[datetime | None, str | None]:
    day, rule = _within(moment.date())
    if rule is None and moment.tzinfo is not None:
        moment = moment.astimezone(COPENHAGEN).replace(tzinfo=None)
    return (moment if day else None), rule


def read_money(text: str, decimal: str, thousands: str) -> tuple[Decimal | None, str | None]:
    """Danish kroner with two decimals: `1.234,50`, `-1.234,50`, `1.234,50-`, `1.234,50 kr.`, `1.234,-`."""
    amount = _number(_CURRENCY.sub("", text), decimal, thousands)
    if amount is None:
        return None, "not_an_amount"
    rounded = amount.quantize(_OERE)
    if abs(rounded) > _LARGEST_DKK:
        return None, "amount_out_of_range"
    return (rounded, None) if abs(amount - rounded) < _FLOAT_TAIL else (None, "fraction_of_oere")


def read_decimal(text: str, decimal: str, thousands: str) -> tuple[float | None, str | None]:
    """A number with decimals."""
    number = _number(text, decimal, thousands)
    return (None, "not_a_number") if number is None else (float(number), None)


def read_integer(text: str, decimal: str, thousands: str) -> tuple[int | None, str | None]:
    """A whole number; a spreadsheet's `2.0` is 2."""
    number = _number(text, decimal, thousands)
    if number is None or number != number.to_integral_value() or abs(number) >= 2**31:
        return None, "not_a_whole_number"
    return int(number), None


def _number(text: str, decimal: str, thousands: str) -> Decimal | None:
    """The number in the sender's own marks, or in a form that can mean one thing only; None where uncertain."""
    bare = _sign_first(text.strip().replace("\u2212", "-").replace("\u00a0", " "))
    if len(bare) > 40:
        return None
    if _own_form(decimal, thousands).fullmatch(bare):
        plain = bare.replace(thousands or " ", "").replace(decimal, ".")
    else:
        plain = next((_plain(bare, *marks) for form, *marks in _CERTAIN if form.fullmatch(bare)), "")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


@cache
def _own_form(decimal: str, thousands: str) -> re.Pattern[str]:
    """A number in the sender's own marks; a blank between thousands is always understood."""
    groups = re.escape(thousands or " ")
    return re.compile(rf"-?(?:\d+|\d{{1,3}}(?:{groups}\d{{3}})+)(?:{re.escape(decimal)}\d+)?", re.ASCII)


def _plain(text: str, thousands: str, decimal: str) -> str:
    return (text.replace(thousands, "") if thousands else text).replace(decimal, ".")


def _sign_first(text: str) -> str:
    """`1.234,50-` as `-1.234,50`, and `1.234,-` (no øre) as `1.234`."""
    text = text.removeprefix("+").strip()
    if text.endswith(",-"):
        return text[:-2]
    return "-" + text[:-1].strip() if text.endswith("-") and not text.startswith("-") else text
