"""Reads what was typed into a form's fields."""

import re
from datetime import date

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from worklist.page.security import text_of

_DANISH_DAY = re.compile(r"(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{4})", re.ASCII)
_POSTAL_CODE = re.compile(r"[0-9]{4}")


class Mistyped(ValueError):  # noqa: N818 - it tells what happened, as InputRefused does
    """A form that cannot be kept; `wrong` names the fields that are to be corrected."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


class Reader:
    """Reads a form's fields and remembers which were wrong, so that all are told of at once; `finish` ends it."""

    def __init__(self, fields: FormData) -> None:
        self._fields = fields
        self._wrong: list[str] = []

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        text = text_of(self._fields, name)
        # The length is looked at first: int() reads numbers that no database column holds.
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self._wrong.append(name)
        return least

    def day(self, name: str, since: date = date.min) -> date:
        """A day, `since` or later."""
        day = day_typed(text_of(self._fields, name))
        if day is not None and since <= day < date.max:
            return day
        self._wrong.append(name)
        return since

    def postal_codes(self, name: str) -> tuple[str, ...]:
        """Codes of four digits, between commas or spaces, each once."""
        codes = tuple(dict.fromkeys(text_of(self._fields, name).replace(",", " ").split()))
        if not all(_POSTAL_CODE.fullmatch(code) for code in codes):
            self._wrong.append(name)
        return codes

    def finish(self) -> None:
        """Raise `Mistyped` where anything was wrong."""
        if self._wrong:
            raise Mistyped(self._wrong)


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
