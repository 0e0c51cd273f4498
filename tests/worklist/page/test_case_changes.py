"""What is done to a case is kept once and shown once, never over what was not seen, and what is wrong is said."""

import html
import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.worklist.page.case_night import (
    AS_OF,
    CHANGES,
    CONTACT,
    COURT,
    CPR,
    HIDDEN,
    LANDLORD,
    LATER,
    NOW,
    PASSWORD,
    QUIET,
    Team,
    hidden,
)
from worklist.cases.accounts import add_account, set_active
from worklist.cases.cases import events, read_case
from worklist.cases.concerns import Concern, record_concern
from worklist.page.happenings import happenings
from worklist.page.words import say


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


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
    drawn = re.findall(r'<path class="(bv-svg-\w+)" data-month="2026-03-01" data-count="1"', worker.get("/case").text)
    assert drawn == ["bv-svg-contact"]


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
