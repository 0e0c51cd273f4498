"""`make screenshots`: the five main pages of a made-up municipality, at desktop and tablet width.

`python -m tests.worklist.page.screenshots DEMO FOLDER`: DEMO is what `make demo` made. The pictures have a database of
their own; nothing of DEMO changes.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flows.home import Home
from flows.page import site_of
from tests.worklist.page.browsing import chromium, served, sign_in
from worklist.cases.accounts import add_account
from worklist.cases.cases import Change, Contact, record_contact, take
from worklist.cases.database import migrate, open_database
from worklist.page.application import create_app
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
    return site


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
    }


if __name__ == "__main__":
    if not shutil.which("chromium"):
        sys.exit("Chromium is needed: apt-get install chromium")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
