"""The models of a municipality: one folder a version, named by the day it was trained as of and by its content.

    models/m2026-01-01-1a2b3c4d/model.skops, card.json
    models/registrations.jsonl                           one line a registration: version, first_night, on

Registering the same again changes nothing. Who ranks is decided in `models.decisions`.
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

from models.explained import ExplainedModel
from models.model_files import from_bytes, to_bytes
from warehouse.errors import ModelError

MODEL_FILE, CARD_FILE, REGISTRATIONS_FILE = "model.skops", "card.json", "registrations.jsonl"

_VERSION = re.compile(r"m(\d{4}-\d{2}-\d{2})-([0-9a-f]{8})")


@dataclass(frozen=True)
class Registered:
    """A model that was registered, with its card."""

    version: str
    model: ExplainedModel
    card: Mapping[str, Any]

    @property
    def trained_as_of(self) -> date:
        """The day it was trained as of."""
        return date.fromisoformat(self.card["trained_as_of"])

    @property
    def sources(self) -> tuple[str, ...]:
        """The feeds it reads, sorted."""
        return tuple(sorted({column.source for column in self.model.columns}))


def register(
    directory: Path,
    model: ExplainedModel,
    card: Mapping[str, Any],
    *,
    first_night: date | None = None,
    on: date | None = None,
) -> str:
    """Keep a model and its card; gives the version. A version that is there already is left as it is.

    From `first_night` on (where not given, the day it was trained as of) it is scored beside the one in use; `on` is
    the day of the registration. The folder is written beside and renamed: a version is there whole or not at all.
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
    trained = date.fromisoformat(card["trained_as_of"])
    _note_first_night(directory, version, max(first_night or trained, trained), on)
    return version


def registered_by(directory: Path, as_of: date) -> list[str]:
    """The versions that were there on the night of `as_of`, by the day they were trained as of.

    A version that was registered after that night was published is not among them, whatever day it was trained as of.
    """
    noted = _first_nights(directory)
    return [each for each in versions(directory) if noted.get(each, trained_as_of(each)) <= as_of]


def trained_as_of(version: str) -> date:
    """The day that a version was trained as of, from its name."""
    return date.fromisoformat(version[1:11])


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


def read_card(directory: Path, version: str) -> dict[str, Any]:
    """The card of a version, without its model; `ModelError` where it is missing or no card."""
    try:
        return json.loads((directory / version / CARD_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise _missing(version, directory) from error


def versions(directory: Path) -> list[str]:
    """Every registered version, by the day it was trained as of."""
    if not directory.is_dir():
        return []
    return sorted(each.name for each in directory.iterdir() if _VERSION.fullmatch(each.name) and each.is_dir())


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` at once or not at all, by writing beside and renaming."""
    beside = path.with_name(f".{path.name}.part")
    _write(beside, content)
    beside.replace(path)


def _note_first_night(directory: Path, version: str, first_night: date, on: date | None) -> None:
    """Add a line, unless the version has one."""
    if version in _first_nights(directory):
        return
    path = directory / REGISTRATIONS_FILE
    line = {"version": version, "first_night": first_night.isoformat(), "on": on.isoformat() if on else None}
    before = path.read_bytes() if path.exists() else b""
    write_whole(path, before + json.dumps(line).encode() + b"\n")


def _first_nights(directory: Path) -> dict[str, date]:
    """Version → the first night that it is scored on, from the lines."""
    path = directory / REGISTRATIONS_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    try:
        said = [json.loads(line) for line in lines]
        return {each["version"]: date.fromisoformat(each["first_night"]) for each in said}
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            expected="registrations: version, first_night, on",
            found="a line that cannot be read",
            where=REGISTRATIONS_FILE,
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
