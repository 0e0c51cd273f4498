"""Which code a model was trained with: the versions of the packages, and a hash of our own files that bear on it."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

PACKAGES = ("bovagt", "duckdb", "numpy", "polars", "scikit-learn", "skops")

_ROOMS = ("models", "warehouse")
_WRITTEN = (".py", ".sql", ".toml")


def code_version() -> dict[str, str]:
    """Package → version, and `source`: a sha256 over the code, SQL and written rules of models/ and warehouse/."""
    return {**{name: version(name) for name in PACKAGES}, "source": source_hash()}


def source_hash() -> str:
    """A sha256 over names and contents, in the order of the names: the same in every checkout of the same code."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for name, file in sorted(_written(files(room), room)):
            digest.update(f"{name}\n".encode() + file.read_bytes() + b"\n")
    return digest.hexdigest()


def _written(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _written(entry, name)
        elif entry.name.endswith(_WRITTEN):
            yield name, entry
