"""The command `ablation`: arguments, and what a person reads; see `flows.ablation`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.clock import today
from flows.command_options import AsOf, Lang, Report, ReportFormat, language_of, ready
from flows.texts import text
from models.numerals import number_text

if TYPE_CHECKING:
    from rich.table import Table

    from models.ablation import Ablation


def add_ablation_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(ablation)


def ablation(
    context: typer.Context,
    as_of: AsOf = None,
    output: Report = ReportFormat.table,
    ranking: Annotated[
        str, typer.Option(help="The candidate that is trained without each source; the one for use where not given.")
    ] = "",
    cutoffs: Annotated[int, typer.Option(min=1, max=60, help="How many cut-offs are tested, three months apart.")] = 6,
    lang: Lang = None,
) -> None:
    """What each source adds to the ranking: trained again without each one, and without each group of them.

    The share of the cases found with every source less the share found without it, with its interval: for whoever must
    say which sources earn their place. Takes minutes; a second run computes only what is new.
    """
    home = ready(context)
    from flows.ablation import as_records, run_ablation
    from models.rankers import MODEL

    ranking, day = ranking or MODEL, as_of or today()
    found = run_ablation(home, day, ranking=ranking, cut_offs=cutoffs)
    if output is ReportFormat.json:
        json.dump(as_records(found, day, ranking), sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
        return
    show(found, ranking, language_of(home, lang))


def show(found: "Ablation", ranking: str, language: str) -> None:
    """The table that a person reads: before termination, the mean over every k; sources first, then groups."""
    from rich.console import Console

    from models.rankers import ranking_name

    rows = _rows(found)
    console = Console() if sys.stdout.isatty() else Console(width=130)
    console.print(_table(found, rows, language))
    ks = sorted(k for k in set(found.frame["k"].to_list()) if k is not None)
    positives = found.positive_tenancies["before_termination"]
    blanks = {"tested": len(found.tested), "positives": positives, "k": ", ".join(map(str, ks))}
    recall = _points(rows[0]["recall"], language, sign=False) + " %"
    print(text("ablation_read", language, ranking=ranking_name(ranking, language), recall=recall, **blanks))


def _rows(found: "Ablation") -> list[dict[str, Any]]:
    """The mean over every k before termination, a row a part."""
    import polars as pl

    return found.frame.filter(pl.col("k").is_null(), population="before_termination").to_dicts()


def _table(found: "Ablation", rows: list[dict[str, Any]], language: str) -> "Table":
    from rich.table import Table

    from flows.ablation import cannot_be_spared, name_of

    table = Table(title=text("ablation_title", language), title_justify="left")
    for heading in ("source", "features", "adds", "interval", "verdict"):
        words = heading in ("source", "verdict")
        table.add_column(text(f"col_{heading}", language), justify="left" if words else "right")
    singles = [part for part in found.parts if part.kind == "source"]
    for part, row in zip(found.parts, rows, strict=True):
        verdict = text(f"verdict_{row['verdict']}", language)
        if cannot_be_spared(part, [single.name for single in singles]):
            verdict += f" ({text('verdict_needed', language)})"
        adds, low, high = (_points(row[name], language) for name in ("adds", "low", "high"))
        cells = (name_of(part, language), str(row["features"]), adds, f"{low} – {high}", verdict)
        table.add_row(*cells, end_section=bool(singles) and part == singles[-1])
    return table


def _points(share: float, language: str, *, sign: bool = True) -> str:
    """A share in points with one decimal."""
    return number_text(100 * share, 1, language, sign=sign)
