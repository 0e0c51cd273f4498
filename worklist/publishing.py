"""A night is published at once or not at all: written beside, checked, made current by one rename.

    published/.nights/<as-of>-<hash of the contents>/   the files and manifest.json
    published/<as-of>  → .nights/<as-of>-<hash>         a symbolic link
    published/current  → <as-of>                        a symbolic link: the newest night

A directory that is not empty cannot be replaced by one rename; a symbolic link can.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.errors import StoreError

NIGHTS, CURRENT, MANIFEST = ".nights", "current", "manifest.json"
_BESIDE = ".beside-"
_HASH_DIGITS = 12


@dataclass(frozen=True)
class Published:
    """Where a night lies, and whether this call changed anything."""

    folder: Path
    changed: bool


def publish(
    root: Path, as_of: date, files: Mapping[str, bytes], *, at: Callable[[str], None] = lambda _moment: None
) -> Published:
    """Publish `files` (name → bytes) as the night of `as_of` under `root`.

    The same contents again touch nothing. `current` follows to a newer night and never moves back to an older one.
    Killed at any moment, what was current stays current; the next call removes what lies about. `at` is told each
    moment that is passed. `StoreError` where what was written does not read back as it should.
    """
    root.mkdir(parents=True, exist_ok=True)
    manifest = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    written = json.dumps({"as_of": as_of.isoformat(), "files": manifest}, indent=1, sort_keys=True).encode() + b"\n"
    folder = root / NIGHTS / f"{as_of.isoformat()}-{hashlib.sha256(written).hexdigest()[:_HASH_DIGITS]}"
    with _alone(root):
        _clear_leftovers(root)
        at("cleared")
        if not folder.exists():
            _write_beside(folder, {**files, MANIFEST: written}, at)
        _check(folder, manifest)
        at("checked")
        moved = _point(root, as_of.isoformat(), f"{NIGHTS}/{folder.name}", at)
        if as_of.isoformat() >= _current_name(root):
            moved = _point(root, CURRENT, as_of.isoformat(), at) or moved
        at("current")
    return Published(folder, moved)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Waits for another publisher; the system lets go of the lock when its holder dies."""
    with (root / ".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _clear_leftovers(root: Path) -> None:
    for left in (*root.glob(f"{_BESIDE}*"), *(root / NIGHTS).glob(f"{_BESIDE}*")):
        if left.is_symlink() or left.is_file():
            left.unlink()
        else:
            shutil.rmtree(left)


def _write_beside(folder: Path, files: Mapping[str, bytes], at: Callable[[str], None]) -> None:
    folder.parent.mkdir(exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=_BESIDE, dir=folder.parent))
    beside.chmod(0o755)
    for name, content in sorted(files.items()):
        with (beside / name).open("wb") as out:
            out.write(content[: len(content) // 2])
            out.flush()
            at(f"half of {name}")
            out.write(content[len(content) // 2 :])
            out.flush()
            os.fsync(out.fileno())
        at(f"wrote {name}")
    _sync(beside)
    beside.rename(folder)
    at("beside")
    _sync(folder.parent)


def _check(folder: Path, manifest: Mapping[str, str]) -> None:
    for name, expected in manifest.items():
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
        if found != expected:
            raise StoreError(
                expected="what was written to read back the same",
                found=f"another content in {name}",
                where=f"published/{NIGHTS}/{folder.name}",
                remedy="Check the disk, remove this folder, and run the night again; the list before it is current.",
            )


def _point(root: Path, name: str, target: str, at: Callable[[str], None]) -> bool:
    """Make the link `name` point at `target` by one rename; False where it does already."""
    link = root / name
    if link.is_symlink() and link.readlink().as_posix() == target:
        return False
    beside = root / f"{_BESIDE}{name}"
    beside.symlink_to(target)
    at(f"link beside {name}")
    beside.replace(link)
    at(f"link {name}")
    _sync(root)
    return True


def _current_name(root: Path) -> str:
    link = root / CURRENT
    return link.readlink().name if link.is_symlink() else ""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
