"""A case shows what was published and what was typed in, each once, to whoever may see it; nothing is overwritten."""

import html
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from tests.worklist.page.case_night import (
    ADDRESS,
    AS_OF,
    COURT,
    CPR,
    EVENTS,
    HIDDEN,
    HIDDEN_ADDRESS,
    LANDLORD,
    NAME,
    NOW,
    PASSWORD,
    QUIET,
    REASONS,
    ROLES,
    Team,
    hidden,
    months,
)
from warehouse.vocabulary import FEEDS
from worklist.cases.access import accesses
from worklist.cases.accounts import add_account, set_active
from worklist.cases.cases import events, read_case
from worklist.cases.codes import MARKS, OUTCOMES, STATUSES
from worklist.cases.concerns import Concern, record_concern
from worklist.export import parquet_bytes
from worklist.page import months_svg
from worklist.page.case_changes import DOINGS
from worklist.page.case_routes import DONE
from worklist.page.happenings import Happening, happenings
from worklist.page.legal_paths import PATHS, STAGES, legal_paths
from worklist.page.words import LANGUAGES, say, written
from worklist.publishing import publish

LATER = (AS_OF + timedelta(days=10)).isoformat()
CHANGES: dict[str, dict[str, str]] = {
    "take": {},
    "hand-over": {"to": "-", "hand_over_note": "Ferie"},
    "snooze": {"until": LATER, "snooze_reason": "Venter på svar"},
    "wake": {},
    "note": {"text": "Ringede uden svar"},
    "plan": {"action": "Besøg", "action_on": LATER},
    "mark": {"status": "arrears_paid"},
    "reopen": {},
    "outcome": {"outcome": "afdragsordning", "decided_on": AS_OF.isoformat(), "outcome_note": "Aftalt"},
}
CONTACT = {"attempt": "opkald", "result": "kontakt", "intervention": "payment_plan", "contacted_on": AS_OF.isoformat()}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def _svg(text: str) -> ElementTree.Element:
    found = re.search(r"<svg.*?</svg>", text, re.DOTALL)
    assert found
    return ElementTree.fromstring(found.group())


# What is shown


