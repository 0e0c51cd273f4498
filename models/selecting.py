"""Which candidate ranks, chosen as it could have been on the day: by what earlier splits showed, never by its own test.

At a cut-off only splits count whose outcomes were known by then. A candidate's regret on a split is how far it lay
behind the best of those that may be chosen. Chosen is whoever was near the best on most of the recent splits and, of
these, has the lowest mean regret; of those that lie within chance of it the default, then the simplest. It steps back
behind the next one where a group is found too seldom. This follows the selection rules of triage's Audition ("best
average value within a distance of the best"), with the fairness condition added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from models.bootstrap import Estimates, Interval, interval_of
from models.evaluation import POPULATIONS, Evaluation
from models.held_out import UNKNOWN_GROUP, HeldOut
from models.matrix import Floats
from models.outcome import Horizon
from models.rankers import ADDITIVE, GRID, MODEL
from warehouse.errors import ModelError

DEFAULT, LOWEST_REGRET, NEXT_FOR_PARITY, NONE_IS_FAIR = "default", "lowest_regret", "next_for_parity", "none_is_fair"
"""Why a candidate was chosen: too few splits yet; the rule; the rule's first was unfair; every one was."""


@dataclass(frozen=True)
class SelectionRule:
    """How a candidate is chosen among `candidates`, which stand in the order in which equals are preferred.

    Its regret (in recall, the mean over `capacities`) must have been at most `margin` on at least half of the latest
    `recent` splits known. Mean regrets within `alike` of each other count as equal: `default` is preferred among them,
    so that who ranks does not change by chance. With fewer than `fewest` known splits, `default` ranks.

    Fair is whose recall at `parity_k`, in each group of each attribute of `attributes` (empty: all that the rows
    carry), is at least `least_parity` of the recall over all. A group's recall is drawn toward the one over all as if
    `shrinkage` tenancies more had had the outcome; with fewer than `fewest_positives` such tenancies there is no
    verdict. The same tenancy at several splits counts once.
    """

    candidates: tuple[str, ...] = ADDITIVE
    capacities: tuple[int, ...] = (25, 50, 100, 200)
    margin: float = 0.02
    alike: float = 0.01
    recent: int = 6
    fewest: int = 3
    default: str = MODEL
    parity_k: int = 100
    least_parity: float = 0.8
    fewest_positives: int = 10
    shrinkage: float = 20.0
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Who ranks at a cut-off, and why: the mean regret on the `splits` it was chosen by, and its worst-found group.

    `group` ("sex=F") and `parity` (its recall over that of all) are None where no group could be judged.
    """

    as_of: date
    chosen: str
    why: str
    splits: int
    mean_regret: float | None = None
    group: str | None = None
    parity: float | None = None


def choose(
    evaluation: Evaluation,
    day: date,
    rule: SelectionRule | None = None,
    *,
    horizon: Horizon | None = None,
    population: str = POPULATIONS[1],
) -> Choice:
    """Who ranks on `day`, chosen by the splits of `evaluation` whose outcomes were known on it."""
    rule, horizon = rule or SelectionRule(), horizon or Horizon()
    estimates = evaluation.estimates[population]
    candidates = _tested(estimates, rule)
    values = headlines(estimates, candidates, rule.capacities)
    known = [i for i, cut in enumerate(estimates.cut_offs) if horizon.is_mature(cut, day)]
    known = [i for i in known if not np.isnan(values[i]).any()][-rule.recent :]
    if len(known) < rule.fewest:
        return Choice(day, rule.default if rule.default in candidates else candidates[0], DEFAULT, len(known))
    regrets = values[known].max(axis=1, keepdims=True) - values[known]
    order = _in_order(regrets, candidates, rule)
    splits = [evaluation.tested[population][i] for i in known]
    found = [worst_found(splits, candidates[place], rule) for place in order]
    fair = [rank for rank, each in enumerate(found) if each is None or each[1] >= rule.least_parity]
    # Where nobody is fair, the fairest ranks, and it is said.
    rank = fair[0] if fair else int(np.argmax([each[1] if each else 1.0 for each in found]))
    why = NONE_IS_FAIR if not fair else LOWEST_REGRET if rank == 0 else NEXT_FOR_PARITY
    place, worst = order[rank], found[rank] or (None, None)
    return Choice(day, candidates[place], why, len(known), float(regrets[:, place].mean()), *worst)


def _tested(estimates: Estimates, rule: SelectionRule) -> list[str]:
    rankings = {cell.ranking for cell in estimates.cells}
    candidates = [name for name in rule.candidates if name in rankings]
    if candidates:
        return candidates
    raise ModelError(
        expected=f"one of the candidates {', '.join(rule.candidates)}",
        found=", ".join(sorted(rankings)) or "no ranking",
        where="the backtest that a candidate is to be chosen by",
        remedy="Run the backtest with the candidates of the grid.",
    )


def _in_order(regrets: Floats, candidates: Sequence[str], rule: SelectionRule) -> list[int]:
    """The places of the candidates from the first choice on: near the best most of the time, then by mean regret."""
    near = np.round((regrets <= rule.margin + 1e-12).mean(axis=0), 9) >= 0.5
    means = regrets.mean(axis=0)
    least = means[near].min() if near.any() else means.min()
    steps = np.floor(np.round((means - least) / rule.alike, 6))
    preferred = np.array([name != rule.default for name in candidates])
    return [int(place) for place in np.lexsort((np.arange(means.size), preferred, steps, ~near))]


def headlines(estimates: Estimates, rankings: Sequence[str], capacities: Sequence[int]) -> Floats:
    """(cut-offs, rankings): the mean recall over `capacities`."""
    return np.stack([estimates.values[:, _columns(estimates, name, capacities)].mean(axis=1) for name in rankings], 1)


def _columns(estimates: Estimates, ranking: str, capacities: Sequence[int]) -> list[int]:
    wanted = set(capacities)
    return [
        place
        for place, cell in enumerate(estimates.cells)
        if cell.ranking == ranking and cell.measure == "recall_at_k" and cell.k in wanted
    ]


def worst_found(splits: Sequence[HeldOut], ranking: str, rule: SelectionRule) -> tuple[str, float] | None:
    """The group with the lowest recall at k over that of all, and this ratio; None where none can be judged."""
    positive = [np.flatnonzero(one.outcomes & one.counted) for one in splits]
    found = _of(positive, [one.blocks(ranking).shares_at(rule.parity_k) for one in splits])
    tenancies = _of(positive, [one.tenancies for one in splits])
    if not found.sum():
        return None
    ratios = []
    for attribute in rule.attributes or tuple(splits[0].groups):
        groups = _of(positive, [one.groups[attribute] for one in splits]).astype(str)
        for group in np.unique(groups[groups != UNKNOWN_GROUP]):
            of = groups == group
            cases = np.unique(tenancies[of]).size
            if cases >= rule.fewest_positives:
                ratio = found[of].mean() / found.mean()
                drawn = (ratio * cases + rule.shrinkage) / (cases + rule.shrinkage)
                ratios.append((f"{attribute}={group}", float(drawn)))
    return min(ratios, key=lambda each: each[1]) if ratios else None


def _of(rows: Sequence[np.ndarray], values: Sequence[np.ndarray]) -> np.ndarray:
    """The values of these rows of each split, one after the other."""
    return np.concatenate([each[some] for some, each in zip(rows, values, strict=True)])


@dataclass(frozen=True)
class Selection:
    """The choice at every tested cut-off, and what came of it.

    `frame`: as_of, chosen, why, splits, mean_regret, group, parity, value (the chosen one's recall), best, best_value
    and regret, one row a cut-off. `over_time`: as_of, ranking, value, regret, chosen, one row a cut-off and candidate:
    what a picture of regret over time is drawn from. `recall` is the chosen ones' mean, on cut-offs that had no say in
    the choice; its interval is that of the cut-offs' tenancies, with the choices as they were made.
    """

    choices: tuple[Choice, ...]
    frame: pl.DataFrame
    over_time: pl.DataFrame
    recall: Interval

    @property
    def chosen(self) -> Mapping[date, str]:
        """Who ranked at each cut-off."""
        return {choice.as_of: choice.chosen for choice in self.choices}


def select_nested(
    evaluation: Evaluation,
    rule: SelectionRule | None = None,
    *,
    horizon: Horizon | None = None,
    population: str = POPULATIONS[1],
) -> Selection:
    """Choose at every tested cut-off by the earlier ones alone, and report what the choice then showed."""
    rule = rule or SelectionRule()
    estimates = evaluation.estimates[population]
    candidates = _tested(estimates, rule)
    values = headlines(estimates, candidates, rule.capacities)
    choices = tuple(choose(evaluation, day, rule, horizon=horizon, population=population) for day in estimates.cut_offs)
    over_time = _over_time(estimates.cut_offs, candidates, values, choices)
    chosen = {choice.as_of: choice.chosen for choice in choices}
    recall = paired(estimates, chosen, None, rule.capacities)
    return Selection(choices, _told(choices, over_time), over_time, recall)


def _over_time(
    days: Sequence[date], candidates: Sequence[str], values: Floats, choices: Sequence[Choice]
) -> pl.DataFrame:
    best = values.max(axis=1, keepdims=True)
    rows = [
        (day, name, float(values[i, j]), float(best[i, 0] - values[i, j]), choices[i].chosen == name)
        for i, day in enumerate(days)
        for j, name in enumerate(candidates)
    ]
    schema = {"as_of": pl.Date, "ranking": pl.String, "value": pl.Float64, "regret": pl.Float64, "chosen": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _told(choices: Sequence[Choice], over_time: pl.DataFrame) -> pl.DataFrame:
    schema = {"as_of": pl.Date, "chosen": pl.String, "why": pl.String, "splits": pl.Int64}
    numbers = {"mean_regret": pl.Float64, "group": pl.String, "parity": pl.Float64}
    told = pl.DataFrame([vars(choice) for choice in choices], schema={**schema, **numbers})
    best = over_time.sort("regret", maintain_order=True).group_by("as_of", maintain_order=True).first()
    best = best.select("as_of", best="ranking", best_value="value")
    own = over_time.filter("chosen").select("as_of", "value", "regret")
    return told.join(own, on="as_of", how="left").join(best, on="as_of", how="left").sort("as_of")


def paired(
    estimates: Estimates,
    first: Mapping[date, str],
    second: Mapping[date, str] | str | None,
    capacities: Sequence[int],
) -> Interval:
    """Mean recall of whoever ranks at each cut-off of `first`, less that of `second` on the same: paired by draw.

    `second` is one ranking throughout, another choice a cut-off, or None for no difference.
    """
    values, draws = [], []
    for row, day in enumerate(estimates.cut_offs):
        if day not in first:
            continue
        value, drawn = _at(estimates, row, first[day], capacities)
        if second is not None:
            less, less_drawn = _at(estimates, row, second if isinstance(second, str) else second[day], capacities)
            value, drawn = value - less, drawn - less_drawn
        values.append(value)
        draws.append(drawn)
    if not values or np.isnan(values).all():
        return Interval(float("nan"), float("nan"), float("nan"))
    every = np.ma.masked_invalid(np.stack(draws))
    return interval_of(float(np.nanmean(values)), every.mean(axis=0).filled(np.nan))


def _at(estimates: Estimates, row: int, ranking: str, capacities: Sequence[int]) -> tuple[float, Floats]:
    columns = _columns(estimates, ranking, capacities)
    drawn = estimates.draws[:, row, columns].astype(np.float64).mean(axis=1)
    return float(estimates.values[row, columns].mean()), drawn


@dataclass(frozen=True)
class CostOfAdditivity:
    """What it costs that only additive candidates may rank, in mean recall: what is lost is above 0.

    `nested`: chosen among all less chosen among the additive, on the cut-offs where both were chosen by earlier splits.
    `hindsight`: the best of all less the best additive one over all cut-offs, each named; looked for afterwards, so it
    says rather too much. Both paired, with their intervals.
    """

    nested: Interval
    cut_offs: int
    best: str
    best_additive: str
    hindsight: Interval
    chosen: Mapping[date, tuple[str, str]] = field(default_factory=dict)


def cost_of_additivity(
    evaluation: Evaluation,
    rule: SelectionRule | None = None,
    *,
    horizon: Horizon | None = None,
    population: str = POPULATIONS[1],
) -> CostOfAdditivity:
    """The paired difference between the best of the grid and the best additive one; see `CostOfAdditivity`."""
    rule = rule or SelectionRule()
    estimates = evaluation.estimates[population]
    every = SelectionRule(**{**vars(rule), "candidates": GRID})
    additive = SelectionRule(**{**vars(rule), "candidates": ADDITIVE})
    chosen = [select_nested(evaluation, each, horizon=horizon, population=population) for each in (every, additive)]
    days = [a.as_of for a, b in zip(chosen[0].choices, chosen[1].choices, strict=True) if DEFAULT not in (a.why, b.why)]
    of, less = ({day: selection.chosen[day] for day in days} for selection in chosen)
    best, best_additive = (_best(estimates, each) for each in (every, additive))
    return CostOfAdditivity(
        paired(estimates, of, less, rule.capacities),
        len(days),
        best,
        best_additive,
        paired(estimates, dict.fromkeys(estimates.cut_offs, best), best_additive, rule.capacities),
        {day: (of[day], less[day]) for day in days},
    )


def _best(estimates: Estimates, rule: SelectionRule) -> str:
    candidates = _tested(estimates, rule)
    return candidates[int(np.argmax(np.nanmean(headlines(estimates, candidates, rule.capacities), axis=0)))]
