"""The tables of the record, each by the name that a document calls it by. Every number is one of `measure` or a card.

A table function gives the parts it makes (a table, or a sentence where there is nothing to show): `TABLES[name](known,
language)`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from monitoring.records import Measured
from monitoring.report import numbers
from monitoring.report.known import Known
from monitoring.report.phrases import attribute_of, group_name, measure_about, measure_name, say, sender_name, stage_name


@dataclass(frozen=True)
class Table:
    """A table: what it shows, its column headings, its rows of cells; the first `text_columns` hold no numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1
    note: str = ""


Made = Sequence[Table]


def _headings(language: str, *keys: str) -> tuple[str, ...]:
    return tuple(say(f"column_{key}", language) for key in keys)


def _or_none(table: Table, language: str) -> Made:
    """The table, or where it has no row one row that says so: a table is never silently left out."""
    if table.rows:
        return [table]
    nothing = (say("nothing", language), *("" for _ in table.columns[1:]))
    return [Table(table.caption, table.columns, (nothing,), len(table.columns), table.note)]


def sources(known: Known, language: str) -> Made:
    """The source register as it stands: each feed, its purpose and basis, and whether the model may read it."""
    columns = _headings(language, "source", "purpose", "basis", "agreement", "months_kept", "model_reads")
    rows = tuple(_source(each, known, language) for each in known.sources)
    return _or_none(Table(say("caption_sources", language), columns, rows, 4), language)


def sources_plain(known: Known, language: str) -> Made:
    """The sources that are on, with their purpose and basis: what a citizen asks."""
    columns = _headings(language, "source", "purpose", "basis")
    rows = tuple(_source(each, known, language)[:3] for each in known.sources if each["on"])
    return _or_none(Table(say("caption_sources_plain", language), columns, rows, 3), language)


def _source(source: Mapping[str, Any], known: Known, language: str) -> tuple[str, ...]:
    stated = [str(source[name]).strip() or say("fill_in", language) for name in ("purpose", "legal_basis", "agreement")]
    state = "off" if not source["on"] else "yes" if source["grounded"] else "no"
    kept = numbers.number(source["retention_months"], language)
    return (_feed(source["feed"], known, language), *stated, kept, say(state, language))


def _feed(feed: str, known: Known, language: str) -> str:
    return known.feeds.get(feed, {}).get(language, feed)


def features_by_source(known: Known, language: str) -> Made:
    """How many features each source gives the model that ranked, and what they tell."""
    columns = _headings(language, "source", "tells", "features")
    features = sorted(known.card["features"], key=lambda each: each["source"]) if known.card else []
    rows = []
    for feed, own in groupby(features, key=lambda each: each["source"]):
        labels = [each[language] or each["name"] for each in own]
        rows.append((_feed(feed, known, language), "; ".join(labels), numbers.number(len(labels), language)))
    return _or_none(Table(say("caption_features", language), columns, tuple(rows), 2), language)


def gate(known: Known, language: str) -> Made:
    """The conditions of the gate of the model that ranked, each with what it found."""
    columns = _headings(language, "condition", "required", "holds")
    found = known.card["gate"]["conditions"] if known.card else []
    rows = tuple(
        (each["says_da"] if language == "da" and each["says_da"] else each["says"],
         say("yes" if each["required"] else "no", language), say("yes" if each["holds"] else "no", language))
        for each in found
    )  # fmt: skip
    return _or_none(Table(say("caption_gate", language), columns, rows, 3), language)


_TOLD_RANKINGS = ("model", "rules")


def held_out(known: Known, language: str) -> Made:
    """What the model and the rules showed on the held-out cut-offs, as means over them, from the card."""
    columns = _headings(language, "population", "measure", "ranking", "value", "interval")
    means = (known.card["evaluation"] or {}).get("means", []) if known.card else []
    rows = tuple(_mean(each, language) for each in means if each["ranking"] in _TOLD_RANKINGS)
    note = say("note_held_out", language)
    return _or_none(Table(say("caption_held_out", language), columns, rows, 3, note), language)


_NO_SHARES = ("lift_at_k", "auc", "average_precision")
"""The card's measures that are no share of people."""


def _mean(found: Mapping[str, Any], language: str) -> tuple[str, ...]:
    write = numbers.number if found["measure"] in _NO_SHARES else numbers.share
    name = say(f"card_{found['measure']}", language, or_else=found["measure"])
    at = say("at_k", language, k=numbers.number(found["k"], language)) if found["k"] else ""
    span = "–" if found["low"] is None else f"{write(found['low'], language)} – {write(found['high'], language)}"
    ranking = say(f"ranking_{found['ranking']}", language, or_else=found["ranking"])
    population = say(f"population_{found['population']}", language, or_else=found["population"])
    return (population, name + at, ranking, write(found["value"], language), span)


