"""The public record of a published night: gathered from registry, source register, settings and the night, and written.

<out>/<document>.html, <out>/<document>.pdf, <out>/algorithm_register.json
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from flows.home import Home
from flows.settings import Settings, SourceRegister, read_settings, read_sources
from models.decisions import decision_for
from models.registry import read_card
from monitoring.records import Measured
from monitoring.report.document import DOCUMENTS, document
from monitoring.report.html import html_of
from monitoring.report.known import Known
from monitoring.report.pdf import pdf_of
from monitoring.report.register_entry import entry_of
from worklist.page.words import written
from worklist.published import Night, read_night
from worklist.wording import FEEDS

_WATCH = "watch."
REGISTER_ENTRY = "algorithm_register.json"


def write_report(home: Home, as_of: date, out: Path, language: str) -> list[Path]:
    """Write the record of the published night of `as_of` in "da" or "en" into the folder `out`; gives its files.

    The same night, registry and settings give the same bytes. `StoreError` where the night was not published.
    """
    return write_files(files_of(known_of(home, as_of), language), out)


def known_of(home: Home, as_of: date) -> Known:
    """What the record may say of the night of `as_of`.

    Settings and source register are those that stand now: a night does not keep its own. `StoreError` where there is
    no such night, `ModelError` where the card of its model is missing.
    """
    night = read_night(home.published, as_of)
    facts = night.facts
    by_model = facts["ranking"] == "model"
    return Known(
        as_of=as_of,
        facts=facts,
        card=read_card(home.models, facts["model_version"]) if by_model else None,
        decision=_decision(home, as_of, facts["model_version"]),
        sources=_sources(read_sources(home)),
        settings=_settings(read_settings(home)),
        records=_records(night),
        words=watch_words(),
        feeds=FEEDS,
    )


def files_of(known: Known, language: str) -> dict[str, bytes]:
    """Name → contents of every file of the record, in `language`."""
    files: dict[str, bytes] = {}
    for name in DOCUMENTS:
        made = document(name, known, language)
        files |= {f"{name}.html": html_of(made), f"{name}.pdf": pdf_of(made, known.as_of)}
    entry = json.dumps(entry_of(known, language), ensure_ascii=False, indent=1)
    return files | {REGISTER_ENTRY: f"{entry}\n".encode()}


def write_files(files: dict[str, bytes], out: Path) -> list[Path]:
    """Write each file into `out`, which is made where it is not there; gives the paths."""
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return [out / name for name in files]


def watch_words() -> dict[str, dict[str, str]]:
    """What the page of the watch calls measures, attributes and groups: the record says the same."""
    return {key.removeprefix(_WATCH): words for key, words in written().items() if key.startswith(_WATCH)}


def _decision(home: Home, as_of: date, version: str) -> dict[str, Any] | None:
    """When the version that ranked was put to use, and from which night on; None for the rules."""
    decision = decision_for(home.models, as_of)
    if decision is None or decision.version != version:
        return None
    return {"on": decision.on.isoformat(), "first_night": decision.first_night.isoformat()}


def _sources(register: SourceRegister) -> list[dict[str, Any]]:
    in_order = ((feed, register.source[feed]) for feed in FEEDS if feed in register.source)
    return [{"feed": feed, **source.model_dump(), "grounded": source.grounded} for feed, source in in_order]


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "purpose": settings.purpose,
        "tier": settings.ranking.tier,
        "kinds": list(settings.outcome.kinds),
        "horizon_days": settings.outcome.horizon_days,
        "capacity": settings.worklist.capacity,
        "exploration_slots": settings.worklist.exploration_slots,
        "minutes_per_contact": settings.worklist.minutes_per_contact,
        "gate": settings.training.gate,
    }


def _records(night: Night) -> list[Measured]:
    """The night's records; a night that was published before there was a watch has none."""
    if "measure.parquet" not in night.files:
        return []
    fields = Measured.__dataclass_fields__
    rows = night.frame("measure").iter_rows(named=True)
    return [Measured(**{name: value for name, value in row.items() if name in fields}) for row in rows]
