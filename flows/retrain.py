"""Retraining: features and outcomes of past cut-offs, a model trained, tested and registered. Prefect at the bottom."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from prefect import flow

from flows.clock import today
from flows.code_version import code_version
from flows.first_night import first_night
from flows.home import Home
from flows.inputs import bearing_settings, input_hashes
from flows.intake import take_in_all
from flows.orchestration import Run, as_tasks, plainly
from flows.progress import Advance, bar, silent
from flows.runs import exclusive, recorded
from flows.scoring import WHY_RULES, model_columns, ungrounded
from flows.workroom import Workroom, opened
from models.bootstrap import DRAWS_TO_DECIDE
from models.card import card_of
from models.decisions import decision_for, held_by_a_person, promote
from models.evaluation import CAPACITIES, headline, with_today
from models.matrix import KEY
from models.outcome import Horizon, mature_cut_offs
from models.rankers import MODEL, RULES
from models.registry import register
from models.training import TrainedModel, train
from warehouse.dates import add_months, month_start
from warehouse.errors import ModelError
from warehouse.features import build_as_of, build_outcomes, first_known_on, read_audit, read_matrix

HISTORY_MONTHS = 3
"""A cut-off needs so many months of known history before it, else its features are empty for want of time."""

PROMOTED_BY = "bovagt retrain"

AUDITED = ("sex", "age_band", "origin", "household", "children", "benefit")
"""The attributes between whose groups recall is compared, besides the landlords."""


@dataclass(frozen=True)
class Training:
    """What a retraining gave. `version` is None, and `why` says so, where no model was trained.

    `promoted`: it ranks from `first_night` on, under the gate's `rule`; `strict_would_say` is what the strict rule
    misses. Where not, `shut` says in each language which conditions of the gate failed and by how much, and `held`
    names what keeps a model back whose gate is open: 'rolled_back' or 'never'.
    `recall_at`: k → (the model's, the rules') mean expected recall over the held-out cut-offs.
    """

    version: str | None = None
    why: str = ""
    promoted: bool = False
    first_night: date | None = None
    shut: dict[str, list[str]] = field(default_factory=dict)
    held: str = ""
    rule: str = "strict"
    strict_would_say: dict[str, list[str]] = field(default_factory=dict)
    cutoffs: int = 0
    rows: int = 0
    columns: int = 0
    positives: int = 0
    recall_at: dict[int, tuple[float, float]] = field(default_factory=dict)


def retrain(home: Home, as_of: date, day: date, run: Run = plainly, progress: Advance = silent) -> Training:
    """Train on what was known before `as_of`, register, and promote what passes; `day` is the day of intake."""
    with exclusive(home), recorded(home, "retrain", as_of), opened(home) as room:
        take_in_all(room, day, run, progress)
        if missing := ungrounded(room.sources.grounded):
            return Training(why=WHY_RULES["no_ground"][room.settings.language].format(feeds=", ".join(missing)))
        cut_offs: list[date] = run(past_cut_offs, room, as_of)
        progress("features", 0.2)
        run(build_cut_offs, room, cut_offs)
        progress("outcomes", 0.5)
        matrix, outcomes = run(read_cut_offs, room, cut_offs, as_of)
        progress("training", 0.6)
        try:
            trained: TrainedModel = run(train_model, room, matrix, outcomes, as_of)
        except ModelError as error:
            return Training(why=str(error), cutoffs=len(cut_offs), rows=matrix.height)
        progress("registry", 0.95)
        inputs = input_hashes(room, matrix, outcomes, as_of)
        return run(keep_model, room, trained, matrix, inputs, day)


def past_cut_offs(room: Workroom, as_of: date) -> list[date]:
    """The latest monthly cut-offs whose outcomes were known on `as_of` and that had some history before them."""
    wanted = room.settings.training.cutoffs
    return known_months(room, as_of, wanted)[-wanted:]


def known_months(room: Workroom, as_of: date, wanted: int) -> list[date]:
    """The monthly cut-offs with some history before them whose outcomes were known on `as_of`: `wanted` and more.

    It looks back over twice as many and two years, since the latest ones are not mature yet.
    """
    first = first_known_on(room.connection)
    if first is None:
        return []
    earliest = add_months(first, HISTORY_MONTHS)
    months = [add_months(month_start(as_of), -back) for back in range(2 * wanted + 24)]
    return mature_cut_offs([month for month in months if month >= earliest], as_of, horizon_of(room))


def horizon_of(room: Workroom) -> Horizon:
    """The horizon and the reporting lag of the settings."""
    return Horizon(room.settings.outcome.horizon_days, room.settings.outcome.reporting_lag_days)


def build_cut_offs(room: Workroom, cut_offs: list[date]) -> None:
    """Cohort and features of each cut-off, from what was known before it."""
    build_as_of(
        room.connection,
        cut_offs,
        switched_off=room.sources.switched_off,
        with_results=False,
        cohort=room.settings.cohort.definition,
    )


def read_cut_offs(room: Workroom, cut_offs: list[date], as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The features of the cut-offs, and their outcomes as they were known before `as_of`."""
    if not cut_offs:
        return pl.DataFrame(), pl.DataFrame()
    outcomes = build_outcomes(room.connection, cut_offs, as_of, room.settings.outcome.definition)
    return read_matrix(room.connection, cut_offs), outcomes


