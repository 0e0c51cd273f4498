"""Whether a trained model may rank: conditions, each with its number, its bound, and how far it fell short.

Two rules are written here. `strict`, the default, wants a gain over the *best* baseline that is more than luck, the
groups found alike, and a list that stands still between seeds. `not_worse_than_rules` wants a calibrated model that is
no worse than the written rules: enough for trying things out, and named wherever such a model ranks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from models.bootstrap import Cell, Estimates, Interval
from models.evaluation import POPULATIONS, Evaluation, headline
from models.gate_words import IN_SHORT, joined, told
from models.parity import FARTHEST_RATIO, Parity
from models.rankers import MODEL, RULES
from models.stability import Stability
from models.verdicts import FEWEST_POSITIVES, verdict

GateRule = Literal["strict", "not_worse_than_rules"]
GATE_RULES: tuple[GateRule, ...] = get_args(GateRule)

FEWEST_POSITIVE_TENANCIES: Mapping[GateRule, int] = {"strict": FEWEST_POSITIVES, "not_worse_than_rules": 10}
"""With fewer tenancies that had the outcome a model is not judged; below ten, a recall of one half has an interval
from a fifth to four fifths."""

FARTHEST_CALIBRATION = 2.0
"""Expected over observed positives may be off by this factor: the base rate itself moved by 2.4 in ten years."""

LEAST_OVERLAP = 0.9
"""Two seeds must agree on so large a share of the list."""

_NO_VERDICT = ("tested", "enough_positives")
"""The conditions without which there is no verdict on a model, neither for nor against it."""

_NEEDED: Mapping[GateRule, frozenset[str]] = {
    "strict": frozenset({"enough_positives", "beats_best_baseline", "calibrated", "recall_parity", "list_stability"}),
    "not_worse_than_rules": frozenset({"enough_positives", "beats_rules", "calibrated"}),
}


@dataclass(frozen=True)
class Condition:
    """One condition: whether it holds, whether promotion needs it, and a sentence with its number and bound.

    `short_by` is how far it fell short, in the unit of its number; 0 where it holds, None where nothing was measured.
    `says` is English, `says_da` the same in Danish.
    """

    name: str
    holds: bool
    required: bool
    says: str
    short_by: float | None = 0.0
    says_da: str = ""


@dataclass(frozen=True)
class Gate:
    """All conditions of a model, and the `rule` that says which of them promotion needs."""

    conditions: tuple[Condition, ...]
    rule: GateRule = "strict"

    @property
    def is_open(self) -> bool:
        """Whether the model may be promoted."""
        return all(condition.holds for condition in self.conditions if condition.required)

    @property
    def no_verdict(self) -> bool:
        """Whether too little was known to say anything, for the model or against it."""
        return any(c.name in _NO_VERDICT and c.required and not c.holds for c in self.conditions)

    @property
    def strict_would_say(self) -> tuple[Condition, ...]:
        """What the strict rule needs beyond the model's own rule, and does not have."""
        needed = _NEEDED["strict"]
        return tuple(c for c in self.conditions if c.name in needed and not c.required and not c.holds)

    @property
    def reasons(self) -> list[str]:
        """What each required condition that failed says."""
        return [c.says for c in self.conditions if c.required and not c.holds]

    @property
    def reasons_da(self) -> list[str]:
        """The same in Danish."""
        return [c.says_da or c.says for c in self.conditions if c.required and not c.holds]


def not_tested(reason: str) -> Gate:
    """The gate of a model that could not be tested at all."""
    return Gate((Condition("tested", False, True, reason, None),))


def judge_model(
    evaluation: Evaluation,
    baselines: Sequence[str],
    capacities: Sequence[int],
    *,
    parity: Sequence[Parity] | None = None,
    stability: Stability | None = None,
    rule: GateRule = "strict",
) -> Gate:
    """The gate of a tested model, on the tenancies before termination (those that its order is used for).

    Always measured: enough positives, the paired gain over the best of `baselines` and over the rules, calibration
    within `FARTHEST_CALIBRATION`. Measured where given: `parity` between groups, `stability` between seeds; what was
    not given shuts the strict gate. `rule` says which of these promotion needs.
    """
    estimates, positives = evaluation.estimates[POPULATIONS[1]], evaluation.positive_tenancies(POPULATIONS[1])
    measured = [
        _enough(positives, FEWEST_POSITIVE_TENANCIES[rule]),
        _beats_best(estimates, baselines, capacities, positives),
        _beats_rules(estimates, capacities),
        *_calibrated(evaluation),
        _alike(parity),
        _stable(stability),
    ]
    return Gate(tuple(one.condition(required=one.name in _NEEDED[rule]) for one in measured), rule)


def best_baseline(estimates: Estimates, baselines: Sequence[str], capacities: Sequence[int]) -> str:
    """The baseline with the highest headline recall; of equal ones the first named."""
    return max(baselines, key=lambda name: _or_zero(estimates.mean(headline(name, capacities)).value))


@dataclass(frozen=True)
class _Measured:
    """A condition before it is known whether promotion needs it; `short_by` is NaN where nothing was measured."""

    name: str
    holds: bool
    short_by: float
    words: Mapping[str, str]

    def condition(self, *, required: bool) -> Condition:
        short_by = None if math.isnan(self.short_by) else self.short_by
        words = joined(self.words, told("short_by", short_by=short_by)) if short_by else self.words
        return Condition(self.name, self.holds, required, words["en"], short_by, words["da"])


