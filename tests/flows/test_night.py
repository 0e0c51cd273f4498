"""A night as its users meet it: the list, twice the same, killed, with sources missing, and nobody's name in it."""

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.home import Home
from flows.nightly import Night, nightly
from flows.retrain import retrain
from flows.workroom import opened
from tests.flows.conftest import UNTIL
from warehouse.facts import settle
from warehouse.vocabulary import FEEDS
from worklist.published import current, read_night

LIST_COLUMNS = [
    "section",
    "position",
    "landlord",
    "tenancy_no",
    "stage",
    "next_deadline",
    "days_left",
    "arrears_dkk",
    "months_owed",
    "score_band",
    "reasons",
    "children",
    "freshness",
]


def _night(path: Path, as_of: date = UNTIL) -> Night:
    return nightly(Home(path), as_of, UNTIL)


def _bytes(path: Path) -> dict[str, str]:
    """Every published file with the hash of its bytes, by where a reader finds it."""
    nights = [night for night in sorted((path / "published").iterdir()) if not night.name.startswith(".")]
    return {
        f"{night.name}/{found.name}": hashlib.sha256(found.read_bytes()).hexdigest()
        for night in nights
        for found in sorted(night.iterdir())
    }


def _listed(path: Path, *words: str) -> str:
    command = [sys.executable, "-m", "flows.command_line", "--home", str(path), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_list_is_as_the_contract_says(town: Path) -> None:
    _night(town)
    rows = json.loads(_listed(town, "worklist", "--as-of", UNTIL.isoformat(), "--format", "json"))
    assert list(rows[0]) == LIST_COLUMNS
    assert {row["section"] for row in rows} == {"deadline", "early_warning"}
    assert all(1 <= len(row["reasons"]) <= 5 for row in rows)
    early = [row for row in rows if row["section"] == "early_warning"]
    assert {row["stage"] for row in early} <= {"none", "arrears", "demand"}
    assert [row["position"] for row in early] == list(range(1, len(early) + 1))
    timed = [row["next_deadline"] for row in rows if row["section"] == "deadline" and row["next_deadline"]]
    assert timed == sorted(timed)


def test_the_intake_accounts_for_every_row_of_every_delivery(taken_in: Path, tmp_path: Path) -> None:
    hamlet = Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True))
    told = json.loads(_listed(hamlet, "intake", "--format", "json", "--without-prefect"))
    counts = {"rows_read", "accepted", "duplicate", "quarantined", "unlinked"}
    assert all({"feed", "file", "layout", "reason", "status"} | counts <= set(one) for one in told)
    assert all(one["rows_read"] == one["accepted"] + one["duplicate"] + one["quarantined"] for one in told)
    assert {one["status"] for one in told} >= {"taken", "set_aside"}
    assert sum(one["accepted"] for one in told) > 1000
    assert all(one["reason"] for one in told if one["status"] == "set_aside")


def test_scores_hold_every_active_tenancy_once(town: Path) -> None:
    night = _night(town)
    out = town / "scores.parquet"
    _listed(town, "scores", "--as-of", UNTIL.isoformat(), "--format", "parquet", "--out", str(out))
    scores = pl.read_parquet(out)
    assert scores.columns == ["landlord", "tenancy_no", "stage", "score", "rank", "ranking", "model_version"]
    assert scores.height == night.active == scores.select("landlord", "tenancy_no").n_unique()
    assert set(scores["ranking"]) == {"model"}
    assert sorted(scores["rank"]) == list(range(1, scores.height + 1))
    assert scores["score"].is_between(0, 1).all()


def test_running_a_night_twice_changes_no_byte(town: Path) -> None:
    _night(town)
    before, links = _bytes(town), sorted((town / "published").iterdir())
    _night(town)
    assert _bytes(town) == before
    assert sorted((town / "published").iterdir()) == links


def test_the_same_delivery_twice_changes_no_byte(town: Path) -> None:
    _night(town)
    before = _bytes(town)
    for path in sorted((town / "inbox").rglob("20*.*")):
        if path.is_file():
            shutil.copy(path, path.with_name(path.stem + "_again" + path.suffix))
    _night(town)
    assert _bytes(town) == before


def test_what_is_known_later_changes_nothing_earlier(trained: Path, tmp_path: Path) -> None:
    """The same day from the whole warehouse, and from one where all that became known later is gone: the same bytes."""
    as_of = UNTIL - timedelta(days=45)
    full = Path(shutil.copytree(trained, tmp_path / "full", symlinks=True))
    cut = Path(shutil.copytree(trained, tmp_path / "cut", symlinks=True))
    assert _forget_what_became_known_from(cut, as_of) > 1000
    for path in (full, cut):
        retrain(Home(path), as_of, UNTIL)
        _night(path, as_of)
    assert _bytes(full) == _bytes(cut)


def _forget_what_became_known_from(path: Path, as_of: date) -> int:
    """Delete every delivered row known on or after `as_of`, and the files that could bring them back."""
    from duckdb import ColumnExpression, ConstantExpression

    shutil.rmtree(path / "inbox")
    gone = 0
    with opened(Home(path)) as room:
        for name, day in [(f"delivered_{feed}", "known_on") for feed in FEEDS] + [("delivery", "delivered_on")]:
            table = room.connection.table(name)
            kept = table.filter(ColumnExpression(day) < ConstantExpression(as_of)).pl()
            gone += len(table) - kept.height
            room.connection.execute(f"delete from {name}")
            room.connection.from_arrow(kept.to_arrow()).insert_into(name)
        settle(room.connection, FEEDS)
    return gone


