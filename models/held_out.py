"""A cut-off that was held out: everybody ranked on the day, what became of them, and each ranking's scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from models.matrix import KEY, TENANCY, Flags, Floats
from models.measures import Blocks, blocks
from models.outcome import COUNTED, LabelState
from warehouse.errors import ModelError

STATES = tuple(LabelState)
"""The label states in the order of their codes."""

UNKNOWN_GROUP = "unknown"
"""Whose attribute is not known: a group of its own."""


@dataclass(frozen=True)
class HeldOut:
    """One cut-off: who (number of the tenancy), what became of them, and each ranker's scores, a row each.

    `states` holds for each row the place of its label state in `STATES` (None: positives and negatives only);
    `groups` for each attribute the group of each row.
    """

    cut_off: date
    tenancies: np.ndarray
    outcomes: Flags
    scores: Mapping[str, Floats]
    states: np.ndarray | None = None
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def counted(self) -> Flags:
        """The rows whose outcome is known: they are measured, all are ranked."""
        if self.states is None:
            return np.ones(self.outcomes.size, dtype=bool)
        return np.isin(self.states, [STATES.index(state) for state in COUNTED])

    def blocks(self, ranking: str) -> Blocks:
        """The rows in the order of `ranking`."""
        return blocks(self.scores[ranking], self.outcomes, self.counted)

    def states_at(self, ranking: str | Blocks, k: int) -> Floats:
        """How many of each of `STATES` stand in the first `k` rows, in expectation over the order within ties.

        `ranking` is its name, or its order where that was sorted already.
        """
        states = self.states
        if states is None:
            states = np.where(self.outcomes, STATES.index(LabelState.POSITIVE), STATES.index(LabelState.NEGATIVE))
        ordered = ranking if isinstance(ranking, Blocks) else self.blocks(ranking)
        return np.bincount(states, weights=ordered.shares_at(k), minlength=len(STATES)).astype(np.float64)

    def only(self, rows: Flags) -> "HeldOut":
        """The same cut-off with some of its rows: they are ranked among themselves."""
        return HeldOut(
            self.cut_off,
            self.tenancies[rows],
            self.outcomes[rows],
            {name: score[rows] for name, score in self.scores.items()},
            None if self.states is None else self.states[rows],
            {name: group[rows] for name, group in self.groups.items()},
        )


def held_out_cells(scored: pl.DataFrame, rankings: Sequence[str], groups: pl.DataFrame | None = None) -> list[HeldOut]:
    """One `HeldOut` a cut-off, in order.

    `scored` holds the key, label_state and a column of scores for each of `rankings`; its column `cut_off`, where it
    has one, says with which rows a row is ranked (a month of first demands, say), else as_of does. `groups` holds the
    key and a column an attribute; who is not in it, or null, is "unknown", and the landlord is an attribute besides.
    Tenancies are numbered in the order of their key, alike at every cut-off. `ModelError` where a row has no score.
    """
    _refuse_unscored(scored, rankings)
    together = pl.col("cut_off" if "cut_off" in scored.columns else "as_of").alias("ranked_on")
    rows = scored.select(*KEY, together, "label_state", *rankings).sort("ranked_on", *KEY)
    rows = rows.with_columns(pl.struct(TENANCY).rank("dense").cast(pl.Int64).sub(1).alias("tenancy_index"))
    attributes: list[str] = []
    if groups is not None:
        named = [name for name in groups.columns if name not in KEY]
        theirs = groups.rename({name: f"group:{name}" for name in named})
        rows = rows.with_columns(pl.col("landlord").alias("group:landlord"))
        rows = rows.join(theirs, on=KEY, how="left", maintain_order="left")
        attributes = sorted({*named, "landlord"})
    return [_cell(part, rankings, attributes) for part in rows.partition_by("ranked_on", maintain_order=True)]


def _cell(part: pl.DataFrame, rankings: Sequence[str], attributes: Sequence[str]) -> HeldOut:
    codes = {str(state): code for code, state in enumerate(STATES)}
    states = part["label_state"].replace_strict(codes, return_dtype=pl.Int8).to_numpy()
    return HeldOut(
        part["ranked_on"][0],
        part["tenancy_index"].to_numpy(),
        states == codes[str(LabelState.POSITIVE)],
        {name: part[name].cast(pl.Float64).to_numpy() for name in rankings},
        states,
        {name: part[f"group:{name}"].cast(pl.String).fill_null(UNKNOWN_GROUP).to_numpy() for name in attributes},
    )


def _refuse_unscored(rows: pl.DataFrame, names: Sequence[str]) -> None:
    absent = [
        name
        for name in names
        if name not in rows.columns or (rows[name].is_null() | rows[name].cast(pl.Float64).is_nan()).any()
    ]
    if absent:
        raise ModelError(
            expected="a score of every ranking for every row of a cut-off",
            found=f"rows without one in {', '.join(sorted(absent))}",
            where="the held-out scores",
            remedy="Score the cut-off again; whoever a ranking knows nothing of comes last, with -inf.",
        )
