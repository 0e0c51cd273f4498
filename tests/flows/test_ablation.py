"""`bovagt ablation`: every source and group with its interval, as a table in both languages and as JSON."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.ablation import cannot_be_spared
from flows.command_line import app
from models.ablation import Part
from worklist.wording import FEEDS


def _bovagt(path: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(path), "ablation", *words])


@pytest.fixture(scope="module")
def told(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The trained town's sources, judged on one cut-off by a regression that sixteen taught."""
    import shutil

    home = Path(shutil.copytree(trained, tmp_path_factory.mktemp("ablation") / "town", symlinks=True))
    settings = (home / "bovagt.toml").read_text("utf-8")
    (home / "bovagt.toml").write_text(re.sub(r"(?m)^cutoffs = \d+", "cutoffs = 16", settings), "utf-8")
    words = ("--as-of", "2026-01-01", "--cutoffs", "1", "--ranking", "regression_strong")
    result = _bovagt(home, *words, "--format", "json")
    assert result.exit_code == 0, result.output
    return home, json.loads(result.stdout)


def test_every_source_that_feeds_a_column_is_judged_with_its_interval(told: tuple[Path, dict[str, Any]]) -> None:
    records = told[1]["records"]
    singles = {r["part"] for r in records if r["kind"] == "source"}
    assert {"rent_postings", "notices", "concerns", "benefits", "contacts"} <= singles <= set(FEEDS)
    assert {r["part"] for r in records if r["kind"] == "group"} >= {"payments", "income_support", "social"}
    for record in records:
        assert record["low"] <= record["high"]
        assert record["adds"] == pytest.approx(record["recall"] - record["without"])
        assert record["verdict"] in {"adds", "unclear", "harms", "too_few"}
        assert record["da"]
        assert record["en"]
    assert len(told[1]["tested"]) == 1


@pytest.mark.parametrize(("lang", "words"), [("da", ("Uden", "uundværlig", "Påkrav og foged")), ("en", ("cannot be",))])
def test_the_table_speaks_both_languages_and_nothing_is_computed_again(
    lang: str, words: tuple[str, ...], told: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a cell was computed again")

    monkeypatch.setattr("models.backtest_pool.take", refuse)
    words_given = ("--as-of", "2026-01-01", "--cutoffs", "1", "--ranking", "regression_strong", "--lang", lang)
    result = _bovagt(told[0], *words_given)
    assert result.exit_code == 0, (result.output, result.exception)
    for word in words:
        assert word in result.stdout


def test_a_ranking_that_may_not_be_put_to_use_is_not_judged(told: tuple[Path, dict[str, Any]]) -> None:
    result = _bovagt(told[0], "--as-of", "2026-01-01", "--ranking", "forest")
    assert result.exit_code != 0
    assert "may be put to use" in str(result.exception)


def test_what_says_who_rents_what_they_owe_or_what_is_predicted_cannot_be_spared() -> None:
    ledger, lists, notices = (Part(n, "source", (n,)) for n in ("rent_postings", "arrears", "notices"))
    both = ("rent_postings", "arrears", "notices")
    assert cannot_be_spared(notices, both)
    assert not cannot_be_spared(ledger, both)
    assert cannot_be_spared(ledger, ("rent_postings", "notices"))
    assert cannot_be_spared(Part("payments", "group", both[:2]), both)
    assert not cannot_be_spared(lists, both)
