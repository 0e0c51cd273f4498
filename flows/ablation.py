"""What each source adds to the ranking, for whoever must say which of them earn their place."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from flows.backtest_cut_offs import (
    cut_offs_for,
    outcomes_of,
    refuse_nothing_to_test,
    refuse_ungrounded,
    stored_cut_offs,
)
from flows.home import Home
from flows.progress import Advance, bar, silent
from flows.retrain import horizon_of
from flows.runs import exclusive, recorded
from flows.scoring import ALWAYS_NEEDED, ONE_OF, model_columns
from flows.workroom import Workroom, opened
from models.ablation import Ablation, AblationPlan, Part, ablate
from models.matrix import as_columns
from models.rankers import ADDITIVE
from warehouse.errors import UsageError
from worklist.wording import FEEDS

EVERY_MONTHS = 3
"""Between tested cut-offs: those of neighbouring months tell nearly the same."""

FEWEST_TEACHING = 6


def ablation(home: Home, as_of: date, *, ranking: str, cut_offs: int, progress: Advance = silent) -> Ablation:
    """Train `ranking` again without each source, on what was known before `as_of`. Nothing is taken in or promoted.

    `SettingsError` where the source register states no ground, `ModelError` where the history is too short.
    """
    if ranking not in ADDITIVE:
        raise UsageError(
            expected=f"a ranking that may be put to use: {', '.join(ADDITIVE)}",
            found=ranking,
            where="--ranking",
            remedy="Name one of these.",
        )
    with exclusive(home), recorded(home, "ablation", as_of), opened(home) as room:
        refuse_ungrounded(room)
        return _ablated(room, as_of, ranking, cut_offs, progress)


def _ablated(room: Workroom, as_of: date, ranking: str, cut_offs: int, progress: Advance) -> Ablation:
    settings, directory = room.settings, room.home.path / "backtests"
    months = 1 + (cut_offs - 1) * EVERY_MONTHS
    chosen = cut_offs_for(room, as_of, months, settings.training.cutoffs)
    refuse_nothing_to_test(chosen, as_of)
    built = stored_cut_offs(room, directory, chosen.needed, progress)
    plan = AblationPlan(
        ranking,
        horizon_of(room),
        cut_offs=cut_offs,
        fewest_teaching=min(FEWEST_TEACHING, settings.training.cutoffs),
        test_on=chosen.tested[::-1][::EVERY_MONTHS],
        window=settings.training.cutoffs,
        seed=settings.training.seed,
        processes=settings.resources.threads,
    )
    return ablate(
        built.cohorts,
        outcomes_of(room, chosen.needed, as_of),
        as_columns(model_columns(room)),
        directory,
        plan,
        known_on=lambda day, cut_offs: outcomes_of(room, cut_offs, day),
        progress=progress,
    )


def name_of(part: Part, language: str) -> str:
    """What a part is called: a feed by the list's own word for it, a group by its name."""
    if part.kind == "group":
        return part.da if language == "da" else part.en
    return FEEDS[part.name][language]


def cannot_be_spared(part: Part, present: Sequence[str]) -> bool:
    """Whether nothing could be ranked or predicted without it: the tenancies, the notices, the only or every ledger."""
    ledgers = set(ONE_OF) & set(present)
    return bool(set(part.sources) & set(ALWAYS_NEEDED)) or (bool(ledgers) and ledgers <= set(part.sources))


def as_records(found: Ablation, as_of: date, ranking: str) -> dict[str, Any]:
    """The ablation as programs read it: one record a part, population and k (null: the mean over every k).

    What could not be computed is null.
    """
    parts = {part.name: part for part in found.parts}
    present = [part.name for part in found.parts if part.kind == "source"]
    records = [
        row
        | {
            "da": name_of(parts[row["part"]], "da"),
            "en": name_of(parts[row["part"]], "en"),
            "cannot_be_spared": cannot_be_spared(parts[row["part"]], present),
        }
        for row in found.frame.with_columns(pl.selectors.float().fill_nan(None)).to_dicts()
    ]
    return {
        "as_of": as_of.isoformat(),
        "ranking": ranking,
        "tested": [day.isoformat() for day in found.tested],
        "positive_tenancies": found.positive_tenancies,
        "records": records,
    }


def run_ablation(home: Home, as_of: date, *, ranking: str, cut_offs: int) -> Ablation:
    """The ablation as the command line runs it: with a progress bar."""
    home.require()
    with bar("Kilder") as progress:
        return ablation(home, as_of, ranking=ranking, cut_offs=cut_offs, progress=progress)
