"""What the commands share: options that several of them take, and the first questions each asks of its directory."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.home import Home


class Language(StrEnum):
    """The languages of lists and messages."""

    da = "da"
    en = "en"


class ReportFormat(StrEnum):
    """How something is told: to people, or to programs."""

    table = "table"
    json = "json"


def written_day(written: str) -> date:
    """A day as it is written on the command line; `ValueError`, which typer explains, where it is none."""
    return datetime.strptime(written, "%Y-%m-%d").date()


AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=written_day,
        metavar="YYYY-MM-DD",
        help="The day to stand on: what was known before it counts, nothing else does. Today where not given.",
    ),
]
KnownBefore = Annotated[
    date | None,
    typer.Option(
        "--known-before",
        parser=written_day,
        metavar="YYYY-MM-DD",
        help="Count the outcomes of the night's list again by what was known before this day, and show what differs.",
    ),
]
EvidentlyFile = Annotated[
    Path | None,
    typer.Option(
        "--evidently", dir_okay=False, writable=True, help="Write Evidently's drift report to this HTML file."
    ),
]
Against = Annotated[
    date | None,
    typer.Option(
        "--against",
        parser=written_day,
        metavar="YYYY-MM-DD",
        help="The day that --evidently compares with; where not given, the same day a year before.",
    ),
]
Lang = Annotated[Language | None, typer.Option("--lang", help="da or en; where not given, bovagt.toml says.")]
Report = Annotated[ReportFormat, typer.Option("--format", help="table, or json for programs.")]


def ready(context: typer.Context) -> Home:
    """The municipality's directory; refused before anything heavy is loaded where `init` never made it ready."""
    home: Home = context.obj
    home.require()
    return home


def language_of(home: Home, asked: Language | None) -> str:
    """The language that was asked for, else that of the settings."""
    if asked is not None:
        return asked.value
    from flows.settings import read_settings

    return read_settings(home).language
