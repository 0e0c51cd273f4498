"""Keeps what several ask for at the same moment in one transaction: a disk that is asked once answers sooner."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any


@dataclass
class _Asked:
    """What one asked to keep, and what came of it."""

    items: Sequence[Any]
    done: bool = False
    error: BaseException | None = None


class Together:
    """One writes for all who wait: whoever comes while another writes is kept by the next, with all who came since."""

    def __init__(self) -> None:
        self._waiting: list[_Asked] = []
        self._guard, self._turn = Lock(), Lock()

    def keep(self, items: Sequence[Any], write: Callable[[list[Any]], None]) -> None:
        """Return once `items` are written, by this caller or another; `write` keeps all it is given, or raises.

        What it raises is raised for everybody whose items it was given: none of them are kept.
        """
        mine = _Asked(items)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                with self._guard:
                    batch, self._waiting = self._waiting, []
                self._write(batch, write)
        if mine.error is not None:
            raise mine.error

    def _write(self, batch: list[_Asked], write: Callable[[list[Any]], None]) -> None:
        error: BaseException | None = None
        try:
            write([item for asked in batch for item in asked.items])
        except BaseException as raised:
            error = raised
        for asked in batch:
            asked.error, asked.done = error, True
