"""The places of the page, in the order of the menu, and the roles that see each."""

from dataclasses import dataclass

from worklist.page.security import Visitor


@dataclass(frozen=True)
class Place:
    """A place in the menu: its name (`common.menu_<name>` are its words), its path, and the roles that see it."""

    name: str
    path: str
    roles: frozenset[str]


MENU: tuple[Place, ...] = (
    Place("today", "/", frozenset({"worker", "coordinator", "analyst"})),
    Place("concern", "/concern", frozenset({"worker", "coordinator", "sender"})),
    Place("links", "/links", frozenset({"worker", "coordinator"})),
    Place("coordinator", "/coordinator", frozenset({"coordinator"})),
    Place("watch", "/watch", frozenset({"coordinator", "analyst", "dpo"})),
    Place("people", "/people", frozenset({"administrator"})),
    Place("access", "/access", frozenset({"dpo"})),
)


def menu(visitor: Visitor) -> list[Place]:
    """Where this visitor may go."""
    return [place for place in MENU if visitor.account.roles & place.roles]
