"""The models of a municipality: one folder a version, and a list of promotions that only grows.

    models/m2026-01-01-1a2b3c4d/model.skops, card.json
    models/promotions.jsonl                              one line a promotion: version, trained_as_of, who, on

A version is named by the day it was trained as of and by its content; registering the same again changes nothing.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from models.boosting import AdditiveBoosting
from models.model_files import from_bytes, to_bytes
from warehouse.errors import ModelError

MODEL_FILE, CARD_FILE, PROMOTIONS_FILE = "model.skops", "card.json", "promotions.jsonl"

_VERSION = re.compile(r"m(\d{4}-\d{2}-\d{2})-([0-9a-f]{8})")


@dataclass(frozen=True)
class Registered:
    """A model that was registered, with its card."""

    version: str
    model: AdditiveBoosting
    card: Mapping[str, Any]

    @property
    def trained_as_of(self) -> date:
        """The day it was trained as of."""
        return date.fromisoformat(self.card["trained_as_of"])

    @property
    def sources(self) -> tuple[str, ...]:
        """The feeds it reads, sorted."""
        return tuple(sorted({column.source for column in self.model.columns}))


@dataclass(frozen=True)
class Promotion:
    """A decision that a version ranks from now on: who made it, and on which day."""

    version: str
    trained_as_of: date
    who: str
    on: date


def register(directory: Path, model: AdditiveBoosting, card: Mapping[str, Any]) -> str:
    """Keep a model and its card; gives the version. A version that is there already is left as it is.

    The folder is written beside and renamed: a version is there whole or not at all.
    """
    content, text = to_bytes(model), _card_text(card)
    version = f"m{card['trained_as_of']}-{hashlib.sha256(content + text).hexdigest()[:8]}"
    folder = directory / version
    if not folder.exists():
        beside = directory / f".{version}.part"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write(beside / MODEL_FILE, content)
        _write(beside / CARD_FILE, text)
        beside.replace(folder)
    return version


def load(directory: Path, version: str) -> Registered:
    """A registered model and its card; `ModelError` where it is missing, or not what was registered."""
    folder = directory / version
    if not _VERSION.fullmatch(version) or not folder.is_dir():
        raise _missing(version, directory)
    content, text = (folder / MODEL_FILE).read_bytes(), (folder / CARD_FILE).read_bytes()
    if hashlib.sha256(content + text).hexdigest()[:8] != version[-8:]:
        raise ModelError(
            expected=f"the model and card that were registered as {version}",
            found="files whose hash is another",
            where=version,
            remedy="Restore the folder, or promote another version.",
        )
    return Registered(version, from_bytes(content, version), json.loads(text))


def versions(directory: Path) -> list[str]:
    """Every registered version, by the day it was trained as of."""
    if not directory.is_dir():
        return []
    return sorted(each.name for each in directory.iterdir() if _VERSION.fullmatch(each.name) and each.is_dir())


def promote(directory: Path, version: str, *, who: str, on: date) -> Promotion:
    """Let `version` rank the nights from the day it was trained as of; `who` decided it on the day `on`.

    `ModelError` where it is missing, or its gate is shut (the message says which conditions failed).
    """
    card = load(directory, version).card
    if not card["gate"]["open"]:
        failed = [c["says"] for c in card["gate"]["conditions"] if c["required"] and not c["holds"]]
        raise ModelError(
            expected="a model whose gate is open",
            found="; ".join(failed),
            where=version,
            remedy="It stays registered; the version before it, or the rules, go on ranking.",
        )
    promotion = Promotion(version, date.fromisoformat(card["trained_as_of"]), who, on)
    _append(directory / PROMOTIONS_FILE, promotion)
    return promotion


def promotions(directory: Path) -> list[Promotion]:
    """Every promotion, from the first to the latest."""
    path = directory / PROMOTIONS_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [_promotion(line, number) for number, line in enumerate(lines, 1)]


def champion(directory: Path, as_of: date) -> Registered | None:
    """The model that ranks the night of `as_of`: the latest promoted one that was not trained as of a later day.

    None where there is none: then the rules rank. `ModelError` where its files are missing or were changed.
    """
    allowed = [each.version for each in promotions(directory) if each.trained_as_of <= as_of]
    return load(directory, allowed[-1]) if allowed else None


def _append(path: Path, promotion: Promotion) -> None:
    """Add a line, unless the latest one says the same already; by writing beside, so that no line is ever half."""
    said = promotions(path.parent)
    if said and (said[-1].version, said[-1].who, said[-1].on) == (promotion.version, promotion.who, promotion.on):
        return
    line = {
        "version": promotion.version,
        "trained_as_of": promotion.trained_as_of.isoformat(),
        "who": promotion.who,
        "on": promotion.on.isoformat(),
    }
    before = path.read_bytes() if path.exists() else b""
    beside = path.with_name(f".{path.name}.part")
    _write(beside, before + json.dumps(line, ensure_ascii=False).encode() + b"\n")
    beside.replace(path)


def _promotion(line: str, number: int) -> Promotion:
    try:
        said = json.loads(line)
        days = (date.fromisoformat(said["trained_as_of"]), date.fromisoformat(said["on"]))
        return Promotion(said["version"], days[0], said["who"], days[1])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            expected="a promotion: version, trained_as_of, who, on",
            found="a line that cannot be read",
            where=f"{PROMOTIONS_FILE}, line {number}",
            remedy="Restore the file from a copy; lines are only ever added.",
        ) from error


def _card_text(card: Mapping[str, Any]) -> bytes:
    return json.dumps(card, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _write(path: Path, content: bytes) -> None:
    """Write and wait until it is on the disk: a rename must not overtake its content."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _missing(version: str, directory: Path) -> ModelError:
    known = ", ".join(versions(directory)) or "none"
    return ModelError(
        expected="a registered version",
        found=f"{version}; there are: {known}",
        where="the registry",
        remedy="Name one of these, or train one (bovagt retrain).",
    )
