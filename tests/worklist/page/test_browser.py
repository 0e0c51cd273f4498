"""A morning's work in a real Chromium: by mouse, by keyboard alone, without JavaScript, and read by axe-core."""

import io
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.worklist.page.browsing import CHROMIUM, chromium, served, sign_in, violations
from tests.worklist.page.case_night import AS_OF, COURT, LANDLORD, LETTER, NAME, PASSWORD, QUIET, TENANT, Team
from tests.worklist.page.test_today import listed
from tests.worklist.page.test_watch_page import ALARM, publish_watch
from worklist.cases.cases import events, read_case
from worklist.cases.links import Letter, Target, link_answers
from worklist.export import parquet_bytes
from worklist.publishing import publish

pytestmark = pytest.mark.skipif(
    not shutil.which(CHROMIUM), reason="Chromium is not installed: apt-get install chromium"
)

CASE = f"/case?landlord={LANDLORD}&tenancy={COURT.replace('/', '%2F')}"
LETTERS = (f"/links/letter?feed=notices&key={LETTER}", f"/links/letter?feed=tenancies&key={TENANT}")
PAGES = {
    "worker": ("/", CASE, CASE.replace("/case", "/contact"), "/concern", "/links", *LETTERS, "/nowhere"),
    "coordinator": (CASE, "/links", "/coordinator", "/watch"),
    "analyst": ("/", CASE),
    "administrator": ("/people",),
    "dpo": ("/access", "/watch", "/watch/series?measure=listed_share&group=sex=F"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def team(tmp_path: Path) -> Team:
    team = Team(tmp_path)
    night = team.site.nights.current()
    publish(tmp_path / "published", AS_OF, {**night.files, "worklist.parquet": parquet_bytes(listed())})
    publish_watch(team, tmp_path, alarms=[ALARM])
    return team


@pytest.fixture
def address(team: Team) -> Iterator[str]:
    with served(team.app) as address:
        yield address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that fails the test where the browser complains of anything, the content security policy above all."""
    context = browser.new_context(locale="da-DK")
    page, said = context.new_page(), []
    page.on("console", lambda told: said.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def test_a_worker_reads_the_list_opens_a_case_snoozes_and_hands_over(page: Any, address: str, team: Team) -> None:
    sign_in(page, address, "worker", PASSWORD)
    assert page.locator("h1").inner_text() == "Dagens liste, 2. marts 2026"
    page.get_by_role("link", name=NAME).click()
    assert page.locator("h1").inner_text() == NAME
    page.get_by_text("Lad sagen hvile").click()
    page.locator("#until").fill((AS_OF + timedelta(days=7)).isoformat())
    page.locator("#snooze_reason").fill("Venter på svar fra banken")
    page.locator("form[action='/case/snooze'] button").click()
    assert read_case(team.site.database, LANDLORD, COURT).snoozed_until == AS_OF + timedelta(days=7)
    page.locator("summary", has_text="Giv videre").click()
    page.locator("form[action='/case/hand-over'] select").select_option("other")
    page.locator("form[action='/case/hand-over'] button").click()
    assert read_case(team.site.database, LANDLORD, COURT).owner == "other"
    page.goto(address + "/")
    assert "hviler" in page.locator("#list").inner_text()


def test_a_contact_is_recorded_by_keyboard_alone(page: Any, address: str, team: Team) -> None:
    sign_in(page, address, "worker", PASSWORD)
    link = page.get_by_role("link", name=re.compile("^Kontakt"))
    _tab_to(page, lambda: "/contact" in (page.evaluate("document.activeElement.getAttribute('href')") or ""))
    assert link.count() == 3
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact**")
    for name, wanted in (("attempt", "opkald"), ("result", "kontakt"), ("intervention", "payment_plan")):
        _tab_to(page, lambda name=name: page.evaluate("document.activeElement.name") == name)
        while page.evaluate("document.activeElement.value") != wanted or not page.evaluate(
            "document.activeElement.checked"
        ):
            page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?**")
    (event,) = events(team.site.database, LANDLORD, COURT)
    kept = {name: event.details[name] for name in ("attempt", "result", "intervention")}
    assert kept == {"attempt": "opkald", "result": "kontakt", "intervention": "payment_plan"}
    assert event.details["contacted_on"] == AS_OF.isoformat()


def _tab_to(page: Any, there: Any) -> None:
    for _ in range(80):
        if there():
            return
        page.keyboard.press("Tab")
    raise AssertionError("eighty steps lead nowhere")


def test_an_acute_concern_of_a_sender_is_on_the_worker_s_list_at_once(browser: Any, address: str, page: Any) -> None:
    sign_in(page, address, "worker", PASSWORD)
    assert "Akutte henvendelser" not in page.content()
    elsewhere = browser.new_page()
    sign_in(elsewhere, address, "sender", PASSWORD)
    assert elsewhere.url.endswith("/concern")
    elsewhere.locator("#name").fill("Opdigtet Person")
    elsewhere.locator("#address").fill("Ingen Vej 1")
    for field, value in (("sender", "shelter"), ("category", "rent_arrears"), ("urgency", "acute")):
        elsewhere.locator(f"#{field}").select_option(value)
    elsewhere.locator("main button").click()
    assert "Den står på holdets liste nu" in elsewhere.content()
    elsewhere.context.close()
    page.reload()
    page.get_by_role("link", name="Læs henvendelsen").click()
    assert "Opdigtet Person" in page.content()


def test_a_link_is_resolved_and_undone(page: Any, address: str, team: Team) -> None:
    sign_in(page, address, "worker", PASSWORD)
    page.get_by_role("link", name="Koblinger").click()
    page.get_by_role("link", name=LETTER).click()
    assert "afviger: etage" in page.locator("table").inner_text()
    page.get_by_label("Mulighed 1").check()
    page.get_by_role("button", name="Gem svaret").click()
    assert "Svaret er gemt" in page.content()
    kept = link_answers(team.site.database)[Letter("notices", LETTER)]
    assert (kept.target, kept.who) == (Target(LANDLORD, COURT), "worker")
    page.get_by_role("button", name=f"Fortryd svaret om {LETTER}").click()
    assert page.get_by_role("link", name=LETTER).count() == 1


def test_the_list_is_exported_and_opened_again(page: Any, address: str) -> None:
    sign_in(page, address, "worker", PASSWORD)
    with page.expect_download() as given:
        page.get_by_role("link", name="Hent som Excel").click()
    content = Path(given.value.path()).read_bytes()
    assert pl.read_excel(io.BytesIO(content), sheet_name="Frister")["Lejer"][0] == NAME
    assert pl.read_excel(io.BytesIO(content), sheet_name="Tidlig advarsel")["Lejemål"].to_list() == [QUIET]


def test_the_language_is_changed_and_stays(page: Any, address: str) -> None:
    sign_in(page, address, "worker", PASSWORD)
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Today's list, 2 March 2026"
    page.goto(address + CASE)
    assert page.locator("html").get_attribute("lang") == "en"


def test_what_a_role_may_not_do_is_refused(browser: Any, address: str) -> None:
    page = browser.new_page()
    sign_in(page, address, "analyst", PASSWORD)
    assert NAME not in page.content()
    page.goto(address + "/people")
    assert page.locator("h1").inner_text() == "Det har du ikke adgang til"
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_the_filter_works_with_and_without_javascript(browser: Any, address: str, script: bool) -> None:
    page = browser.new_context(java_script_enabled=script).new_page()
    sign_in(page, address, "worker", PASSWORD)
    page.locator("#mine").check()
    if not script:
        page.locator(".bv-filters button").click()
    page.get_by_text("0 af 3 lejemål vises").wait_for()
    page.context.close()


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_against_wcag_2_1_aa(browser: Any, address: str, role: str, language: str) -> None:
    page = browser.new_context(bypass_csp=True).new_page()  # axe is put into the page, which its policy forbids
    page.goto(f"{address}/sign-in")
    found = {"/sign-in": violations(page)}
    sign_in(page, address, role, PASSWORD)
    if language == "en":
        page.get_by_role("button", name="English").click()
    for path in PAGES[role]:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found[path] = violations(page)
    page.context.close()
    assert {path: each for path, each in found.items() if each} == {}
