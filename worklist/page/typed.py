"""Reads what was typed into a form's fields."""

import re
from datetime import date

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from worklist.page.security import text_of

_DANISH_DAY = re.compile(r"(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{4})", re.ASCII)


def day_typed(text: str) -> date | None:
    """The day: as a browser's date field sends it, or written 31.12.2025; None where it is neither."""
    try:
        if found := _DANISH_DAY.fullmatch(text.strip()):
            day, month, year = (int(part) for part in found.groups())
            return date(year, month, day)
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def version_typed(fields: FormData) -> int:
    """The version of the case that the form was shown with; 400 where a form of ours could not have sent it."""
    text = text_of(fields, "version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise HTTPException(400)
    return int(text)
