"""Senders' layouts: how a sender's file maps to a feed's columns. One TOML file a sender, no Python.

The standard layout of the contract needs none; `STANDARD` is it.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from warehouse.errors import LayoutError
from warehouse.layout_checks import problems_of_file, problems_of_sender

CONTRACT_VERSION = "1"
"""Raised when reading or checking itself changes, so that what was set aside or quarantined is tried anew."""

_LISTS = ("dates", "footer", "missing", "open_end")
_TEXTS = ("feed", "encoding", "separator", "decimal", "thousands", "header_row", "sheet")

OPEN_END = ("31-12-9999", "9999-12-31")
"""How senders write that something has no end yet."""


@dataclass(frozen=True)
class FileLayout:
    """How one kind of file from one sender is read. The defaults are the standard layout.

    `columns` maps a feed column to the file's header, `values` a feed column to {file's value: feed's value},
    `constants` a feed column to the value of every row. `encoding` None means: BOM, then UTF-8, then cp1252.
    """

    name: str = "standard"
    sender: str = "standard"
    feed: str = ""
    pattern: str = "*"
    encoding: str | None = None
    separator: str = ";"
    decimal: str = "."
    thousands: str = ""
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    header_row: int | None = None
    sheet: str | None = None
    footer: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("",)
    open_end: tuple[str, ...] = OPEN_END
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    expected_every_days: int | None = None
    digest: str = "standard-" + CONTRACT_VERSION

    def matches(self, feed: str, file_name: str) -> bool:
        """Whether this layout is for a file of this name in `inbox/<feed>/`; case plays no part."""
        return self.feed == feed and fnmatchcase(file_name.casefold(), self.pattern.casefold())


STANDARD = FileLayout()


@dataclass(frozen=True)
class Layouts:
    """Every layout of a municipality, in the order of their files' names."""

    files: tuple[FileLayout, ...] = ()

    def matching(self, feed: str, file_name: str) -> tuple[FileLayout, ...]:
        """The layouts to try for a file, in order; the standard layout comes last."""
        return (*(layout for layout in self.files if layout.matches(feed, file_name)), STANDARD)

    @property
    def expected_every_days(self) -> dict[tuple[str, str], int]:
        """How often a delivery is expected, by (feed, sender), where a layout says so."""
        told = ((one.feed, one.sender, one.expected_every_days) for one in self.files)
        return {(feed, sender): days for feed, sender, days in told if days is not None}

    def digest_for(self, feed: str, file_name: str) -> str:
        """A digest of every layout that matches the file: when it changes, the file may be read better than before."""
        digests = [layout.digest for layout in self.matching(feed, file_name)]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def read_layouts(directory: Path) -> Layouts:
    """The layouts in `directory` (none where it is missing); one `LayoutError` names all that is wrong in any."""
    files: list[FileLayout] = []
    problems: list[str] = []
    for path in sorted(directory.glob("*.toml")):
        found, wrong = _read_sender(path)
        files += found
        problems += [f"{path.name}: {problem}" for problem in wrong]
    if problems:
        raise LayoutError(
            expected="layouts as the source contract describes them",
            found="; ".join(problems),
            where=directory.name,
            remedy="Mend the layout files; nothing was taken in.",
        )
    return Layouts(tuple(files))


def _read_sender(path: Path) -> tuple[list[FileLayout], list[str]]:
    """The layouts of one sender, or what is wrong with them."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [], [f"not a TOML file ({error})"]
    except OSError as error:
        return [], [f"cannot be read ({type(error).__name__})"]
    problems = problems_of_sender(told)
    if problems:
        return [], problems
    for place, one in enumerate(told["file"], start=1):
        problems += [f"file {place}: {problem}" for problem in problems_of_file(one)]
    return ([] if problems else [_layout(path.stem, told, one) for one in told["file"]]), problems


def _layout(name: str, told: Mapping[str, Any], one: Mapping[str, Any]) -> FileLayout:
    told_lists: dict[str, Any] = {key: tuple(one[key]) for key in _LISTS if key in one}
    told_texts: dict[str, Any] = {key: one[key] for key in _TEXTS if key in one}
    return FileLayout(
        name=name,
        sender=told["sender"],
        pattern=one["name"],
        columns=one.get("columns", {}),
        values=_translations(one.get("values", {})),
        constants={column: _constant(value) for column, value in one.get("constants", {}).items()},
        expected_every_days=one.get("expected_every_days", told.get("expected_every_days")),
        digest=_digest(told["sender"], one),
        **told_texts,
        **told_lists,
    )


def _constant(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _digest(sender: str, one: Mapping[str, Any]) -> str:
    """Changes when anything that the layout says changes; the order of its lines plays no part."""
    return hashlib.sha256((CONTRACT_VERSION + sender + repr(_ordered(one))).encode()).hexdigest()[:16]


def _ordered(told: object) -> object:
    if isinstance(told, Mapping):
        return sorted((key, _ordered(value)) for key, value in told.items())
    return told


def _translations(told: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    return {column: {text: _constant(value) for text, value in one.items()} for column, one in told.items()}
