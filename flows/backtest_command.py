"""The command `backtest`: arguments and forms of output; see `flows.backtest`."""

import io
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.clock import today
from flows.command_options import AsOf, Lang, language_of, ready
from warehouse.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


class BacktestFormat(StrEnum):
    """How a backtest is told."""

    table = "table"
    json = "json"
    csv = "csv"


def add_backtest_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(backtest)


def backtest(
    context: typer.Context,
    as_of: AsOf = None,
    output: Annotated[
        BacktestFormat, typer.Option("--format", help="table for people; json or csv for programs: every record.")
    ] = BacktestFormat.table,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write json or csv to.")] = None,
    cutoffs: Annotated[
        int | None,
        typer.Option(min=1, max=240, help="How many past months are tested; bovagt.toml says."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many work at a time; bovagt.toml says.")
    ] = None,
    lang: Lang = None,
) -> None:
    """How good each ranking was: past months ranked by what was known on their day, measured by what came after.

    Every candidate and every simple rule is taught anew each month by outcomes that were known by then, and measured
    over all tenancies, over those before termination, and a week after the first demand. Results are kept in
    DIR/backtests: a run that was stopped goes on, and a new month adds its own work only. A feature that looks ahead
    is refused by name.
    """
    home = ready(context)
    if out is not None and output is BacktestFormat.table:
        raise UsageError(
            expected="--format json or csv beside --out",
            found="a table for the terminal",
            where="bovagt backtest",
            remedy="Add --format json, or leave --out away.",
        )
    from flows.backtest import Asked, run_backtest

    tested = run_backtest(home, as_of or today(), Asked(cutoffs, processes))
    if output is BacktestFormat.table:
        from flows.backtest_words import show

        show(tested, language_of(home, lang))
        return
    from flows.summaries import hand_over

    records = tested.reported.records
    hand_over(as_json(records) if output is BacktestFormat.json else as_csv(records), out)


def as_json(records: "pl.DataFrame") -> bytes:
    """A list of records; what could not be computed is null, dates are ISO."""
    return json.dumps(_plain(records).to_dicts(), ensure_ascii=False, indent=1, default=str).encode() + b"\n"


def as_csv(records: "pl.DataFrame") -> bytes:
    """The records, separated by semicolons; what could not be computed is empty."""
    text = io.BytesIO()
    _plain(records).write_csv(text, separator=";")
    return text.getvalue()


def _plain(records: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    return records.with_columns(pl.selectors.float().fill_nan(None))
