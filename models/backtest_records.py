"""What a backtest tells: one long table of records, the headline of each ranking, and verdicts in words.

Beside the measures of `evaluate`, which have a value for each cut-off, the records hold:

    recall_mean                       A: the mean of expected recall over the curve of capacities
    recall_mean_over_<baseline>       the same less that of the best baseline, paired
    auc_over_<baseline>               at the fixed stage, where the headline is the AUC: a month's first demands are
                                      often fewer than the places of a list, and then every order finds all
    calibration_intercept, …          over all and before termination, in the top tenth of all (population top_tenth),
                                      at each cut-off and together, and within groups
    found_per_100_listed, …           as operated (population as_operated): a night each cut-off, capacity filled
    found_per_hour_over_<baseline>    as operated, less what the best baseline finds per hour, paired
    recall_mean_after_3_months, …     of the model that was trained once (ranking trained_once), by its age
    recall_mean_over_chosen_additive  what it costs that only additive candidates may rank (ranking chosen_of_all)

A record is named by its as_of, population, ranking, measure and k: no two have the same five.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from models.backtest import Backtest, BacktestPlan
from models.backtest_ageing import ANEW, ONCE
from models.bootstrap import Cell, Estimates, Interval
from models.calibration_measures import calibration_table
from models.evaluation import CURVE, FIXED_STAGE, POPULATIONS, headline
from models.operated import Operation, operated
from models.outcome import DATES, LabelState
from models.rankers import ADDITIVE, BASELINES, GRID, ranking_name
from models.selecting import CostOfAdditivity, SelectionRule, cost_of_additivity
from models.verdicts import Verdict, verdict

SCHEMA: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "population": pl.String(),
    "ranking": pl.String(),
    "measure": pl.String(),
    "k": pl.Int64(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
"""What every record has; the others are null where a measure has none."""

OPERATED, PER_HOUR = "as_operated", "found_per_hour"
"""The population of the nights replayed, and of its measures the one that is told to people."""

CHOSEN, CHOSEN_ADDITIVE = "chosen_of_all", "chosen_additive"
"""Whoever the rule of `models.selecting` chose at each cut-off: of the whole grid, and of the additive candidates."""

_DAYS_A_YEAR = 365.25
_CALIBRATION = ("observed_over_expected", "intercept", "slope")


@dataclass(frozen=True)
class Headline:
    """A ranking's headline in a population (`measure`: recall_mean or auc), and the same less that of the best baseline
    (None for that one itself)."""

    population: str
    ranking: str
    measure: str
    value: Interval
    over_best: Interval | None


@dataclass(frozen=True)
class Reported:
    """Records, the headlines by population and falling value, the best baseline and the verdict of each population.

    `positives` are the tenancies that had the outcome in a population's tested cut-offs. `additivity` is what it costs
    that only additive candidates may rank, None where only such ones, or none of them, were ranked.
    """

    records: pl.DataFrame
    headlines: tuple[Headline, ...]
    best: dict[str, str]
    verdicts: dict[str, Verdict]
    positives: dict[str, int]
    additivity: CostOfAdditivity | None


def report(found: Backtest, plan: BacktestPlan, operation: Operation | None = None) -> Reported:
    """What `found` tells; as operated only where `operation` says how the team works and outcomes carry their days.

    The headline takes the capacities of `CURVE` that the plan measured, all of the plan's where there is none.
    """
    capacities = tuple(k for k in plan.capacities if k in CURVE) or plan.capacities
    baselines = [name for name in found.ranked.rankings if name in BASELINES and name not in GRID]
    by_population = found.evaluation.estimates.items()
    best = {name: _best(each, name, baselines, capacities) for name, each in by_population if baselines}
    headlines = tuple(
        one
        for name, each in by_population
        for one in _headlines(name, each, found.ranked.rankings, best.get(name), capacities)
    )
    positives = {name: _positive_tenancies(found, name) for name, _ in by_population}
    additivity = _additivity(found, plan, capacities)
    records = [
        found.evaluation.records(),
        _of_headlines(headlines, best),
        _calibration(found, plan),
        _operated(found, plan, operation, best.get(POPULATIONS[1])),
        _ageing(found),
        _of_additivity(additivity),
    ]
    every = pl.concat([each for each in records if not each.is_empty()], how="diagonal")
    verdicts = _verdicts(headlines, best, positives, found, plan)
    return Reported(every, headlines, best, verdicts, positives, additivity)


def _verdicts(
    headlines: Sequence[Headline], best: dict[str, str], positives: dict[str, int], found: Backtest, plan: BacktestPlan
) -> dict[str, Verdict]:
    """The verdict on the model against the best baseline, by population; none where the model could not be trained."""
    return {
        each.population: _verdict(
            each.over_best, plan.model, best[each.population], positives[each.population], found, plan
        )
        for each in headlines
        if each.ranking == plan.model and each.over_best is not None
    }


def _positive_tenancies(found: Backtest, population: str) -> int:
    return len({int(t) for one in found.evaluation.tested[population] for t in one.tenancies[one.outcomes]})


def _headlines(
    population: str, estimates: Estimates, rankings: Sequence[str], best: str | None, capacities: Sequence[int]
) -> list[Headline]:
    found = []
    for name in rankings:
        value = _means(estimates, population, name, capacities)
        over = None if best in (None, name) else _means(estimates, population, name, capacities, str(best))
        found.append(Headline(population, name, _measure(population), value, over))
    # Equals keep the order of the rankings.
    return sorted(found, key=lambda each: -_value(each.value))


def _best(estimates: Estimates, population: str, baselines: Sequence[str], capacities: Sequence[int]) -> str:
    """The baseline with the highest headline; of equal ones the first named."""
    return max(baselines, key=lambda name: _value(_means(estimates, population, name, capacities)))


def _measure(population: str) -> str:
    return "auc" if population == FIXED_STAGE else "recall_mean"


def _means(
    estimates: Estimates, population: str, ranking: str, capacities: Sequence[int], minus: str | None = None
) -> Interval:
    """The headline of a ranking, less that of another."""

    def cells(name: str) -> list[Cell]:
        return [Cell(name, "auc", None)] if _measure(population) == "auc" else headline(name, capacities)

    return estimates.mean(cells(ranking), cells(minus) if minus else ())


def _value(found: Interval) -> float:
    """The value; what could not be computed comes last."""
    return -1.0 if math.isnan(found.value) else found.value


def _verdict(gain: Interval, model: str, best: str, positives: int, found: Backtest, plan: BacktestPlan) -> Verdict:
    """The verdict on the model against the best baseline; its words are Danish in `da` and English in `en`."""
    days = [fold.test for fold in found.ranked.folds]
    years = (max(days) - min(days) + timedelta(days=plan.horizon.days)).days / _DAYS_A_YEAR
    said = {
        language: verdict(
            gain,
            positives,
            positives_a_year=positives / years,
            one=ranking_name(model, language),
            other=ranking_name(best, language),
        )
        for language in ("da", "en")
    }
    english = said["en"]
    return Verdict(
        english.outcome,
        english.difference,
        english.detectable,
        english.positives,
        english.more_positives,
        english.more_years,
        said["da"].da,
        english.en,
    )


def _of_headlines(headlines: Sequence[Headline], best: dict[str, str]) -> pl.DataFrame:
    rows = []
    for each in headlines:
        # The mean AUC is among the records of the evaluation already.
        told = [] if each.measure == "auc" else [(each.measure, each.value)]
        if each.over_best is not None:
            told.append((f"{each.measure}_over_{best[each.population]}", each.over_best))
        rows += [(None, each.population, each.ranking, name, None, i.value, i.low, i.high) for name, i in told]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _calibration(found: Backtest, plan: BacktestPlan) -> pl.DataFrame:
    """Intercept, slope and ratio of the model at each cut-off and over all, and Brier beside that of the base rate."""
    if plan.model not in found.ranked.rankings:
        return pl.DataFrame()
    tables = {name: calibration_table(found.evaluation.tested[name], plan.model) for name in POPULATIONS[:2]}
    early = tables[POPULATIONS[1]].filter(part="all").with_columns(part=pl.lit(POPULATIONS[1]))
    every = tables[POPULATIONS[0]].with_columns(part=pl.col("part").replace("all", POPULATIONS[0]))
    rows = []
    for row in pl.concat([every, early]).filter("judged").iter_rows(named=True):
        head = (row["as_of"], row["part"], plan.model)
        rows += [
            (*head, f"calibration_{name}", None, row[name], row[f"{name}_low"], row[f"{name}_high"])
            for name in _CALIBRATION
        ]
        rows += [
            (*head, "brier", None, row["brier"], None, None),
            (*head, "brier_of_base_rate", None, row["uncertainty"], None, None),
        ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _operated(found: Backtest, plan: BacktestPlan, operation: Operation | None, best: str | None) -> pl.DataFrame:
    """Every ranking as operated; the label states of those listed stand in the columns of the other records."""
    rows = found.ranked.calendar
    if operation is None or not set(DATES) <= set(rows.columns) or operation.places == 0:
        return pl.DataFrame()
    told = operated(rows, found.ranked.rankings, operation, reference=best, seed=plan.seed, draws=plan.draws)
    states = {f"listed_{state}": f"top_{state}" for state in LabelState}
    counts = told.filter(pl.col("measure").is_in(list(states)))
    wide = counts.pivot(on="measure", index="ranking", values="value").rename(states)
    measures = told.filter(~pl.col("measure").is_in(list(states)))
    every = pl.concat([measures, _per_hour_over(measures, best)], how="diagonal").join(wide, on="ranking", how="left")
    named = every.with_columns(
        pl.lit(None, pl.Date).alias("as_of"),
        pl.lit(OPERATED).alias("population"),
        pl.lit(operation.places, pl.Int64).alias("k"),
    )
    return named.select(*SCHEMA, *states.values())


def _per_hour_over(measures: pl.DataFrame, best: str | None) -> pl.DataFrame:
    """What each other ranking finds per hour, less what `best` does; none without a best."""
    paired = measures.filter(pl.col("measure") == PER_HOUR, pl.col("ranking") != best)
    more = {"value": "more", "low": "more_low", "high": "more_high"}
    return paired.select("ranking", pl.lit(f"{PER_HOUR}_over_{best}").alias("measure"), **more)


def _ageing(found: Backtest) -> pl.DataFrame:
    """Recall by age, and less that of the model trained anew on the same cut-offs."""
    rows = []
    for row in found.ageing.iter_rows(named=True):
        head, after = (None, POPULATIONS[1], ONCE), f"after_{row['age_months']}_months"
        rows.append((*head, f"recall_mean_{after}", None, row["recall"], row["low"], row["high"]))
        ends = (row["difference"], row["difference_low"], row["difference_high"])
        rows.append((*head, f"recall_mean_{after}_over_{ANEW}", None, *ends))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _additivity(found: Backtest, plan: BacktestPlan, capacities: tuple[int, ...]) -> CostOfAdditivity | None:
    tested = set(found.ranked.rankings)
    if not tested & set(ADDITIVE) or not tested & (set(GRID) - set(ADDITIVE)):
        return None
    return cost_of_additivity(found.evaluation, SelectionRule(capacities=capacities), horizon=plan.horizon)


def _of_additivity(cost: CostOfAdditivity | None) -> pl.DataFrame:
    """What was lost, chosen by earlier cut-offs alone; none where no cut-off has enough of them before it."""
    if cost is None or not cost.cut_offs:
        return pl.DataFrame()
    less = (cost.nested.value, cost.nested.low, cost.nested.high)
    row = (None, POPULATIONS[1], CHOSEN, f"recall_mean_over_{CHOSEN_ADDITIVE}", None, *less)
    return pl.DataFrame([row], schema=SCHEMA, orient="row")
