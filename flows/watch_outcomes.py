"""What became of the newest night whose outcomes are known: who in need its list had named, and who was missed."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from flows.effect import build_missing
from flows.workroom import Workroom
from models.matrix import TENANCY
from models.outcome import COUNTED, Horizon, LabelState, mature_cut_offs
from monitoring.group_rates import group_rates, records_of, reference_groups
from monitoring.records import Measured
from warehouse.features import build_outcomes, read_audit
from worklist.published import nights, read_night
from worklist.selection import DEADLINE_STAGES


def realised(room: Workroom, as_of: date, attributes: tuple[str, ...]) -> list[Measured]:
    """Records about the newest published night whose outcomes were known before `as_of`; none where there is none.

    `cut_off_age_days`: how long ago that night is. `outcome_rate`: of those before termination then, of whom it is
    known what became of them without help, the share that had the outcome. `recall_at_capacity`, of all and by group:
    of those who had it, the share that the night's list had named by their rank; the others were missed.
    """
    outcome = room.settings.outcome
    horizon = Horizon(outcome.horizon_days, outcome.reporting_lag_days)
    mature = mature_cut_offs(nights(room.home.published), as_of, horizon)
    if not mature:
        return []
    cut_off = mature[-1]
    rows = _rows(room, cut_off, as_of)
    return [Measured(as_of, "cut_off_age_days", float((as_of - cut_off).days), 1.0), *_told(rows, as_of, attributes)]


def _rows(room: Workroom, cut_off: date, as_of: date) -> pl.DataFrame:
    """The tenancies that were ranked before termination on `cut_off`, with groups, label state and whether listed."""
    build_missing(room, [cut_off])
    outcomes = build_outcomes(room.connection, [cut_off], as_of, room.settings.outcome.definition)
    night = read_night(room.home.published, cut_off)
    listed = night.frame("worklist").filter(
        (pl.col("section") == "early_warning") & ~pl.col("exploration").fill_null(False)
    )
    ranked = night.frame("scores").filter(~pl.col("stage").is_in(DEADLINE_STAGES)).select(TENANCY)
    told = ranked.join(outcomes.select(*TENANCY, "label_state"), on=TENANCY, how="inner", maintain_order="left")
    audit = read_audit(room.connection, [cut_off]).drop("as_of")
    named = listed.select(TENANCY).with_columns(named=pl.lit(True))
    with_groups = told.join(audit, on=TENANCY, how="left", maintain_order="left")
    return with_groups.join(named, on=TENANCY, how="left", maintain_order="left").with_columns(
        pl.col("named").fill_null(False),
        everybody=pl.lit("all"),
        known=pl.col("label_state").is_in([str(state) for state in COUNTED]),
        in_need=pl.col("label_state") == str(LabelState.POSITIVE),
    )


def _told(rows: pl.DataFrame, as_of: date, attributes: tuple[str, ...]) -> Iterator[Measured]:
    for measure, counted, hit in (("outcome_rate", "known", "in_need"), ("recall_at_capacity", "in_need", "named")):
        among = rows.filter(counted)
        if among.is_empty():
            continue
        overall = records_of(group_rates(among, {"everybody": "all"}, counted=counted, hit=hit), as_of, measure)
        stage = "listed" if measure == "recall_at_capacity" else "scored"
        for one in overall:
            yield Measured(as_of, measure, one.numerator, one.denominator, stage, "", one.low, one.high)
        if measure == "recall_at_capacity":
            rates = group_rates(among, reference_groups(among, attributes), counted=counted, hit=hit)
            yield from records_of(rates, as_of, measure, stage)
