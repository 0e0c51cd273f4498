"""Nobody who knows the rule, and everything that is told, can work out a count of 1 to 4."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.records import SMALLEST_COUNT
from monitoring.suppression import Counted, may_tell, told_groups

Table = tuple[tuple[int, int], ...]


def _groups(table: Table) -> list[Counted]:
    """A table of hits and others as groups a, b, …"""
    return [Counted((chr(97 + place),), hits, hits + others) for place, (hits, others) in enumerate(table)]


def _told(table: Table) -> tuple[object, ...]:
    """All that is told of a table: the groups, and the whole where it may be told."""
    whole = sum(hits for hits, _ in table), sum(hits + others for hits, others in table)
    return tuple(told_groups(_groups(table))), whole if may_tell(*whole) else None


@pytest.mark.parametrize(("size", "most"), [(2, 12), (3, 6)])
def test_every_table_that_could_lie_behind_what_is_told_leaves_each_small_count_open(size: int, most: int) -> None:
    """All tables are tried, so the attacker is the strongest there is; whole counts above `most` are left out, since
    tables that could lie behind them are missing here."""
    possible: dict[tuple[object, ...], list[set[int]]] = defaultdict(lambda: [set() for _ in range(2 * size)])
    for flat in product(range(most + 1), repeat=2 * size):
        table = tuple(zip(flat[::2], flat[1::2], strict=True))
        if any(hits + others == 0 for hits, others in table):
            continue
        for place, count in enumerate(flat):
            possible[_told(table)][place].add(count)
    looked_at = 0
    for (groups, whole), counts in possible.items():
        if whole is None or _beyond(groups, whole, most):
            continue
        looked_at += 1
        for values in counts:
            assert len(values) > 1 or not 0 < min(values) < SMALLEST_COUNT, (groups, whole, values)
    assert looked_at > 500


def _beyond(groups: tuple[Counted, ...], whole: tuple[int, int], most: int) -> bool:
    """Whether a told pool, or the whole where nothing else is told, is larger than the tables that were tried."""
    pools = [group for group in groups if len(group.names) > 1] or ([] if groups else [Counted((), *whole)])
    return any(max(pool.hits, pool.counted - pool.hits) > most for pool in pools)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=9))
def test_what_is_told_is_true_not_small_and_sums_to_the_whole_or_is_nothing(pairs: list[tuple[int, int]]) -> None:
    groups = _groups(tuple(pairs))
    told = told_groups(groups)
    of = {group.names[0]: group for group in groups}
    for one in told:
        assert not one.is_small
        assert one.hits == sum(of[name].hits for name in one.names)
        assert one.counted == sum(of[name].counted for name in one.names)
    if told:
        assert sum(one.counted for one in told) == sum(group.counted for group in groups)
        assert sorted(name for one in told for name in one.names) == sorted(g.names[0] for g in groups if g.counted)


def test_the_small_ones_and_all_below_the_largest_of_them_are_one() -> None:
    told = told_groups(_groups(((3, 40), (20, 30), (0, 25), (60, 90))))
    assert [(one.group, one.hits, one.counted) for one in told] == [("a+b+c", 23, 118), ("d", 60, 150)]


def test_two_groups_of_which_one_is_small_are_not_told_apart() -> None:
    assert told_groups(_groups(((3, 40), (50, 60)))) == []
    assert told_groups(_groups(((0, 40), (50, 60))))[0].hits == 0
    assert told_groups(_groups(((1, 1), (1, 1)))) == []


def test_the_whole_of_a_few_is_not_told() -> None:
    assert not may_tell(3, 500)
    assert not may_tell(498, 500)
    assert may_tell(0, 500)
    assert may_tell(5, 10)