def test_the_case_shows_what_the_night_and_the_vault_tell(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    for expected in (NAME, ADDRESS, COURT, "fogedret", "meget høj", "nr. 1 af 3", "om 4 dage", "010170-••••"):
        assert expected in text
    for _, danish, english, _ in REASONS:
        assert danish in text
        assert english not in text


def test_every_fact_has_its_source_and_day(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    for expected in ("Påkrav og foged, Nordhavn, 20. feb. 2026", "Bekymringshenvendelser, 25. feb. 2026"):
        assert expected in text
    # Of the account, its last delivery: the landlord's own, whatever others delivered since.
    assert text.count("Husleje, leveret 1. marts 2026") == 1
    assert "Lejemål, leveret 28. feb. 2026" in text


def test_a_day_that_has_passed_is_worded_as_passed_and_the_clock_of_14_days_runs(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    assert "udløb for 4 dage siden" in text
    assert "Dag 10 af 14" in text
    assert '<progress max="14" value="10">' in text


def test_a_case_without_anything_published_but_its_score_is_shown(team: Team) -> None:
    answer = team.browser("worker").get("/case", tenancy=QUIET)
    assert answer.status_code == 200
    assert say("case.no_months", "da") in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_complete(team: Team, language: str) -> None:
    worker = team.browser("worker")
    worker.client.cookies.set("bovagt_language", language)
    for tenancy in (COURT, HIDDEN, QUIET):
        assert f'<html lang="{language}">' in worker.get("/case", tenancy=tenancy).text


# The picture


def _drawn(svg: ElementTree.Element, kind: str) -> dict[date, ElementTree.Element]:
    rects = [each for each in svg.iter(f"{SVG}rect") if each.get("class") == f"bv-svg-{kind}"]
    by_month = {date.fromisoformat(str(each.get("data-month"))): each for each in rects}
    assert len(by_month) == len(rects)
    return by_month


@pytest.mark.parametrize("kind", ["balance", "due", "paid"])
def test_what_is_drawn_is_what_is_published_month_by_month(team: Team, kind: str) -> None:
    drawn = _drawn(_svg(team.browser("worker").get("/case").text), kind)
    told = {row["month"]: row[f"{kind}_dkk"] for row in months() if row[f"{kind}_dkk"] is not None}
    assert {month: Decimal(str(rect.get("data-amount"))) for month, rect in drawn.items()} == told
    # Heights are to one scale, whatever the sign.
    tall = [(abs(float(told[month])), float(str(rect.get("height")))) for month, rect in drawn.items() if told[month]]
    scales = [height / amount for amount, height in tall]
    assert max(scales) == pytest.approx(min(scales), rel=0.02)
    assert all(one < other for one, other in pairwise(float(str(rect.get("x"))) for rect in drawn.values()))


def test_everything_that_happened_is_marked_in_its_month_as_often_as_it_happened(team: Team) -> None:
    svg = _svg(team.browser("worker").get("/case").text)
    marks = [each for each in svg.iter(f"{SVG}path") if each.get("data-month")]
    groups = {"notices": "notice", "concerns": "concern", "contacts": "contact"}
    expected = sorted((each["on"].replace(day=1).isoformat(), f"bv-svg-{groups[each['source']]}") for each in EVENTS)
    drawn = [(str(mark.get("data-month")), str(mark.get("class"))) for mark in marks for _ in range(_count(mark))]
    assert sorted(drawn) == expected
    shapes = {mark.get("class"): str(mark.get("d")).split(" m ")[1] for mark in marks}
    assert len(set(shapes.values())) == len(shapes) == 3


def _count(mark: ElementTree.Element) -> int:
    return int(str(mark.get("data-count")))


def test_the_picture_is_named_and_described_and_told_as_a_table(team: Team) -> None:
    text = team.browser("worker").get("/case").text
    svg = _svg(text)
    assert svg.get("role") == "img"
    named = str(svg.get("aria-labelledby")).split()
    assert [svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")] == named  # type: ignore[union-attr]
    assert svg.find(f"{SVG}title").text  # type: ignore[union-attr]
    assert not list(svg.iter(f"{SVG}style"))
    assert "style=" not in text
    for row in months():
        month = row["month"]
        assert f">{say(f'case.month_{month.month}', 'da')} {month.year}</th>" in text


@pytest.mark.parametrize(
    "balances", [[None] * 3, [Decimal(0)] * 3, [Decimal(-5), None, Decimal("0.5")], [Decimal(10**7)]]
)
def test_any_months_can_be_drawn(balances: list[Decimal | None]) -> None:
    rows = [{"month": date(2026, n, 1), "balance_dkk": each} for n, each in enumerate(balances, 1)]
    drawn = months_svg.picture(rows, [], date(2026, len(rows), 20))
    assert drawn is not None
    assert [month.row["balance_dkk"] for month in drawn.months] == balances
    for month in drawn.months:
        if month.balance:
            assert months_svg.BALANCE_TOP <= month.balance.y <= month.balance.y + month.balance.height
            assert month.balance.y + month.balance.height <= months_svg.BALANCE_BOTTOM + 0.01
    assert months_svg.picture([], [], AS_OF) is None


# Once, and never over what was not seen


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_kept_once_and_shown_once(team: Team, name: str) -> None:
    worker = team.browser("worker")
    answer = worker.post(f"/case/{name}", version=int(hidden(worker.get("/case").text, "version")), **CHANGES[name])
    assert answer.status_code == 303
    assert [event.kind for event in events(team.site.database, LANDLORD, COURT)] == [name.replace("-", "_")]
    shown = worker.client.get(answer.headers["location"]).text
    assert html.escape(say(f"case.done_{name}", "da")) in shown
    written_with_it = [text for key, text in CHANGES[name].items() if key in ("text", "hand_over_note", "outcome_note")]
    assert all(shown.count(text) == 1 for text in written_with_it)
    assert shown.count('<li><span class="bv-small">') == 1


@pytest.mark.parametrize("name", CHANGES)
def test_a_stale_version_changes_nothing(team: Team, name: str) -> None:
    worker, other = team.browser("worker"), team.browser("other")
    assert other.post("/case/note", text="Først").status_code == 303
    answer = worker.post(f"/case/{name}", version=0, **CHANGES[name])
    assert answer.status_code == 409
    assert "other" in answer.text
    assert [event.kind for event in events(team.site.database, LANDLORD, COURT)] == ["note"]


def test_a_contact_stays_one_once_the_night_has_brought_it_back(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.post("/contact", **CONTACT).status_code == 303
    history = events(team.site.database, LANDLORD, COURT)
    before = happenings([], history, [])
    assert [(each.kind, each.detail, each.channel) for each in before] == [
        ("intervention", "payment_plan", "phone"),
        ("contact", "agreed", "phone"),
    ]
    told = [{**vars(each), "known_on": AS_OF + timedelta(days=1)} for each in before]
    after = happenings(told, history, [])
    assert [each.fact for each in after] == [each.fact for each in before]
    assert {each.known_on for each in after} == {AS_OF + timedelta(days=1)}
    svg = _svg(worker.get("/case").text)
    now = [each for each in svg.iter(f"{SVG}path") if each.get("data-month") == AS_OF.replace(day=1).isoformat()]
    assert [each.get("class") for each in now] == ["bv-svg-contact"]


def test_a_concern_since_the_night_is_there_at_once_and_tells_nothing_of_illness(team: Team) -> None:
    concern = Concern("psychiatry", "mental_health", "acute", CPR, text="Fortroligt")
    record_concern(team.site.database, concern, NOW, "form", by="anna", tenancy=(LANDLORD, COURT))
    text = team.browser("worker").get("/case").text
    assert text.count('<td class="bv-day">2. marts 2026</td><td>Akut bekymringshenvendelse</td>') == 1
    assert "Fortroligt" not in text
    assert "psychiatry" not in text
    assert "mental" not in text


def test_an_acute_concern_since_the_night_is_a_deadline_until_somebody_was_reached(team: Team) -> None:
    concern = Concern("landlord", "rent_arrears", "acute", CPR)
    record_concern(team.site.database, concern, NOW, "form", tenancy=(LANDLORD, QUIET))
    worker = team.browser("worker")
    assert "<td>akut bekymring</td>" not in worker.get("/case", tenancy=HIDDEN).text
    assert worker.get("/case", tenancy=QUIET).text.count("<td>akut bekymring</td>") == 1
    unreached = {**CONTACT, "result": "ingen_kontakt", "intervention": "none"}
    for version, (fields, standing) in enumerate([(unreached, 1), (CONTACT, 0)]):
        assert worker.post("/contact", tenancy=QUIET, version=version, **fields).status_code == 303
        assert worker.get("/case", tenancy=QUIET).text.count("<td>akut bekymring</td>") == standing


def test_whatever_is_sent_in_whatever_order_is_kept_once_or_not_at_all(team: Team) -> None:
    """Random changes on versions that are current or not: what was answered with 303 is there, once, and no more."""
    draw = random.Random(4)
    browsers = [team.browser(name) for name in ("worker", "other", "coordinator")]
    kept: list[str] = []
    for step in range(60):
        name = draw.choice([*CHANGES, "contact"])
        path, fields = (f"/case/{name}", CHANGES[name]) if name != "contact" else ("/contact", CONTACT)
        version = draw.choice([len(kept), len(kept), max(0, len(kept) - 1), len(kept) + 1])
        answer = draw.choice(browsers).post(path, version=version, **fields)
        assert answer.status_code == (303 if version == len(kept) else 409), step
        if answer.status_code == 303:
            kept.append(name.replace("-", "_"))
    assert [event.kind for event in events(team.site.database, LANDLORD, COURT)] == kept
    assert read_case(team.site.database, LANDLORD, COURT).version == len(kept) > 20
    assert browsers[0].get("/case").text.count('<li><span class="bv-small">') == len(kept)


def test_a_mark_holds_at_once(team: Team) -> None:
    worker = team.browser("worker")
    worker.post("/case/mark", status="wrong_person")
    assert read_case(team.site.database, LANDLORD, COURT).status == "wrong_person"
    assert say("case.closed_for_now", "da") in worker.get("/case").text


# What is wrong stands beside its field


@pytest.mark.parametrize(
    ("name", "changed", "field", "key"),
    [
        ("hand-over", {"to": "stranger"}, "to", "to_missing"),
        ("hand-over", {"to": ""}, "to", "to_missing"),
        ("hand-over", {"to": "analyst"}, "to", "to_missing"),
        ("hand-over", {"to": "closed"}, "to", "to_missing"),
        ("snooze", {"until": AS_OF.isoformat()}, "until", "until_past"),
        ("snooze", {"until": "2062-01-01"}, "until", "until_far"),
        ("snooze", {"until": "soon"}, "until", "until_missing"),
        ("snooze", {"snooze_reason": " "}, "snooze_reason", "snooze_reason_missing"),
        ("note", {"text": ""}, "text", "text_missing"),
        ("note", {"text": "x" * 4001}, "text", "text_long"),
        ("plan", {"action": ""}, "action", "action_missing"),
        ("plan", {"action_on": ""}, "action_on", "day_missing"),
        ("mark", {"status": "open"}, "status", "status_missing"),
        ("outcome", {"outcome": "won"}, "outcome", "outcome_missing"),
        ("outcome", {"decided_on": LATER}, "decided_on", "day_to_come"),
        ("outcome", {"decided_on": ""}, "decided_on", "day_missing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    team: Team, name: str, changed: dict[str, str], field: str, key: str
) -> None:
    add_account(team.site.database, "closed", PASSWORD, ["worker"], NOW)
    set_active(team.site.database, "closed", active=False)
    typed = {**CHANGES[name], **changed}
    answer = team.browser("worker").post(f"/case/{name}", **typed)
    assert answer.status_code == 422
    assert html.escape(say(f"case.{key}", "da", most=4000)) in answer.text
    assert f'href="#{field}"' in answer.text
    assert all(html.escape(text) in answer.text for each, text in typed.items() if each != field and text != "-")
    assert events(team.site.database, LANDLORD, COURT) == []


def test_a_case_goes_to_a_worker_or_a_coordinator_who_is_active(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.post("/case/hand-over", to="coordinator").status_code == 303
    assert read_case(team.site.database, LANDLORD, COURT).owner == "coordinator"


# Who may see and do what


@pytest.mark.parametrize(("role", "path"), list(product(ROLES, ["/case", "/case/journal"])))
def test_who_may_read_a_case(team: Team, role: str, path: str) -> None:
    readers = {"/case": ("worker", "coordinator", "analyst"), "/case/journal": ("worker", "coordinator")}
    assert team.browser(role).get(path).status_code == (200 if role in readers[path] else 403)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("worker", "coordinator")])
def test_nobody_else_changes_anything(team: Team, role: str) -> None:
    browser = team.browser(role)
    for name, fields in CHANGES.items():
        assert browser.post(f"/case/{name}", **fields).status_code == 403
    assert browser.post("/case/cpr", person="x", why="y").status_code == 403
    assert events(team.site.database, LANDLORD, COURT) == []


def test_an_analyst_sees_no_name_no_address_no_number_and_no_free_text(team: Team) -> None:
    worker = team.browser("worker")
    for version, name in enumerate(("note", "plan", "snooze", "hand-over")):
        assert worker.post(f"/case/{name}", version=version, **CHANGES[name]).status_code == 303
    text = team.browser("analyst").get("/case").text
    free = ["Ringede uden svar", "Besøg", "Venter på svar", "Ferie"]
    for secret in (*NAME.split(), ADDRESS, CPR, CPR[:6], *free):
        assert secret not in text
    assert COURT in text
    assert "/case/take" not in text


def test_a_protected_address_is_shown_to_the_coordinator_alone(team: Team) -> None:
    assert HIDDEN_ADDRESS not in team.browser("worker").get("/case", tenancy=HIDDEN).text
    assert HIDDEN_ADDRESS in team.browser("coordinator").get("/case", tenancy=HIDDEN).text


def test_an_unknown_tenancy_is_not_there(team: Team) -> None:
    worker = team.browser("worker")
    assert worker.client.get("/case").status_code == 404
    for path in ("/case", "/case/journal"):
        assert worker.get(path, tenancy="1").status_code == worker.get(path, landlord="x").status_code == 404
    for name, fields in CHANGES.items():
        assert worker.post(f"/case/{name}", tenancy="1", **fields).status_code == 404
    assert worker.post("/case/cpr", tenancy="1", person="x", why="y").status_code == 404


def test_a_tenancy_that_is_no_longer_active_keeps_its_case(team: Team) -> None:
    worker = team.browser("worker")
    worker.post("/case/note", text="Flyttet")
    gone = {"landlord": [LANDLORD], "tenancy_no": [QUIET], "stage": ["none"], "rank": [1]}
    files = {"scores.parquet": parquet_bytes(pl.DataFrame(gone)), "night.json": b"{}"}
    publish(team.site.nights.root, AS_OF + timedelta(days=1), files)
    answer = worker.get("/case")
    assert answer.status_code == 200
    assert "Flyttet" in answer.text
    assert say("case.not_active_title", "da") in answer.text
    assert worker.get("/case", tenancy=HIDDEN).status_code == 404


def test_whoever_sees_a_case_is_in_the_access_log_before_it_is_shown(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = team.browser("worker")
    worker.get("/case")
    assert [(each.who, each.what) for each in accesses(team.site.database, tenancy=(LANDLORD, COURT))] == [
        ("worker", "view")
    ]

    def refuse(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("worklist.page.case_access.log_access", refuse)
    with pytest.raises(OSError, match="full"):
        worker.get("/case")


# The CPR number


def _person(text: str) -> str:
    found = re.search(r'<option value="([0-9a-f]{32})"', text)
    assert found
    return found.group(1)


def test_a_cpr_number_is_shown_once_to_whoever_says_why(team: Team) -> None:
    worker = team.browser("worker")
    plain = worker.get("/case").text
    assert CPR not in plain
    shown = worker.post("/case/cpr", person=_person(plain), why="Ansøgning om § 81 a")
    assert shown.status_code == 200
    assert f"<strong>{CPR}</strong>" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert CPR not in worker.get("/case").text
    logged = [each for each in accesses(team.site.database, tenancy=(LANDLORD, COURT)) if each.what == "cpr_shown"]
    assert [(each.who, each.why) for each in logged] == [("worker", "Ansøgning om § 81 a")]
    assert CPR not in str(accesses(team.site.database))


@pytest.mark.parametrize(("why", "key"), [("", "why_missing"), ("x" * 201, "why_long")])
def test_no_cpr_number_without_a_reason(team: Team, why: str, key: str) -> None:
    worker = team.browser("worker")
    answer = worker.post("/case/cpr", person=_person(worker.get("/case").text), why=why)
    assert answer.status_code == 422
    assert CPR not in answer.text
    assert say(f"case.{key}", "da") in answer.text
    assert "cpr_shown" not in [each.what for each in accesses(team.site.database)]


def test_nobody_elses_cpr_number_is_shown_with_a_case(team: Team) -> None:
    worker = team.browser("worker")
    elsewhere = _person(worker.get("/case", tenancy=HIDDEN).text)
    assert worker.post("/case/cpr", person=elsewhere, why="Nysgerrig").status_code == 404
    assert "cpr_shown" not in [each.what for each in accesses(team.site.database)]


# Whatever is typed


def test_what_is_typed_is_shown_as_text(team: Team) -> None:
    worker = team.browser("worker")
    evil = "<script>alert(1)</script><img src=x onerror=y>{{ 7 * 7 }}{x}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("note", {"text": evil}),
        ("plan", {"action": evil, "action_on": LATER}),
        ("snooze", {"until": LATER, "snooze_reason": evil}),
        ("hand-over", {"to": "-", "hand_over_note": evil}),
        ("outcome", {**CHANGES["outcome"], "outcome_note": evil}),
    ]
    for version, (name, fields) in enumerate(steps):
        assert worker.post(f"/case/{name}", version=version, **fields).status_code == 303
    for path in ("/case", "/case/journal", "/contact"):
        text = worker.get(path, done="<script>").text
        assert "<script>alert" not in text
        assert "<img" not in text
    assert html.escape(evil) in worker.get("/case").text


# The law


def test_81_a_opens_only_after_a_warning_of_eviction() -> None:
    assert [stage for stage in STAGES if "rent_help_81a" in legal_paths(stage, None)[0]] == ["termination", "court"]


def test_the_path_for_children_is_closed_only_where_there_are_none() -> None:
    assert ["children" in legal_paths("arrears", each)[0] for each in (True, None, False)] == [True, True, False]


def test_a_closed_tenancy_has_no_paths() -> None:
    assert legal_paths("closed", None) == ([], [])


# Words


def _keys() -> Iterator[str]:
    yield from (f"case.outcome_{code}" for code in OUTCOMES)
    yield from (f"case.status_{code}" for code in STATUSES)
    yield from (f"case.mark_{code}" for code in MARKS)
    yield from (f"case.done_{name}" for name in DONE)
    yield from (f"case.path_{path.name}{end}" for path in PATHS for end in ("", "_title"))
    yield from (f"case.later_{path.name}" for path in PATHS if path.later_at)
    fields = {(feed.name, field.name): field.codes for feed in FEEDS.values() for field in feed.fields}
    yield from (f"case.kind_{code}" for code in fields["notices", "kind"])
    yield from (f"case.channel_{code}" for code in fields["contacts", "channel"])
    yield from (f"case.household_{code}" for code in fields["persons", "household"])
    withheld = {"psychiatry", "substance_treatment", "police", "substance_use", "mental_health", "discharge"}
    yield from (f"case.sender_{code}" for code in set(fields["concerns", "sender"]) - withheld)
    yield from (f"case.detail_{code}" for code in set(fields["concerns", "category"]) - withheld)
    told = [("notices", "ground"), ("contacts", "outcome"), ("sanctions", "kind"), ("benefits", "kind"),
            ("benefit_applications", "kind"), ("support_courses", "method"),
            ("support_courses", "end_reason")]  # fmt: skip
    yield from (f"case.detail_{code}" for each in told for code in fields[each])
    yield from (f"case.detail_{code}" for code in fields["contacts", "intervention"] if code != "none")


def test_every_code_has_words_in_both_languages() -> None:
    missing = [
        (key, language) for key, language in product(_keys(), LANGUAGES) if not written().get(key, {}).get(language)
    ]
    assert missing == []


def test_every_doing_has_a_change_to_try_and_words() -> None:
    assert set(CHANGES) == set(DOINGS)
    assert set(DOINGS) | {"contact"} == DONE


def test_a_code_that_nobody_has_put_in_words_is_shown_as_it_stands() -> None:
    one = Happening(AS_OF, AS_OF, "new_kind", "new_feed", "new:1", detail="new_detail")
    assert one.words("da") == "new kind: new detail"
    assert one.source_words("da") == "new_feed"
    assert replace(one, sender="Nordhavn").source_words("en") == "new_feed, Nordhavn"
