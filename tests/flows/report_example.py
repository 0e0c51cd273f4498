"""The committed example of the public record: made from one made-up town's night, kept beside this file as it was.

    python -m tests.flows.report_example docs/example

The night is kept and not run again: a model trained on another machine may differ in its last digits, and the example
is to show what the record says of a night, not which night it is.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from flows.home import Home
from flows.report import files_of, known_of, watch_words, write_files
from models.rankers import RULES
from monitoring.records import Measured
from monitoring.report.known import Known
from worklist.wording import FEEDS

KEPT = Path(__file__).with_name("report_night.json")
_NOT_KEPT = ("words", "feeds", "as_of", "records")
_TOLD_OF_CARD = (
    "family", "trained_as_of", "inputs", "versions", "range", "features", "evaluation", "gate",
)  # fmt: skip


def keep(home: Home, as_of: date, path: Path = KEPT) -> None:
    """Keep what the record of a published night is made from; of the card only what the record tells."""
    known = known_of(home, as_of)
    card = _card(known.card) if known.card else None
    told: dict[str, Any] = {name: value for name, value in vars(known).items() if name not in _NOT_KEPT}
    rows = [{**asdict(record), "as_of": record.as_of.isoformat()} for record in known.records]
    told |= {"as_of": as_of.isoformat(), "card": card, "records": rows}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the record tells of a card: of its rankings only the model's own and the rules'."""
    means = (card["evaluation"] or {}).get("means", [])
    told = [mean for mean in means if mean["ranking"] in (card["family"], RULES)]
    return {name: card[name] for name in _TOLD_OF_CARD} | {"evaluation": {"means": told}}


def kept(path: Path = KEPT) -> Known:
    """What was kept, with the words as they are now."""
    told = json.loads(path.read_text("utf-8"))
    rows = [Measured(**{**row, "as_of": date.fromisoformat(row["as_of"])}) for row in told["records"]]
    plain = {**told, "as_of": date.fromisoformat(told["as_of"]), "records": rows}
    return Known(**plain, words=watch_words(), feeds=FEEDS)


if __name__ == "__main__":
    write_files(files_of(kept(), "da"), Path(sys.argv[1]))
