"""The table folders: `warehouse/tables/<layer>/<table>/` holds query.sql, table.toml and checks.sql.

The listing of the folders is the way of the data: 1_delivered, 2_facts, 3_known, 4_cohort, 5_features, 6_results.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.errors import TableError

TABLES = Path(__file__).with_name("tables")
"""Where the layers lie."""

Stored = Literal["view", "batch", "kept"]
Step = Literal["night", "outcome", "fixed_stage", "case"]
Counts = Literal["tenancy", "town"]


@dataclass(frozen=True)
class Column:
    """One column of a table as its table.toml describes it; `direction` and what follows only for features.

    `direction` is the way in which risk may rise with the value: 1, -1, or 0 where none is imposed.
    `source` is the feed it stems from, `or_source` a second feed that fills it where the first is not sent, and
    `reason` the evidence code that its contribution to a score counts toward.
    """

    name: str
    unit: str
    da: str
    en: str
    direction: int = 0
    source: str = ""
    or_source: str = ""
    sensitivity: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One query of checks.sql: a returned row is a failure, and `meaning` says what such a row means."""

    level: Literal["stop", "warn"]
    meaning: str
    query: str


@dataclass(frozen=True)
class Table:
    """One table folder. `stored` says whether it is a view, lives for one batch of dates, or is kept.

    `counts` says what a row of it is about: a tenancy by itself, or what surrounds it in the whole town on that day.
    """

    name: str
    layer: str
    query: str
    key: tuple[str, ...]
    stored: Stored
    step: Step
    counts: Counts
    da: str
    en: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]


@cache
def read_tables(layer: str) -> list[Table]:
    """Every table of `layer` (such as `5_features`), by name; `TableError` where a folder is incomplete."""
    folder = TABLES / layer
    if not folder.is_dir():
        raise TableError(
            expected="one of the layers " + ", ".join(sorted(p.name for p in TABLES.iterdir() if p.is_dir())),
            found=layer,
            where="warehouse/tables",
            remedy="Name the layer as its folder is named.",
        )
    return [_read_table(path) for path in sorted(folder.iterdir()) if (path / "query.sql").is_file()]


def sql_of(layer: str, table: str) -> str:
    """The text of one table's query.sql; `TableError` where there is no such folder."""
    path = TABLES / layer / table / "query.sql"
    if not path.is_file():
        raise _incomplete(path, "query.sql")
    return path.read_text(encoding="utf-8")


def _read_table(path: Path) -> Table:
    described = path / "table.toml"
    if not described.is_file():
        raise _incomplete(described, "table.toml")
    try:
        told = tomllib.loads(described.read_text(encoding="utf-8"))
        return Table(
            name=path.name,
            layer=path.parent.name,
            query=sql_of(path.parent.name, path.name),
            key=tuple(told["key"]),
            stored=told["stored"],
            step=told.get("step", "night"),
            counts=told.get("counts", "tenancy"),
            da=told["da"],
            en=told["en"],
            columns=_columns(told),
            checks=_checks(path / "checks.sql"),
        )
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise TableError(
            expected="key, stored, da and en, and for each column its unit, da and en",
            found=str(error),
            where="/".join(described.parts[-4:]),
            remedy="Complete the table's description.",
        ) from error


def _columns(told: dict[str, Any]) -> tuple[Column, ...]:
    """The described columns; what `[defaults]` says holds for every column that does not say otherwise."""
    defaults = told.get("defaults", {})
    return tuple(Column(name=name, **{**defaults, **column}) for name, column in told.get("column", {}).items())


def _checks(path: Path) -> tuple[Check, ...]:
    """The checks of one file: each begins with `-- stop: meaning` or `-- warn: meaning` and ends with `;`."""
    if not path.is_file():
        return ()
    checks, lines = [], list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        lines += [line.strip()] if line.strip() else []
        if line.rstrip().endswith(";") and not line.startswith("--"):
            checks.append(_check(lines, path))
            lines = []
    if lines:
        raise _unmarked("a last check without its semicolon", path)
    return tuple(checks)


def _check(lines: list[str], path: Path) -> Check:
    marked, _, meaning = lines[0].removeprefix("--").partition(":")
    notes = [line.removeprefix("--").strip() for line in lines[1:] if line.startswith("--")]
    query = "\n".join(line for line in lines if not line.startswith("--")).removesuffix(";")
    marked = marked.strip()
    if not lines[0].startswith("--") or marked not in ("stop", "warn"):
        raise _unmarked("another first line", path)
    return Check("stop" if marked == "stop" else "warn", " ".join([meaning.strip(), *notes]), query)


def _unmarked(found: str, path: Path) -> TableError:
    return TableError(
        expected="each check to begin with '-- stop:' or '-- warn:' and to end with a semicolon",
        found=found,
        where="/".join(path.parts[-4:]),
        remedy="Say whether a returned row stops the build or warns, and what it means.",
    )


def _incomplete(path: Path, missing: str) -> TableError:
    return TableError(
        expected=missing + " in the table's folder",
        found="no such file",
        where="/".join(path.parts[-4:-1]),
        remedy="Add the file or remove the folder.",
    )
