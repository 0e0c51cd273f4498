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
    listed = night.frame("worklist").filter(pl.col("section") == "early_warning").select(_TENANCY)
    below = scores.join(listed, on=_TENANCY, how="anti", maintain_order="left").head(more)
    if night.facts.get("ranking") != "model" or below.is_empty():
        return OneMore(more, None, None)
    above = scores.join(listed, on=_TENANCY, how="semi")["score"].mean()
    mean = float(above) * below.height if isinstance(above, float) else None
    return OneMore(more, float(below["score"].sum()), mean)
