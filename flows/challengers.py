"""The other rankings of a night, scored beside the one in use: for comparison only, and never a night's failure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from flows.scoring import WHY_RULES, Scored, ranked, scores_by_model, scores_by_rules, told_why, ungrounded
from flows.workroom import Workroom
from models.evaluation import LATE_STAGES
from models.matrix import TENANCY
from models.registry import load, registered_by
from models.rules import RULES_VERSION
from models.stability import overlap
from warehouse.errors import BovagtError

CHALLENGER_COLUMNS = (*TENANCY, "ranking", "version", "score", "rank")

WHY_NOT = {
    "broken": {
        "da": "kunne ikke bruges ({found}).",
        "en": "could not be used ({found}).",
    },
    "ground_withdrawn": WHY_RULES["ground_withdrawn"],
}


def score_challengers(room: Workroom, scored: Scored) -> Scored:
    """The night with its challengers: the latest registered models other than the one in use, and the rules.

    Gives `scored` with `challengers` (landlord, tenancy_no, ranking, version, score, rank) and, in its facts, for
    each of them the share of the top k of the early-warning candidates that it has in common with the ranking in use;
    k is the worklist's capacity. A model that cannot be used is named there with the reason. None are scored where
    the settings or the source register leave ranking to the rules.
    """
    if room.settings.ranking.tier != "model" or ungrounded(room.sources.grounded):
        return replace(scored, facts=scored.facts | {"challengers": []})
    frames, facts = [], []
    for frame, said in _challengers(room, scored):
        facts.append(said)
        if frame is not None:
            frames.append(frame)
    every = pl.concat([scored.challengers, *frames])
    return replace(scored, challengers=every, facts=scored.facts | {"challengers": facts})


def _challengers(room: Workroom, scored: Scored) -> Iterator[tuple[pl.DataFrame | None, dict[str, Any]]]:
    """The rules, then the models from the latest on until so many as the settings ask for were scored."""
    if scored.facts["ranking"] != "rules":
        yield _compared(room, scored, "rules", RULES_VERSION, scores_by_rules(scored.matrix))
    left = room.settings.ranking.challengers
    for version in reversed(registered_by(room.home.models, scored.as_of)):
        if version == scored.facts["model_version"]:
            continue
        if left == 0:
            return
        frame, said = _by_model(room, scored, version)
        left -= frame is not None
        yield frame, said


def _by_model(room: Workroom, scored: Scored, version: str) -> tuple[pl.DataFrame | None, dict[str, Any]]:
    """A model's ranking; None and the reason where it cannot be used."""
    try:
        registered = load(room.home.models, version)
        if withdrawn := sorted(set(registered.sources) - room.sources.grounded):
            return None, _named("model", version) | {"why_not": told_why(WHY_NOT["ground_withdrawn"], withdrawn)}
        return _compared(room, scored, "model", version, scores_by_model(registered, scored.matrix))
    except BovagtError as error:
        found = error.found
    except Exception as error:
        # A foreign error's text may quote a row, so only its kind is told.
        found = type(error).__name__
    why = {language: words.format(found=found) for language, words in WHY_NOT["broken"].items()}
    return None, _named("model", version) | {"why_not": why}


def _compared(
    room: Workroom, scored: Scored, ranking: str, version: str, scores: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """A ranking as it is published, and how much of the top it has in common with the one in use."""
    owed = scored.frame.drop("score", "rank", "ranking", "model_version").join(scores, on=TENANCY, how="left")
    frame = ranked(owed, ranking, version).rename({"model_version": "version"})
    k = room.settings.worklist.capacity
    return (
        frame.select(CHALLENGER_COLUMNS),
        _named(ranking, version) | {"k": k, "overlap_at_k": _overlap(scored.frame, frame, k)},
    )


def _overlap(used: pl.DataFrame, other: pl.DataFrame, k: int) -> float | None:
    """The share of the k first, of those whose order matters, that two rankings have in common; None of nobody."""
    ranks = used.select(*TENANCY, "stage", "rank").join(other.select(*TENANCY, other="rank"), on=TENANCY)
    early = ranks.filter(~pl.col("stage").is_in(LATE_STAGES))
    first, second = (-early[name].to_numpy().astype(np.float64) for name in ("rank", "other"))
    share = overlap(first, second, k)
    return None if share is None else round(share, 4)


def _named(ranking: str, version: str) -> dict[str, Any]:
    return {"ranking": ranking, "version": version}