KILLED_NIGHT = """
import os, sys
from datetime import date
from pathlib import Path
from flows.home import Home
from flows.nightly import nightly
moment, calls = int(sys.argv[2]), 0
def run(verb, *args, label=""):
    global calls
    for _ in ("before", "after"):
        calls += 1
        if calls == moment:
            os.kill(os.getpid(), 9)
        if _ == "before":
            given = verb(*args)
    return given
nightly(Home(Path(sys.argv[1])), date.fromisoformat(sys.argv[3]), date.fromisoformat(sys.argv[3]), run)
print(calls)
"""


def _hand_in(path: Path) -> None:
    """Put what waits outside into the inbox."""
    for waiting in sorted((path / "held").iterdir()):
        feed, name = waiting.name.split("=", 1)
        shutil.copy(waiting, path / "inbox" / feed / name)


def _start(path: Path, moment: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", KILLED_NIGHT, str(path), str(moment), UNTIL.isoformat()]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_night_killed_at_any_moment_leaves_yesterday_current_and_the_next_run_mends_it(
    taken_in: Path, tmp_path: Path
) -> None:
    yesterday = UNTIL - timedelta(days=1)
    ready = Path(shutil.copytree(taken_in, tmp_path / "ready", symlinks=True))
    _night(ready, yesterday)
    undisturbed = Path(shutil.copytree(ready, tmp_path / "undisturbed", symlinks=True))
    _hand_in(undisturbed)
    calls = int(_start(undisturbed, 0).stdout.split()[-1])
    expected = _bytes(undisturbed)
    moments = sorted({1 + round(place * (calls - 1) / 9) for place in range(10)})
    assert len(moments) == 10
    for moment in moments:
        killed = Path(shutil.copytree(ready, tmp_path / f"killed-{moment}", symlinks=True))
        _hand_in(killed)
        assert _start(killed, moment).returncode == -9
        assert read_night(killed / "published", yesterday).as_of == yesterday
        # Only the very last moment lies behind the rename that makes the new night current.
        assert current(killed / "published").as_of == (yesterday if moment < calls else UNTIL)
        _night(killed)
        assert _bytes(killed) == expected
        shutil.rmtree(killed)


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_a_source_switched_off_is_said_and_breaks_nothing(town: Path, feed: str) -> None:
    sources = (town / "sources.toml").read_text("utf-8")
    begin = sources.index(f"[source.{feed}]")
    (town / "sources.toml").write_text(sources[:begin] + sources[begin:].replace("on = true", "on = false", 1), "utf-8")
    night = _night(town)
    assert feed in {missing["feed"] for missing in night.facts["missing_sources"]}


@pytest.mark.parametrize("feed", ["rent_postings", "sanctions", "benefits", "notices"])
def test_a_source_that_never_came_is_said_and_breaks_nothing(inbox_only: Path, feed: str) -> None:
    shutil.rmtree(inbox_only / "inbox" / feed)
    night = _night(inbox_only)
    assert feed in {missing["feed"] for missing in night.facts["missing_sources"]}
    assert night.active > 0


def test_an_empty_inbox_gives_an_empty_list(inbox_only: Path) -> None:
    shutil.rmtree(inbox_only / "inbox")
    night = _night(inbox_only)
    assert (night.active, night.worklist.height) == (0, 0)


def test_no_name_number_or_address_outside_vault_and_inbox(taken_in: Path, tmp_path: Path) -> None:
    """The names, numbers and addresses of the inbox are looked for in everything else that was written."""
    hamlet = Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True))
    _night(hamlet)
    with opened(Home(hamlet)) as room:
        people = room.vault.identities("person")
        room.connection.execute("checkpoint")
    told = people.select(pl.concat_list("cpr", "name", "address").explode().drop_nulls()).to_series().unique()
    marks = [mark.encode() for mark in told if len(mark) > 8 and not mark.startswith("Navne- og")]
    assert len(marks) > 400
    others = [path for path in sorted(hamlet.rglob("*")) if path.is_file() and not _holds_people(path, hamlet)]
    assert hamlet / "warehouse.duckdb" in others
    assert hamlet / "vault.sqlite" in others
    assert {path.name: [mark for mark in marks if mark in path.read_bytes()] for path in others} == {
        path.name: [] for path in others
    }


def _holds_people(path: Path, town: Path) -> bool:
    return any(path.is_relative_to(town / folder) for folder in ("inbox", "truth", "held"))


def test_a_failed_night_leaves_the_list_before_it_current(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _night(town, UNTIL - timedelta(days=1))
    before = _bytes(town)
    broken = OSError("the disk is full")

    def fail(*_: object) -> None:
        raise broken

    monkeypatch.setattr("flows.nightly.publish", fail)
    with pytest.raises(OSError, match="the disk is full"):
        _night(town)
    assert _bytes(town) == before
