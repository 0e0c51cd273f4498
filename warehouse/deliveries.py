"""What lies in the inbox: one delivery a file, with its day and a digest of its bytes."""

import hashlib
import re
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.reading import MAX_FILE_BYTES

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)", re.ASCII)
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
_BLOCK_BYTES = 1024**2
_ID_CHARACTERS = 16


@dataclass(frozen=True)
class Delivery:
    """One file in the inbox.

    `feed` is the name of its folder, which need not be a feed; `delivered_on` the day its name begins with, None
    where it begins with none; `delivery_id` 16 hexadecimal characters over the folder's name, that day and the
    file's bytes: the same bytes on another day may bring back what was corrected in between, and are no copy.
    """

    path: Path
    feed: str
    file_name: str
    delivered_on: date | None
    delivery_id: str


def find_deliveries(inbox: Path) -> list[Delivery]:
    """Every delivery in `inbox`, by day, feed and name; files without a day come last.

    Names that begin with a point, or end as files do that are still being written (`.part`, `.tmp`), are left alone.
    A file that lies outside the feeds' folders is found too, so that it is set aside and not overlooked.
    """
    if not inbox.is_dir():
        return []
    found = [_delivery(path, feed) for path, feed in _paths(inbox) if not _is_unfinished(path)]
    return sorted(found, key=lambda one: (one.delivered_on or date.max, one.feed, one.file_name))


def _paths(inbox: Path) -> list[tuple[Path, str]]:
    """Each entry of each folder, and the loose files, with the feed they claim to belong to."""
    folders = [path for path in inbox.iterdir() if path.is_dir() and not path.name.startswith(".")]
    loose = [(path, "") for path in inbox.iterdir() if not path.is_dir()]
    return [(path, _printable(folder.name)) for folder in folders for path in folder.iterdir()] + loose


def _is_unfinished(path: Path) -> bool:
    return path.name.startswith(".") or path.suffix.lower() in _UNFINISHED


def _delivery(path: Path, feed: str) -> Delivery:
    name = _printable(path.name)
    day = _day_of(name)
    return Delivery(path, feed, name, day, _digest(path, f"{feed}\x00{day or ''}\x00"))


def _printable(name: str) -> str:
    """A name from the disk as text that can be written anywhere."""
    return name.encode("utf-8", errors="replace").decode("utf-8")


def _day_of(name: str) -> date | None:
    found = _DAY.match(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _digest(path: Path, place: str) -> str:
    """Over the bytes of a file; over name, size and beginning of what will be refused, however large it is."""
    digest = hashlib.sha256(place.encode())
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            digest.update(path.name.encode("utf-8", errors="replace"))
            return digest.hexdigest()[:_ID_CHARACTERS]
        with path.open("rb") as file:
            if status.st_size > MAX_FILE_BYTES:
                digest.update(status.st_size.to_bytes(8, "big") + file.read(_BLOCK_BYTES))
            else:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
    except OSError:
        digest.update(b"unreadable" + path.name.encode("utf-8", errors="replace"))
    return digest.hexdigest()[:_ID_CHARACTERS]
