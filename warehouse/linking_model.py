"""The probability that two records speak of the same: splink with the declared numbers of linking.toml, in memory."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.errors import SettingsError
from warehouse.linking_records import NAME_COLUMNS

_DECLARED = Path(__file__).with_name("linking.toml")
_LEFT, _RIGHT = "asked", "offered"


@dataclass(frozen=True)
class LinkModel:
    """One section of linking.toml: how records are brought together, and what each way of comparing is worth.

    `comparisons` holds, by comparison and level, the pair (m, u); `factors` multiply the odds after comparing.
    """

    prior: float
    candidate_above: float
    blocking: tuple[tuple[str, ...], ...]
    comparisons: dict[str, dict[str, tuple[float, float]]]
    household_factor: float = 1.0
    after_moving_out_factor: float = 1.0
    after_moving_out_days: int = 0


@cache
def declared_model(section: str) -> LinkModel:
    """The model `section` ('tenancy' or 'person'); `SettingsError` where its probabilities do not add up to one."""
    told = tomllib.loads(_DECLARED.read_text(encoding="utf-8"))[section]
    told["blocking"] = tuple(tuple(rule) for rule in told["blocking"])
    declared = told.pop("comparison")
    comparisons = {c: {level: (p["m"], p["u"]) for level, p in levels.items()} for c, levels in declared.items()}
    for comparison, levels in comparisons.items():
        _require_whole(f"{section}.comparison.{comparison}", levels)
    return LinkModel(comparisons=comparisons, **told)


def _require_whole(where: str, levels: dict[str, tuple[float, float]]) -> None:
    sums = [sum(probabilities) for probabilities in zip(*levels.values(), strict=True)]
    if any(abs(total - 1) > 1e-9 for total in sums):
        raise SettingsError(
            expected="m and u that each add up to 1",
            found=" and ".join(f"{total:.6f}" for total in sums),
            where="linking.toml, " + where,
            remedy="Correct the declared probabilities.",
        )


def pair_odds(asked: pl.DataFrame, offered: pl.DataFrame, model: LinkModel) -> pl.DataFrame:
    """The pairs (asked, offered) that may speak of the same, with the odds that they do; in order of both.

    Both frames have a text column `uid` and the columns that the model compares; the answer holds their uids as
    `asked` and `offered`, and `odds` (0.25 = one to four). Pairs below `candidate_above` are left out.
    """
    if asked.is_empty() or offered.is_empty():
        return pl.DataFrame(schema={"asked": pl.String, "offered": pl.String, "odds": pl.Float64})
    # What identifies stays in memory: no file, and no spilling to a temporary folder.
    with duckdb.connect(":memory:", config={"temp_directory": "", "threads": 2}) as connection:
        predicted = _predict(connection, asked, offered, model)
    swapped = pl.col("source_dataset_l") == _RIGHT
    return predicted.select(
        asked=pl.when(swapped).then("uid_r").otherwise("uid_l"),
        offered=pl.when(swapped).then("uid_l").otherwise("uid_r"),
        odds=2.0 ** pl.col("match_weight"),
    ).sort("asked", "offered")


def _predict(
    connection: duckdb.DuckDBPyConnection, asked: pl.DataFrame, offered: pl.DataFrame, model: LinkModel
) -> pl.DataFrame:
    # splink takes a third of a second to import, and most nights need it only for a few letters.
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = ["uid", *_compared_columns(model)]
    api = DuckDBAPI(connection=connection)
    frames = [
        api.register(frame.select(columns), table_name=name) for frame, name in ((asked, _LEFT), (offered, _RIGHT))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="uid",
        probability_two_random_records_match=model.prior,
        comparisons=[_comparison(name, levels) for name, levels in model.comparisons.items()],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in model.blocking],
        retain_matching_columns=False,
    )
    # The settings are ours and held by tests; having splink check them anew each night costs as much as predicting.
    linker = Linker(frames, settings, log_level="ERROR", validate_settings=False)
    found = linker.inference.predict(threshold_match_probability=model.candidate_above)
    return connection.table(found.physical_name).pl()


def _compared_columns(model: LinkModel) -> list[str]:
    """Every column that the model's comparisons or blocking rules read."""
    read = {column for rule in model.blocking for column in rule}
    for comparison in model.comparisons:
        read.update(_COLUMNS.get(comparison, (comparison,)))
    return sorted(read)


