"""A document of the record as parts in order: what is written is a TOML file, what is counted a table by its name.

documents/model_card.toml     [title], then [[part]]: heading | text | points | fill_in | table
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitoring.report.known import Known
from monitoring.report.phrases import phrases
from monitoring.report.tables import TABLES, Table

DOCUMENTS = (
    "model_card",
    "technical_documentation",
    "instructions_for_use",
    "fundamental_rights",
    "data_protection",
    "algorithm_register",
    "for_citizens",
)
"""Every document of the record, in the order they are written."""

FILL_IN = {"da": "Udfyldes af kommunen", "en": "To be filled in by the municipality"}


@dataclass(frozen=True)
class Heading:
    """A heading of level 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of points."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class FillIn:
    """What only the municipality can say."""

    text: str


Part = Heading | Text | Points | FillIn | Table


@dataclass(frozen=True)
class Document:
    """A document: its name, language, title, the line under it, and its parts in order."""

    name: str
    language: str
    title: str
    subtitle: str
    parts: tuple[Part, ...]


@cache
def written(name: str) -> dict[str, Any]:
    """What documents/<name>.toml says, both languages."""
    return tomllib.loads((Path(__file__).parent / "documents" / f"{name}.toml").read_text("utf-8"))


def document(name: str, known: Known, language: str) -> Document:
    """The document called `name` of a night in "da" or "en"; `KeyError` where there is no such table or phrase."""
    said, blanks = written(name), phrases(known, language)
    parts = [made for part in said["part"] for made in _made(part, known, language, blanks)]
    subtitle = said["subtitle"][language].format(**blanks)
    return Document(name, language, said["title"][language], subtitle, tuple(parts))


def _made(part: dict[str, Any], known: Known, language: str, blanks: dict[str, str]) -> Sequence[Part]:
    ((kind, words),) = part.items()
    if kind == "table":
        return TABLES[words](known, language)
    told = words[language]
    if kind == "points":
        return [Points(tuple(each.format(**blanks) for each in told))]
    made = {"heading": Heading, "text": Text, "fill_in": FillIn}[kind]
    return [made(told.format(**blanks))]
