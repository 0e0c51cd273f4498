"""New alarms are told once each: to a real mail server on this machine, and again where it did not take them."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from flows.home import Home
from flows.settings import MailSettings, Settings, VaultSettings, WatchSettings
from flows.tell_alarms import tell_new_alarms

DAY = date(2026, 1, 2)


def _alarm(key: str, since: str = "2026-01-01", grade: str = "act") -> dict[str, Any]:
    words = {
        "what": f"Birkely: husleje er leveret dobbelt ({key})",
        "how_sure": "Sikkert",
        "look_first": "Spørg Birkely",
    }
    return {"key": key, "grade": grade, "since": since, "da": words, "en": words}


class _Server(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over a message."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        lines: list[bytes] | None = None
        for line in self.rfile:
            if lines is not None:
                if line == b".\r\n":
                    self.server.got.append(b"".join(lines))  # type: ignore[attr-defined]
                    lines = None
                    self.wfile.write(b"250 kept\r\n")
                else:
                    lines.append(line)
            elif line.upper().startswith(b"DATA"):
                lines = []
                self.wfile.write(b"354 go on\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Server) as running:
        running.got = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _settings(port: int) -> Settings:
    mail = MailSettings(host="127.0.0.1", port=port, sender="vagt@example.dk", recipients=("team@example.dk",))
    vault = VaultSettings(key_variable="NO_KEY")
    return Settings(purpose="development", vault=vault, watch=WatchSettings(mail=mail))


def test_each_alarm_is_sent_once_in_plain_danish(tmp_path: Path, server: Any) -> None:
    home, settings = Home(tmp_path), _settings(server.server_address[1])
    first = [_alarm("a"), _alarm("b", grade="look")]
    assert len(tell_new_alarms(home, settings, DAY, first)) == 2
    assert tell_new_alarms(home, settings, DAY, first) == []
    assert [one["key"] for one in tell_new_alarms(home, settings, DAY, [*first, _alarm("a", "2026-01-02")])] == ["a"]
    assert len(server.got) == 2
    sent = message_from_bytes(server.got[0], policy=default)
    assert sent["Subject"] == "bovagt 2026-01-02: 2 ny(e) alarm(er)"
    assert sent["To"] == "team@example.dk"
    body = sent.get_content()
    assert "Handl: Birkely: husleje er leveret dobbelt (a) (siden 2026-01-01)" in body
    assert "Spørg Birkely." in body


def test_what_the_server_did_not_take_is_sent_the_next_night(
    tmp_path: Path, server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    home, closed = Home(tmp_path), _settings(1)
    assert len(tell_new_alarms(home, closed, DAY, [_alarm("a")])) == 1
    assert "could not be sent by e-mail" in capsys.readouterr().err
    tell_new_alarms(home, _settings(server.server_address[1]), DAY, [_alarm("a")])
    assert len(server.got) == 1


def test_without_mail_a_new_alarm_is_said_on_standard_error_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(purpose="development", vault=VaultSettings(key_variable="NO_KEY"))
    tell_new_alarms(Home(tmp_path), settings, DAY, [_alarm("a")])
    assert "New alarm: Birkely" in capsys.readouterr().err
    tell_new_alarms(Home(tmp_path), settings, DAY, [_alarm("a")])
    assert capsys.readouterr().err == ""
