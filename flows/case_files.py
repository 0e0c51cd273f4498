"""The night's files for whoever opens a case: months, events, homes and who lives there, and the link queue."""

from datetime import date

import polars as pl

from flows.workroom import Workroom
from warehouse.case_tables import read_case_tables


def case_frames(room: Workroom, as_of: date) -> dict[str, pl.DataFrame]:
    """months, events, dwellings, occupants, link_queue and link_candidates of the day, by the file's name.

    Pseudonyms and codes only; for the columns see `warehouse.case_tables.CaseTables`. The same day from the same
    deliveries gives the same frames.
    """
    tables = read_case_tables(room.connection, as_of, switched_off=room.sources.switched_off)
    return {
        "months": tables.months,
        "events": tables.events,
        "dwellings": tables.dwellings,
        "occupants": tables.occupants,
        "link_queue": tables.queue,
        "link_candidates": tables.candidates,
    }
