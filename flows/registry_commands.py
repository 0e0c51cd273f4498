"""The commands about models: models, promote, rollback. Arguments and exit codes only; see `flows.registry`."""

from datetime import date
from typing import Annotated

import typer

from flows.clock import today
from flows.command_options import Lang, Report, ReportFormat, language_of, ready, written_day

By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides: a person's name, kept with the decision.")]
FirstNight = Annotated[
    date | None,
    typer.Option(
        "--from",
        parser=written_day,
        metavar="YYYY-MM-DD",
        help="The first night it counts for; where not given, the one after the newest published night.",
    ),
]


def add_registry_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(models)
    app.command()(promote)
    app.command()(rollback)


def models(
    context: typer.Context,
    output: Report = ReportFormat.table,
    lang: Lang = None,
) -> None:
    """The registered models: which one ranks, which are scored beside it, and what each one's gate says.

    For each: version, the day it was trained as of, champion, challenger or retired, whether its gate is open or which
    condition failed and by how much, and who put it to use, when, and for which nights. Then every decision so far.
    """
    from flows.registry_summaries import say_models

    home = ready(context)
    say_models(home, as_json=output is ReportFormat.json, language=language_of(home, lang))


def promote(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="The version, as bovagt models shows it.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")] = "",
    first: FirstNight = None,
    lang: Lang = None,
) -> None:
    """Let a registered model rank the nights to come: a named person decides, and only when the model's gate is open.

    A shut gate answers 3 and says which condition failed and by how much. Nights that were published stay as they are.
    """
    from flows.registry import promote_version
    from flows.registry_summaries import say_decision

    home = ready(context)
    decision = promote_version(home, version, who=by, reason=reason, day=today(), wanted=first)
    say_decision(decision, language=language_of(home, lang))


def rollback(
    context: typer.Context,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION", help="A version, or 'rules'; where not given, the one before."),
    ] = None,
    first: FirstNight = None,
    lang: Lang = None,
) -> None:
    """Take the model in use out of use: back to the version before it, to a named one, or to the written rules.

    It counts for the nights to come and stays until a person promotes a model: bovagt retrain does not undo it, unless
    the settings say so. Nights that were published stay as they are, and can be made again to the byte.
    """
    from flows.registry import roll_back_to
    from flows.registry_summaries import say_decision

    home = ready(context)
    decision = roll_back_to(home, to, who=by, reason=reason, day=today(), wanted=first)
    say_decision(decision, language=language_of(home, lang))
