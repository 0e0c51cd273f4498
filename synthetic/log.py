"""What happened in the made-up municipality, gathered month by month and given out as frames."""

from collections import defaultdict

import numpy as np
import polars as pl


class EventLog:
    """Blocks of events by kind. Days are days since 1970-01-01, money is in oere, both as integers."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)

    def add(self, kind: str, /, **columns: object) -> None:
        """Append events of one kind; single values are repeated for every event.

        No events add nothing, but for the first time, so that the kind's columns are known.
        """
        length = max((len(c) for c in columns.values() if isinstance(c, np.ndarray)), default=1)
        if length or not self._blocks[kind]:
            # Copied: the arrays of the town are changed in place by what comes later.
            block = {name: np.array(np.broadcast_to(np.asarray(value), (length,))) for name, value in columns.items()}
            self._blocks[kind].append(block)

    def blocks(self, kind: str, since: int = 0) -> list[dict[str, np.ndarray]]:
        """The blocks of one kind from the `since`-th on."""
        return self._blocks[kind][since:]

    def count(self, kind: str) -> int:
        """How many blocks of one kind there are: where to go on reading."""
        return len(self._blocks[kind])

    def frame(self, kind: str, /) -> pl.DataFrame:
        """All events of one kind in the order they were added."""
        blocks = self._blocks[kind]
        return pl.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})