def measures(known: Known, language: str) -> Made:
    """What the night counted of everybody: every record that is of no group."""
    columns = _headings(language, "measure", "stage", "count", "value", "interval", "reference")
    rows = tuple(
        (measure_name(each, known, language), stage_name(each.stage, language), *_numbers(each, language))
        for each in known.records
        if not each.group
    )
    return _or_none(Table(say("caption_measures", language), columns, rows, 2), language)


def groups(known: Known, language: str) -> Made:
    """What the night counted of each group: one table a measure and stage."""
    grouped = [each for each in known.records if each.group and attribute_of(each) not in _NO_PEOPLE]
    tables = [
        _by_group(list(own), known, language)
        for _, own in groupby(grouped, key=lambda each: (each.measure, each.stage))
    ]
    return tables or _or_none(
        Table(say("caption_groups", language), _headings(language, "attribute", "group", "count"), ()), language
    )


_NO_PEOPLE = ("feed",)
"""Attributes of records that are about deliveries and not about people."""


def _by_group(own: Sequence[Measured], known: Known, language: str) -> Table:
    columns = _headings(language, "attribute", "group", "count", "value", "interval", "reference")
    rows = tuple(
        (*group_name(each, known, language), *_numbers(each, language)) for each in own
    )
    caption = say("caption_by_group", language, measure=measure_name(own[0], known, language))
    if own[0].stage:
        caption += f" ({stage_name(own[0].stage, language)})"
    return Table(caption, columns, rows, 2, measure_about(own[0], known, language))


def deliveries(known: Known, language: str) -> Made:
    """How old each sender's last delivery was, beside how often it is expected."""
    columns = _headings(language, "source", "sender", "age_days", "expected_days", "alarm")
    rows = tuple(_delivery(each, known, language) for each in known.records if attribute_of(each) in _NO_PEOPLE)
    return _or_none(Table(say("caption_deliveries", language), columns, rows, 2), language)


def _delivery(record: Measured, known: Known, language: str) -> tuple[str, ...]:
    named = dict(part.partition("=")[::2] for part in record.group.split("&"))
    alarm = say(f"alarm_{record.alarm}", language, or_else=record.alarm) if record.alarm else "–"
    told = numbers.measured(record, language), numbers.reference(record, language)
    sender = sender_name(named["sender"], known, language) if "sender" in named else "–"
    return (_feed(named["feed"], known, language), sender, *told, alarm)


def _numbers(record: Measured, language: str) -> Iterator[str]:
    for write in (numbers.counted, numbers.measured, numbers.interval, numbers.reference):
        yield write(record, language)


def settings(known: Known, language: str) -> Made:
    """The settings that bear on who is ranked and listed."""
    rows = tuple(
        (say(f"setting_{name}", language), _setting(value, language)) for name, value in known.settings.items()
    )
    table = Table(say("caption_settings", language), _headings(language, "setting", "value"), rows)
    return _or_none(table, language)


def _setting(value: Any, language: str) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(say(f"value_{each}", language, or_else=str(each)) for each in value)
    if isinstance(value, int | float):
        return numbers.number(value, language)
    return say(f"value_{value}", language, or_else=str(value))


_LOGS = ("nights", "runs", "registrations", "promotions", "deliveries", "access", "journal")


def logs(_known: Known, language: str) -> Made:
    """Which logs there are, where, what they hold, and how long they are kept (Article 12)."""
    columns = _headings(language, "log", "where", "holds_what", "kept")
    rows = tuple(tuple(say(f"log_{name}", language).split(" | ")) for name in _LOGS)
    return [Table(say("caption_logs", language), columns, rows, 4)]


def inputs(known: Known, language: str) -> Made:
    """What the model was trained on and with: hashes of the inputs, versions of the packages and the code."""
    card = known.card or {"inputs": {}, "versions": {}}
    rows = tuple((name, str(value)) for part in ("inputs", "versions") for name, value in card[part].items())
    return _or_none(Table(say("caption_inputs", language), _headings(language, "what", "version"), rows, 2), language)


TABLES: Mapping[str, Callable[[Known, str], Made]] = {
    made.__name__: made
    for made in (
        sources, sources_plain, features_by_source, gate, held_out, measures, groups, deliveries, settings, logs, inputs
    )
}  # fmt: skip
