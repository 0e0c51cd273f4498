"""The entry of an algorithm register as plain data: what the algorithm is for, what it reads, and what it is not."""

from typing import Any

from monitoring.report.known import Known
from monitoring.report.phrases import phrases, say


def entry_of(known: Known, language: str) -> dict[str, Any]:
    """The entry of a night for JSON; `measures` are the night's records as they stand, None where withheld.

    What only the municipality knows is None. Texts are in `language`.
    """
    told = phrases(known, language)
    return {
        "name": "bovagt",
        "version": known.version,
        "as_of": known.as_of.isoformat(),
        "language": language,
        "status": known.settings["purpose"],
        "ranking": "model" if known.by_model else "rules",
        "ranked_by": told["ranked_by"],
        "purpose": say("entry_purpose", language, **told),
        "decides": False,
        "human_oversight": say("entry_oversight", language),
        "outcome": list(known.settings["kinds"]),
        "horizon_days": known.settings["horizon_days"],
        "places": known.settings["capacity"],
        "sources": [dict(source) for source in known.sources],
        "features": len(known.card["features"]) if known.card else 0,
        "not_used": say("entry_not_used", language),
        "gate_open": known.card["gate"]["open"] if known.card else None,
        "measures": [_measure(record) for record in known.records if not record.group],
        "licence": "EUPL-1.2",
        "owner": None,
        "contact": None,
        "impact_assessments": None,
    }


def _measure(record: Any) -> dict[str, Any]:
    return {
        name: getattr(record, name)
        for name in ("measure", "stage", "numerator", "denominator", "low", "high", "reference")
    }
