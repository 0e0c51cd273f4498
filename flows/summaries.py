"""The closing summaries: what a person reads on the terminal after a command. Counts and tenancy numbers only."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.home import Home
from flows.registry_summaries import say_verdict
from flows.settings import read_settings
from flows.texts import text

if TYPE_CHECKING:
    from flows.nightly import Night
    from flows.retrain import Training
    from synthetic.municipality import SimulationReport

REPORT_COLUMNS = (
    "feed",
    "file",
    "rows_read",
    "accepted",
    "duplicate",
    "quarantined",
    "unlinked",
    "layout",
    "reason",
    "explanation",
    "broken_rules",
    "unknown_columns",
)
_COUNTS = ("rows_read", "accepted", "duplicate", "quarantined", "unlinked")
_SHOWN_ROWS = 10


def needs_a_look(reports: pl.DataFrame) -> bool:
    """Whether any delivery was set aside or has quarantined rows."""
    return reports.filter((pl.col("status") == "set_aside") | (pl.col("quarantined") > 0)).height > 0


def say_ready(home: Home, *, new: bool) -> None:
    """After `init`."""
    settings = read_settings(home)
    key = settings.vault.key_file or settings.vault.key_variable or "key_command"
    name = "ready_new" if new else "ready_old"
    print(text(name, settings.language, home=home.path, key=key))


def say_simulated(home: Home, report: "SimulationReport") -> None:
    """After `simulate`."""
    language = read_settings(home).language
    print(
        text(
            "simulated",
            language,
            files=sum(report.files.values()),
            rows=f"{sum(report.rows.values()):,}".replace(",", "."),
            broken=sum(report.broken.values()),
            inbox=home.inbox,
            truth=home.path / "truth",
        )
    )


def say_intake(reports: pl.DataFrame, *, as_json: bool, language: str) -> None:
    """After `intake`: the contract's columns as JSON, or a table a person reads."""
    if as_json:
        records = reports.select(*REPORT_COLUMNS, "delivered_on", "status").to_dicts()
        json.dump(records, sys.stdout, ensure_ascii=False, indent=1, default=str)
        print()
        return
    show_intake(reports, language)


def show_intake(reports: pl.DataFrame, language: str) -> None:
    """The intake by feed and layout, with totals; then each delivery that was set aside, with its reason."""
    if reports.is_empty():
        print(text("intake_none", language))
        return
    by_feed = (
        reports.group_by("feed", "layout", maintain_order=True)
        .agg(pl.len().alias("files"), pl.col(_COUNTS).sum())
        .sort("feed", "layout")
    )
    headings = ("feed", "sender", "files", "read", "accepted", "duplicate", "quarantined", "unlinked")
    table = _table(text("intake_title", language), headings, language, numbers_from=2)
    for row in by_feed.iter_rows():
        table.add_row(*(_count(cell) for cell in row))
    table.add_section()
    totals = [reports.height, *(reports[name].sum() for name in _COUNTS)]
    table.add_row(text("total", language), "", *(_count(cell) for cell in totals))
    _print(table)
    _show_set_aside(reports.filter(pl.col("status") == "set_aside"), language)
    _show_quarantined(reports.filter(pl.col("broken_rules").is_not_null()), language)


def _show_set_aside(reports: pl.DataFrame, language: str) -> None:
    if reports.is_empty():
        return
    from warehouse.rules import FILE_REASONS

    table = _table(text("set_aside_title", language), ("feed", "file", "reason"), language, numbers_from=3)
    for feed, file, reason in reports.select("feed", "file", "reason").iter_rows():
        table.add_row(feed, file, getattr(FILE_REASONS[reason], language))
    _print(table)


def _show_quarantined(reports: pl.DataFrame, language: str) -> None:
    if reports.is_empty():
        return
    table = _table(text("quarantined_title", language), ("feed", "file", "rules"), language, numbers_from=3)
    for row in reports.select("feed", "file", "broken_rules").iter_rows():
        table.add_row(*row)
    _print(table)


def say_trained(training: "Training", *, language: str) -> None:
    """After `retrain`."""
    if training.version is None:
        print(text("not_trained", language, why=training.why))
        return
    print(
        text(
            "trained",
            language,
            version=training.version,
            cutoffs=training.cutoffs,
            positives=training.positives,
            rows=_count(training.rows),
        )
    )
    for k, (model, rules) in sorted(training.recall_at.items()):
        print(text("measured", language, k=k, model=_share(model, language), rules=_share(rules, language)))
    say_verdict(training, language=language)


def say_night(home: Home, night: "Night", *, language: str) -> None:
    """After `nightly`: what came in, what the list holds, who ranked it and what was missing."""
    show_intake(night.reports, language)
    sections = dict(night.worklist.group_by("section").len().iter_rows())
    print(
        text(
            "night_done",
            language,
            as_of=night.as_of,
            deadlines=sections.get("deadline", 0),
            early=sections.get("early_warning", 0),
            active=_count(night.active),
        )
    )
    for sentence in ranking_sentences(night.facts, language):
        print(sentence)


