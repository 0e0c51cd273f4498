"""The past cut-offs that a backtest needs: built once, kept in files, and built again only where their past changed.

A cut-off is decided by what was known before its day. The hash of that (every fact by the day it became known or was
superseded), of the code and of the settings says whether the file is still what a build would give.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows.code_version import source_hash
from flows.inputs import bearing_settings
from flows.progress import Advance, silent
from flows.retrain import build_cut_offs, horizon_of, known_months
from flows.scoring import WHY_RULES, ungrounded
from flows.workroom import Workroom
from models.backtest_files import StoredFrame, cell_key, keep_frame, write_bytes, write_frame
from models.outcome import mature_cut_offs
from models.splits import FEWEST_CUT_OFFS
from warehouse.dates import add_months
from warehouse.errors import ModelError, SettingsError
from warehouse.features import build_outcomes, read_cohort, read_matrix
from warehouse.fixed_stage import build_rows, first_demands
from warehouse.vocabulary import FEEDS

FACTS = (*("fact_" + feed for feed in FEEDS), "fact_link")
"""Everything that a feature can stem from, with the days on which it was known."""

AT_ONCE = 6
"""Cut-offs that are built before they are stored: a run that is killed loses no more."""

_INDEX = "built.json"


@dataclass(frozen=True)
class CutOffs:
    """The cut-offs to be tested, and all that are needed with those that teach, in order."""

    tested: tuple[date, ...]
    needed: tuple[date, ...]


def cut_offs_for(room: Workroom, as_of: date, count: int, window: int) -> CutOffs:
    """The latest `count` monthly cut-offs whose outcomes were known on `as_of`, and the `window` that teach each.

    A cut-off is tested only where outcomes of two earlier ones were known on its day.
    """
    known, horizon = known_months(room, as_of, count + window), horizon_of(room)
    teaching = {day: mature_cut_offs(known, day, horizon)[-window:] for day in known}
    tested = [day for day in known if len(teaching[day]) >= FEWEST_CUT_OFFS][-count:]
    return CutOffs(tuple(tested), tuple(sorted({day for test in tested for day in (test, *teaching[test])})))


def refuse_ungrounded(room: Workroom) -> None:
    """`SettingsError` where the source register lets no model run: then nothing is trained, not even to be judged."""
    if missing := ungrounded(room.sources.grounded):
        raise SettingsError(
            expected="a purpose and a legal basis for every source that a model cannot do without",
            found=WHY_RULES["no_ground"]["en"].format(feeds=", ".join(missing)),
            where="sources.toml",
            remedy="State them, or leave the model tier off: then there is nothing to judge.",
        )


def refuse_nothing_to_test(days: CutOffs, as_of: date) -> None:
    """`ModelError` where no past cut-off's outcomes were known on `as_of`, or nothing was known before them."""
    if not days.tested:
        raise ModelError(
            expected="past days with some known history before them and outcomes known by now",
            found="none",
            where=f"the warehouse as of {as_of.isoformat()}",
            remedy="Deliver the history with registered_on per row, or wait until outcomes mature.",
        )


@dataclass(frozen=True)
class Built:
    """The stored cut-offs, and which of them nobody has proved yet to look at nothing later."""

    cohorts: dict[date, StoredFrame]
    unproved: tuple[date, ...]


def stored_cut_offs(room: Workroom, directory: Path, days: Sequence[date], progress: Advance = silent) -> Built:
    """Every one of `days` as a file in `directory`, built where there is none or its past has changed."""
    wanted = past_hashes(room, days)
    said = _read_index(directory)
    stored = {day: frame for day in days if (frame := _stored(directory, said, wanted, day)) is not None}
    there = _cohorts_there(room, list(stored))
    stored = {day: frame for day, frame in stored.items() if day in there}
    anew = [day for day in days if day not in stored]
    for first in range(0, len(anew), AT_ONCE):
        progress("features", first / len(anew))
        some = anew[first : first + AT_ONCE]
        build_cut_offs(room, some)
        for day in some:
            stored[day] = keep_frame(directory / "cohorts", str(day), read_matrix(room.connection, [day]))
            _add_to_index(directory, day, wanted[day], stored[day])
    said = _read_index(directory)
    unproved = tuple(day for day in days if "proved" not in said[str(day)])
    return Built(dict(sorted(stored.items())), unproved)


def mark_proved(directory: Path, days: Sequence[date]) -> None:
    """Note that the features of these days were found to look at nothing later."""
    said = _read_index(directory)
    for day in days:
        said[str(day)]["proved"] = "yes"
    _write_index(directory, said)


def outcomes_of(room: Workroom, days: Sequence[date], known_before: date) -> pl.DataFrame:
    """The outcomes of the cut-offs `days`, whose cohorts were built, as they were known before a day."""
    return build_outcomes(room.connection, days, known_before, room.settings.outcome.definition)


