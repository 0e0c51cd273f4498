"""`make picture`: the head of a published list as an SVG for the documentation. Made-up people only."""

import io
import re
import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from flows.demonstration import AS_OF
from flows.home import Home
from flows.summaries import list_tables

_WIDTH, _ROWS = 148, 4


def draw(home: Home, as_of: date, out: Path) -> None:
    """Write the first rows of both sections of the list of `as_of` to `out`, in Danish."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO())
    for table, _ in list_tables(home, as_of, language="da", most=_ROWS):
        console.print(table)
    drawn = console.export_svg(title=f"bovagt {as_of:%d-%m-%Y}", theme=DEFAULT_TERMINAL_THEME, unique_id="worklist")
    # The picture fetches no font from anywhere: the reader's own monospaced one will do.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    lines = (line.rstrip() for line in drawn.splitlines())
    out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    draw(Home(Path(sys.argv[1])), AS_OF, Path(sys.argv[2]))
