"""What one more worker would find: the next tenancies below the list, and the cases expected among them."""

from dataclasses import dataclass

import polars as pl

from worklist.cases.team import USUAL_DAY_MINUTES, Capacity
from worklist.published import Night

_TENANCY = ["landlord", "tenancy_no"]
_LATE = ("termination", "court", "closed")


@dataclass(frozen=True)
class OneMore:
    """How many more tenancies a day one more worker could reach, and how many cases are expected among the next.

    `expected`: the sum of their calibrated probabilities; `expected_listed`: the mean over as many of the early
    warnings that are listed, to compare; None where the rules rank, whose scores are no probabilities.
    """

    tenancies: int
    expected: float | None
    expected_listed: float | None


def one_more(night: Night, capacity: Capacity) -> OneMore | None:
    """For a worker with a usual day's minutes; None where not one case fits into these."""
    more = int(USUAL_DAY_MINUTES // capacity.minutes_a_case)
    if more < 1:
        return None
    scores = night.frame("scores").filter(~pl.col("stage").is_in(_LATE)).sort("rank")
    early = night.frame("worklist").filter(pl.col("section") == "early_warning")
    listed = scores.join(early.select(_TENANCY), on=_TENANCY, how="semi")
    # Those above the cut who are not listed were reached lately: they are no news to one more worker.
    cut = listed.join(_drawn(early), on=_TENANCY, how="anti")["rank"].max() or 0
    below = scores.filter(pl.col("rank") > cut).join(early, on=_TENANCY, how="anti", maintain_order="left").head(more)
    if night.facts.get("ranking") != "model" or below.is_empty():
        return OneMore(more, None, None)
    mean = listed["score"].mean()
    return OneMore(more, float(below["score"].sum()), float(mean) * below.height if isinstance(mean, float) else None)


def _drawn(early: pl.DataFrame) -> pl.DataFrame:
    """The early warnings that were drawn by lot below the cut; a night of an earlier version has none."""
    drawn = pl.col("exploration").fill_null(False) if "exploration" in early.columns else pl.lit(False)
    return early.filter(drawn).select(_TENANCY)
