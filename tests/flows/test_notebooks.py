"""The notebooks run from top to bottom on a made-up town, draw their pictures, and name nobody."""

import math
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flows.charts import Series, bars, lines, reliability_chart
from tests.flows.conftest import UNTIL

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))

SAYS = {
    "01_look_at_deliveries": ("quarantined",),
    "02_cohort_and_outcome": ("outcome:", "cohort:"),
    "03_compare_rankers": (),
    "04_retrain_and_promote": ("decisions",),
    "05_effect": ("No effect is known yet", "too little data"),
}
DRAWS = {
    "01_look_at_deliveries": set(),
    "02_cohort_and_outcome": {"label_states"},
    "03_compare_rankers": {"recall_over_k", "reliability", "reliability_top", "regret"},
    "04_retrain_and_promote": {"list_overlap"},
    "05_effect": {"effect"},
}
ASKED = {"03_compare_rankers": (str(UNTIL), "1", "boosting_and_regression,rules,largest_arrears")}
"""One cut-off and three rankings: enough to draw every picture."""


def _run(name: str, path: Path, *words: str) -> str:
    notebook = NOTEBOOKS[0].parent / f"{name}.py"
    done = subprocess.run(
        [sys.executable, str(notebook), str(path), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout


def test_every_notebook_is_run_here() -> None:
    assert [notebook.stem for notebook in NOTEBOOKS] == list(SAYS) == list(DRAWS)


@pytest.fixture(scope="module")
def noted_town(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trained town, whose features the notebooks share."""
    return Path(shutil.copytree(trained, tmp_path_factory.mktemp("notebooks") / "town", symlinks=True))


@pytest.mark.parametrize("name", SAYS)
def test_a_notebook_runs_and_draws(name: str, noted_town: Path) -> None:
    pictures = noted_town / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    told = _run(name, noted_town, *ASKED.get(name, ()))
    assert all(words in told for words in SAYS[name]), told[-1000:]
    assert {path.stem for path in pictures.glob("*.svg")} == DRAWS[name]
    for path in pictures.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")


@pytest.mark.parametrize("name", ["02_cohort_and_outcome", "03_compare_rankers", "04_retrain_and_promote"])
def test_where_there_is_too_little_the_notebook_says_so(name: str, taken_in: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True))
    assert "too little data" in _run(name, path)


def test_a_chart_is_valid_whatever_it_is_given() -> None:
    nothing, odd = Series("none", (), ()), Series("<&>", (0.0, 1.0), (math.nan, 2.0), (math.nan, 1.0), (math.nan, 3.0))
    for drawn in (
        lines([], "a & b", "x", "y"),
        lines([nothing, odd], "a", "x", "y"),
        bars([], [], "a", "y"),
        bars(["a<b", "c"], [1.0, math.nan], "a", "y"),
        reliability_chart([], "a"),
    ):
        ElementTree.fromstring(drawn)
        assert "nan" not in drawn
    assert "too little data" in lines([nothing], "a", "x", "y")
    # One point of two can be shown, with its interval.
    assert lines([odd], "a", "x", "y").count("<circle") == 1
