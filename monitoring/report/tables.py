"""The tables of the record, each by the name that a document calls it by. Every number is one of `measure` or a card.

A table function gives the parts it makes (a table, or a sentence where there is nothing to show): `TABLES[name](known,
language)`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from models.rankers import RULES
from monitoring.records import Measured
from monitoring.report import numbers
from monitoring.report.known import Known
from monitoring.report.phrases import (
    attribute_of,
    group_name,
    measure_about,
    measure_name,
    say,
    sender_name,
    stage_name,
)


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
    columns = _headings(language, "source", "purpose", "basis", "agreement", "model_reads", "months_kept")
    rows = tuple(_source(each, known, language) for each in known.sources)
    return _or_none(Table(say("caption_sources", language), columns, rows, 5), language)


def sources_plain(known: Known, language: str) -> Made:
    """The sources that are on, those of the same purpose and basis in one row: what a citizen asks."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for each in known.sources:
        if each["on"]:
            feed, *stated = _source(each, known, language)[:3]
            alike.setdefault(tuple(stated), []).append(feed)
    rows = tuple((", ".join(feeds), *stated) for stated, feeds in alike.items())
    columns = _headings(language, "source", "purpose", "basis")
    return _or_none(Table(say("caption_sources_plain", language), columns, rows, 3), language)


def _source(source: Mapping[str, Any], known: Known, language: str) -> tuple[str, ...]:
    stated = [str(source[name]).strip() or say("fill_in", language) for name in ("purpose", "legal_basis", "agreement")]
    state = "off" if not source["on"] else "yes" if source["grounded"] else "no"
    kept = numbers.number(source["retention_months"], language)
    return (_feed(source["feed"], known, language), *stated, say(state, language), kept)


def _feed(feed: str, known: Known, language: str) -> str:
    return known.feeds.get(feed, {}).get(language, feed)


def features_by_source(known: Known, language: str) -> Made:
    """How many features each source gives the model that ranked."""
    counted = Counter(feed for feed, _ in _features(known, language))
    rows = tuple((feed, numbers.number(count, language)) for feed, count in counted.items())
    return _or_none(Table(say("caption_features", language), _headings(language, "source", "features"), rows), language)


def features(known: Known, language: str) -> Made:
    """Every feature of the model that ranked, by its source."""
    rows = tuple(_features(known, language))
    columns = _headings(language, "source", "feature")
    return _or_none(Table(say("caption_every_feature", language), columns, rows, 2), language)


def _features(known: Known, language: str) -> Iterator[tuple[str, str]]:
    """Source and name of each feature, sources in the order of the register."""
    places = {source["feed"]: place for place, source in enumerate(known.sources)}
    own = known.card["features"] if known.card else []
    for each in sorted(own, key=lambda feature: places.get(feature["source"], len(places))):
        yield _feed(each["source"], known, language), each[language] or each["name"]


def gate(known: Known, language: str) -> Made:
    """The conditions of the gate of the model that ranked, each with what it found."""
    columns = _headings(language, "condition", "required", "holds")
    found = known.card["gate"]["conditions"] if known.card else []
    rows = tuple(
        (_finding(each, language), *(say("yes" if each[name] else "no", language) for name in ("required", "holds")))
        for each in found
    )
    return _or_none(Table(say("caption_gate", language), columns, rows, 3), language)


_NAMED_LANDLORD = re.compile(r"landlord=.+? \(.+?\): ")


def _finding(condition: Mapping[str, Any], language: str) -> str:
    """What a condition found, without the names of landlords: one may be a private person, and the record is public."""
    says = condition["says"] if language == "en" else condition.get("says_da") or condition["says"]
    return _NAMED_LANDLORD.sub(say("a_landlord", language) + ": ", says)


_TOLD = ("recall_at_k", "precision_at_k", "average_precision", "auc")
"""The card's measures that are told, in this order; the others stay in the card."""
_NO_SHARES = ("auc", "average_precision")
"""Of these the ones that are no share of people."""


def held_out(known: Known, language: str) -> Made:
    """What the model and the rules showed on the held-out cut-offs, as means over them, from the card."""
    columns = _headings(language, "population", "measure", "the_model", "the_rules")
    means = (known.card["evaluation"] or {}).get("means", []) if known.card else []
    found = {(each["population"], each["measure"], each["k"], each["ranking"]): each for each in means}
    keys = dict.fromkeys((each["population"], each["measure"], each["k"]) for each in means if each["measure"] in _TOLD)
    rows = []
    for population, measure, k in sorted(keys, key=lambda key: (key[0], _TOLD.index(key[1]))):
        of = [found.get((population, measure, k, name)) for name in (known.card["family"], RULES)]  # type: ignore[index]
        rows.append((*_what(population, measure, k, language), *(_mean(each, language) for each in of)))
    note = say("note_held_out", language)
    return _or_none(Table(say("caption_held_out", language), columns, tuple(rows), 2, note), language)


def _what(population: str, measure: str, k: int | None, language: str) -> tuple[str, str]:
    at = say("at_k", language, k=numbers.number(k, language)) if k else ""
    return say(f"population_{population}", language, or_else=population), say(f"card_{measure}", language) + at


def _mean(found: Mapping[str, Any] | None, language: str) -> str:
    """'43,8 % (27,8 % – 65,6 %)'; a dash where the card has no such ranking."""
    if found is None:
        return "–"
    write = numbers.number if found["measure"] in _NO_SHARES else numbers.share
    span = "" if found["low"] is None else f" ({write(found['low'], language)} – {write(found['high'], language)})"
    return write(found["value"], language) + span


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
    rows = tuple((*group_name(each, known, language), *_numbers(each, language)) for each in own)
    if any(each.alarm for each in own):
        columns += _headings(language, "alarm")
        rows = tuple((*row, _alarm(each, language)) for row, each in zip(rows, own, strict=True))
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
    told = numbers.measured(record, language), numbers.reference(record, language)
    sender = sender_name(named["sender"], known, language) if "sender" in named else "–"
    return (_feed(named["feed"], known, language), sender, *told, _alarm(record, language))


def _alarm(record: Measured, language: str) -> str:
    return say(f"alarm_{record.alarm}", language, or_else=record.alarm) if record.alarm else "–"


def _numbers(record: Measured, language: str) -> Iterator[str]:
    for write in (numbers.counted, numbers.measured, numbers.interval, numbers.reference):
        yield write(record, language)


def settings(known: Known, language: str) -> Made:
    """The settings that bear on who is ranked and listed."""
    rows = tuple(
        (say(f"setting_{name}", language), _setting(value, language)) for name, value in known.settings.items()
    )
    table = Table(say("caption_settings", language), _headings(language, "setting", "value"), rows, 2)
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
        sources, sources_plain, features_by_source, features, gate, held_out, measures, groups, deliveries, settings,
        logs, inputs,
    )
}  # fmt: skip
