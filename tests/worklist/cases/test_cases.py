"""Nothing in a case is overwritten unseen, its events tell its whole history, and codes mean what the feed means."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from warehouse.vocabulary import FEEDS
from worklist.cases.cases import (
    Case,
    Change,
    Contact,
    events,
    hand_over,
    mark,
    note,
    plan,
    read_case,
    read_cases,
    record_contact,
    record_outcome,
    reopen,
    snooze,
    take,
    wake,
)
from worklist.cases.codes import ATTEMPTS, INTERVENTIONS, OUTCOMES, RESULTS
from worklist.cases.database import Database
from worklist.cases.errors import CaseChanged, InputRefused
from worklist.cases.outbox import waiting

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)

OPERATIONS: dict[str, Callable[[Database, Change], Case]] = {
    "take": take,
    "hand_over": lambda database, change: hand_over(database, change, "bo", "ferie"),
    "snooze": lambda database, change: snooze(database, change, TODAY + timedelta(7), "aftale om betaling"),
    "wake": wake,
    "note": lambda database, change: note(database, change, "ringer igen"),
    "plan": lambda database, change: plan(database, change, "hjemmebesøg", TODAY + timedelta(2)),
    "mark": lambda database, change: mark(database, change, "arrears_paid"),
    "reopen": reopen,
    "contact": lambda database, change: record_contact(database, change, Contact("opkald", "kontakt", TODAY)),
    "outcome": lambda database, change: record_outcome(database, change, "afdragsordning", TODAY),
}


def seen(version: int, who: str = "anne") -> Change:
    return Change("Birkely", "12-3", who, NOW, version)


def test_nobody_has_touched_a_case_at_version_0(database: Database) -> None:
    assert read_case(database, "Birkely", "12-3") == Case("Birkely", "12-3")
    assert read_cases(database) == {}


def test_every_operation_makes_one_version_and_one_event(database: Database) -> None:
    for version, (kind, operation) in enumerate(OPERATIONS.items()):
        case = operation(database, seen(version))
        assert case.version == version + 1
        assert read_case(database, "Birkely", "12-3") == case
        assert [event.kind for event in events(database, "Birkely", "12-3")][-1] == kind
    history = events(database, "Birkely", "12-3")
    assert [event.version for event in history] == list(range(1, len(OPERATIONS) + 1))
    assert {(event.who, event.at) for event in history} == {("anne", NOW)}


@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_change_decided_on_an_older_version_changes_nothing_and_says_who_was_there(
    database: Database, kind: str
) -> None:
    taken = take(database, seen(0, "bo"))
    for stale in (0, 2):
        with pytest.raises(CaseChanged) as refusal:
            OPERATIONS[kind](database, seen(stale))
        assert (refusal.value.who, refusal.value.at, refusal.value.what) == ("bo", NOW, "take")
    assert read_case(database, "Birkely", "12-3") == taken
    assert len(events(database, "Birkely", "12-3")) == 1
    assert waiting(database) == 0


@pytest.mark.parametrize("version", [0, 1])
def test_of_many_at_once_one_gets_the_case(database: Database, version: int) -> None:
    for before in range(version):
        note(database, seen(before), "før")

    def attempt(place: int) -> str | None:
        try:
            return take(database, seen(version, f"worker{place}")).owner
        except CaseChanged:
            return None

    with ThreadPoolExecutor(8) as many:
        owners = [owner for owner in many.map(attempt, range(16)) if owner is not None]
    assert owners == [read_case(database, "Birkely", "12-3").owner]
    assert len(events(database, "Birkely", "12-3")) == version + 1


def test_the_state_follows_what_was_done(database: Database) -> None:
    take(database, seen(0))
    snooze(database, seen(1), TODAY + timedelta(7), "aftale om betaling")
    plan(database, seen(2), "hjemmebesøg", TODAY + timedelta(2))
    mark(database, seen(3), "wrong_person")
    assert read_cases(database) == {
        ("Birkely", "12-3"): Case(
            "Birkely",
            "12-3",
            4,
            "wrong_person",
            "anne",
            TODAY + timedelta(7),
            "aftale om betaling",
            "hjemmebesøg",
            TODAY + timedelta(2),
        )
    }
    reopen(database, seen(4))
    wake(database, seen(5))
    plan(database, seen(6), None, None)
    assert hand_over(database, seen(7), None) == Case("Birkely", "12-3", 8)


def test_codes_mean_codes_of_the_feed() -> None:
    codes = {field.name: set(field.codes) for field in FEEDS["contacts"].fields if field.codes}
    assert {attempt.channel for attempt in ATTEMPTS.values()} == codes["channel"]
    assert {result.outcome for result in RESULTS.values()} - {None} == codes["outcome"] - {"agreed"}
    assert set(INTERVENTIONS) == codes["intervention"]
    assert set(OUTCOMES.values()) - {None} == codes["intervention"] - {"budget_advice", "none"}


def test_a_home_visit_says_by_itself_whether_somebody_was_met(database: Database) -> None:
    refused = set()
    version = 0
    for attempt, result in product(ATTEMPTS, RESULTS):
        try:
            version = record_contact(database, seen(version), Contact(attempt, result, TODAY)).version
        except InputRefused:
            refused.add((attempt, result))
    assert refused == {
        ("hjemmebesoeg_truffet", "ingen_kontakt"),
        ("hjemmebesoeg_ikke_truffet", "kontakt"),
        ("hjemmebesoeg_ikke_truffet", "oensker_ikke_hjaelp"),
        ("hjemmebesoeg_ikke_truffet", "loeser_selv"),
    }
    assert waiting(database) == version


@pytest.mark.parametrize(
    "operation",
    [
        lambda database: note(database, seen(0), "  "),
        lambda database: note(database, seen(0), "x" * 4001),
        lambda database: snooze(database, seen(0), TODAY, "i dag"),
        lambda database: snooze(database, seen(0), TODAY + timedelta(1), " "),
        lambda database: plan(database, seen(0), "opkald", None),
        lambda database: mark(database, seen(0), "open"),
        lambda database: record_outcome(database, seen(0), "vundet", TODAY),
        lambda database: record_outcome(database, seen(0), "afslag", TODAY + timedelta(1)),
        lambda database: record_contact(database, seen(0), Contact("due", "kontakt", TODAY)),
        lambda database: record_contact(database, seen(0), Contact("sms", "kontakt", TODAY + timedelta(1))),
        lambda database: record_contact(database, seen(0), Contact("sms", "kontakt", TODAY, "gave")),
        lambda database: record_contact(database, seen(0), Contact("sms", "fraflyttet", TODAY, "payment_plan")),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    database: Database, operation: Callable[[Database], Case]
) -> None:
    with pytest.raises(InputRefused):
        operation(database)
    assert read_cases(database) == {}
    assert waiting(database) == 0
