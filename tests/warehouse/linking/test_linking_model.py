"""The declared probabilities: whole, used as declared, and everything in memory."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from warehouse import linking_model
from warehouse.errors import SettingsError
from warehouse.linking_model import declared_model, pair_odds
from warehouse.linking_names import is_protected, name_parts
from warehouse.linking_records import with_parts


@pytest.mark.parametrize("section", ["tenancy", "person"])
def test_the_surer_level_always_weighs_more(section: str) -> None:
    for levels in declared_model(section).comparisons.values():
        weights = [m / u for m, u in levels.values()]
        assert weights[0] == max(weights) > 1 > min(weights) == weights[-1] or section == "person"
        assert all(0 < p < 1 for pair in levels.values() for p in pair)


def test_probabilities_that_are_not_whole_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Path(linking_model.__file__).with_name("linking.toml").read_text("utf-8")
    broken = tmp_path / "linking.toml"
    broken.write_text(told.replace("same = { m = 0.90, u = 0.02 }", "same = { m = 0.80, u = 0.02 }"), "utf-8")
    monkeypatch.setattr(linking_model, "_DECLARED", broken)
    with pytest.raises(SettingsError, match=r"tenancy\.comparison\.street: .* add up to 1; found 0\.900000 and 1\.0"):
        declared_model.__wrapped__("tenancy")


def _rows(prefix: str, *rows: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    columns = ["name", "address", "postal_code", "landlord"]
    return with_parts(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"), prefix)


@pytest.mark.parametrize(
    ("letter", "levels"),
    [
        (("Bo Lund Hansen", "Elmegade 12, 2. th", "8900", "a"), ("same", "same", "same", "same", "same", "same")),
        (("Bo Hansen", "Elmegade 12, 2. th", "8901", None), ("same", "same", "same", "near", None, "same_ends")),
        (("Lund Bo Holm", "Elmegad 12, 2. tv", None, "b"), ("near", "same", "one_differs", None, "other", "two_parts")),
        (("Boo Lund Hansne", "Elmegade 12b", "8900", None), ("same", "letter_left_out", None, "same", None, "near")),
        (("Ida Hansen", "Elmegade 13, 2.", "8900", None), ("same", "near", "partly", "same", None, "same_surname")),
        (("Bo Skov", "Elmegade 7, 1. mf", "8900", None), ("same", "other", "other", "same", None, "same_first")),
        (("Ea Dam", "Elmegade 12, 2. th", "8900", None), ("same", "same", "same", "same", None, "other")),
        (("Beskyttet", "Elmegade 12, 2. th", "8900", "a"), ("same", "same", "same", "same", "same", None)),
    ],
)
def test_odds_are_the_product_of_the_declared_weights(
    letter: tuple[str, str, str | None, str | None], levels: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = declared_model("tenancy")
    expected = model.prior / (1 - model.prior)
    for name, level in zip(("street", "house", "door", "postal_code", "landlord", "name"), levels, strict=True):
        m, u = model.comparisons[name][level] if level else (1.0, 1.0)
        expected *= m / u
    home = _rows("o", ("Bo Lund Hansen", "Elmegade 12, 2. th", "8900", "a"))
    odds = pair_odds(_rows("a", letter), home, _keeping_all(model))
    assert odds["odds"].to_list() == [pytest.approx(expected, rel=1e-6)]
    assert odds.select("asked", "offered").rows() == [("a00000000", "o00000000")]


def _keeping_all(model: linking_model.LinkModel) -> linking_model.LinkModel:
    """The model without a floor, and with every pair of a street or a name looked at."""
    from dataclasses import replace

    return replace(model, candidate_above=0.0, blocking=(("street",), ("house_no",)))


def test_frames_without_rows_have_no_pairs() -> None:
    home = _rows("o", ("Bo Lund Hansen", "Elmegade 12", "8900", None))
    assert pair_odds(home.clear(), home, declared_model("tenancy")).is_empty()
    assert pair_odds(home, home.clear(), declared_model("tenancy")).is_empty()


def test_splink_is_not_loaded_where_nothing_asks() -> None:
    code = "import sys, warehouse.linking; sys.exit('splink' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Hansen, Jens-Peter", ["jens", "peter", "hansen"]),
        ("HR. JENS P. HANSEN", ["jens", "p", "hansen"]),
        ("Dødsboet efter Åse Wiśniewska", ["åse", "wisniewska"]),
        ("Aase O'Brien", ["åse", "o'brien"]),
        ("Navne- og adressebeskyttet", []),
        ("NAVNEBESKYTTET", []),
        ("Beskyttet", []),
        (None, []),
        ("", []),
    ],
)
def test_names_in_parts(written: str | None, parts: list[str]) -> None:
    assert name_parts(written) == parts


def test_a_name_that_only_sounds_protected_is_a_name() -> None:
    assert not is_protected("Bo Beskov")
