"""The command `monitor`: the records of a published night's watch and its open alarms; see `flows.watch`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.clock import today
from flows.command_options import (
    Against,
    AsOf,
    EvidentlyFile,
    KnownBefore,
    Lang,
    Report,
    ReportFormat,
    language_of,
    ready,
)

if TYPE_CHECKING:
    import polars as pl

    from flows.home import Home


def add_monitor_command(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(monitor)


def monitor(
    context: typer.Context,
    as_of: AsOf = None,
    output: Report = ReportFormat.table,
    lang: Lang = None,
    known_before: KnownBefore = None,
    evidently: EvidentlyFile = None,
    against: Against = None,
) -> None:
    """What the watch of a night found: its measures by stage and group, and the alarms that are open.

    It reads the published night, so a past night shows what it showed then. Counts of 1 to 4 are not told. With
    --known-before the outcomes of its list are counted again by what was known before that day: what differs is shown.
    With --evidently a report of every input beside a past day is written for an analyst.
    """
    home = ready(context)
    if evidently is not None:
        _write_report(home, as_of or today(), against, evidently, language_of(home, lang))
        return
    if known_before is not None:
        _show_again(home, as_of or today(), known_before, output, language_of(home, lang))
        return
    from flows.watch import open_alarms
    from worklist.published import read_night

    language = language_of(home, lang)
    night = read_night(home.published, as_of or today())
    records, alarms = night.frame("measure"), open_alarms(night, language)
    if output is ReportFormat.json:
        told = {"records": [_plain(row) for row in records.iter_rows(named=True)], "alarms": alarms}
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    _show(records, alarms, language)


def _write_report(home: "Home", as_of: date, against: date | None, out: Path, language: str) -> None:
    """Evidently's report, and which inputs drifted."""
    from flows.watch_report import drift_report

    moved = drift_report(home, as_of, against, out)
    print(_say("report_written", language, path=out, moved=", ".join(moved) or "–"))


def _show_again(home: "Home", as_of: date, known_before: date, output: ReportFormat, language: str) -> None:
    """What a night told of outcomes beside what is known of the same list later."""
    from flows.watch_again import then_and_now

    rows = then_and_now(home, as_of, known_before)
    if output is ReportFormat.json:
        print(json.dumps(rows.to_dicts(), ensure_ascii=False, indent=1))
        return
    if rows.is_empty():
        print(_say("nothing_changed", language, day=known_before))
    for row in rows.iter_rows(named=True):
        counts = {
            when: _count(row[f"{when}_numerator"], row[f"{when}_denominator"], language) for when in ("then", "now")
        }
        name = " ".join(part for part in (row["measure"], row["stage"], row["group"]) if part)
        print(f"{name}: " + _say("then_and_now", language, **counts))


def _count(numerator: float | None, denominator: float | None, language: str) -> str:
    if numerator is None or not denominator:
        return _say("withheld", language)
    return f"{numerator:g} / {denominator:g}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "as_of": row["as_of"].isoformat()}


_WORDS = {
    "measure": {"da": "Mål", "en": "Measure"},
    "stage": {"da": "Trin", "en": "Stage"},
    "group": {"da": "Gruppe", "en": "Group"},
    "count": {"da": "Antal", "en": "Count"},
    "value": {"da": "Værdi", "en": "Value"},
    "interval": {"da": "95 %-interval", "en": "95 % interval"},
    "reference": {"da": "Sammenlignes med", "en": "Compared with"},
    "alarm": {"da": "Alarm", "en": "Alarm"},
    "title": {"da": "Vagten {day}", "en": "The watch, {day}"},
    "withheld": {"da": "for få til at vise", "en": "too few to show"},
    "alarms": {"da": "Åbne alarmer: {count}", "en": "Open alarms: {count}"},
    "report_written": {"da": "{path}: forskudt er {moved}", "en": "{path}: drifted are {moved}"},
    "then_and_now": {"da": "som kendt da {then}, som kendt nu {now}", "en": "as known then {then}, as known now {now}"},
    "nothing_changed": {
        "da": "Intet er kommet til før {day}, som ændrer, hvad natten fortalte.",
        "en": "Nothing that came before {day} changes what the night told.",
    },
    "none": {"da": "Ingen åbne alarmer.", "en": "No open alarms."},
}


def _say(key: str, language: str, **blanks: object) -> str:
    return _WORDS[key][language].format(**blanks)


def _show(records: "pl.DataFrame", alarms: list[dict[str, Any]], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    day = records["as_of"][0] if records.height else "–"
    table = Table(title=_say("title", language, day=day), title_justify="left")
    for name in ("measure", "stage", "group", "count", "value", "interval", "reference", "alarm"):
        table.add_column(_say(name, language), justify="left" if name in ("measure", "stage", "group") else "right")
    for row in records.iter_rows(named=True):
        table.add_row(*_cells(row, language))
    console = Console() if sys.stdout.isatty() else Console(width=150)
    console.print(table)
    print(_say("alarms", language, count=len(alarms)) if alarms else _say("none", language))
    for alarm in alarms:
        since = f" ({alarm['since']})" if alarm["since"] else ""
        print(f"- {alarm['what']}{since}. {alarm['how_sure']}. {alarm['look_first']}.")


def _cells(row: dict[str, Any], language: str) -> list[str]:
    told = row["numerator"] is not None and row["denominator"]
    counts = f"{row['numerator']:g} / {row['denominator']:g}" if told else _say("withheld", language)
    value = f"{row['numerator'] / row['denominator']:.3f}" if told else ""
    interval = f"{row['low']:.3f} – {row['high']:.3f}" if told and row["low"] is not None else ""
    reference = f"{row['reference']:.3f}" if row["reference"] is not None else ""
    return [row["measure"], row["stage"], row["group"], counts, value, interval, reference, row["alarm"]]
