"""The public record of a night: from the command line, by rules, where the watch failed, and the example."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import watch
from flows.command_line import app
from flows.home import Home
from flows.nightly import nightly
from flows.report import files_of, known_of, write_report
from monitoring.report.document import DOCUMENTS
from tests.flows.conftest import UNTIL
from tests.flows.report_example import kept
from warehouse.errors import StoreError

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True)))


def test_the_command_writes_every_document_in_either_language_and_the_same_again(home: Home, tmp_path: Path) -> None:
    nightly(home, UNTIL, UNTIL)
    for language, says in (("da", "skrevne regler"), ("en", "written rules")):
        out = tmp_path / language
        asked = ["--home", str(home.path), "report", "--as-of", str(UNTIL), "--out", str(out), "--lang", language]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
        expected = {f"{name}.{kind}" for name in DOCUMENTS for kind in ("html", "pdf")} | {"algorithm_register.json"}
        assert {path.name for path in out.iterdir()} == expected
        assert says in (out / "model_card.html").read_text("utf-8")
        first = {path.name: path.read_bytes() for path in out.iterdir()}
        write_report(home, UNTIL, out, language)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == first


def test_a_night_whose_watch_failed_says_that_it_was_not_counted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(watch, "_watched", fails)
    nightly(home, UNTIL, UNTIL)
    files = files_of(known_of(home, UNTIL), "da")
    assert "Denne nat er ikke talt op" in files["model_card.html"].decode()
    assert "Intet at vise denne nat" in files["instructions_for_use.html"].decode()
    assert json.loads(files["algorithm_register.json"])["measures"] == []


def test_a_night_that_was_never_published_has_no_record(home: Home, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        write_report(home, date(2020, 1, 1), tmp_path / "out", "da")


def test_the_committed_example_is_what_the_code_writes() -> None:
    """Where this fails: python -m tests.flows.report_example docs/example."""
    made = files_of(kept(), "da")
    assert {path.name for path in EXAMPLE.iterdir()} == set(made)
    stale = [name for name, content in made.items() if (EXAMPLE / name).read_bytes() != content]
    assert stale == []
