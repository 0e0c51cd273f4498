"""Nobody gets in without the password, however often they try, and nobody stays in for longer than is said."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from worklist.cases.accounts import (
    ABSOLUTE,
    IDLE,
    MOST_WRONG,
    WRONG_WITHIN,
    Account,
    accounts,
    add_account,
    set_active,
    set_password,
    set_roles,
    sign_in,
    sign_out,
    signed_in,
)
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused, SignInRefused
from worklist.cases.tables import AccountRow, SessionRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "fire små grise i regn"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def anne(database: Database) -> Account:
    return add_account(database, "Anne", PASSWORD, ["worker"], NOW)


def test_neither_password_nor_token_is_kept(database: Database) -> None:
    token = sign_in(database, "anne", PASSWORD, NOW)
    with database.reading() as session:
        kept = [str(vars(row)) for table in (AccountRow, SessionRow) for row in session.scalars(select(table)).all()]
    assert len(kept) == 2
    assert not any(PASSWORD in row or token in row for row in kept)


def test_each_sign_in_makes_a_new_token(database: Database, anne: Account) -> None:
    tokens = [sign_in(database, " ANNE ", PASSWORD, NOW) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert all(signed_in(database, token, NOW) == anne for token in tokens)


def test_a_token_that_nobody_was_given_is_nobodys(database: Database) -> None:
    assert signed_in(database, "guessed", NOW) is None


@pytest.mark.parametrize("name", ["anne", "nobody"])
def test_a_name_is_locked_after_wrong_passwords_whether_it_exists_or_not(database: Database, name: str) -> None:
    refusals = []
    for attempt in range(MOST_WRONG + 1):
        with pytest.raises(SignInRefused) as refusal:
            sign_in(database, name, "et forkert kodeord", NOW + attempt * MINUTE)
        refusals.append(refusal.value.locked)
    assert refusals == [False] * MOST_WRONG + [True]


def test_a_lock_holds_against_the_right_password_and_ends(database: Database) -> None:
    for _ in range(MOST_WRONG):
        with pytest.raises(SignInRefused):
            sign_in(database, "anne", "et forkert kodeord", NOW)
    with pytest.raises(SignInRefused):
        sign_in(database, "anne", PASSWORD, NOW + WRONG_WITHIN - MINUTE)
    assert sign_in(database, "anne", PASSWORD, NOW + WRONG_WITHIN)


def test_the_right_password_clears_the_wrong_ones(database: Database) -> None:
    for _ in range(3):
        for _ in range(MOST_WRONG - 1):
            with pytest.raises(SignInRefused):
                sign_in(database, "anne", "et forkert kodeord", NOW)
        sign_in(database, "anne", PASSWORD, NOW)


def test_who_does_nothing_is_signed_out(database: Database) -> None:
    token = sign_in(database, "anne", PASSWORD, NOW)
    assert signed_in(database, token, NOW + IDLE - MINUTE)
    assert signed_in(database, token, NOW + 2 * (IDLE - MINUTE))
    assert signed_in(database, token, NOW + 3 * IDLE) is None
    assert signed_in(database, token, NOW + 2 * IDLE) is None


def test_nobody_stays_longer_than_a_working_day(database: Database) -> None:
    token, at = sign_in(database, "anne", PASSWORD, NOW), NOW
    while at + IDLE / 2 < NOW + ABSOLUTE:
        at += IDLE / 2
        assert signed_in(database, token, at)
    assert signed_in(database, token, NOW + ABSOLUTE) is None


def test_signing_out_ends_that_token_only(database: Database) -> None:
    ended, other = (sign_in(database, "anne", PASSWORD, NOW) for _ in range(2))
    sign_out(database, ended)
    assert signed_in(database, ended, NOW) is None
    assert signed_in(database, other, NOW) is not None


def test_closing_an_account_and_a_new_password_end_every_session(database: Database) -> None:
    token = sign_in(database, "anne", PASSWORD, NOW)
    set_password(database, "anne", "et helt andet kodeord")
    assert signed_in(database, token, NOW) is None
    token = sign_in(database, "anne", "et helt andet kodeord", NOW)
    set_active(database, "anne", False)
    assert signed_in(database, token, NOW) is None
    with pytest.raises(SignInRefused):
        sign_in(database, "anne", "et helt andet kodeord", NOW)


def test_roles_change_at_once(database: Database) -> None:
    token = sign_in(database, "anne", PASSWORD, NOW)
    set_roles(database, "anne", ["dpo", "analyst"])
    found = signed_in(database, token, NOW)
    assert found is not None
    assert found.roles == {"dpo", "analyst"}
    assert accounts(database) == [found]


@pytest.mark.parametrize(
    ("name", "password", "roles"),
    [("ANNE", PASSWORD, ["worker"]), ("bo", "kort", ["worker"]), ("bo", PASSWORD, ["king"]), ("bo", PASSWORD, [])],
)
def test_what_cannot_be_an_account_is_refused(database: Database, name: str, password: str, roles: list[str]) -> None:
    with pytest.raises(InputRefused) as refusal:
        add_account(database, name, password, roles, NOW)
    assert password not in str(refusal.value)
