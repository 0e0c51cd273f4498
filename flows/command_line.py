"""`bovagt`: the command line. Only arguments, language and exit codes live here; what is done lives beside it.

Heavy packages are imported inside the commands, so that `bovagt --help` answers at once.
"""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.ablation_command import add_ablation_command
from flows.account_commands import add_account_commands
from flows.backtest_command import add_backtest_command
from flows.clock import today
from flows.command_options import AsOf, Lang, Report, ReportFormat, language_of, ready, written_day
from flows.effect_command import add_effect_command
from flows.ending import end_quietly
from flows.home import Home
from flows.monitor_command import add_monitor_command
from flows.priority import give_way
from flows.registry_commands import add_registry_commands
from flows.report_command import add_report_command
from flows.retention_command import add_retention_command
from warehouse.errors import BovagtError

app = typer.Typer(
    name="bovagt",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Early warning of evictions: from delivered files to the prevention team's list of the morning.\n\n"
        "A first try, with a made-up municipality:\n\n"
        "  bovagt --home demo simulate --tenancies 2000 --months 48 --seed 1 --until 2026-01-01\n\n"
        "  bovagt --home demo retrain --as-of 2026-01-01\n\n"
        "  bovagt --home demo nightly --as-of 2026-01-01\n\n"
        "  bovagt --home demo worklist --as-of 2026-01-01 --format xlsx --out list.xlsx\n\n"
        "Exit codes: 0 done; 1 done, but something was set aside that a person must look at (only with --strict); "
        "2 wrong use or configuration; 3 failed, and nothing was published."
    ),
)

DONE, SET_ASIDE, FAILED = 0, 1, 3


class Purpose(StrEnum):
    """What an installation is for."""

    development = "development"
    operation = "operation"


