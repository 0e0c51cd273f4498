"""`make screenshots`: the main pages of a made-up municipality, at desktop and tablet width.

`python -m tests.worklist.page.screenshots DEMO FOLDER`: DEMO is what `make demo` made. The pictures have a database of
their own; nothing of DEMO changes.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flows.home import Home
from flows.page import site_of
from tests.worklist.page.browsing import chromium, served, sign_in
from worklist.cases.accounts import add_account
from worklist.cases.cases import Change, Contact, record_contact, take
from worklist.cases.database import Database, migrate, open_database
from worklist.cases.team import Absence, Member, keep_absence, keep_member
from worklist.page.application import create_app
from worklist.page.letters import waiting
from worklist.page.links import letter_path
from worklist.page.site import DENMARK, Site

WIDTHS = {"desktop": (1280, 900), "tablet": (820, 1180)}
PASSWORD = "made-up words for pictures"
WHO = "anna"


def main(demo: Path, folder: Path) -> None:
    """Draw every page at every width."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as beside:
        site = _site(demo, Path(beside))
        paths = _paths(site)
        with served(create_app(site)) as address, chromium() as browser:
            for width, (wide, high) in WIDTHS.items():
                context = browser.new_context(viewport={"width": wide, "height": high}, locale="da-DK")
                _draw(context.new_page(), address, paths, folder, width)
        site.database.close()


def _draw(page: Any, address: str, paths: dict[str, str], folder: Path, width: str) -> None:
    sign_in(page, address, WHO, PASSWORD)
    for name, path in paths.items():
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{width}.png")
        print(f"{name}-{width}.png: {page.title()}")


def _site(demo: Path, beside: Path) -> Site:
    """The demo's page on the morning of its night, with a database of its own and somebody who has begun to work."""
    site = site_of(Home(demo), secure=False)
    site.database.close()
    url = f"sqlite:///{beside / 'page.sqlite'}"
    migrate(url)
    database = open_database(url)
    morning = datetime.combine(site.nights.current().as_of, time(8), DENMARK)
    add_account(database, WHO, PASSWORD, ["worker", "coordinator"], morning)
    site = replace(site, database=database, inbox=beside / "inbox", now=lambda: morning, failed_on=lambda: None)
    landlord, tenancy_no = _first_early(site)
    take(database, Change(landlord, tenancy_no, WHO, morning, 0))
    contact = Contact("opkald", "kontakt", morning.date(), "payment_plan", "Aftalt at mødes på onsdag.")
    record_contact(database, Change(landlord, tenancy_no, WHO, morning, 1), contact)
    _make_team(database, morning)
    return site


def _make_team(database: Database, morning: datetime) -> None:
    """Three who share the cases, one of them away."""
    for name in ("bo", "eva"):
        add_account(database, name, PASSWORD, ["worker"], morning)
    for member in (Member(WHO, 180, 8), Member("bo", 300, 14, ("6905",)), Member("eva", 300, 14, ("6908",))):
        keep_member(database, member)
    keep_absence(database, Absence("eva", morning.date(), morning.date() + timedelta(days=5)))


def _first_early(site: Site) -> tuple[str, str]:
    listed = site.nights.current().frame("worklist").filter(section="early_warning").row(0, named=True)
    return listed["landlord"], listed["tenancy_no"]


def _paths(site: Site) -> dict[str, str]:
    landlord, tenancy_no = _first_early(site)
    whose = urlencode({"landlord": landlord, "tenancy": tenancy_no})
    return {
        "today": "/",
        "case": f"/case?{whose}",
        "contact": f"/contact?{whose}",
        "concern": "/concern",
        "journal": f"/case/journal?{whose}",
        "links": "/links",
        "letter": _letter(site),
        "coordinator": "/coordinator",
        "watch": "/watch",
    }


def _letter(site: Site) -> str:
    """The first letter that may be about several homes."""
    waits = waiting(site, site.nights.current())
    return letter_path(next(one for one in waits if one.candidates > 1 and one.letter.feed != "tenancies").letter)


if __name__ == "__main__":
    if not shutil.which("chromium"):
        sys.exit("Chromium is needed: apt-get install chromium")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
