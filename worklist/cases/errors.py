"""What the page's own database refuses; part of the tree in `warehouse.errors`."""

from datetime import datetime

from warehouse.errors import BovagtError, UsageError


class CaseChanged(BovagtError):  # noqa: N818 - it tells what happened; nobody did anything wrong
    """A case moved on since it was read, and nothing was overwritten: `who` changed it, when (`at`), `what`.

    `who`, `at` and `what` are None where the case never had the version that was expected.
    """

    def __init__(self, expected: int, found: int, who: str | None, at: datetime | None, what: str | None) -> None:
        self.who, self.at, self.what = who, at, what
        super().__init__(
            expected=f"version {expected} of the case",
            found=f"version {found}" + (f": {what} by {who} at {at.isoformat()}" if at is not None else ""),
            where="case",
            remedy="Read the case again and decide anew; what you typed was not saved.",
        )


class LetterAnswered(BovagtError):  # noqa: N818 - as above
    """Somebody else answered a letter, or took its answer back, since it was read: `who`, and when (`at`)."""

    def __init__(self, who: str, at: datetime) -> None:
        self.who, self.at = who, at
        super().__init__(
            expected="a letter that nobody has answered since it was read",
            found=f"an answer by {who} at {at.isoformat()}",
            where="link queue",
            remedy="Read the letter again; nothing was overwritten.",
        )


class InputRefused(UsageError):  # noqa: N818 - as above
    """What was typed in cannot be kept: an unknown code, or two statements that contradict each other."""


class ProviderRefused(BovagtError):  # noqa: N818 - as above
    """The identity provider, or what it said of somebody, lets nobody in.

    `why`: 'unreachable', 'denied', 'untrusted' (a token that is not for this page), 'no_role' (no group that stands for
    a role), 'taken' (a local account has the name) or 'closed'.
    """

    def __init__(self, why: str, expected: str, found: str) -> None:
        self.why = why
        super().__init__(
            expected=expected,
            found=found,
            where="identity provider",
            remedy="See [page.openid] in bovagt.toml and the client at the provider.",
        )


class SignInRefused(BovagtError):  # noqa: N818 - as above
    """Name or password is wrong, or the name is locked for a while (`locked`); which names exist is not told."""

    def __init__(self, *, locked: bool) -> None:
        self.locked = locked
        super().__init__(
            expected="a name and its password",
            found="too many wrong passwords in a short time" if locked else "another password, or no such name",
            where="sign-in",
            remedy="Wait a quarter of an hour." if locked else "Try again, or ask the administrator.",
        )
