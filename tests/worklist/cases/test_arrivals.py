"""Concerns since the night, and the keys of the programs that send them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from worklist.cases.arrivals import arrivals, told_of
from worklist.cases.concerns import Concern, record_concern
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.outbox import deliver
from worklist.cases.sender_keys import close_key, make_key, sender_keys, sender_of

NOW = datetime(2026, 1, 4, 13, 0, tzinfo=UTC)
ABOUT = Concern("shelter", "rent_arrears", "acute", name="Opdigtet Person", address="Ingen Vej 1", text="Ringede.")


def test_a_concern_is_there_at_once_until_a_night_holds_it(database: Database) -> None:
    number = record_concern(database, ABOUT, NOW, "form 1", by="anna", tenancy=("Birkely", "1"))
    (found,) = arrivals(database, date(2026, 1, 4))
    assert (found.concern_no, found.landlord, found.tenancy_no) == (number, "Birkely", "1")
    assert (found.urgency, found.recorded_by, found.received_at) == ("acute", "anna", NOW)
    assert arrivals(database, date(2026, 1, 5)) == []


def test_what_was_received_before_the_night_but_typed_after_it_is_there_too(database: Database) -> None:
    record_concern(database, ABOUT, NOW - timedelta(days=9), "form 1", recorded_at=NOW)
    assert len(arrivals(database, date(2026, 1, 4))) == 1


def test_the_same_form_sent_twice_is_one_concern(database: Database) -> None:
    assert len({record_concern(database, ABOUT, NOW, "form 1") for _ in range(2)}) == 1
    assert len(arrivals(database, date(2026, 1, 4))) == 1


def test_what_was_typed_can_be_read_until_the_vault_has_it(database: Database, tmp_path: Path) -> None:
    number = record_concern(database, ABOUT, NOW, "form 1")
    told = told_of(database, number)
    assert (told["name"], told["address"], told["text"]) == (ABOUT.name, ABOUT.address, ABOUT.text)
    assert told["registered_on"] == "2026-01-04"
    deliver(database, tmp_path / "inbox", NOW)
    assert told_of(database, number) == {}
    assert "Opdigtet" not in repr(arrivals(database, date(2026, 1, 4)))


def test_a_key_opens_for_its_sender_until_it_is_closed(database: Database) -> None:
    key = make_key(database, "boligsystem", "landlord", NOW)
    found = sender_of(database, key)
    assert found is not None
    assert (found.name, found.sender) == ("boligsystem", "landlord")
    assert sender_of(database, key + "x") is None
    close_key(database, "boligsystem")
    assert sender_of(database, key) is None
    assert [(each.name, each.active) for each in sender_keys(database)] == [("boligsystem", False)]


@pytest.mark.parametrize(("name", "sender"), [("", "landlord"), ("taken", "landlord"), ("new", "nobody")])
def test_a_key_without_a_name_of_its_own_or_a_known_sender_is_refused(
    database: Database, name: str, sender: str
) -> None:
    make_key(database, "taken", "shelter", NOW)
    with pytest.raises(InputRefused, match="sender's key: expected"):
        make_key(database, name, sender, NOW)
