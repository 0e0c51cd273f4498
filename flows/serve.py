"""`bovagt serve`: the team's page, Prefect's own server and the schedule, on this machine and nowhere else."""

import gc
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from flows.home import Home
from flows.orchestration import set_up
from flows.page import site_of
from flows.settings import read_settings
from warehouse.errors import BovagtError, UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from worklist.page.site import Site
    from worklist.published import Night

_SERVED = "BOVAGT_SERVED"
"""Tells the processes that serve the page which directory is served."""

_SERVER_SECONDS = 120
_STOP_SECONDS = 20
_LOOK_SECONDS = 20
_ALIVE_SECONDS = 1
_HEALTHY_SECONDS = 60


def serve(home: Home, host: str, port: int, prefect_port: int, *, schedule: bool) -> None:
    """Serve until stopped. `UsageError` where DIR is not ready or Prefect's server does not come up."""
    import uvicorn

    # What is wrong with settings or database is said here once, and not by each process that serves.
    site_of(home).database.close()
    os.environ[_SERVED] = str(home.path.resolve())
    with ExitStack() as running:
        if schedule:
            running.enter_context(_scheduled(home, prefect_port))
        # No server name in the answers; a proxy's word on who asks is taken from this machine only, as uvicorn does.
        uvicorn.run(
            "flows.serve:page",
            factory=True,
            host=host,
            port=port,
            workers=read_settings(home).page.processes,
            timeout_worker_healthcheck=_HEALTHY_SECONDS,
            log_level="warning",
            server_header=False,
        )


def page() -> "FastAPI":
    """The page of the directory that `serve` named, for one of the processes that serve it."""
    from worklist.page.application import create_app

    site = site_of(Home(Path(os.environ[_SERVED])))
    _make_ready(site)

    @asynccontextmanager
    async def lived(_app: "FastAPI") -> AsyncIterator[None]:
        with _kept_ready(site), _gone_with(os.getppid()):
            yield
        site.database.close()

    return create_app(site, lived)


@contextmanager
def _gone_with(parent: int) -> Iterator[None]:
    """Ends this process where the one that started it was killed: nobody would stop it, and it holds the port."""
    stopped = Event()

    def look() -> None:
        while not stopped.wait(_ALIVE_SECONDS):
            if os.getppid() != parent:
                os._exit(1)

    Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        stopped.set()


def _make_ready(site: "Site") -> None:
    from worklist.page import night_case, rendering, today_routes

    rendering.prepare()
    # A night that cannot be read is told to whoever asks for it.
    with suppress(BovagtError):
        night = site.nights.current()
        site.names.prepare(night)
        night_case.prepare(night)
        today_routes.prepare(site)


def _set_apart() -> None:
    """Takes what was read of the night out of the collector's rounds: it stays until another night is read.

    Going through the index of 20,000 homes takes 90 ms and more, in which this process answers nobody; it came upon
    some click every minute.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _night_of(site: "Site") -> "Night | None":
    with suppress(BovagtError):
        return site.nights.current()
    return None


@contextmanager
def _kept_ready(site: "Site") -> Iterator[None]:
    """Reads each new night and who lives where before somebody has to wait for it."""
    stopped = Event()

    def keep_ready() -> None:
        ready = _night_of(site)
        _set_apart()
        while not stopped.wait(_LOOK_SECONDS):
            _make_ready(site)
            if (night := _night_of(site)) is not ready:
                ready = night
                _set_apart()

    thread = Thread(target=keep_ready, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@contextmanager
def _scheduled(home: Home, port: int) -> Iterator[None]:
    """Prefect's server, then the schedule's runner; stopped in the opposite order, as Prefect's worker needs."""
    set_up(home.prefect)
    api = f"http://127.0.0.1:{port}/api"
    server = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    runner = [sys.executable, "-m", "flows.schedule", str(home.path)]
    with _child(server, {"PREFECT_API_URL": api}) as child:
        _wait_until_healthy(f"{api}/health", child)
        with _child(runner, {"PREFECT_API_URL": api}):
            yield


@contextmanager
def _child(command: list[str], extra: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(command, env={**os.environ, **extra}, stdin=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:  # seen: a runner whose server went away ignores the request
            child.kill()
            child.wait()


def _wait_until_healthy(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SERVER_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise UsageError(
        expected=f"Prefect's server to answer within {_SERVER_SECONDS} seconds",
        found="no answer" if child.poll() is None else f"it ended with code {child.returncode}",
        where=url,
        remedy="Is the port taken? Name another with --prefect-port.",
    )
