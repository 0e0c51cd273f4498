"""The command line: what its help teaches, its exit codes, and that no error shows a traceback."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.command_line import app
from flows.texts import TEXTS

ROOT = Path(__file__).parents[2]
PROMISED = (
    "init",
    "simulate",
    "intake",
    "retrain",
    "nightly",
    "scores",
    "worklist",
    "serve",
    "models",
    "promote",
    "rollback",
    "backtest",
    "ablation",
    "effect",
    "account",
    "page-forget",
)


def _bovagt(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "flows.command_line", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", PROMISED)
def test_every_promised_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert len(told.output.split()) > 25


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [command for command in PROMISED if f"bovagt {command}" not in readme] == []


def test_help_loads_none_of_the_heavy_packages() -> None:
    heavy = "('prefect', 'sklearn', 'polars', 'duckdb', 'evidently', 'pandas', 'splink')"
    probe = f"import sys, flows.command_line; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("nosuch",), ("nightly", "--as-of", "yesterday"), ("simulate", "--tenancies", "0")])
def test_wrong_use_answers_2(words: tuple[str, ...], tmp_path: Path) -> None:
    assert _bovagt("--home", str(tmp_path), *words).returncode == 2


def test_a_directory_that_is_not_ready_answers_2_and_says_what_to_do(tmp_path: Path) -> None:
    told = _bovagt("--home", str(tmp_path), "scores", "--as-of", "2026-01-01")
    assert told.returncode == 2
    assert re.search(r"expected bovagt\.toml; found none\. .*bovagt --home .* init", told.stderr)
    assert "Traceback" not in told.stderr


def test_a_file_for_a_table_of_the_terminal_is_refused_before_anything_runs(tmp_path: Path) -> None:
    ready = CliRunner().invoke(app, ["--home", str(tmp_path / "town"), "init", "--purpose", "development"])
    assert ready.exit_code == 0, ready.output
    told = _bovagt("--home", str(tmp_path / "town"), "backtest", "--out", str(tmp_path / "told.json"))
    assert told.returncode == 2
    assert "expected --format json or csv beside --out; found a table for the terminal" in told.stderr
    assert not (tmp_path / "told.json").exists()


def test_every_text_has_both_languages_and_the_same_blanks() -> None:
    blanks = {name: [set(re.findall(r"{(\w+)}", said)) for said in both.values()] for name, both in TEXTS.items()}
    assert all(set(both) == {"da", "en"} for both in TEXTS.values())
    assert [name for name, (da, en) in blanks.items() if da != en] == []
