"""Whether a trained model may rank: conditions, each with its number, its bound and what it says when it fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.bootstrap import Cell, Estimates, Interval
from models.evaluation import POPULATIONS, Evaluation, headline
from models.rankers import MODEL, RULES

FEWEST_POSITIVE_TENANCIES = 10
"""With fewer tenancies that had the outcome, a recall of one half has an interval from a fifth to four fifths."""

FARTHEST_CALIBRATION = 2.0
"""Expected over observed positives may be off by this factor: the base rate itself moved by 2.4 in ten years."""


@dataclass(frozen=True)
class Condition:
    """One condition: whether it holds, whether promotion needs it, and a sentence with its number and bound."""

    name: str
    holds: bool
    required: bool
    says: str


@dataclass(frozen=True)
class Gate:
    """All conditions; `is_open` when every required one holds."""

    conditions: tuple[Condition, ...]

    @property
    def is_open(self) -> bool:
        """Whether the model may be promoted."""
        return all(condition.holds for condition in self.conditions if condition.required)

    @property
    def reasons(self) -> list[str]:
        """What each required condition that failed says."""
        return [c.says for c in self.conditions if c.required and not c.holds]


def not_tested(reason: str) -> Gate:
    """The gate of a model that could not be tested at all."""
    return Gate((Condition("tested", False, True, reason),))


def judge_model(evaluation: Evaluation, baselines: Sequence[str], capacities: Sequence[int]) -> Gate:
    """The gate of a tested model, on the tenancies before termination (those that its order is used for).

    Required: enough positives, at least the rules in headline recall or in average precision, and calibration within
    `FARTHEST_CALIBRATION`. Reported beside them: the paired difference to the best of all baselines.
    """
    estimates = evaluation.estimates[POPULATIONS[1]]
    conditions = [_enough(evaluation), _beats_rules(estimates, capacities), *_calibrated(evaluation)]
    return Gate((*conditions, _beats_best(estimates, baselines, capacities)))


def best_baseline(estimates: Estimates, baselines: Sequence[str], capacities: Sequence[int]) -> str:
    """The baseline with the highest headline recall; of equal ones the first named."""
    return max(baselines, key=lambda name: _or_zero(estimates.mean(headline(name, capacities)).value))


def _or_zero(value: float) -> float:
    return value if value == value else 0.0  # NaN is the only number that differs from itself


def _enough(evaluation: Evaluation) -> Condition:
    found = evaluation.positive_tenancies
    holds = found >= FEWEST_POSITIVE_TENANCIES
    says = (
        f"{found} tenancies had the outcome in the held-out cut-offs; {FEWEST_POSITIVE_TENANCIES} are needed to judge."
    )
    return Condition("enough_positives", holds, True, says)


def _beats_rules(estimates: Estimates, capacities: Sequence[int]) -> Condition:
    recall = estimates.mean(headline(MODEL, capacities), headline(RULES, capacities))
    precision = estimates.mean([Cell(MODEL, "average_precision", None)], [Cell(RULES, "average_precision", None)])
    holds = recall.value >= 0 or precision.value >= 0
    says = (
        f"Against the rules: mean recall at {_listed(capacities)} {_with_interval(recall)}, "
        f"average precision {_with_interval(precision)}; one of them must not be lower."
    )
    return Condition("beats_rules", holds, True, says)


def _calibrated(evaluation: Evaluation) -> list[Condition]:
    check = evaluation.calibration
    ratio = check.expected / check.observed if check.observed else float("inf")
    level = f"The model expected {check.expected:.1f} positives and {check.observed} came (ratio {ratio:.2f}); "
    bound = f"between {1 / FARTHEST_CALIBRATION:.2f} and {FARTHEST_CALIBRATION:.2f} is accepted."
    better = f"Brier score {check.brier:.5f}; the base rate alone has {check.base_brier:.5f}."
    return [
        Condition("calibrated", 1 / FARTHEST_CALIBRATION <= ratio <= FARTHEST_CALIBRATION, True, level + bound),
        Condition("brier_under_base", check.brier <= check.base_brier, False, better),
    ]


def _beats_best(estimates: Estimates, baselines: Sequence[str], capacities: Sequence[int]) -> Condition:
    best = best_baseline(estimates, baselines, capacities)
    gain = estimates.mean(headline(MODEL, capacities), headline(best, capacities))
    says = f"Against the best baseline ({best}): mean recall at {_listed(capacities)} {_with_interval(gain)}."
    return Condition("beats_best_baseline", gain.low >= 0, False, says)


def _listed(capacities: Sequence[int]) -> str:
    return ", ".join(str(k) for k in capacities)


def _with_interval(difference: Interval) -> str:
    return f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
