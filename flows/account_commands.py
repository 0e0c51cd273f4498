"""The commands about the page's accounts: account add, roles, password, close, reopen, list."""

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from flows.command_options import ready
from flows.settings import read_settings

if TYPE_CHECKING:
    from worklist.cases.database import Database

Name = Annotated[str, typer.Argument(help="The user name.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="worker, coordinator, analyst, sender, dpo or administrator; may stand several times."),
]

accounts_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the team's page, and as what.")


def add_account_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(accounts_app, name="account")


@accounts_app.command("add")
def add(context: typer.Context, name: Name, role: Roles) -> None:
    """Make an account. The password is asked for twice, or read from standard input where that is no terminal."""
    from flows.page import now
    from worklist.cases.accounts import add_account

    with closing(_database(context)) as database:
        account = add_account(database, name, _password(), role, now())
    typer.echo(f"{account.name}: {', '.join(sorted(account.roles))}")


@accounts_app.command("roles")
def roles(context: typer.Context, name: Name, role: Roles) -> None:
    """Give an account other roles, from its next click on."""
    from worklist.cases.accounts import set_roles

    with closing(_database(context)) as database:
        set_roles(database, name, role)


@accounts_app.command("password")
def password(context: typer.Context, name: Name) -> None:
    """Give an account another password; it is signed out, and a lock after wrong passwords is lifted."""
    from worklist.cases.accounts import set_password

    with closing(_database(context)) as database:
        set_password(database, name, _password())


@accounts_app.command("close")
def close(context: typer.Context, name: Name) -> None:
    """Close an account, which signs it out at once. It stays: the access log names it."""
    from worklist.cases.accounts import set_active

    with closing(_database(context)) as database:
        set_active(database, name, active=False)


@accounts_app.command("reopen")
def reopen(context: typer.Context, name: Name) -> None:
    """Open a closed account again."""
    from worklist.cases.accounts import set_active

    with closing(_database(context)) as database:
        set_active(database, name, active=True)


@accounts_app.command("list")
def show(context: typer.Context) -> None:
    """All accounts with their roles."""
    from worklist.cases.accounts import accounts

    with closing(_database(context)) as database:
        for account in accounts(database):
            closed = "" if account.active else "  (closed)"
            typer.echo(f"{account.name}: {', '.join(sorted(account.roles))}{closed}")


def _database(context: typer.Context) -> "Database":
    from flows.page import page_database

    home = ready(context)
    return page_database(home, read_settings(home))


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
