"""How a model ages that is trained once: its recall month by month, beside the model that is trained anew each time."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from models.backtest_results import Aged, RankedCutOffs
from models.bootstrap import estimate
from models.evaluation import headline
from models.held_out import held_out_cells
from models.matrix import KEY
from models.outcome import LATE_STAGES

ANEW, ONCE = "trained_anew", "trained_once"

SCHEMA = {
    "age_months": pl.Int64,
    "cut_offs": pl.Int64,
    **dict.fromkeys(("recall", "low", "high", "difference", "difference_low", "difference_high"), pl.Float64),
}


def ageing_of(ranked: RankedCutOffs, model: str, capacities: Sequence[int], *, seed: int, draws: int) -> pl.DataFrame:
    """One row an age in months, from 0, with the columns of `SCHEMA`.

    `recall` is the mean of expected recall over `capacities` and over the cut-offs that a model of that age ranked,
    among tenancies before termination; `difference` is that less the recall of the model trained anew, on the same
    cut-offs, paired. No rows where no model was let age.
    """
    if model not in ranked.rankings or not ranked.aged:
        return pl.DataFrame(schema=SCHEMA)
    by_day = {day: part for (day,), part in _before_termination(ranked, model)}
    rows = []
    for months in (0, *sorted({aged.months for aged in ranked.aged})):
        pairs = [_pair(by_day, aged) for aged in ranked.aged if aged.months == months] if months else by_day.values()
        cut_offs = pl.concat([pair for pair in pairs if pair is not None])
        rows.append((months, *_row(cut_offs, capacities, seed, draws)))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _before_termination(ranked: RankedCutOffs, model: str) -> Sequence[tuple[tuple[date], pl.DataFrame]]:
    """Each cut-off's rows with the score of its own model, twice, and their place in the cut-off's file."""
    rows = ranked.calendar.select(*KEY, "stage", "label_state", pl.col(model).alias(ANEW), pl.col(model).alias(ONCE))
    placed = rows.with_columns(pl.int_range(pl.len()).over("as_of").alias("place"))
    late = pl.col("stage").is_in(LATE_STAGES)
    return list(placed.filter(~late).partition_by("as_of", as_dict=True).items())


def _pair(by_day: dict[date, pl.DataFrame], aged: Aged) -> pl.DataFrame | None:
    """The rows of a later cut-off with the scores of the older model in place of its own."""
    part, scores = by_day.get(aged.tested_on), aged.cell.scores()
    if part is None or scores is None:
        return None
    return part.with_columns(pl.Series(ONCE, scores[part["place"].to_numpy()]))


def _row(cut_offs: pl.DataFrame, capacities: Sequence[int], seed: int, draws: int) -> tuple[float, ...]:
    tested = held_out_cells(cut_offs, (ONCE, ANEW))
    found = estimate(tested, capacities, seed=seed, draws=draws)
    recall = found.mean(headline(ONCE, capacities))
    less = found.mean(headline(ONCE, capacities), headline(ANEW, capacities))
    return len(tested), recall.value, recall.low, recall.high, less.value, less.low, less.high
