"""What whoever opens a case sees of any active tenancy of a day: its months, events, home and occupants.

Built when it is asked for and kept nowhere: it holds much of every tenancy, and a published night has it already.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import duckdb
import polars as pl

from warehouse.building import build, nothing_kept, tables_in_order, tables_towards
from warehouse.door import bind, refuse_look_ahead
from warehouse.tables import Table

_TENANCY = ("landlord", "tenancy_no")


@dataclass(frozen=True)
class CaseTables:
    """The tables of a day's cases, each sorted; pseudonyms decide the order only between rows otherwise alike.

    `months`: landlord, tenancy_no, month (its first day), due_dkk, paid_dkk, balance_dkk (null where not known) and
    rent_dkk, up to 24 a tenancy. `events`: landlord, tenancy_no, on, known_on, kind, amount_dkk, detail (a code),
    source (the feed), sender, channel, due_on and fact (the row it stems from), of 24 months. `dwellings`: landlord,
    tenancy_no, home_id, district, estate, rent_dkk, moved_in_on, children, household, address_protected and
    identity_mac, one row a tenancy. `occupants`: landlord, tenancy_no, person_id, role (tenant, occupant) and
    identity_mac.

    And of the link queue: `queue`: feed, record_key, waiting_since, identity_mac, kind, urgency, sender, told_on,
    amount_dkk, landlord and tenancy_no (of a tenancy whose tenant has no number); `candidates`: feed, record_key,
    place (1 is the likeliest), landlord and tenancy_no or person_id, is_household, probability and identity_mac.
    """

    months: pl.DataFrame
    events: pl.DataFrame
    dwellings: pl.DataFrame
    occupants: pl.DataFrame
    queue: pl.DataFrame
    candidates: pl.DataFrame


def read_case_tables(
    connection: duckdb.DuckDBPyConnection, as_of: date, *, switched_off: frozenset[str] = frozenset()
) -> CaseTables:
    """What was known before `as_of` of every tenancy active on it; feeds in `switched_off` are not read.

    Raises as `warehouse.features.build_as_of`.
    """
    with nothing_kept(connection):
        bind(connection, [as_of], switched_off)
        build(connection, _tables(), keep=False)
        read = {name: connection.table(name).pl().drop("as_of") for name in _CASE}
    events = read["case_event"].rename({"happened_on": "on"})
    return CaseTables(
        months=read["case_month"].sort(*_TENANCY, "month"),
        events=events.sort(*_TENANCY, "on", "kind", *(name for name in events.columns if name not in _SORTED)),
        dwellings=read["case_dwelling"].sort(_TENANCY),
        occupants=read["case_occupant"].sort(*_TENANCY, pl.col("role") != "tenant", "person_id"),
        queue=read["queue_letter"].sort("feed", "record_key"),
        candidates=read["queue_candidate"].sort("feed", "record_key", "place"),
    )


_CASE = ("case_month", "case_event", "case_dwelling", "case_occupant", "queue_letter", "queue_candidate")
_SORTED = (*_TENANCY, "on", "kind")


@cache
def _tables() -> tuple[Table, ...]:
    """The tables of a case after those of a night that they are made from."""
    case = tuple(table for table in tables_in_order("case") if table.step == "case")
    read = frozenset[str]().union(*refuse_look_ahead(case).values()) - {table.name for table in case}
    return (*tables_towards(read), *case)