_COLUMNS = {
    "house": ("house", "house_no", "letter"),
    "door": ("floor", "door"),
    "name": NAME_COLUMNS,
}
"""The columns a comparison reads, where they are not one of its own name."""


def _comparison(name: str, levels: dict[str, tuple[float, float]]) -> Any:
    """A splink comparison from the declared levels, surest first; a missing value speaks neither for nor against."""
    import splink.comparison_library as cl

    missing, tests = _tests(name)
    built = [missing.configure(is_null_level=True)]
    for level, (m, u) in levels.items():
        built.append(tests[level].configure(m_probability=m, u_probability=u))
    return cl.CustomComparison(output_column_name=name, comparison_levels=built)


def _tests(comparison: str) -> tuple[Any, dict[str, Any]]:
    """(when a value is missing, the test of each level) of one comparison."""
    import splink.comparison_level_library as cll

    if comparison == "name":
        return cll.NullLevel("name_whole"), _name_tests(cll)
    if comparison == "house":
        return cll.NullLevel("house_no"), _house_tests(cll)
    if comparison == "door":
        return cll.And(cll.NullLevel("floor"), cll.NullLevel("door")), _door_tests(cll)
    near: Any = cll.DamerauLevenshteinLevel(comparison, 1)
    if comparison == "street":
        near = cll.Or(cll.JaroWinklerLevel("street", 0.92), cll.DamerauLevenshteinLevel("street", 2))
    tests = {"same": cll.ExactMatchLevel(comparison), "near": near, "other": cll.ElseLevel()}
    return cll.NullLevel(comparison), tests


def _house_tests(cll: Any) -> dict[str, Any]:
    return {
        "same": cll.ExactMatchLevel("house"),
        "letter_left_out": cll.And(cll.ExactMatchLevel("house_no"), cll.NullLevel("letter")),
        "near": cll.DamerauLevenshteinLevel("house_no", 1),
        "other": cll.ElseLevel(),
    }


def _door_tests(cll: Any) -> dict[str, Any]:
    same_floor, same_door = cll.ExactMatchLevel("floor"), cll.ExactMatchLevel("door")
    return {
        "same": cll.And(same_floor, same_door),
        "partly": cll.Or(
            cll.And(same_floor, cll.NullLevel("door")),
            cll.And(same_door, cll.NullLevel("floor")),
        ),
        "one_differs": cll.Or(same_floor, same_door),
        "other": cll.ElseLevel(),
    }


def _name_tests(cll: Any) -> dict[str, Any]:
    return {
        "same": cll.ExactMatchLevel("name_whole"),
        # The same parts in another order, or first name and surname with the middle names left out.
        "same_ends": cll.Or(cll.ExactMatchLevel("name_sorted"), cll.ExactMatchLevel("name_ends")),
        # A maiden name kept in the middle, a double surname cut short.
        "two_parts": cll.ArrayIntersectLevel("name_parts", 2),
        "near": cll.Or(cll.JaroWinklerLevel("name_whole", 0.94), cll.JaroWinklerLevel("name_sorted", 0.94)),
        # 'S. Nielsen' and 'Steen Nielsen'; two first names in full that begin alike are no such thing.
        "initial": cll.And(cll.ExactMatchLevel("initial"), cll.NullLevel("first_in_full")),
        "resembling": cll.JaroWinklerLevel("name_ends", 0.88),
        "same_surname": cll.ExactMatchLevel("surname"),
        "same_first": cll.ExactMatchLevel("first"),
        "other": cll.ElseLevel(),
    }
