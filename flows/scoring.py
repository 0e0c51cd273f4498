"""From features to a ranking of every active tenancy: by a model where it may run, else by the written rules."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from flows.workroom import Workroom
from warehouse.features import feature_columns, read_deadlines, read_evidence, read_freshness, read_matrix

if TYPE_CHECKING:
    from models.training import TrainedModel

# Without these no model runs: a tenancy to rank, its ledger or arrears list, and the notices that are the outcome.
_ALWAYS_NEEDED = ("tenancies", "notices")
_ONE_OF = ("rent_postings", "arrears")


@dataclass(frozen=True)
class Scored:
    """A night's ranking. `frame`: landlord, tenancy_no, stage, score, rank, ranking, model_version."""

    as_of: date
    frame: pl.DataFrame
    matrix: pl.DataFrame
    ranking: str
    model: "TrainedModel | None"
    model_version: str
    why_rules: dict[str, str] | None
