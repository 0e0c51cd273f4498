"""Numbers and days as they are written in Danish and in English."""

from datetime import date, datetime
from decimal import Decimal

_MONTHS = {
    "da": ("jan.", "feb.", "marts", "april", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."),
    "en": ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def number(value: float | Decimal, language: str, decimals: int = 0) -> str:
    """1.234,5 in Danish, 1,234.5 in English."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "da" else text


def amount(value: float | Decimal | None, language: str) -> str:
    """Whole kroner; a dash where nothing is known."""
    if value is None:
        return "–"
    return f"{number(value, 'da')} kr." if language == "da" else f"DKK {number(value, 'en')}"


def day(value: date | None, language: str) -> str:
    """7. maj 2026 or 7 May 2026; a dash where there is none."""
    if value is None:
        return "–"
    point = "." if language == "da" else ""
    return f"{value.day}{point} {_MONTHS[language][value.month - 1]} {value.year}"


def moment(value: datetime, language: str) -> str:
    """A day and the time, in Denmark."""
    from worklist.page.site import DENMARK

    there = value.astimezone(DENMARK)
    between = " kl. " if language == "da" else " at "
    return f"{day(there.date(), language)}{between}{there:%H.%M}"