class TableFormat(StrEnum):
    """How scores are written."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


class ListFormat(StrEnum):
    """How the worklist is written."""

    csv = "csv"
    xlsx = "xlsx"
    json = "json"


Out = Annotated[Path | None, typer.Option("--out", help="The file to write; standard output where not given.")]
Strict = Annotated[bool, typer.Option("--strict", help="Answer 1 when something was set aside or quarantined.")]
WithoutPrefect = Annotated[
    bool,
    typer.Option(
        "--without-prefect",
        help="Run the same steps without recording them in Prefect (saves its start of some 15 seconds).",
    ),
]


@app.callback()
def _home(
    context: typer.Context,
    home: Annotated[Path, typer.Option("--home", envvar="BOVAGT_HOME", help="The municipality's directory.")] = Path(),
) -> None:
    from flows.orchestration import set_up

    context.obj = Home(home)
    set_up(context.obj.prefect)


@app.command()
def init(
    context: typer.Context,
    purpose: Annotated[Purpose, typer.Option(help="development: the model runs; operation: grounds first.")] = (
        Purpose.operation
    ),
) -> None:
    """Make DIR ready: commented settings (bovagt.toml), source register (sources.toml), inbox, and a new key.

    The key that seals names and CPR numbers is made outside DIR; bovagt.toml says where. Back it up: without it the
    vault stays sealed. `development` states made-up or research data as the ground of every source and the model
    runs; `operation` leaves the grounds empty, and the written rules rank until they are filled in.
    """
    from flows.initialise import initialise
    from flows.summaries import say_ready

    home: Home = context.obj
    say_ready(home, new=initialise(home, purpose.value))


@app.command()
def simulate(
    context: typer.Context,
    tenancies: Annotated[int, typer.Option(min=1, help="How many homes are let out.")] = 8000,
    months: Annotated[int, typer.Option(min=1, help="How many months the ledgers go back.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    until: Annotated[
        date | None,
        typer.Option(parser=written_day, metavar="YYYY-MM-DD", help="Nothing is known on or after this day."),
    ] = None,
) -> None:
    """Fill DIR/inbox with the deliveries of a made-up municipality, in several senders' layouts.

    DIR is made ready for development where it is new. The truth (risk, planted effects, true links, what was broken
    on purpose) lies in DIR/truth, outside the inbox.
    """
    from flows.simulation import simulate_municipality
    from flows.summaries import say_simulated

    home: Home = context.obj
    report = simulate_municipality(home, tenancies, months, seed, until or today())
    say_simulated(home, report)


@app.command()
def intake(
    context: typer.Context,
    output: Report = ReportFormat.table,
    strict: Strict = False,
    without_prefect: WithoutPrefect = False,
    lang: Lang = None,
) -> None:
    """Take in every new delivery in DIR/inbox/<feed>/ and tell what became of each.

    For each delivery: rows read = accepted + duplicate + quarantined. A file that cannot be read is set aside whole
    with the reason; the others are taken in. The same file twice counts once. Give a corrected layout, and what it
    let down before is read again.
    """
    home = ready(context)
    from flows.intake import run_intake
    from flows.summaries import needs_a_look, say_intake

    reports = run_intake(home, today(), with_prefect=not without_prefect)
    say_intake(reports, as_json=output is ReportFormat.json, language=language_of(home, lang))
    raise typer.Exit(SET_ASIDE if strict and needs_a_look(reports) else DONE)


@app.command()
def retrain(
    context: typer.Context,
    as_of: AsOf = None,
    without_prefect: WithoutPrefect = False,
    lang: Lang = None,
) -> None:
    """Train a model on what was known before the day, test it on later cut-offs, register it; promote if it passes.

    Only outcomes known by then are used. A model whose gate is shut stays registered: which condition failed, and by
    how much, is told here and stands in its card. After a rollback only a person promotes (bovagt promote).
    """
    home = ready(context)
    give_way()
    from flows.retrain import run_retrain
    from flows.summaries import say_trained

    outcome = run_retrain(home, as_of or today(), with_prefect=not without_prefect)
    say_trained(outcome, language=language_of(home, lang))


@app.command()
def nightly(
    context: typer.Context,
    as_of: AsOf = None,
    strict: Strict = False,
    without_prefect: WithoutPrefect = False,
    lang: Lang = None,
) -> None:
    """The night: take in, link, build features, score, choose the worklist, publish; at once or not at all.

    A night that fails leaves the list before it current. Running a night twice changes nothing.
    """
    home = ready(context)
    give_way()
    from flows.nightly import run_nightly
    from flows.summaries import needs_a_look, say_night

    night = run_nightly(home, as_of or today(), with_prefect=not without_prefect)
    say_night(home, night, language=language_of(home, lang))
    raise typer.Exit(SET_ASIDE if strict and needs_a_look(night.reports) else DONE)


@app.command()
def scores(
    context: typer.Context,
    as_of: AsOf = None,
    output: Annotated[TableFormat, typer.Option("--format", help="csv, parquet or json.")] = TableFormat.csv,
    out: Out = None,
) -> None:
    """Every active tenancy on the day: landlord, tenancy_no, stage, score, rank, ranking, model_version."""
    home = ready(context)
    from flows.lists import night_of, scores_as
    from flows.summaries import hand_over, note_beside

    night = night_of(home, as_of or today())
    hand_over(scores_as(night, output.value), out)
    note_beside(night.facts, language_of(home, None))


@app.command()
def worklist(
    context: typer.Context,
    as_of: AsOf = None,
    output: Annotated[ListFormat, typer.Option("--format", help="csv, xlsx or json.")] = ListFormat.csv,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """The day's worklist: deadlines first, then early warnings, each with its reasons."""
    home = ready(context)
    from flows.lists import night_of, worklist_as
    from flows.summaries import hand_over, note_beside

    night, language = night_of(home, as_of or today()), language_of(home, lang)
    hand_over(worklist_as(night, output.value, language), out)
    note_beside(night.facts, language)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the page and its health check.")] = 8080,
    prefect_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of Prefect's server.")] = 4200,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Whether the nights are run on schedule.")
    ] = True,
) -> None:
    """Serve the team's page, and start Prefect's own server with the schedule: nightly 05:00, retrain on the 1st 03:30.

    Accounts are made with: bovagt account add NAME --role worker. /healthz answers 200 when the current list can be
    served.

    Times are Europe/Copenhagen and hold across both clock changes. Nothing is asked of, or told to, another machine.
    """
    from flows.serve import serve as serve_all

    serve_all(ready(context), host, port, prefect_port, schedule=schedule)


add_backtest_command(app)
add_registry_commands(app)
add_effect_command(app)
add_monitor_command(app)
add_report_command(app)
add_ablation_command(app)
add_account_commands(app)
add_retention_command(app)


def main() -> None:
    """Run the command line; every error becomes a sentence and an exit code, never a traceback."""
    end = end_quietly()
    try:
        app(standalone_mode=True)
    except SystemExit as done:
        end(done.code if isinstance(done.code, int) else FAILED if done.code else DONE)
    except BovagtError as error:
        _tell(str(error))
        end(error.exit_code)
    except KeyboardInterrupt:
        _tell("stopped; nothing was published")
        end(FAILED)
    except Exception as error:
        # A foreign error's text may quote a row, so only its kind and place are told.
        _tell(f"unexpected {type(error).__name__} in {_place(error)}; nothing was published")
        end(FAILED)


def _tell(sentence: str) -> None:
    print(f"bovagt: {sentence}", file=sys.stderr)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"


if __name__ == "__main__":
    main()
