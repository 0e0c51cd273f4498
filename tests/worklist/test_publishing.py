"""Publishing is all or nothing: killed at every moment, twice the same, two at once, and damage is seen."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from warehouse.errors import StoreError
from worklist.published import current, is_published, read_night
from worklist.publishing import publish

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
OLD = {"scores.parquet": b"old", "night.json": b"{}"}
NEW = {"scores.parquet": b"new", "night.json": b'{"a": 1}'}

CHILD = """
import os, sys
from datetime import date
from pathlib import Path
from worklist.publishing import publish
moments = []
def at(moment):
    moments.append(moment)
    if len(moments) == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
files = {"scores.parquet": b"new", "night.json": b'{"a": 1}'}
publish(Path(sys.argv[1]), date.fromisoformat(sys.argv[3]), files, at=at)
print(len(moments))
"""


def _child(root: Path, moment: int, day: date) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", CHILD, str(root), str(moment), day.isoformat()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def _ended(child: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = child.communicate()
    return child.returncode, said


def _everything(root: Path) -> dict[str, tuple[bytes | str, int]]:
    return {
        path.relative_to(root).as_posix(): (
            path.readlink().as_posix() if path.is_symlink() else path.read_bytes(),
            path.lstat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def _folder_times(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (root, *root.rglob("*")) if path.is_dir()}


@pytest.mark.parametrize("day", [MONDAY, TUESDAY], ids=["again", "next day"])
def test_killed_at_every_moment_the_old_night_stays_whole_and_the_next_run_mends_it(tmp_path: Path, day: date) -> None:
    whole = tmp_path / "whole"
    publish(whole, MONDAY, OLD)
    moments = int(_ended(_child(whole, 0, day))[1])
    assert moments >= 10
    expected = {name: content for name, (content, _) in _everything(whole).items()}
    for moment in range(1, moments + 1):
        root = tmp_path / str(moment)
        publish(root, MONDAY, OLD)
        assert _ended(_child(root, moment, day))[0] == -9
        # Whatever is current is one whole night: the old one, or at the very end the new one.
        assert current(root).files in (OLD, NEW)
        publish(root, day, NEW)
        assert current(root).files == NEW
        assert {name: content for name, (content, _) in _everything(root).items()} == expected


def test_the_same_contents_again_touch_nothing(tmp_path: Path) -> None:
    assert publish(tmp_path, MONDAY, NEW).changed
    before, folders = _everything(tmp_path), _folder_times(tmp_path)
    assert not publish(tmp_path, MONDAY, NEW).changed
    assert _everything(tmp_path) == before
    assert _folder_times(tmp_path) == folders


def test_current_follows_to_a_newer_night_and_never_back(tmp_path: Path) -> None:
    publish(tmp_path, TUESDAY, NEW)
    publish(tmp_path, MONDAY, OLD)
    assert current(tmp_path).as_of == TUESDAY
    assert read_night(tmp_path, MONDAY).files == OLD
    assert is_published(tmp_path, MONDAY)


def test_two_at_once_leave_one_whole_night(tmp_path: Path) -> None:
    children = [_child(tmp_path, 0, MONDAY) for _ in range(4)]
    assert [_ended(child)[0] for child in children] == [0] * 4
    assert current(tmp_path).files == NEW
    assert len(list((tmp_path / ".nights").iterdir())) == 1


def test_damage_is_seen_and_says_what_to_do(tmp_path: Path) -> None:
    folder = publish(tmp_path, MONDAY, NEW).folder
    (folder / "scores.parquet").write_bytes(b"tampered")
    with pytest.raises(StoreError, match=r"changed contents in scores\.parquet.*bovagt nightly"):
        read_night(tmp_path, MONDAY)
    with pytest.raises(StoreError, match="found another content in"):
        publish(tmp_path, MONDAY, NEW)


@pytest.mark.parametrize("lost", ["manifest.json", "scores.parquet"])
def test_a_night_with_a_file_lost_is_not_read(tmp_path: Path, lost: str) -> None:
    (publish(tmp_path, MONDAY, NEW).folder / lost).unlink()
    with pytest.raises(StoreError, match=r"a whole published night: 2026-03-09; found FileNotFoundError.*Run it"):
        read_night(tmp_path, MONDAY)


def test_a_table_that_a_night_does_not_hold_says_so(tmp_path: Path) -> None:
    publish(tmp_path, MONDAY, NEW)
    with pytest.raises(StoreError, match=r"reasons\.parquet of 2026-03-09; found no such table"):
        read_night(tmp_path, MONDAY).frame("reasons")


def test_a_current_link_that_names_no_day_says_so(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("yesterday")
    with pytest.raises(StoreError, match="found a link that names no day"):
        current(tmp_path)


def test_no_night_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the current night; found none"):
        current(tmp_path)
    with pytest.raises(StoreError, match="2026-03-09; found none"):
        read_night(tmp_path, MONDAY)
