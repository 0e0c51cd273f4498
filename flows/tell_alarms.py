"""Tells the night's new alarms to those who do not look at the page: on standard error, and by e-mail if that is set.

Each alarm is told once, however often its night is run; which ones were is kept in DIR/alarms_told.json.
"""

import json
import os
import smtplib
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from email.message import EmailMessage
from typing import Any

from flows.home import Home
from flows.settings import MailSettings, Settings

_SECONDS = 20
_WORDS = {
    "subject": {"da": "bovagt {day}: {count} ny(e) alarm(er)", "en": "bovagt {day}: {count} new alarm(s)"},
    "since": {"da": "siden {day}", "en": "since {day}"},
    "act": {"da": "Handl", "en": "Act"},
    "look": {"da": "Se efter", "en": "Look"},
    "ending": {
        "da": "Tallene bag står på siden under Vagt. Her nævnes ingen personer.",
        "en": "The numbers behind it are on the page, at The watch. Nobody is named here.",
    },
}


def tell_new_alarms(
    home: Home, settings: Settings, as_of: date, alarms: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The alarms of `as_of` that were not told before, told now. One that cannot be sent is tried again the next night.

    The night's list does not depend on it: what goes wrong is said on standard error.
    """
    told = _told(home)
    new = [alarm for alarm in alarms if _name(alarm) not in told]
    if not new:
        return []
    for alarm in new:
        print(f"New alarm: {alarm[settings.language]['what']}", file=sys.stderr)
    if settings.watch.mail is not None:
        try:
            send(settings.watch.mail, message_of(settings.watch.mail, as_of, new, settings.language))
        except (OSError, smtplib.SMTPException) as error:
            print(
                f"The alarms could not be sent by e-mail: {type(error).__name__}; tried again tonight", file=sys.stderr
            )
            return new
    _keep(home, told | {_name(alarm) for alarm in new})
    return new


def message_of(mail: MailSettings, as_of: date, alarms: list[Mapping[str, Any]], language: str) -> EmailMessage:
    """The e-mail that tells `alarms`, plain text, the gravest first."""
    message = EmailMessage()
    message["Subject"] = _WORDS["subject"][language].format(day=as_of.isoformat(), count=len(alarms))
    message["From"], message["To"] = mail.sender, ", ".join(mail.recipients)
    lines = []
    for alarm in alarms:
        words = alarm[language]
        since = f" ({_WORDS['since'][language].format(day=alarm['since'])})" if alarm.get("since") else ""
        lines += [f"{_WORDS[alarm['grade']][language]}: {words['what']}{since}"]
        lines += [f"  {words['how_sure']}.", f"  {words['look_first']}.", ""]
    message.set_content("\n".join([*lines, _WORDS["ending"][language], ""]))
    return message


def send(mail: MailSettings, message: EmailMessage) -> None:
    """Hand `message` to the mail server; `OSError` or `SMTPException` where that fails."""
    with smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS) as server:
        if mail.starttls:
            server.starttls()
        if mail.user:
            server.login(mail.user, os.environ.get(mail.password_variable or "", ""))
        server.send_message(message)


def _name(alarm: Mapping[str, Any]) -> str:
    return f"{alarm.get('key')} {alarm.get('since')}"


def _told(home: Home) -> set[str]:
    path = home.path / "alarms_told.json"
    return set(json.loads(path.read_text("utf-8"))) if path.exists() else set()


def _keep(home: Home, told: set[str]) -> None:
    path = home.path / "alarms_told.json"
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(sorted(told), ensure_ascii=False, indent=1) + "\n", "utf-8")
    beside.replace(path)
