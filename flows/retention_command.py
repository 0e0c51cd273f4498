"""The command `page-forget`: remove from the page's own database what may not be kept longer."""

from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from flows.clock import TIME_ZONE, today
from flows.command_options import AsOf, Lang, language_of, ready
from flows.settings import read_settings

_WORDS = {
    "removed": {"da": "Slettet:", "en": "Removed:"},
    "would": {"da": "Ville blive slettet (intet er slettet):", "en": "Would be removed (nothing was):"},
    "cases": {"da": "lukkede sager", "en": "closed cases"},
    "events": {"da": "hændelser i dem", "en": "events in them"},
    "sent": {"da": "afsendte kontakter i dem", "en": "contacts of theirs that were sent"},
    "log_entries": {"da": "poster i loggen", "en": "entries of the access log"},
    "shown": {"da": "rækker om viste lejemål", "en": "rows of tenancies that were shown"},
}


def add_retention_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("page-forget")(page_forget)


def page_forget(
    context: typer.Context,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,
    lang: Lang = None,
) -> None:
    """Remove from the page's database closed cases and access-log entries that are older than they may be kept.

    [page] keep_years and keep_log_months in bovagt.toml say how long, counted back from the day. All is removed at once
    or nothing is; open cases never are. How many of what stands in the access log.
    """
    home = ready(context)
    day = as_of or today()
    if day > today():
        raise typer.BadParameter("a day that has not come would remove what must be kept", param_hint="--as-of")
    from flows.page import now, page_database
    from worklist.cases.retention import forget

    settings = read_settings(home)
    closed_before = _begin(_months_before(day, 12 * settings.page.keep_years))
    log_before = _begin(_months_before(day, settings.page.keep_log_months))
    with closing(page_database(home, settings)) as database:
        done = forget(database, closed_before, log_before, now(), dry_run=dry_run)
    language = language_of(home, lang)
    typer.echo(_WORDS["would" if dry_run else "removed"][language])
    for name, count in asdict(done).items():
        typer.echo(f"{count:>8}  {_WORDS[name][language]}")


def _months_before(day: date, months: int) -> date:
    """The same day so many months before; at the end of a month the 28th, so that nothing is removed too early."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(TIME_ZONE))
