"""The command `effect`: arguments, and what a person reads; see `flows.effect`."""

import json
import sys
from typing import TYPE_CHECKING

import typer

from flows.clock import today
from flows.command_options import AsOf, Lang, Language, Report, ReportFormat, language_of, ready

if TYPE_CHECKING:
    from flows.effect import Measured
    from models.effect import Difference


def add_effect_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(effect)


def effect(
    context: typer.Context,
    as_of: AsOf = None,
    output: Report = ReportFormat.table,
    lang: Lang = None,
) -> None:
    """What it does to be listed: the tenancies drawn by lot below the cut against those that the lot passed over.

    Court requests per 100 listed, with a 95 % interval, overall, by distance below the cut and by group; or the
    sentence that none is known yet, with the day on which it can be. Who was drawn counts as drawn, reached or not.
    """
    home = ready(context)
    from flows.effect import as_record, measure
    from flows.effect_texts import sentences

    measured = measure(home, as_of or today())
    if output is ReportFormat.json:
        record = as_record(measured, {language: sentences(measured, language) for language in Language})
        json.dump(record, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    show(measured, language_of(home, lang))


def show(measured: "Measured", language: str) -> None:
    """The sentences, and a table of tiers and groups where anything is known."""
    from rich.console import Console

    from flows.effect_texts import sentences
    from models.effect import TOO_FEW

    for sentence in sentences(measured, language):
        print(sentence)
    if measured.effect.overall.verdict != TOO_FEW:
        console = Console() if sys.stdout.isatty() else Console(width=130)
        _show_table(console, measured, language)


def _show_table(console: object, measured: "Measured", language: str) -> None:
    from rich.table import Table

    from flows.effect import told_sides
    from flows.effect_texts import say

    table = Table(title=say("title", language), title_justify="left")
    for number, name in enumerate(_COLUMNS):
        table.add_column(say(f"col_{name}", language), justify="right" if number else "left")
    found = measured.effect
    for part in ((found.overall,), found.by_tier, found.by_group):
        for one, sides in zip(part, told_sides(part), strict=True):
            table.add_row(*_cells(one, sides, language))
        table.add_section()
    console.print(table)  # type: ignore[attr-defined]


_COLUMNS = ("group", "drawn", "passed_over", "drawn_per_100", "passed_over_per_100", "per_100", "interval")


def _cells(one: "Difference", sides: dict[str, int | None], language: str) -> list[str]:
    from flows.effect_texts import EFFECT_TEXTS, numbers, say
    from models.effect import TOO_FEW

    name = one.group or "all"
    who = say(name, language) if name in EFFECT_TEXTS else name
    counts = ["–" if count is None else str(count) for count in sides.values()]
    if one.verdict == TOO_FEW:
        return [who, *counts, "", "", say(TOO_FEW, language), ""]
    said = numbers(one, language)
    return [who, *counts, said["drawn"], said["passed_over"], said["value"], f"{said['low']} – {said['high']}"]
