"""What a past night's watch told of outcomes, beside what is known of the same list now: corrections arrive later."""

from datetime import date

import polars as pl

from flows.home import Home
from flows.runs import exclusive
from flows.watch_history import nights_before, past_list
from flows.watch_rows import counts_of_known_outcomes, mature_nights
from flows.workroom import opened
from monitoring.measures import OF_KNOWN_OUTCOMES
from monitoring.records import frame_of
from monitoring.told import told
from worklist.published import read_night

_KEY = ("measure", "stage", "group")


def then_and_now(home: Home, as_of: date, known_before: date) -> pl.DataFrame:
    """The outcome measures of the night `as_of` as it told them, and of the same list by what was known before a day.

    Columns: measure, stage, group, then_numerator, then_denominator, now_numerator, now_denominator (None: withheld
    or not told); only those that differ. `StoreError` where the night was not published.
    """
    names = [measure.name for measure in OF_KNOWN_OUTCOMES]
    then = read_night(home.published, as_of).frame("measure").filter(pl.col("measure").is_in(names))
    with exclusive(home), opened(home) as room:
        mature = mature_nights(room, as_of, nights_before(home.published, as_of))
        _, counts = counts_of_known_outcomes(room, known_before, mature, lambda past: past_list(room, past))
    now = frame_of(told(counts))
    both = _numbers(then, "then").join(_numbers(now, "now"), on=_KEY, how="full", coalesce=True)
    same = [pl.col(f"then_{part}").eq_missing(pl.col(f"now_{part}")) for part in ("numerator", "denominator")]
    return both.filter(~pl.all_horizontal(same)).sort(_KEY)


def _numbers(records: pl.DataFrame, when: str) -> pl.DataFrame:
    return records.select(*_KEY, *(pl.col(part).alias(f"{when}_{part}") for part in ("numerator", "denominator")))
