"""Records of a benchmark as a table for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

Record = Mapping[str, float | str | int]
"""What a stage cost: its name under `stage`, seconds, yardstick_seconds, and more by name."""


def show_records(title: str, records: Sequence[Record], more: Mapping[str, tuple[str, str]]) -> None:
    """A row a record: stage, seconds, their ratio to the yardstick, and `more`: heading → (name, format)."""
    table = Table(title=title, title_justify="left")
    for heading in ("stage", "seconds", "x yardstick", *more):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for record in records:
        ratio = float(record["seconds"]) / float(record["yardstick_seconds"])
        cells = (format(record[name], written) for name, written in more.values())
        table.add_row(str(record["stage"]), f"{record['seconds']:.1f}", f"{ratio:.1f}", *cells)
    Console(width=120).print(table)
