"""A small made-up town, simulated and taken in once for all tests of a run; each test works on its own copy."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

UNTIL = date(2026, 1, 1)
TENANCIES, MONTHS, SEED = 900, 42, 11


@pytest.fixture(scope="session", autouse=True)
def _keys_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keys and Prefect's files of this run lie in its temporary folder, shared by its workers."""
    shared = _shared(tmp_path_factory)
    os.environ["XDG_DATA_HOME"] = str(shared / "user")
    os.environ.setdefault("PREFECT_HOME", str(shared / f"prefect-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"))


def _shared(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, made by the first worker that asks; the others wait for it."""
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a made-up town's inbox, nothing taken in."""

    def make(path: Path) -> None:
        from flows.home import Home
        from flows.simulation import simulate_municipality

        simulate_municipality(Home(path), TENANCIES, MONTHS, SEED, UNTIL)

    return _once(_shared(tmp_path_factory) / "delivered", make)


@pytest.fixture(scope="session")
def trained(delivered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town taken in, with a model trained before `UNTIL` that ranks."""

    def make(path: Path) -> None:
        from flows.home import Home
        from flows.retrain import retrain

        shutil.copytree(delivered, path, symlinks=True)
        training = retrain(Home(path), UNTIL, UNTIL)
        assert training.version is not None, training.why
        if not training.promoted:
            # So small a town rarely opens the gate. What follows is about nights with a model, not about the gate:
            # the decision is written down as if an earlier gate had been open.
            decision = {"version": training.version, "trained_as_of": str(UNTIL), "who": "test", "on": str(UNTIL)}
            (path / "models" / "promotions.jsonl").write_text(json.dumps(decision) + "\n", "utf-8")

    return _once(_shared(tmp_path_factory) / "trained", make)


@pytest.fixture(scope="session")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hamlet taken in: small, for tests that run many nights; the rules rank."""

    def make(path: Path) -> None:
        from flows.home import Home
        from flows.intake import intake
        from flows.simulation import simulate_municipality

        simulate_municipality(Home(path), 150, 14, SEED, UNTIL)
        held = path / "held"
        held.mkdir()
        # The last day waits outside: what arrives in the night that is killed.
        for late in sorted((path / "inbox").rglob(f"{UNTIL - timedelta(days=1)}_*")):
            late.rename(held / f"{late.parent.name}={late.name}")
        assert list(held.iterdir())
        intake(Home(path), UNTIL)

    return _once(_shared(tmp_path_factory) / "hamlet", make)


@pytest.fixture
def town(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained town."""
    return Path(shutil.copytree(trained, tmp_path / "town", symlinks=True))


@pytest.fixture
def inbox_only(delivered: Path, tmp_path: Path) -> Path:
    """A copy of the town before anything was taken in."""
    return Path(shutil.copytree(delivered, tmp_path / "town", symlinks=True))


NEEDED = ("tenancies", "rent_postings", "notices")
"""The least that a municipality must have: who rents, what was paid, and what happened."""


@pytest.fixture(scope="session")
def trained_on_few(delivered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town whose other feeds never sent anything, taken in, with a model trained that waits beside the rules."""

    def make(path: Path) -> None:
        from flows.home import Home
        from flows.retrain import retrain

        shutil.copytree(delivered, path, symlinks=True)
        for feed in (path / "inbox").iterdir():
            for file in [] if feed.name in NEEDED else list(feed.iterdir()):
                file.unlink()
        settings = path / "bovagt.toml"
        settings.write_text(settings.read_text("utf-8").replace("cutoffs = 36", "cutoffs = 20"), "utf-8")
        training = retrain(Home(path), UNTIL, UNTIL)
        assert training.version is not None, training.why

    return _once(_shared(tmp_path_factory) / "trained_on_few", make)


@pytest.fixture
def few_sources(trained_on_few: Path, tmp_path: Path) -> Path:
    """A copy of the town with few sources."""
    return Path(shutil.copytree(trained_on_few, tmp_path / "town", symlinks=True))
