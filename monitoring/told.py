"""What may be told of the counts of a night, all measures of the same people taken together.

Two shares of the same people may give away what each of them hides: who came to be in need (`outcome_rate`) less those
of them who were listed (`precision_at_capacity`) are those who were missed. So measures of one family share one
division of each attribute, and none of them is told where a difference between them would be 1 to 4.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from monitoring.group_rates import REFERENCES, rates_of, record_of_all, records_of
from monitoring.records import SMALLEST_COUNT, Measured
from monitoring.suppression import Counted, told_groups

FAMILIES = (
    ("recall_at_capacity", "outcome_rate", "precision_at_capacity", "kept_share"),
    ("reached_share", "agreed_share"),
)
"""Measures that count the same people, the one that matters most first; every other measure is a family of its own."""

_WITHIN = (
    ("outcome_rate", "hits", "recall_at_capacity", "hits"),
    ("outcome_rate", "hits", "precision_at_capacity", "hits"),
    ("outcome_rate", "others", "precision_at_capacity", "others"),
    ("outcome_rate", "hits", "kept_share", "others"),
    ("recall_at_capacity", "counted", "precision_at_capacity", "hits"),
    ("recall_at_capacity", "counted", "kept_share", "others"),
    ("kept_share", "counted", "precision_at_capacity", "counted"),
    ("kept_share", "hits", "precision_at_capacity", "others"),
    ("reached_share", "counted", "agreed_share", "counted"),
)
"""Of which counts others are a part, so that their difference is a count of people, too."""

Pair = tuple[int, int]


def told(counts: pl.DataFrame) -> list[Measured]:
    """The counts of one night (`monitoring.measures.COUNTS`) as records that may be published."""
    in_family = {name for family in FAMILIES for name in family}
    alone = [(str(name),) for name in counts["measure"].unique(maintain_order=True) if name not in in_family]
    return [record for family in (*FAMILIES, *alone) for record in _of_family(counts, family)]


def _of_family(counts: pl.DataFrame, family: Sequence[str]) -> list[Measured]:
    own = {name: counts.filter(measure=name) for name in family}
    own = {name: rows for name, rows in own.items() if rows.height}
    may = _tellable({name: _table(rows)[""] for name, rows in own.items()})
    divided = _divided({name: _table(own[name]) for name in may})
    found: list[Measured] = []
    for name, rows in own.items():
        as_of, stage = rows["as_of"][0], rows["stage"][0]
        table = _table(rows)
        whole = table.pop("")
        found.append(
            record_of_all(*whole, as_of, name, stage) if name in may else Measured(as_of, name, None, None, stage)
        )
        rates = rates_of([(group, *pair) for group, pair in table.items()], REFERENCES)
        found += records_of(rates, as_of, name, stage, divided if name in may else {})
    return found


def _table(rows: pl.DataFrame) -> dict[str, Pair]:
    return {group: (hits, counted) for group, hits, counted in rows.select("group", "hits", "counted").iter_rows()}


def _tellable(wholes: Mapping[str, Pair]) -> list[str]:
    """The measures whose whole may be told, one after the other, beside those before it."""
    may: list[str] = []
    for name in wholes:
        if not any(0 < count < SMALLEST_COUNT for count in _cells({each: wholes[each] for each in (*may, name)})):
            may.append(name)
    return may


def _divided(tables: Mapping[str, Mapping[str, Pair]]) -> dict[str, list[tuple[str, ...]]]:
    """For each attribute, which of its groups are told together, in all measures alike."""
    groups = sorted({group for table in tables.values() for group in table if group})
    found: dict[str, list[tuple[str, ...]]] = {}
    for attribute in dict.fromkeys(group.split("=", 1)[0] for group in groups):
        of_it = [group for group in groups if group.split("=", 1)[0] == attribute]
        there = [name for name, table in tables.items() if any(group in table for group in of_it)]
        counted = [_counted(group, {name: tables[name].get(group, (0, 0)) for name in there}) for group in of_it]
        found[attribute] = [one.names for one in told_groups(counted)]
    return found


def _counted(group: str, pairs: Mapping[str, Pair]) -> Counted:
    """A group with everything that can be worked out of it."""
    first = next(iter(pairs.values()))
    if len(pairs) == 1:
        return Counted((group.split("=", 1)[1],), *first)
    hits, counted = (sum(numbers) for numbers in zip(*pairs.values(), strict=True))
    return Counted((group.split("=", 1)[1],), hits, counted, tuple(_cells(pairs)))


def _cells(pairs: Mapping[str, Pair]) -> list[int]:
    """The counts that the shares tell, and the differences of those that are parts of others."""
    named: dict[tuple[str, str], int] = {}
    for name, (hits, counted) in pairs.items():
        named |= {(name, "hits"): hits, (name, "others"): counted - hits, (name, "counted"): counted}
    own = [count for (_, what), count in named.items() if what != "counted"]
    parts = [(whole, what, part, of) for whole, what, part, of in _WITHIN if whole in pairs and part in pairs]
    return own + [abs(named[whole, what] - named[part, of]) for whole, what, part, of in parts]
