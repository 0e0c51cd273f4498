"""A verdict is given where one is possible; where not, the text says so and what it would take, in both languages."""

import re
from datetime import date

import numpy as np
import pytest

from models.bootstrap import HeldOut, Interval, estimate
from models.evaluation import headline
from models.verdicts import DETECTABLE_ERRORS, FEWEST_POSITIVES, WORDS, minimum_detectable, verdict


def _difference(value: float, error: float) -> Interval:
    return Interval(value, value - 1.96 * error, value + 1.96 * error, error)


@pytest.mark.parametrize(
    ("value", "outcome", "en", "da"),
    [
        (0.1, "better", "model is better than rules: difference +0.100 [+0.061", "model er bedre end rules"),
        (-0.1, "worse", "model is worse than rules: difference -0.100", "dårligere end rules: forskel -0,100"),
        (0.01, "cannot_be_told", "It cannot be told whether model is better", "Det kan ikke afgøres"),
    ],
)
def test_the_interval_decides_and_the_words_say_its_numbers(value: float, outcome: str, en: str, da: str) -> None:
    found = verdict(_difference(value, 0.02), 200, other="rules")
    assert found.outcome == outcome
    assert en in found.en
    assert da in found.da


def test_with_twenty_positives_a_year_there_is_no_verdict_and_the_text_says_so_and_what_it_would_take() -> None:
    """A small municipality: even a large difference, clear of 0, is shown with its interval and not believed."""
    generator = np.random.default_rng(0)
    outcomes = np.arange(3_000) < 20
    good = generator.normal(size=3_000) + 3 * outcomes
    scores = {"model": good, "rules": generator.normal(size=3_000)}
    held_out = [HeldOut(date(2025, 1, 1), np.arange(3_000), outcomes, scores)]
    gain = estimate(held_out, [50], seed=0, draws=300).mean(headline("model", [50]), headline("rules", [50]))
    assert 0 < gain.low < gain.high
    found = verdict(gain, 20, positives_a_year=20)
    assert (found.outcome, found.difference) == ("cannot_be_told", gain)
    assert found.en.startswith("No verdict is possible: only 20 tenancies had the outcome, and at least 30 are needed.")
    assert found.da.startswith("Ingen afgørelse er mulig: kun 20 lejemål fik udfaldet, og der skal mindst 30 til.")
    assert found.more_positives == 10
    assert found.more_years == pytest.approx(0.5)
    assert "about 10 more tenancies" in found.en
    assert "about 0.5 more years" in found.en
    assert "omkring 0,5 år mere" in found.da


def test_how_many_more_falls_with_the_square_of_the_difference_wanted() -> None:
    """An error of 0.1 with 40 positives: for 5 points, 0.28 / 0.05 squared is 31.4 times as many."""
    found = verdict(_difference(0.0, 0.1), 40, positives_a_year=20)
    assert found.detectable == pytest.approx(0.28016, rel=1e-3)
    assert found.more_positives == pytest.approx(40 * (0.28016 / 0.05) ** 2 - 40, abs=2)
    wider = verdict(_difference(0.0, 0.1), 40, worthwhile=0.1)
    assert wider.more_positives == pytest.approx(40 * (0.28016 / 0.1) ** 2 - 40, abs=2)
    assert wider.more_years is None
    assert "a year" not in wider.en


def test_a_verdict_needs_no_more() -> None:
    found = verdict(_difference(0.2, 0.01), FEWEST_POSITIVES, positives_a_year=20)
    assert (found.outcome, found.more_positives, found.more_years) == ("better", 0, 0.0)


def test_what_could_not_be_computed_is_no_verdict() -> None:
    found = verdict(Interval(float("nan"), float("nan"), float("nan")), 0, positives_a_year=20)
    assert (found.outcome, found.more_positives, found.more_years) == ("cannot_be_told", None, None)
    assert "could not be computed" in found.en
    assert not re.search(r"\bnan\b", found.en + found.da)


def test_the_detectable_difference_is_found_in_four_of_five_tries() -> None:
    generator = np.random.default_rng(1)
    tries = generator.normal(DETECTABLE_ERRORS * 0.05, 0.05, 4_000)
    seen = [verdict(_difference(value, 0.05), 100).outcome == "better" for value in tries]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.02)
    without_error = Interval(0.0, -0.098, 0.098)
    assert minimum_detectable(without_error) == pytest.approx(DETECTABLE_ERRORS * 0.05, rel=1e-3)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_both_languages_have_the_same_blanks(words: dict[str, str]) -> None:
    danish, english = (sorted(re.findall(r"{(\w+)}", words[language])) for language in ("da", "en"))
    assert danish == english
