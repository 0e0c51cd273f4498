"""The model in two steps: what the account will look like, learned from everybody; then the risk, from facts and that.

Few tenancies come before the bailiff court: some hundred positives cannot tell how two hundred facts act together. But
every tenancy shows, month after month, whether it fell further behind. So trees that see facts together first learn
what the coming half year holds: the most months owed, the months owed on average, and whether the tenancy comes to a
termination. A regression then learns the risk of a case from all facts and the logarithms of these forecasts. Its sum
is one of steps (of single facts) and of trees, so that what each fact adds is known exactly (`models.tree_sum`).
Learning related tasks first is multitask learning (Caruana, Machine Learning 1997); feeding a model with what others
foretell is stacking (Wolpert, Neural Networks 1992), here across tasks.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import numpy as np
import polars as pl

from models.boosting import FEWEST_POSITIVES, refuse_few_positives
from models.calibration import UNCALIBRATED
from models.explained import ExplainedModel
from models.first_stage import telling, tenancy_folds
from models.matrix import TENANCY, Flags, Floats, canonical_order, feature_values, require_columns
from models.outcome import LATE_STAGES
from models.sampling import thinned
from models.tabulated import Feature, as_steps, cut_feature, regress
from models.tree_sum import TreeSum, of_boosting, together

AHEAD_DAYS = 182
"""How far the forecasts look: the horizon of the outcome."""

MOST_MONTHS = 3.0
"""Whoever owes more is as far behind as can be."""

OWED = "months_owed_count"
FORECASTS = ("most_owed", "mean_owed", "late_stage")
"""What is foretold: the most months owed, the months owed on average, whether a late stage is reached."""

FOLDS = 2
_FEWEST = 1_000
"""With fewer rows whose half year is over nothing is foretold: the facts must do."""


@dataclass
class ForecastingRegression(ExplainedModel):
    """The regression on facts and forecasts. `strength` is the inverse of its penalty; forecasts bear it `trust` times
    less than facts. The trees of a forecast read the `most_columns` facts that tell most; `rounds`, `most_leaves` and
    `learning_rate` are theirs."""

    name: str = "forecasting_regression"
    strength: float = 0.001
    trust: float = 10.0
    one_in: int = 12
    most_columns: int = 80
    rounds: int = 150
    most_leaves: int = 16
    learning_rate: float = 0.08

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,), weighed by `weights`; the order of rows leaves no trace.

        What came of the accounts is read from the later cut-offs of `matrix` itself. `ModelError` with fewer than
        `FEWEST_POSITIVES` positives or a column that is missing.
        """
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")
        known = matrix.with_columns(what_came(matrix))
        known, outcomes, weights = thinned(known, outcomes, weights, one_in=self.one_in, member=0, seed=self.seed)
        order = canonical_order(known)
        known, flags = known[order], outcomes[order]
        counts = np.ones(flags.size) if weights is None else weights[order]
        features = [cut_feature(feature_values(known, name), counts) for name in self.needs]
        forecasts = [
            self._forecast(name, known, features, counts) for name in FORECASTS if self._is_taught(known, name)
        ]
        self._regress(features, forecasts, flags, counts)
        self.calibration = UNCALIBRATED
        return self

    def _is_taught(self, known: pl.DataFrame, name: str) -> bool:
        """Whether enough is known of what came, of those who were not helped and outside each fold."""
        came, folds = known[name].set(pl.Series(_was_helped(known)), None), tenancy_folds(known, FOLDS, self.seed)
        outside = [came.filter(pl.Series(folds != fold)).drop_nulls() for fold in range(FOLDS)]
        return has_taught(came) and all(0 < (each > 0).sum() < len(each) for each in outside)

    def _forecast(self, name: str, known: pl.DataFrame, features: list[Feature], counts: Floats) -> "_Forecast":
        """The trees of one forecast, and what trees that never saw a row's tenancy foretell of it."""
        came, folds = feature_values(known, name), tenancy_folds(known, FOLDS, self.seed)
        teaches = ~np.isnan(came) & ~_was_helped(known)
        used = self._telling(known, came, teaches, features)
        numbers = np.column_stack([_with_unknown(features[j]) for j in used])
        foretold = np.zeros(came.size)
        for fold in range(FOLDS):
            rows, asked = np.flatnonzero(teaches & (folds != fold)), np.flatnonzero(folds == fold)
            foretold[asked] = _log_mean(self._grown(name, numbers[rows], came[rows], counts[rows]), numbers[asked])
        rows = np.flatnonzero(teaches)
        grown = self._grown(name, numbers[rows], came[rows], counts[rows])
        usual = np.array([[np.nan if features[j].is_typically_unknown else float(features[j].typical) for j in used]])
        trees = of_boosting(grown, used, [feature.bins for feature in features])
        return _Forecast(foretold, float(_log_mean(grown, usual)[0]), trees)

    def _telling(self, known: pl.DataFrame, came: Floats, teaches: Flags, features: list[Feature]) -> list[int]:
        """The places of the features that tell most of who will be behind, and have more than one value."""
        behind = teaches & (np.nan_to_num(came) >= 1)
        chosen = {column.name for column in telling(known, self.columns, behind, teaches, self.most_columns)}
        varied = [np.unique(feature.numbers[teaches]).size > 1 for feature in features]
        return [j for j, name in enumerate(self.needs) if name in chosen and varied[j]]

    def _grown(self, name: str, numbers: Floats, came: Floats, counts: Floats) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        settings: dict[str, Any] = {
            "max_iter": self.rounds,
            "learning_rate": self.learning_rate,
            "max_leaf_nodes": self.most_leaves,
            "min_samples_leaf": min(60, max(1, came.size // 20)),
            "early_stopping": False,
            "random_state": self.seed,
        }
        if name == "late_stage":
            return HistGradientBoostingClassifier(**settings).fit(numbers, came, sample_weight=counts)
        return HistGradientBoostingRegressor(loss="poisson", **settings).fit(numbers, came, sample_weight=counts)

    def _regress(self, features: list[Feature], forecasts: list["_Forecast"], flags: Flags, counts: Floats) -> None:
        """Fit the coefficients of facts and forecasts, and keep them as steps and trees."""
        scales = [_scale(forecast.foretold, counts, self.trust) for forecast in forecasts]
        beside = [(f.foretold - mean) / spread for f, (mean, spread) in zip(forecasts, scales, strict=True)]
        directions = [column.direction for column in self.columns]
        found, added = regress(features, directions, beside, flags, counts * self.strength)
        self.base, self.steps = as_steps(features, found)
        self.bins = tuple(feature.bins for feature in features)
        self.typical = np.array([feature.typical for feature in features], dtype=np.int64)
        grown = [f.trees.times(w / spread) for f, w, (_, spread) in zip(forecasts, added, scales, strict=True)]
        self.trees = together(grown) if grown else None
        usual = [w * (f.usual - mean) / spread for f, w, (mean, spread) in zip(forecasts, added, scales, strict=True)]
        self.base += float(sum(usual))


@dataclass(frozen=True)
class _Forecast:
    """What was foretold of each row by trees that had not seen it (rows,), of the typical tenancy by those that are
    kept, and the trees that are kept."""

    foretold: Floats
    usual: float
    trees: TreeSum


def what_came(matrix: pl.DataFrame) -> pl.DataFrame:
    """For each row of `matrix` what the half year after its cut-off held (`FORECASTS`), null where that is not known.

    Read from the tenancy's own rows at later cut-offs. Rows whose half year reaches beyond the last cut-off by more
    than a month stay unknown, as does everything where the months owed or the stage are no columns.
    """
    if not {OWED, "stage"} <= set(matrix.columns):
        return pl.DataFrame({name: pl.Series([None] * matrix.height, dtype=pl.Float64) for name in FORECASTS})
    told = matrix.select(
        *TENANCY,
        "as_of",
        pl.col(OWED).cast(pl.Float64).clip(0, MOST_MONTHS).alias("owed"),
        pl.col("stage").is_in(LATE_STAGES).cast(pl.Float64).alias("late"),
    ).unique([*TENANCY, "as_of"], keep="first", maintain_order=True)
    # A rolling mean of nothing but zeros can end a rounding below 0.
    came = (
        told.sort("as_of", *TENANCY)
        .rolling("as_of", group_by=list(TENANCY), period=f"{AHEAD_DAYS}d", offset="0d", closed="right")
        .agg(most_owed=pl.col("owed").max(), mean_owed=pl.col("owed").mean().clip(0), late_stage=pl.col("late").max())
    )
    last = matrix.select(pl.col("as_of").max() - timedelta(days=AHEAD_DAYS - 31)).item()
    seen = matrix.select(*TENANCY, "as_of").join(came, on=[*TENANCY, "as_of"], how="left", maintain_order="left")
    return seen.select(pl.when(pl.col("as_of") <= last).then(pl.col(name)).alias(name) for name in FORECASTS)


def has_taught(came: pl.Series) -> bool:
    """Whether enough is known of what came, and it was not the same for nearly all."""
    known = came.drop_nulls()
    return len(known) >= _FEWEST and min((known > 0).sum(), (known == 0).sum()) >= FEWEST_POSITIVES


def _was_helped(known: pl.DataFrame) -> Flags:
    """Rows in whose half year somebody came: what became of these accounts is not what would have."""
    if "helped_on" not in known.columns:
        return np.zeros(known.height, dtype=bool)
    return known["helped_on"].is_not_null().to_numpy()


def _with_unknown(feature: Feature) -> Floats:
    """Bin numbers with NaN for "not known", as the trees take them."""
    return np.where(feature.numbers == feature.bins.unknown, np.nan, feature.numbers)


def _log_mean(grown: Any, numbers: Floats) -> Floats:
    """The logarithm of what is foretold (of the odds, where it is a chance)."""
    if hasattr(grown, "decision_function"):
        return np.asarray(grown.decision_function(numbers))
    return np.asarray(np.log(grown.predict(numbers)))


def _scale(foretold: Floats, counts: Floats, trust: float) -> tuple[float, float]:
    """Mean and spread by which a forecast is put on the scale of the facts: wider where it is trusted more."""
    mean = float(np.average(foretold, weights=counts))
    spread = float(np.sqrt(np.average((foretold - mean) ** 2, weights=counts)))
    return mean, max(spread, 1e-9) / float(np.sqrt(trust))