def _within(name: str, short_by: float, words: Mapping[str, str]) -> _Measured:
    """A condition that holds where nothing is missing."""
    return _Measured(name, short_by == 0, short_by, words)


def _enough(found: int, bound: int) -> _Measured:
    words = told("enough_positives", found=found, bound=bound)
    return _within(
        "enough_positives", max(0, bound - found), words if found >= bound else joined(words, told("no_verdict"))
    )


def _beats_best(estimates: Estimates, baselines: Sequence[str], capacities: Sequence[int], positives: int) -> _Measured:
    best = best_baseline(estimates, baselines, capacities)
    gain = estimates.mean(headline(MODEL, capacities), headline(best, capacities))
    said = verdict(gain, positives, one=MODEL, other=best)
    words = joined(told("beats_best_baseline", ks=_listed(capacities)), {"da": said.da, "en": said.en})
    return _Measured("beats_best_baseline", gain.low > 0, _at_least_zero(-gain.low), words)


def _beats_rules(estimates: Estimates, capacities: Sequence[int]) -> _Measured:
    recall = estimates.mean(headline(MODEL, capacities), headline(RULES, capacities))
    precision = estimates.mean([Cell(MODEL, "average_precision", None)], [Cell(RULES, "average_precision", None)])
    words = told(
        "beats_rules", ks=_listed(capacities), recall=_with_interval(recall), precision=_with_interval(precision)
    )
    better = max(_or_zero(recall.value), _or_zero(precision.value))
    return _within("beats_rules", max(0.0, -better), words)


def _calibrated(evaluation: Evaluation) -> list[_Measured]:
    check, least, most = evaluation.calibration, 1 / FARTHEST_CALIBRATION, FARTHEST_CALIBRATION
    ratio = check.expected / check.observed if check.observed else math.inf
    numbers = {"expected": check.expected, "observed": check.observed, "ratio": ratio, "least": least, "most": most}
    brier = told("brier_under_base", brier=check.brier, base=check.base_brier)
    off = _outside(ratio, least, most)
    return [
        _within("calibrated", math.nan if math.isinf(off) else off, told("calibrated", **numbers)),
        _within("brier_under_base", max(0.0, check.brier - check.base_brier), brier),
    ]


def _alike(parity: Sequence[Parity] | None) -> _Measured:
    """Holds unless the whole interval of a group that can be judged lies outside the bounds: no verdict on luck."""
    if parity is None:
        return _Measured(
            "recall_parity", False, math.nan, _not_measured("recall between groups", "genfinding mellem grupper")
        )
    judged = [one for one in parity if one.judged]
    if not judged:
        return _within("recall_parity", 0.0, told("no_groups"))
    worst = max(judged, key=lambda one: (_unequal(one), abs(math.log(max(one.value, 1e-9)))))
    described = (
        f"{worst.attribute}={worst.group} ({worst.reference}): {worst.value:.2f} [{worst.low:.2f}, {worst.high:.2f}]"
    )
    counts = {"judged": len(judged), "unjudged": len(parity) - len(judged), "k": worst.k}
    words = told("recall_parity", worst=described, least=1 / FARTHEST_RATIO, most=FARTHEST_RATIO, **counts)
    return _within("recall_parity", _unequal(worst), words)


def _unequal(one: Parity) -> float:
    """How far the nearer end of the interval lies outside the bounds; 0 where it reaches between them."""
    return max(0.0, 1 / FARTHEST_RATIO - one.high, one.low - FARTHEST_RATIO)


def _stable(stability: Stability | None) -> _Measured:
    if stability is None:
        return _Measured(
            "list_stability", False, math.nan, _not_measured("lists of other seeds", "lister fra andre frø")
        )
    words = told(
        "list_stability",
        seeds=stability.seeds,
        overlap=stability.overlap,
        ks=_listed(tuple(stability.overlap_at)),
        bound=LEAST_OVERLAP,
    )
    return _within("list_stability", max(0.0, LEAST_OVERLAP - stability.overlap), words)


def _not_measured(en: str, da: str) -> dict[str, str]:
    return {"da": told("not_measured", what=da)["da"], "en": told("not_measured", what=en)["en"]}


def _outside(number: float, least: float, most: float) -> float:
    return max(0.0, least - number, number - most)


def _at_least_zero(value: float) -> float:
    return value if math.isnan(value) else max(0.0, value)


def _or_zero(value: float) -> float:
    return value if value == value else 0.0  # NaN is the only number that differs from itself


def _listed(capacities: Sequence[int]) -> str:
    return ", ".join(str(k) for k in capacities)


def _with_interval(difference: Interval) -> str:
    return f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def shut_because(conditions: Sequence[Mapping[str, Any]], language: str = "en") -> list[str]:
    """What each required condition that failed says, from the conditions as a card keeps them."""
    key = "says" if language == "en" else f"says_{language}"
    return [c.get(key) or c["says"] for c in _failed(conditions)]


def shut_in_short(conditions: Sequence[Mapping[str, Any]], language: str) -> str:
    """The same in a few words without numbers; of a model on which there is no verdict, only that."""
    failed = [c["name"] for c in _failed(conditions)]
    undecided = [name for name in failed if name in _NO_VERDICT]
    return "; ".join(IN_SHORT[name][language] for name in undecided or failed)


def _failed(conditions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [c for c in conditions if c["required"] and not c["holds"]]
