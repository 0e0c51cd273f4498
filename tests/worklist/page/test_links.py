"""The link queue: what waits, what differs, deciding, undoing, and who may see it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.worklist.page.case_night import ALONE, COURT, HIDDEN, LANDLORD, LETTER, NOW, QUIET, SECRET, TENANT, Team
from worklist.cases.links import Letter, Target, answer_letter, link_answers, version_of
from worklist.cases.outbox import deliver
from worklist.cases.tables import AccessRow
from worklist.page.links import value_of

HERE = value_of(Target(LANDLORD, COURT))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    team = Team(tmp_path)
    yield team
    team.site.database.close()


def _letter(team: Team, key: str, feed: str = "notices", who: str = "worker") -> Any:
    return team.browser(who).client.get("/links/letter", params={"feed": feed, "key": key})


def _decide(team: Team, key: str, choice: str, *, feed: str = "notices", who: str = "worker", **more: Any) -> Any:
    return team.browser(who).post("/links/decide", feed=feed, key=key, choice=choice, **more)


def _rows(team: Team) -> list[dict[str, str]]:
    """What went back to the inbox, in the order in which it is taken in."""
    deliver(team.site.database, team.site.inbox, NOW)
    rows: list[dict[str, str]] = []
    for path in sorted((team.site.inbox / "link_answers").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows.extend(csv.DictReader(lines, delimiter=";"))
    return rows


def _log(team: Team) -> list[tuple[str, str | None, str]]:
    with team.site.database.reading() as session:
        rows = session.scalars(select(AccessRow).order_by(AccessRow.entry_no))
        return [(row.what, row.tenancy_no, row.why) for row in rows if row.why.startswith("letter")]


def test_the_most_urgent_is_first_and_then_the_oldest_letter(team: Team) -> None:
    html = team.browser("coordinator").client.get("/links").text
    places = [html.index(f"key={key}") for key in (SECRET, ALONE, LETTER)]
    assert places == sorted(places)
    assert html.index(f"key={TENANT}") > places[-1]
    assert "Kommet de seneste 90 dage før 2. marts 2026: 4" in html


def test_a_letter_shows_side_by_side_what_agrees_and_what_differs(team: Team) -> None:
    html = _letter(team, LETTER).text
    assert "Jensen, Søren Å." in html
    assert "Søren Aagaard Jensen" in html
    assert "stemmer delvis" in html
    assert "afviger: etage" in html
    assert "✕" in html
    assert _log(team) == [
        ("view", None, f"letter notices {LETTER}"),
        ("view", COURT, f"letter notices {LETTER}"),
        ("view", QUIET, f"letter notices {LETTER}"),
    ]


def test_an_answer_takes_the_letter_out_of_the_queue_at_once_and_goes_back_as_a_delivery(team: Team) -> None:
    assert _decide(team, LETTER, HERE).status_code == 303
    html = team.browser("worker").client.get("/links").text
    assert f"key={LETTER}" not in html
    assert f"Fortryd svaret om {LETTER}" in html
    assert _letter(team, LETTER).status_code == 404
    (row,) = _rows(team)
    assert row == {
        "feed": "notices", "record_key": LETTER, "answer": "linked", "landlord": LANDLORD, "tenancy_no": COURT,
        "person_id": "", "registered_on": "2026-03-02", "retracted": "false",
    }  # fmt: skip


def test_an_answer_is_undone_and_the_letter_waits_again(team: Team) -> None:
    _decide(team, LETTER, HERE)
    assert team.browser("other").post("/links/undo", version=1, feed="notices", key=LETTER).status_code == 303
    assert f"key={LETTER}" in team.browser("worker").client.get("/links").text
    assert [(row["answer"], row["retracted"]) for row in _rows(team)] == [("linked", "false"), ("", "true")]
    assert _decide(team, LETTER, "nobody", version=2).status_code == 303
    assert version_of(team.site.database, Letter("notices", LETTER)) == 3


def test_of_two_who_answer_the_second_is_told_and_nothing_is_overwritten(team: Team) -> None:
    letter = Letter("notices", LETTER)
    _decide(team, LETTER, HERE)
    team.browser("worker").post("/links/undo", version=1, feed="notices", key=LETTER)
    late = _decide(team, LETTER, "nobody", who="other", version=0)
    assert late.status_code == 409
    assert "worker svarede" in late.text
    assert link_answers(team.site.database)[letter].answer is None


def test_undoing_what_somebody_else_answered_meanwhile_is_refused(team: Team) -> None:
    letter = Letter("notices", LETTER)
    answer_letter(team.site.database, letter, 0, Target(LANDLORD, COURT), "other", NOW)
    assert team.browser("worker").post("/links/undo", version=0, feed="notices", key=LETTER).status_code == 409
    assert team.browser("worker").post("/links/undo", version=0, feed="notices", key="unheard").status_code == 404


def test_a_letter_that_may_tell_a_protected_address_is_for_the_coordinator(team: Team) -> None:
    html = team.browser("worker").client.get("/links").text
    assert SECRET not in html
    assert "Koordinatoren afgør posten" in html
    assert _letter(team, SECRET, "concerns").status_code == 403
    here = value_of(Target(LANDLORD, HIDDEN))
    assert _decide(team, SECRET, here, feed="concerns").status_code == 403
    assert link_answers(team.site.database) == {}
    shown = _letter(team, SECRET, "concerns", "coordinator").text
    assert "Hun ringede &lt;b&gt;grædende&lt;/b&gt;." in shown
    assert _decide(team, SECRET, here, feed="concerns", who="coordinator").status_code == 303


def test_a_tenant_without_a_number_is_chosen_among_the_persons_at_the_home(team: Team) -> None:
    html = _letter(team, TENANT, "tenancies").text
    assert "Bo Prøve" in html
    assert "Født 1980" in html
    assert _decide(team, TENANT, value_of(Target(LANDLORD, QUIET, "p-2")), feed="tenancies").status_code == 303
    (row,) = _rows(team)
    assert (row["landlord"], row["tenancy_no"], row["person_id"]) == (LANDLORD, QUIET, "p-2")


def test_a_tenancy_that_no_candidate_names_can_be_typed(team: Team) -> None:
    assert "Ingen kendte hjem ligner" in _letter(team, ALONE).text
    wrong = _decide(team, ALONE, "other", landlord=LANDLORD, tenancy_no="999")
    assert wrong.status_code == 422
    assert "Udlejeren har ikke et aktivt lejemål" in wrong.text
    assert 'value="999"' in wrong.text
    assert _decide(team, ALONE, "other", landlord=LANDLORD, tenancy_no=QUIET).status_code == 303
    assert link_answers(team.site.database)[Letter("notices", ALONE)].target == Target(LANDLORD, QUIET)


@pytest.mark.parametrize("choice", ["", "other-home", value_of(Target(LANDLORD, HIDDEN)), "landlord=x"])
def test_only_what_was_offered_can_be_chosen(team: Team, choice: str) -> None:
    answer = _decide(team, LETTER, choice)
    assert answer.status_code == 422
    assert "Vælg en af mulighederne" in answer.text
    assert link_answers(team.site.database) == {}


def test_a_letter_that_does_not_wait_is_not_there(team: Team) -> None:
    assert _letter(team, "unheard-of").status_code == 404
    assert _letter(team, LETTER, "../x").status_code == 404