def ranking_sentences(facts: dict[str, Any], language: str) -> list[str]:
    """Who ranked a night, and which sources were missing, from the night's own facts (night.json)."""
    by_model = facts["ranking"] == "model"
    sentences = [
        text("ranked_by_model", language, version=facts["model_version"])
        if by_model
        else text("ranked_by_rules", language, why=facts["why_rules"][language])
    ]
    if facts.get("gate_rule") not in (None, "strict"):
        sentences.append(text("ranked_loosely", language, rule=facts["gate_rule"]))
    if missing := facts["missing_sources"]:
        sentences.append(
            text("missing_sources", language, sources="; ".join(_source(one, language) for one in missing))
        )
    return sentences


def _source(missing: dict[str, Any], language: str) -> str:
    from worklist.wording import source_status

    told = source_status(missing["feed"], missing["status"], missing["age_days"], language)
    return f"{told} ({missing['sender']})" if missing["sender"] else told


def say_list(home: Home, as_of: date, *, language: str) -> None:
    """The head of both sections of a published list, with every reason."""
    for table, left_out in list_tables(home, as_of, language=language, most=_SHOWN_ROWS):
        _print(table)
        if left_out:
            print(text("more_rows", language, count=left_out))


def list_tables(home: Home, as_of: date, *, language: str, most: int) -> list[tuple[Any, int]]:
    """A table of at most `most` rows for each section of a published list, and how many rows it leaves out."""
    from flows.lists import night_of, worklist_frame

    listed = worklist_frame(night_of(home, as_of), language, also=("against",))
    return [
        _section_table(listed.filter(pl.col("section") == section), text(title, language), language, most)
        for section, title in (("deadline", "deadline_title"), ("early_warning", "early_title"))
    ]


def _section_table(rows: pl.DataFrame, title: str, language: str, most: int) -> tuple[Any, int]:
    from worklist.wording import STAGES

    headings = ("position", "tenancy", "stage", "deadline", "arrears", "band", "reasons")
    table = _table(f"{title} ({rows.height})", headings, language, numbers_from=9, lines=True)
    for row in rows.head(most).iter_rows(named=True):
        table.add_row(
            str(row["position"]),
            f"{row['landlord']}\n{row['tenancy_no']}",
            STAGES[row["stage"]][language],
            _deadline(row["next_deadline"], row["days_left"], language),
            _kroner(row["arrears_dkk"], language),
            row["score_band"] or "–",
            _reasons(row, language),
        )
    return table, max(0, rows.height - most)


def _reasons(row: dict[str, Any], language: str) -> str:
    """What speaks for a risk, a line each, and then what speaks against."""
    from worklist.wording import HEADINGS

    against = [f"{HEADINGS['against'][language]}: {sentence}" for sentence in row["against"] or ()]
    return "\n".join([*(f"• {sentence}" for sentence in row["reasons"]), *against])


def _deadline(day: date | None, days_left: int | None, language: str) -> str:
    if day is None:
        return "–"
    told = f"{day:%d-%m-%Y}" if language == "da" else day.isoformat()
    days = days_left or 0
    counted = "days_over" if days < 0 else "one_day_left" if days == 1 else "days_left"
    return f"{told}\n{text(counted, language, count=abs(days))}"


def say_where(home: Home, as_of: date) -> None:
    """Where to look next."""
    language = read_settings(home).language
    print(text("where", language, folder=home.published / as_of.isoformat(), home=home.path, as_of=as_of))


def note_beside(facts: dict[str, Any], language: str) -> None:
    """Who ranked and what was missing, on standard error, so that programs read the output alone."""
    for sentence in ranking_sentences(facts, language):
        print(sentence, file=sys.stderr)


def hand_over(content: bytes, out: Path | None) -> None:
    """Write a command's result to `out`, or to standard output."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(content)


def _table(title: str, headings: tuple[str, ...], language: str, *, numbers_from: int, lines: bool = False) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_lines=lines)
    for place, heading in enumerate(headings):
        table.add_column(text(f"col_{heading}", language), justify="right" if place >= numbers_from else "left")
    return table


def _print(table: Any) -> None:
    from rich.console import Console

    # A pipe has no width of its own: wide enough there for the reasons to stand on one line each.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


def _count(cell: Any) -> str:
    return f"{cell:,}".replace(",", ".") if isinstance(cell, int) else str(cell or "")


def _share(value: float, language: str) -> str:
    percent = f"{100 * value:.0f}"
    return f"{percent} %" if language == "da" else f"{percent}%"


def _kroner(amount: Any, language: str) -> str:
    if amount is None:
        return "–"
    english = f"{amount:,.2f}"
    return english if language == "en" else english.replace(",", "·").replace(".", ",").replace("·", ".")