@dataclass(frozen=True)
class FixedStage:
    """The tenancies a week after their first demand, each on its own day: features, and outcomes; empty for none."""

    matrix: pl.DataFrame
    outcomes: pl.DataFrame
    audit: pl.DataFrame


def fixed_stage_rows(room: Workroom, directory: Path, tested: Sequence[date], as_of: date) -> FixedStage:
    """The first demands whose day the model of a tested cut-off ranks, with outcomes as known before `as_of`.

    Kept in files until anything that was known before `as_of` changes.
    """
    named = cell_key(past=past_hashes(room, [as_of])[as_of], tested=[str(day) for day in tested], as_of=str(as_of))
    folder = directory / "fixed_stage"
    paths = [folder / f"{named}-{part}.parquet" for part in ("matrix", "outcomes", "audit")]
    if not all(path.exists() for path in paths):
        rows = first_demands(room.connection, tested[0], add_months(tested[-1], 1))
        if rows.is_empty():
            return FixedStage(*(pl.DataFrame() for _ in paths))
        for old in folder.glob("*.parquet"):
            old.unlink()
        for path, frame in zip(paths, _built_rows(room, rows, as_of), strict=True):
            write_frame(path, frame)
    return FixedStage(*(pl.read_parquet(path) for path in paths))


def _built_rows(room: Workroom, rows: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Matrix, outcomes and audit of rows of any days, some months of them at a time: that bounds memory."""
    months = rows["as_of"].dt.month_start().unique().sort().to_list()
    parts = []
    for first in range(0, len(months), AT_ONCE):
        some = pl.col("as_of").dt.month_start().is_in(months[first : first + AT_ONCE])
        built = build_rows(
            room.connection,
            rows.filter(some),
            known_before=as_of,
            outcome=room.settings.outcome.definition,
            cohort=room.settings.cohort.definition,
            switched_off=room.sources.switched_off,
        )
        parts.append((built.matrix, built.outcomes if built.outcomes is not None else pl.DataFrame(), built.audit))
    matrix, outcomes, audit = (pl.concat(each) for each in zip(*parts, strict=True))
    return matrix, outcomes, audit


def past_hashes(room: Workroom, days: Sequence[date]) -> dict[date, str]:
    """For each day a hash of everything that decides its cut-off: facts known before it, code, settings, sources."""
    about = cell_key(
        code=source_hash(), settings=bearing_settings(room), switched_off=sorted(room.sources.switched_off)
    )
    changes = [_changes(room, name) for name in FACTS]
    return {day: cell_key(about=about, facts=[_before(change, day) for change in changes]) for day in days}


def _changes(room: Workroom, name: str) -> pl.DataFrame:
    """Day → a sum of hashes of the versions that became known, and of those that were superseded, on that day."""
    rows = room.connection.table(name).pl()
    content = rows.drop("superseded_on").hash_rows(seed=0)
    events = pl.concat(
        pl.DataFrame({"day": rows[column], "kind": kind, "change": content})
        for kind, column in enumerate(("known_on", "superseded_on"))
    )
    return events.drop_nulls("day").group_by("day", "kind").agg(pl.col("change").sum(), pl.len())


def _before(changes: pl.DataFrame, day: date) -> list[list[int]]:
    past = changes.filter(pl.col("day") < day)
    parts = past.group_by("kind").agg(pl.col("change").sum(), pl.col("len").sum()).sort("kind")
    return [list(map(int, row)) for row in parts.rows()]


def _stored(
    directory: Path, said: Mapping[str, Mapping[str, str]], wanted: Mapping[date, str], day: date
) -> StoredFrame | None:
    """The file of a day, where it was built from the same past."""
    entry = said.get(str(day))
    if entry is None or entry["past"] != wanted[day]:
        return None
    path = directory / "cohorts" / entry["file"]
    if not path.exists():
        return None
    return StoredFrame(path, entry["digest"], int(entry["rows"]))


def _cohorts_there(room: Workroom, days: Sequence[date]) -> set[date]:
    """The days whose cohort the warehouse holds too: outcomes are looked up for the cohorts that lie there."""
    if not days or "cohort_tenancy" not in {row[0] for row in room.connection.execute("show tables").fetchall()}:
        return set()
    return set(read_cohort(room.connection, days)["as_of"].unique().to_list())


def _read_index(directory: Path) -> dict[str, dict[str, str]]:
    path = directory / _INDEX
    return json.loads(path.read_bytes()) if path.exists() else {}


def _add_to_index(directory: Path, day: date, past: str, frame: StoredFrame) -> None:
    said = _read_index(directory)
    said[str(day)] = {"past": past, "file": frame.path.name, "digest": frame.digest, "rows": str(frame.rows)}
    _write_index(directory, said)


def _write_index(directory: Path, said: Mapping[str, Mapping[str, str]]) -> None:
    write_bytes(directory / _INDEX, json.dumps(dict(sorted(said.items())), indent=1).encode())
