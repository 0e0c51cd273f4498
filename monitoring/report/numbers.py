"""How the record writes numbers: one way for shares and one for everything else, in either language."""

from collections.abc import Mapping
from typing import Literal

from monitoring.records import Measured

Language = Literal["da", "en"]

WITHHELD: Mapping[str, str] = {"da": "for få til at vise", "en": "too few to show"}
NEVER: Mapping[str, str] = {"da": "aldrig leveret", "en": "never delivered"}
NOT_KNOWN: Mapping[str, str] = {"da": "ikke målt", "en": "not measured"}

DELIVERY_AGE = "delivery_age_days"
"""The one measure whose missing number means that nothing ever came; no person is counted in it."""

_LARGEST_WITH_DECIMALS = 1000


def share(value: float | None, language: str) -> str:
    """A share of one as per cent with one decimal: '12,3 %' or '12.3%'; `NOT_KNOWN` for None."""
    if value is None:
        return NOT_KNOWN[language]
    return _decimals(f"{value * 100:.1f}", language) + (" %" if language == "da" else "%")


def number(value: float | None, language: str) -> str:
    """A number: whole ones without decimals, others with two, thousands set apart; `NOT_KNOWN` for None."""
    if value is None:
        return NOT_KNOWN[language]
    whole = float(value).is_integer() or abs(value) >= _LARGEST_WITH_DECIMALS
    return _decimals(f"{value:,.0f}" if whole else f"{value:,.2f}", language)


def measured(record: Measured, language: str) -> str:
    """The value of a record: a share of people as per cent, else a number; `WITHHELD` where it is not told."""
    if record.value is None:
        return NEVER[language] if record.measure == DELIVERY_AGE else WITHHELD[language]
    return _like(record, record.value, language)


def counted(record: Measured, language: str) -> str:
    """'12 af 200' for a share; '–' for a plain number; `WITHHELD` where either was withheld."""
    if record.value is None or record.numerator is None:
        return WITHHELD[language]
    if record.denominator == 1:
        return "–"
    between = {"da": "af", "en": "of"}[language]
    return f"{number(record.numerator, language)} {between} {number(record.denominator, language)}"


def interval(record: Measured, language: str) -> str:
    """The 95 % interval, '3,0 % – 8,0 %'; '–' where there is none or the value was withheld."""
    if record.value is None or record.low is None or record.high is None:
        return "–"
    return f"{_like(record, record.low, language)} – {_like(record, record.high, language)}"


def reference(record: Measured, language: str) -> str:
    """What it is compared with; '–' where there is nothing."""
    return "–" if record.reference is None else _like(record, record.reference, language)


def _like(record: Measured, value: float, language: str) -> str:
    """`value` in the way that the record's own is written: per cent only where it counts some of several people."""
    is_share = record.denominator not in (None, 1) and record.value is not None and 0 <= record.value <= 1
    return share(value, language) if is_share else number(value, language)


def _decimals(written: str, language: str) -> str:
    return written if language == "en" else written.translate(str.maketrans(",.", ".,"))
