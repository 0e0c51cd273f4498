"""The notebooks run from top to bottom on a made-up town, draw their pictures, and name nobody."""

import math
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flows.chart_axes import Axis
from flows.charts import HEIGHT, WIDTH, Series, bars, lines, reliability_chart
from models.registry import read_card, versions
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


def test_a_day_given_to_the_fourth_notebook_trains_a_model(noted_town: Path, tmp_path: Path) -> None:
    town = Path(shutil.copytree(noted_town, tmp_path / "town", symlinks=True))
    day = UNTIL - timedelta(days=31)
    before = set(versions(town / "models"))
    told = _run("04_retrain_and_promote", town, str(day))
    (trained,) = set(versions(town / "models")) - before
    assert f"trained: {trained}" in told
    assert str(day) in told.split("Models")[1]
    # What is shown of the gate and of the list is of this model, although one trained on later months is there.
    says = [condition["says"] for condition in read_card(town / "models", trained)["gate"]["conditions"]]
    assert says
    assert all(sentence in told for sentence in says)
    assert (town / "pictures" / "list_overlap.svg").exists()


def test_where_no_model_can_be_trained_the_fourth_notebook_says_why(taken_in: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(taken_in, tmp_path / "hamlet", symlinks=True))
    told = _run("04_retrain_and_promote", path, str(UNTIL))
    assert "no model was trained: " in told
    assert "trained: m" not in told


def test_a_ranking_that_there_is_not_is_named(taken_in: Path) -> None:
    notebook = NOTEBOOKS[0].parent / "03_compare_rankers.py"
    words = [sys.executable, str(notebook), str(taken_in), str(UNTIL), "1", "rules,no_such"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("no ranking is called no_such; there are ")


def test_a_chart_is_valid_whatever_it_is_given() -> None:
    nothing, odd = Series("none", (), ()), Series("<&>", (0.0, 1.0), (math.nan, 2.0), (math.nan, 1.0), (math.nan, 3.0))
    for drawn in (
        lines([], "a & b", Axis("x"), Axis("y")),
        lines([nothing, odd], "a", Axis("x"), Axis("y"), apart=True),
        bars([], [], "a", Axis("y")),
        bars(["a<b", "c"], [1.0, math.nan], "a", Axis("y"), limit=(0.5, "<")),
        reliability_chart([], "a"),
    ):
        ElementTree.fromstring(drawn)
        assert "nan" not in drawn
    assert "too little data" in lines([nothing], "a", Axis("x"), Axis("y"))
    # One point of two can be shown, with its interval.
    one_point = lines([odd], "a", Axis("x"), Axis("y"))
    assert (one_point.count('class="mark"'), one_point.count('class="interval"')) == (2, 1), "one is the legend's"


def test_words_of_a_chart_stay_inside_and_apart() -> None:
    months = Axis("month", [(float(place), f"20{23 + place // 12}-{place % 12 + 1:02}") for place in range(36)])
    values = [place / 36 for place in range(36)]
    many = [Series(f"A ranking with a long name, number {place}", range(36), values) for place in range(12)]
    states = [f"a state of what became {place}" for place in range(9)]
    for drawn in (
        lines(many, "Many", months, Axis("share", percent=True), apart=True),
        bars(states, [4677.0 * place for place in range(9)], "States", Axis("tenancies"), limit=(9000.0, "so many")),
        reliability_chart([Series("all", (0.0004, 0.002, 0.1), (0.0, 0.003, 0.06))], "Small shares"),
    ):
        boxes = _boxes(drawn)
        height = float(ElementTree.fromstring(drawn).attrib["height"])
        assert all(left >= 0 and right <= WIDTH and 0 <= y <= height for left, right, y, _ in boxes)
        for place, (left, right, y, words) in enumerate(boxes):
            for other_left, other_right, other_y, other in boxes[place + 1 :]:
                assert abs(y - other_y) >= 12 or right <= other_left or other_right <= left, (words, other)
    assert height == HEIGHT


def _boxes(drawn: str) -> list[tuple[float, float, float, str]]:
    """Left, right, base and words of every text, a letter taken as seven pixels wide."""
    boxes = []
    for one in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text"):
        words = one.text or ""
        width = 7.0 * len(words)
        left = float(one.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[one.attrib["text-anchor"]] * width
        boxes.append((left, left + width, float(one.attrib["y"]), words))
    return boxes


def test_numbers_on_an_axis_are_round_and_plain() -> None:
    counted = bars(["a", "b"], [11.0, 4677.0], "Counted", Axis("tenancies"))
    assert {"0", "1,000", "2,000", "5,000", "4,677"} <= {words for *_, words in _boxes(counted)}
    shares = lines([Series("a", (25.0, 200.0), (0.2, 0.77))], "Shares", Axis("k"), Axis("found", percent=True))
    assert {"0%", "20%", "40%", "60%", "80%"} <= {words for *_, words in _boxes(shares)}


def test_series_are_told_apart_without_colour() -> None:
    few = [Series(str(place), (0.0, 1.0), (float(place), 1.0)) for place in range(7)]
    drawn = ElementTree.fromstring(lines(few, "Seven", Axis("x"), Axis("y")))
    lines_drawn = drawn.iter("{http://www.w3.org/2000/svg}line")
    dashes = {line.get("stroke-dasharray") for line in lines_drawn if line.get("stroke-width") == "1.5"}
    assert len(dashes) == len(few)


def test_intervals_at_the_same_place_stand_beside_each_other() -> None:
    several = [Series(str(place), (25.0, 50.0), (0.4, 0.5), (0.3, 0.4), (0.6, 0.7)) for place in range(6)]
    drawn = ElementTree.fromstring(lines(several, "Six", Axis("k"), Axis("found"), apart=True))
    upright = [line.get("x1") for line in drawn.iter("{http://www.w3.org/2000/svg}line") if line.get("class")]
    assert len(upright) == len(set(upright)) == 12
