"""The page killed while contacts are recorded: each one that was confirmed is there once, now and after the night."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from flows.clock import today
from flows.home import Home
from flows.intake import intake
from flows.nightly import nightly
from flows.page import now, page_database
from flows.settings import read_settings
from flows.workroom import opened
from tests.flows.conftest import UNTIL
from worklist.cases.accounts import add_account
from worklist.cases.cases import events
from worklist.published import current

CONTACTS, WORKERS = 1_000, 4
PASSWORD = "fire opdigtede ord her"
Sent = tuple[str, str, int]
"""A contact by its landlord, tenancy and the version it made."""


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    """The hamlet with a night, the page reached without HTTPS, and four workers."""
    home = Home(Path(shutil.copytree(taken_in, tmp_path / "town", symlinks=True)))
    nightly(home, UNTIL, UNTIL)
    home.settings.write_text(home.settings.read_text("utf-8").replace("secure = true", "secure = false"), "utf-8")
    with closing(page_database(home, read_settings(home))) as database:
        for place in range(WORKERS):
            add_account(database, f"worker{place}", PASSWORD, ["worker"], now())
    return home


class Served:
    """The page in a process of its own."""

    def __init__(self, home: Home) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["--home", str(home.path), "serve", "--no-schedule", "--port", str(self.port)]
        self.process = subprocess.Popen([sys.executable, "-m", "flows.command_line", *words], start_new_session=True)
        self.address = f"http://127.0.0.1:{self.port}"
        for _ in range(600):
            try:
                if httpx.get(f"{self.address}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the page does not come up")

    def kill(self) -> None:
        """At once, as a power cut would: with every process that serves."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _record(
    address: str, place: int, tenancies: list[tuple[str, str]], versions: Counter[tuple[str, str]], most: int
) -> list[Sent]:
    """Record contacts until `most` are confirmed or the server is gone; the confirmed ones."""
    confirmed: list[Sent] = []
    with httpx.Client(base_url=address, timeout=30) as client:
        try:
            form = client.get("/sign-in").text
            typed = {"name": f"worker{place}", "password": PASSWORD, "form_token": _token(form)}
            client.post("/sign-in", data=typed)
            token = _token(client.get("/concern").text)
            while len(confirmed) < most:
                landlord, tenancy_no = whose = tenancies[len(confirmed) % len(tenancies)]
                codes = {"attempt": "opkald", "result": "ingen_kontakt", "intervention": "none"}
                asked = {"landlord": landlord, "tenancy": tenancy_no, "version": str(versions[whose])}
                day = today().isoformat()
                answer = client.post("/contact", data={**asked, **codes, "contacted_on": day, "form_token": token})
                if answer.status_code == 303:
                    confirmed.append((landlord, tenancy_no, versions[whose] + 1))
                versions[whose] += 1  # a conflict says that an unconfirmed one was kept
        except httpx.TransportError:
            pass
    return confirmed


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_each_confirmed_contact_is_there_once_though_the_server_was_killed_again_and_again(home: Home) -> None:
    scores = current(home.published).frame("scores").select("landlord", "tenancy_no").rows()
    shares = [scores[place::WORKERS] for place in range(WORKERS)]
    versions: list[Counter[tuple[str, str]]] = [Counter() for _ in range(WORKERS)]
    confirmed: list[Sent] = []
    while len(confirmed) < CONTACTS:
        served, most = Served(home), (CONTACTS - len(confirmed) + WORKERS - 1) // WORKERS
        with ThreadPoolExecutor(WORKERS) as pool:
            told = [
                pool.submit(_record, served.address, place, shares[place], versions[place], most)
                for place in range(WORKERS)
            ]
            if len(confirmed) < CONTACTS // 2:
                time.sleep(4)
            else:
                for each in told:
                    each.exception()
            served.kill()
        confirmed += [one for each in told for one in each.result()]
    assert len(set(confirmed)) == len(confirmed) >= CONTACTS
    with closing(page_database(home, read_settings(home))) as database:
        kept = [(*whose, event.version) for whose in scores for event in events(database, *whose)]
    assert len(set(kept)) == len(kept)
    assert set(confirmed) <= set(kept)
    for _ in range(2):
        intake(home, today() + timedelta(days=1))
    with opened(home) as room:
        query = "select landlord, tenancy_no, count(*) from fact_contacts where contact_no like 'team-%' group by all"
        found = {(landlord, number): count for landlord, number, count in room.connection.sql(query).fetchall()}
    assert found == Counter((landlord, number) for landlord, number, _ in kept)
