"""Who takes which case of today's list: a proposal, for a coordinator to accept or change.

A case stays with whoever has it. Others go, in the order of the list, to whoever had them before; else to whoever knows
the district; else to whoever carries least for what they can carry. Nobody gets more than their ceiling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Tenancy = tuple[str, str]


@dataclass(frozen=True)
class Listed:
    """A case of today's list: its district (a postal code), who has it, and who had or contacted it last."""

    tenancy: Tenancy
    district: str | None = None
    owner: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Hand:
    """Somebody who is there today: open cases, how many at most, and the districts known best."""

    name: str
    open_cases: int
    ceiling: int
    districts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proposed:
    """To whom a case goes, and why; None: to nobody.

    `why`: 'has_it', 'had_it', 'district', 'load'; or for nobody 'all_full' or 'nobody_there'.
    """

    listed: Listed
    to: str | None
    why: str


def allocate(listed: Sequence[Listed], hands: Sequence[Hand]) -> list[Proposed]:
    """A proposal for each case, in the order of `listed`; the same for whatever order of `hands`.

    The case of somebody who is away is proposed to another; where nobody has room it stays with nobody, and says so.
    """
    by_name = {hand.name: hand for hand in hands}
    carried = {hand.name: hand.open_cases for hand in hands}
    found = []
    for one in listed:
        to, why = _choose(one, by_name, carried)
        if to is not None and why != "has_it":
            carried[to] += 1
        found.append(Proposed(one, to, why))
    return found


def _choose(one: Listed, hands: Mapping[str, Hand], carried: Mapping[str, int]) -> tuple[str | None, str]:
    if one.owner in hands:
        return one.owner, "has_it"
    free = [hand for hand in hands.values() if carried[hand.name] < hand.ceiling]
    if not free:
        return None, "all_full" if hands else "nobody_there"
    if any(hand.name == one.before for hand in free):
        return one.before, "had_it"
    near = [hand for hand in free if one.district in hand.districts]
    # Who carries least for what they can carry, then who has more room; names break ties, so that no order decides.
    chosen = min(
        near or free, key=lambda hand: (carried[hand.name] / hand.ceiling, carried[hand.name] - hand.ceiling, hand.name)
    )
    return chosen.name, "district" if near else "load"
