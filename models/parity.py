"""Whether the cases of every group are found alike: recall at k of a group over that of a fixed reference group.

For a capped list that offers help the harm is to be missed, so recall is what is compared, as a ratio to a group
that is fixed beforehand, with a paired interval by tenancy. (The spread between the best and the worst group is not
used: its bootstrap interval is wrong, for a largest of noisy numbers is always too large.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.bootstrap import DRAWS, drawn_weights, interval_of, rows_near_top
from models.held_out import HeldOut
from models.matrix import Flags, Floats
from models.measures import ratio
from warehouse.errors import ModelError

FEWEST_POSITIVES = 10
"""A group, or its reference, with fewer tenancies that had the outcome gets an interval and no verdict."""

FARTHEST_RATIO = 1.25
"""Ratios between 0.8 and 1.25 count as alike: the four-fifths rule, both ways."""

ParityVerdict = Literal["alike", "below", "above", "cannot_be_told", "too_few"]


@dataclass(frozen=True)
class Parity:
    """A group's recall at k over its reference group's, with its 95 % interval, over all cut-offs together.

    `positives` and `reference_positives` count tenancies that had the outcome, `listed` the group's places in all
    lists, `selection` their share of its rows; `precision` is over the counted ones. NaN where nothing can be divided.
    """

    attribute: str
    group: str
    reference: str
    k: int
    value: float
    low: float
    high: float
    positives: int
    reference_positives: int
    recall: float
    reference_recall: float
    precision: float
    listed: float
    selection: float
    verdict: ParityVerdict

    @property
    def judged(self) -> bool:
        """Whether the group and its reference have cases enough for a verdict."""
        return self.verdict != "too_few"


def reference_groups(held_out: Sequence[HeldOut]) -> dict[str, str]:
    """For each attribute its largest known group (of equal ones the first by name): to be fixed once and kept."""
    chosen = {}
    for attribute in held_out[0].groups:
        groups, counts = np.unique(np.concatenate([one.groups[attribute] for one in held_out]), return_counts=True)
        known = groups != "unknown"
        chosen[attribute] = str(groups[np.argmax(np.where(known, counts, 0))])
    return chosen


def recall_parity(
    held_out: Sequence[HeldOut],
    ranking: str,
    k: int,
    reference: Mapping[str, str],
    *,
    seed: int,
    draws: int = DRAWS,
    farthest: float = FARTHEST_RATIO,
) -> list[Parity]:
    """Every group of every attribute in `reference` (attribute → its reference group), the reference groups left out.

    The list is of all groups together; only the recall is taken by group. `ModelError` where the rows do not have an
    attribute or nobody is in its reference group.
    """
    for attribute, group in reference.items():
        _refuse_absent(held_out, attribute, group)
    found = _FoundByDraw.of(held_out, ranking, k, seed, draws)
    return [
        parity
        for attribute, group in reference.items()
        for parity in _of_attribute(_Attribute.of(held_out, attribute, found), ranking, k, group, seed, farthest)
    ]


@dataclass(frozen=True)
class _FoundByDraw:
    """For each positive row (all cut-offs together): how often it was drawn, and found; the last column is all once."""

    tenancies: np.ndarray
    drawn: Any
    found: Any

    @classmethod
    def of(cls, held_out: Sequence[HeldOut], ranking: str, k: int, seed: int, draws: int) -> "_FoundByDraw":
        count = int(max(one.tenancies.max(initial=-1) for one in held_out)) + 1
        positive = [one.outcomes & one.counted for one in held_out]
        tenancies = np.concatenate([one.tenancies[rows] for one, rows in zip(held_out, positive, strict=True)])
        found = np.empty((tenancies.size, draws + 1), dtype=np.float32)
        drawn = np.ones_like(found)
        once = np.ones((count, 1), dtype=np.float32)
        for some, weights in [*drawn_weights(count, seed=seed, draws=draws), (slice(draws, draws + 1), once)]:
            drawn[:, some] = weights[tenancies]
            shares = [_shares(one, ranking, k, weights)[rows] for one, rows in zip(held_out, positive, strict=True)]
            found[:, some] = np.concatenate(shares) * drawn[:, some]
        return cls(tenancies, drawn, found)


def _shares(one: HeldOut, ranking: str, k: int, weights: Any) -> Any:
    """(rows, draws): the chance of each row, as given, to stand in the first `k` of each draw."""
    ordered = one.blocks(ranking)
    shares = np.zeros((one.tenancies.size, weights.shape[1]), dtype=np.float32)
    starts = ordered.starts[ordered.starts <= rows_near_top(k, one.tenancies)]
    if not starts.size:
        return shares
    end = ordered.starts[starts.size] if starts.size < ordered.starts.size else ordered.order.size
    top = ordered.order[:end]
    tied = np.add.reduceat(weights[one.tenancies[top]], starts, axis=0)
    above = np.cumsum(tied, axis=0) - tied
    in_block = np.clip(ratio(k - above, tied, otherwise=0.0), 0.0, 1.0)
    shares[top] = np.repeat(in_block, np.diff(np.r_[starts, end]), axis=0)
    return shares


@dataclass(frozen=True)
class _Attribute:
    """An attribute's groups: the positives' group and draws, and for every row its group and chance to be listed."""

    name: str
    of_positives: np.ndarray
    found: _FoundByDraw
    held_out: Sequence[HeldOut]

    @classmethod
    def of(cls, held_out: Sequence[HeldOut], name: str, found: _FoundByDraw) -> "_Attribute":
        return cls(
            name, np.concatenate([one.groups[name][one.outcomes & one.counted] for one in held_out]), found, held_out
        )

    def recalls(self, group: str) -> Floats:
        """Recall in each draw, and of everybody once as the last."""
        rows = self.of_positives == group
        found, drawn = (each[rows].sum(axis=0, dtype=np.float64) for each in (self.found.found, self.found.drawn))
        return np.asarray(ratio(found, drawn))

    def positives(self, group: str) -> int:
        """Different tenancies of the group that had the outcome."""
        return np.unique(self.found.tenancies[self.of_positives == group]).size

    def listed(self, group: str, ranking: str, k: int) -> Floats:
        """Rows of the group, places it has in all lists, and how many of these count and were found."""
        total = np.zeros(4)
        for one in self.held_out:
            mine: Flags = one.groups[self.name] == group
            shares, counted = one.blocks(ranking).shares_at(k)[mine], one.counted[mine]
            positive = counted & one.outcomes[mine]
            total += (mine.sum(), shares.sum(), shares[counted].sum(), shares[positive].sum())
        return total


def _of_attribute(
    attribute: _Attribute, ranking: str, k: int, reference: str, seed: int, farthest: float
) -> list[Parity]:
    groups = sorted({str(group) for one in attribute.held_out for group in np.unique(one.groups[attribute.name])})
    return [_parity(attribute, group, ranking, k, reference, seed, farthest) for group in groups if group != reference]


def _parity(
    attribute: _Attribute, group: str, ranking: str, k: int, reference: str, seed: int, farthest: float
) -> Parity:
    mine, theirs = attribute.recalls(group), attribute.recalls(reference)
    positives, others = attribute.positives(group), attribute.positives(reference)
    few = min(positives, others) < FEWEST_POSITIVES
    drawn = _shrunken(mine[-1], positives, mine.size - 1, seed) if positives < FEWEST_POSITIVES else mine[:-1]
    found = interval_of(float(ratio(mine[-1], theirs[-1])), np.asarray(ratio(drawn, theirs[:-1])))
    rows, listed, counted, hits = attribute.listed(group, ranking, k)
    return Parity(
        attribute.name,
        group,
        reference,
        k,
        found.value,
        found.low,
        found.high,
        positives,
        others,
        recall=float(mine[-1]),
        reference_recall=float(theirs[-1]),
        precision=float(ratio(hits, counted)),
        listed=float(listed),
        selection=float(ratio(listed, rows)),
        verdict="too_few" if few else _verdict(found.low, found.high, farthest),
    )


def _shrunken(recall: float, positives: int, draws: int, seed: int) -> Floats:
    """Recall of a group with few positives, drawn from Jeffreys' beta: a bootstrap of three cases has no spread."""
    if not positives:
        return np.full(draws, np.nan)
    hits = recall * positives
    return np.random.default_rng(seed).beta(hits + 0.5, positives - hits + 0.5, draws)


def _verdict(low: float, high: float, farthest: float) -> ParityVerdict:
    """Unlike its reference only where the whole interval says so, alike only where the whole interval does."""
    if high < 1 / farthest:
        return "below"
    if low > farthest:
        return "above"
    return "alike" if low >= 1 / farthest and high <= farthest else "cannot_be_told"


def _refuse_absent(held_out: Sequence[HeldOut], attribute: str, group: str) -> None:
    present = {str(each) for one in held_out for each in np.unique(one.groups.get(attribute, np.zeros(0)))}
    if group not in present:
        raise ModelError(
            expected=f"rows of the reference group {attribute}={group}",
            found=", ".join(sorted(present)) or f"no attribute {attribute}",
            where="the groups",
            remedy="Name a reference group that is among the rows, or leave the attribute out.",
        )
