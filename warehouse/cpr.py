"""CPR numbers: their shape, the birth date they tell, and a check digit that only warns.

Rules: `DDMMYYSSSS`; the seventh digit and the year give the century (Indenrigsministeriet, "Personnummeret i CPR");
a day above 60 is an administrative number. The modulus-11 check is not guaranteed since October 2007.
"""

import re
from datetime import date
from functools import lru_cache

from stdnum.dk.cpr import checksum

_SHAPE = re.compile(r"(\d{5,6})[-\u2010-\u2015\s]?(\d{4})(?:\.0+)?", re.ASCII)


def read_cpr(text: str) -> tuple[str | None, str | None]:
    """(ten digits, None) of a CPR number as delivered, or (None, the rule it breaks).

    A hyphen or blank is tolerated, and nine digits are padded: a spreadsheet took the leading zero.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return None, "cpr_not_ten_digits"
    digits = (found[1] + found[2]).zfill(10)
    if birth_date_of(digits) is None:
        return None, "cpr_not_a_date"
    return digits, None


@lru_cache(maxsize=100_000)
def birth_date_of(digits: str) -> date | None:
    """The birth date that ten CPR digits tell; None where they tell no date."""
    day, month, short_year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    try:
        return date(_century(int(digits[6]), short_year) + short_year, month, day - 60 if day > 60 else day)
    except ValueError:
        return None


def _century(seventh: int, short_year: int) -> int:
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if short_year <= 36 else 1900
    return 2000 if short_year <= 57 else 1800


@lru_cache(maxsize=100_000)
def has_check_digit(digits: str) -> bool:
    """Whether ten CPR digits pass the modulus-11 check; a number that fails may still be a right one."""
    return bool(checksum(digits) == 0)
