"""What a model was trained on, as hashes: whoever holds the same deliveries and settings can check them."""

from datetime import date
from typing import Any

import polars as pl

from flows.workroom import Workroom
from models.card import text_hash
from models.frame_hash import matrix_hash

_NO_BEARING = {"vault", "resources", "language", "worklist"}
"""Settings that change no model: where the key lies, how much memory there is, how long the list is."""


def input_hashes(room: Workroom, matrix: pl.DataFrame, outcomes: pl.DataFrame, as_of: date) -> dict[str, str]:
    """Name → sha256 of matrix, outcomes, settings, source register, and the deliveries that came before `as_of`."""
    return {
        "matrix": matrix_hash(matrix),
        "outcomes": matrix_hash(outcomes),
        "settings": text_hash(bearing_settings(room)),
        "source_register": text_hash(room.sources.model_dump(mode="json")),
        "deliveries": text_hash(_deliveries(room, as_of)),
    }


def bearing_settings(room: Workroom) -> dict[str, Any]:
    """The settings that bear on a model, as plain JSON; nothing in them names a place on this machine."""
    return room.settings.model_dump(mode="json", exclude=_NO_BEARING)


def _deliveries(room: Workroom, as_of: date) -> list[tuple[str, ...]]:
    """Every delivery taken in that came before `as_of`: its feed, the digest of its bytes and of its layout."""
    taken = (pl.col("delivered_on") < as_of) & pl.col("status").is_in(["taken", "replaced"])
    known = room.connection.table("delivery").pl().filter(taken)
    return sorted(known.select("feed", "delivery_id", pl.col("layout_digest").fill_null("")).unique().rows())
