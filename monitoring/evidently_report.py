"""The drift report that an analyst opens: Evidently's own tests and pictures of some inputs, today beside a past night.

Evidently lives here and nowhere else, reads pandas only, and is slow to load: polars is converted in this one place, it
gets the columns and rows that are asked for, and nothing of a night waits for it.
"""

import os
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import polars as pl

from monitoring.profiles import DRIFTED

MOST_ROWS = 20_000


def write_drift_report(
    now: pl.DataFrame, reference: pl.DataFrame, columns: Sequence[str], as_of: date, out: Path
) -> list[str]:
    """Write Evidently's report of numeric `columns` of `now` against `reference` to `out`; the columns that drifted.

    The test of each is the population stability index, its threshold `DRIFTED`. Of more than `MOST_ROWS` rows a fixed
    sample is taken. One HTML file with its scripts inside, which asks nothing from outside; no row is stored in it.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift
    from evidently.tests import lte

    used = [name for name in columns if _tells(now[name]) and _tells(reference[name])]
    definition = DataDefinition(numerical_columns=used)
    frames = [_sample(rows, used).to_pandas() for rows in (now, reference)]
    tables = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
    tests = [ValueDrift(column=name, method="psi", threshold=DRIFTED, tests=[lte(DRIFTED)]) for name in used]
    snapshot = Report(tests).run(*tables, timestamp=datetime.combine(as_of, time()), tags=["drift"])
    snapshot.save_html(str(out))
    told = snapshot.dict()["tests"]
    return [name for name, test in zip(used, told, strict=True) if str(test["status"]).endswith("FAIL")]


def _tells(values: pl.Series) -> bool:
    """Whether there is anything to compare: Evidently refuses a column of one value or none."""
    return values.drop_nulls().n_unique() > 1


def _sample(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    taken = rows.select(columns) if rows.height <= MOST_ROWS else rows.select(columns).sample(MOST_ROWS, seed=0)
    return taken.with_columns(pl.all().cast(pl.Float64))
