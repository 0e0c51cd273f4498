"""What several measures tell of the same people, taken together, gives no count of 1 to 4 away."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from monitoring.measures import COUNTS, EVERY, OF_KNOWN_OUTCOMES, count
from monitoring.records import SMALLEST_COUNT, Measured
from monitoring.told import told

DAY = date(2026, 1, 1)


def _rows(seed: int, size: int, share: float) -> pl.DataFrame:
    """A town's tenancies with what became of them."""
    drawn = np.random.default_rng(seed)
    groups = {name: drawn.choice(["p", "q", "r", "s"], size, p=[0.5, 0.3, 0.15, 0.05]).tolist() for name in EVERY}
    in_need = drawn.random(size) < share
    named = drawn.random(size) < np.where(in_need, 0.6, 0.03)
    treated = ~in_need & (drawn.random(size) < 0.02)
    return pl.DataFrame({**groups, "in_need": in_need, "named": named}).with_columns(
        known=~pl.Series(treated),
        named_known=pl.col("named") & ~pl.Series(treated),
        named_seen=pl.col("named"),
        kept=~pl.col("in_need"),
    )


def _numbers(records: list[Measured]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.measure, one.group): (int(one.numerator), int(one.denominator or 0))
            for one in records if one.numerator is not None}  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_who_was_missed_cannot_be_worked_out_from_who_was_in_need_and_who_was_listed(seed: int) -> None:
    size, share = (600, 0.05) if seed % 2 else (3000, 0.02)
    found = _numbers(told(count(_rows(seed, size, share), OF_KNOWN_OUTCOMES, DAY)))
    for group in {group for _, group in found}:
        need = found.get(("outcome_rate", group)), found.get(("recall_at_capacity", group))
        listed, kept = found.get(("precision_at_capacity", group)), found.get(("kept_share", group))
        in_need = need[0][0] if need[0] else need[1][1] if need[1] else None
        of_them_listed = listed[0] if listed else kept[1] - kept[0] if kept else need[1][0] if need[1] else None
        if in_need is not None and of_them_listed is not None:
            assert not 0 < in_need - of_them_listed < SMALLEST_COUNT
        if listed and kept:
            assert not 0 < kept[1] - listed[1] < SMALLEST_COUNT


def test_the_measures_of_a_family_tell_the_same_groups() -> None:
    told_at_all = 0
    for seed in range(10):
        found = _numbers(told(count(_rows(seed, 4000, 0.05), OF_KNOWN_OUTCOMES, DAY)))
        divided: dict[str, set[str]] = {}
        for measure, group in found:
            if group.startswith("district"):
                divided.setdefault(measure, set()).add(group)
        assert len({frozenset(groups) for groups in divided.values()}) <= 1
        told_at_all += bool(divided)
    assert told_at_all >= 5


def test_a_whole_that_would_give_another_away_is_not_told() -> None:
    rows = [
        ("recall_at_capacity", "listed", "", 17, 20),
        ("outcome_rate", "scored", "", 20, 900),
        ("precision_at_capacity", "listed", "", 17, 60),
    ]
    counts = pl.DataFrame([(DAY, *row) for row in rows], schema=COUNTS, orient="row")
    found = _numbers(told(counts))
    assert ("recall_at_capacity", "") not in found, "three were missed"
    assert len({"outcome_rate", "precision_at_capacity"} & {measure for measure, _ in found}) == 1