def train_model(room: Workroom, matrix: pl.DataFrame, outcomes: pl.DataFrame, as_of: date) -> TrainedModel:
    """Fit, calibrate and test; `ModelError` where the history is too short or the outcomes too few."""
    if matrix.is_empty():
        raise ModelError(
            expected="past days on which a ledger, its tenancies and later notices were known",
            found="none whose outcomes are known by now",
            where=f"the warehouse as of {as_of.isoformat()}",
            remedy="Deliver the history with registered_on per row, or wait until outcomes mature.",
        )
    wanted = room.settings.training
    return train(
        matrix,
        outcomes,
        model_columns(room),
        as_of=as_of,
        seed=wanted.seed,
        horizon=horizon_of(room),
        capacities=with_today(CAPACITIES, room.settings.worklist.capacity or CAPACITIES[0]),
        draws=DRAWS_TO_DECIDE,
        rule=wanted.gate,
        groups=audited_groups(room, matrix),
    )


def audited_groups(room: Workroom, matrix: pl.DataFrame) -> pl.DataFrame:
    """The protected attributes of the tenancies in `matrix`, between which recall is compared; no model reads them."""
    return read_audit(room.connection, matrix["as_of"].unique().to_list()).select(*KEY, *AUDITED)


def keep_model(
    room: Workroom, trained: TrainedModel, matrix: pl.DataFrame, inputs: dict[str, str], day: date
) -> Training:
    """Register the model with its card; put it to use where its gate is open and nobody holds it back.

    Neither reaches back to a night that was published.
    """
    card = card_of(trained, inputs=inputs, versions=code_version(), settings=bearing_settings(room))
    models, first = room.home.models, first_night(room.home, trained.as_of)
    name = register(models, trained.model, card, first_night=first, on=day)
    held = held_back(room) if trained.may_be_promoted else ""
    promoted = trained.may_be_promoted and not held
    if promoted and not _ranks_already(room, name, first):
        promote(models, name, who=PROMOTED_BY, on=day, first_night=first)
    return Training(
        version=name,
        promoted=promoted,
        first_night=first if promoted else None,
        shut={"da": trained.gate.reasons_da, "en": trained.gate.reasons},
        held=held,
        rule=trained.gate.rule,
        strict_would_say={
            "da": [each.says_da for each in trained.gate.strict_would_say],
            "en": [each.says for each in trained.gate.strict_would_say],
        },
        cutoffs=matrix["as_of"].n_unique(),
        rows=matrix.height,
        columns=matrix.width,
        positives=trained.label_states.get("positive", 0),
        recall_at=_recall(trained),
    )


def held_back(room: Workroom) -> str:
    """What keeps `retrain` from putting a model to use: 'never' (settings), 'rolled_back' (a person), or nothing."""
    promotes = room.settings.training.promotes
    if promotes == "never":
        return "never"
    return "rolled_back" if promotes != "always" and held_by_a_person(room.home.models) else ""


def _ranks_already(room: Workroom, version: str, night: date) -> bool:
    in_use = decision_for(room.home.models, night)
    return in_use is not None and in_use.version == version


def _recall(trained: TrainedModel) -> dict[int, tuple[float, float]]:
    """k → the model's and the rules' mean recall on the tenancies that the early-warning list is drawn from."""
    if trained.evaluation is None:
        return {}
    estimates = trained.evaluation.estimates["before_termination"]
    return {
        k: (estimates.mean(headline(MODEL, [k])).value, estimates.mean(headline(RULES, [k])).value)
        for k in trained.capacities
    }


def run_retrain(home: Home, as_of: date, *, with_prefect: bool) -> Training:
    """Retraining as the command line runs it: with a progress bar, and recorded in Prefect where asked."""
    home.require()
    if with_prefect:
        return retrain_flow(str(home.path), as_of)
    with bar("Træning") as progress:
        return retrain(home, as_of, today(), plainly, progress)


@flow(name="retrain", persist_result=False)
def retrain_flow(home: str, as_of: date | None = None) -> Training:
    """Retraining as a Prefect flow: one task run a step."""
    with bar("Træning") as progress:
        return retrain(Home(Path(home)), as_of or today(), today(), as_tasks(), progress)
