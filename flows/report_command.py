"""The command `report`: the public record of a published night; see `flows.report`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.clock import today
from flows.command_options import AsOf, Lang, language_of, ready

OutFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="The folder to write to; report/<date> where not given.")
]


def add_report_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(context: typer.Context, as_of: AsOf = None, out: OutFolder = None, lang: Lang = None) -> None:
    """The public record of a night, as HTML and PDF: model card, technical documentation, instructions for use.

    Also skeletons of both impact assessments, the entry of an algorithm register (also as JSON), and a page for
    citizens. Every number is one that the night published or the registry holds; what only the municipality knows is
    marked as such. The day must be published.
    """
    home = ready(context)
    from flows.report import write_report

    day = as_of or today()
    for path in write_report(home, day, out or home.path / "report" / day.isoformat(), language_of(home, lang)):
        print(path)
