"""The page under load: ten signed-in workers click at once while a night runs beside it.

`python -m benchmarks.page [DIR]`: 20,000 tenancies with some 300 on the list, made where DIR has none. All workers
click at the same moment, once a second: the list, a case of it, the form, a contact; the tenth waits for nine before
it. Then the same without a pause between clicks, which nobody does: how much the page bears. Printed is how long half
of the answers took, and 95 of 100; exits 1 where the clicks at once miss a bar or an answer was no success.
"""

import json
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event, Thread

import httpx

from benchmarks.stages import AS_OF, yardstick
from flows.home import Home

TENANCIES, MONTHS, SEED = 20_000, 24, 7
CAPACITY = 150
WORKERS, ROUNDS, PAUSE_SECONDS = 10, 30, 1.0
PASSWORD = "ten made-up words here"
BARS_MS = {"list": 150.0, "case": 150.0, "contact": 200.0}
"""What 95 of 100 answers may take."""

Click = tuple[str, float, int]
"""An action, the milliseconds until its answer, and the status of that."""


def main(folder: Path) -> None:
    """Make the town, serve it, click, and print."""
    home = Home(folder)
    if not home.published.exists() or not list(home.published.iterdir()):
        make_town(home)
    make_accounts(home)
    listed = json.loads((home.published / "current" / "worklist.json").read_bytes())
    print(f"{len(listed)} listed of {TENANCIES:,} tenancies; yardstick {yardstick():.2f} s", file=sys.stderr)
    with served(home) as address, nights(home):
        start = Barrier(WORKERS)
        together = _all(lambda place: clicks(address, place, listed, start))
        hammered = _all(lambda place: clicks(address, place, listed, None))
    missed = report("at_once", together, BARS_MS)
    report("without_a_pause", hammered, {})
    sys.exit(1 if missed else 0)


@contextmanager
def nights(home: Home) -> Iterator[None]:
    """One night after the other beside what is measured."""
    stopped = Event()

    def run() -> None:
        while not stopped.is_set():
            subprocess.run(
                _bovagt(home, "nightly", "--as-of", AS_OF.isoformat()), stdout=subprocess.DEVNULL, check=True
            )

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _all(work: Callable[[int], list[Click]]) -> list[Click]:
    """What all workers did."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return [each for some in pool.map(work, range(WORKERS)) for each in some]


def make_town(home: Home) -> None:
    """A town taken in, and its night."""
    for stage in ("simulate", "first_intake"):
        size = (str(TENANCIES), str(MONTHS), str(SEED))
        subprocess.run([sys.executable, "-m", "benchmarks.stages", stage, str(home.path), *size], check=True)
    settings = home.settings.read_text("utf-8").replace("capacity = 25", f"capacity = {CAPACITY}")
    home.settings.write_text(settings.replace("secure = true", "secure = false"), "utf-8")
    subprocess.run(_bovagt(home, "nightly", "--as-of", AS_OF.isoformat()), check=True, stdout=subprocess.DEVNULL)


def make_accounts(home: Home) -> None:
    """An account for each worker, and no case that anybody has touched: a run before this one left long journals."""
    for left in home.path.glob("page.sqlite*"):
        left.unlink()
    for place in range(WORKERS):
        words = ("account", "add", f"worker{place}", "--role", "worker")
        subprocess.run(_bovagt(home, *words), input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(home: Home) -> Iterator[str]:
    """The page in a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(_bovagt(home, "serve", "--no-schedule", "--port", str(port)))
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx.get(f"{address}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def clicks(address: str, place: int, listed: list[dict[str, str]], start: Barrier | None) -> list[Click]:
    """What one worker did in `ROUNDS` rounds; with `start`, each click waits for that of all others."""
    drawn, done = random.Random(place), []
    with httpx.Client(base_url=address, timeout=60) as client:
        token = _token(client.get("/sign-in").text)
        client.post("/sign-in", data={"name": f"worker{place}", "password": PASSWORD, "form_token": token})

        def click(action: str, method: str, path: str, **sent: dict[str, str]) -> str:
            if start is not None:
                start.wait()
            begin = time.perf_counter()
            answer = client.request(method, path, **sent)  # type: ignore[arg-type]
            took = 1000 * (time.perf_counter() - begin)
            done.append((action, took, answer.status_code))
            if start is not None:
                time.sleep(max(0.0, PAUSE_SECONDS - took / 1000))
            return answer.text

        for _ in range(ROUNDS):
            one = drawn.choice(listed)
            whose = {"landlord": one["landlord"], "tenancy": one["tenancy_no"]}
            click("list", "GET", "/")
            click("case", "GET", "/case", params=whose)
            form = click("form", "GET", "/contact", params=whose)
            typed = {**whose, "form_token": _token(form), "version": _field(form, "version")}
            typed |= {"attempt": "opkald", "result": "ingen_kontakt", "intervention": "none"}
            click("contact", "POST", "/contact", data=typed | {"contacted_on": _field(form, "contacted_on")})
    return done


def report(how: str, told: list[Click], bars: dict[str, float]) -> int:
    """Print each action's times; how many missed their bar or were answered by neither success nor a told conflict."""
    missed = 0
    for action in dict.fromkeys(name for name, _, _ in told):
        times = sorted(ms for name, ms, _ in told if name == action)
        # Two who record on one case at once: the second is told (409), which is no failure.
        failed = sum(status not in (200, 303, 409) for name, _, status in told if name == action)
        conflicts = sum(status == 409 for name, _, status in told if name == action)
        p50, p95 = (times[int(share * (len(times) - 1))] for share in (0.5, 0.95))
        record = {"clicks": how, "action": action, "answers": len(times), "p50_ms": round(p50, 1)}
        record |= {"p95_ms": round(p95, 1), "most_ms": bars.get(action), "failed": failed, "conflicts": conflicts}
        print(json.dumps(record))
        missed += p95 > bars.get(action, float("inf")) or failed > 0
    return missed


def _bovagt(home: Home, *words: str) -> list[str]:
    return [sys.executable, "-m", "flows.command_line", "--home", str(home.path), *words]


def _token(page: str) -> str:
    return re.search(r'name="form_token" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]


def _field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path("bench") / "page")
