"""What people answered of records that could not be linked by themselves, and what of a record's days it decides.

An answer holds for the record as it read when the answer was given: from the day it became known until another one
takes its place, it is taken back, or a correction changes what the record says. Then the record asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from warehouse.tables import TABLES

NOBODY_HERE = "nobody_here"
"""The answer that a record is about no tenancy of the municipality's: it is neither linked nor asked about."""

_QUERY = TABLES / "2_facts" / "fact_link" / "answers.sql"
_PIECE = {"uid": pl.String, "feed": pl.String, "record_key": pl.String, "starts_on": pl.Date, "ends_on": pl.Date}
_Days = tuple[date, date | None]


@dataclass(frozen=True)
class Parted:
    """The days of asking records, parted by answers; uid, feed, record_key and half-open days [starts_on, ends_on).

    `asking`: frames of the days that nobody answered for, in each frame every uid once. `answered`: the others, with
    answer, landlord, tenancy_no and person_id.
    """

    asking: list[pl.DataFrame]
    answered: pl.DataFrame


def read_answers(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every answer that was ever in force: feed, record_key, answer, its target, answered_on, replaced_on."""
    return connection.sql(_QUERY.read_text(encoding="utf-8")).pl()


def part_by_answers(spans: pl.DataFrame, answers: pl.DataFrame, targets: pl.DataFrame) -> Parted:
    """Part `spans` (uid, feed, record_key, starts_on, ends_on) by the answers given within them.

    `targets` are the days on which each home (landlord, tenancy_no) or person (person_id) was known: starts_on,
    ends_on. An answer that names one that was not known on its day decides nothing.
    """
    known = _of_known_targets(answers, targets)
    given = spans.join(known, on=["feed", "record_key"]).filter(
        (pl.col("answered_on") >= pl.col("starts_on"))
        & (pl.col("ends_on").is_null() | (pl.col("answered_on") < pl.col("ends_on")))
    )
    answered = given.with_columns(starts_on="answered_on", ends_on=pl.min_horizontal("ends_on", "replaced_on")).drop(
        "answered_on", "replaced_on"
    )
    untouched = spans.join(answered, on="uid", how="anti").select(_PIECE.keys())
    touched = spans.join(answered, on="uid", how="semi")
    return Parted([untouched, *apart(_rest(touched, answered))], answered.sort("uid", "starts_on"))


def _of_known_targets(answers: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """The answers that name nobody, or a target that was known on the day."""
    key = [name for name in targets.columns if name not in ("starts_on", "ends_on")]
    nobody = pl.col("answer") == NOBODY_HERE
    on_the_day = (pl.col("starts_on") <= pl.col("answered_on")) & (
        pl.col("ends_on").is_null() | (pl.col("answered_on") < pl.col("ends_on"))
    )
    linked = answers.filter(~nobody).join(targets, on=key).filter(on_the_day).select(answers.columns)
    return pl.concat([answers.filter(nobody), linked]).unique(maintain_order=True)


def apart(spans: pl.DataFrame) -> list[pl.DataFrame]:
    """`spans` in frames in which each uid stands once, in order; a uid's first row in the first, and so on."""
    return spans.with_columns(_place=pl.int_range(pl.len()).over("uid")).partition_by(
        "_place", maintain_order=True, include_key=False
    )


def _rest(spans: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """The days of `spans` that no answer holds for."""
    taken: dict[str, list[_Days]] = {}
    for uid, start, end in answered.select("uid", "starts_on", "ends_on").sort("uid", "starts_on").iter_rows():
        taken.setdefault(uid, []).append((start, end))
    rows = [
        (uid, feed, record_key, *days)
        for uid, feed, record_key, start, end in spans.select(_PIECE.keys()).iter_rows()
        for days in _gaps((start, end), taken[uid])
    ]
    return pl.DataFrame(rows, schema=_PIECE, orient="row")


def _gaps(whole: _Days, taken: Sequence[_Days]) -> list[_Days]:
    """The days of `whole` outside `taken`, which lie in it, in order, without overlap."""
    found: list[_Days] = []
    since: date | None = whole[0]
    for start, end in taken:
        if since is not None and since < start:
            found.append((since, start))
        since = end
    if since is not None and since != whole[1]:
        found.append((since, whole[1]))
    return found
