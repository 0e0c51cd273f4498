"""Shares by group: the known figures of real data, when nothing can be said, and that nobody is told apart."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from monitoring.group_rates import OTHERS, GroupRate, group_rates, records_of
from monitoring.measures import COUNTS
from monitoring.records import SMALLEST_COUNT, frame_of
from monitoring.shifts import shifts
from warehouse.errors import ModelError

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DAY = date(2026, 1, 1)
REFERENCES = {"one": "a", "two": "x"}
_ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y"]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=80,
)


def _real(name: str) -> pl.DataFrame:
    path = DATA / f"{name}.parquet"
    if not path.is_file():
        pytest.skip(f"the real data is not here: {path.name}")
    return pl.read_parquet(path)


def _by_group(rates: list[GroupRate]) -> dict[str, GroupRate]:
    return {rate.group: rate for rate in rates}


def _compas(missed: bool) -> tuple[pl.DataFrame, dict[str, GroupRate]]:
    """Who was labelled high risk and did not reoffend (or, `missed`, the other way round), by race."""
    rows = _real("compas")
    high, again = pl.col("decile_score") >= 5, pl.col("two_year_recid") == 1
    rows = rows.with_columns(counted=again if missed else ~again, hit=~high if missed else high)
    return rows, _by_group(group_rates(rows, {"race": "Caucasian"}))


@pytest.mark.parametrize(
    ("missed", "everybody", "african", "caucasian", "ratio"),
    [(False, "32.35", "44.85", "23.45", "1.912093"), (True, "37.40", "27.99", "47.72", "0.586416")],
)
def test_the_known_figures_of_compas(missed: bool, everybody: str, african: str, caucasian: str, ratio: str) -> None:
    rows, found = _compas(missed)
    among = rows.filter("counted")
    assert f"{100 * among['hit'].mean():.2f}" == everybody  # type: ignore[operator]
    assert f"{100 * found['African-American'].value:.2f}" == african
    assert f"{100 * found['Caucasian'].value:.2f}" == caucasian
    assert f"{found['African-American'].ratio:.6f}" == ratio
    assert found["African-American"].verdict == "differs"


@pytest.mark.parametrize("missed", [False, True])
def test_of_the_small_groups_of_compas_too_few_are_there_to_say(missed: bool) -> None:
    _, found = _compas(missed)
    assert {found[group].verdict for group in ("Native American", "Asian")} == {"too_few"}


def test_the_known_figures_of_employment() -> None:
    rows = _real("employment_ma").with_columns(pl.col("RAC1P", "SEX").cast(pl.String))
    works, told = pl.col("employed") == 1, pl.col("prediction") == 1
    missed, wrongly = [], []
    for year in (2015, 2016, 2017, 2018):
        of_year = rows.filter(year=year)
        fnr = _by_group(group_rates(of_year.with_columns(counted=works, hit=~told), {"RAC1P": "1"}))
        fpr = _by_group(group_rates(of_year.with_columns(counted=~works, hit=told), {"SEX": "1"}))
        missed.append((f"{fnr['2'].value:.4f}", f"{fnr['1'].value:.4f}"))
        wrongly.append(f"{fpr['2'].value:.4f}")
    assert missed == [("0.1591", "0.1265"), ("0.1581", "0.1365"), ("0.1818", "0.1347"), ("0.1650", "0.1373")]
    assert wrongly == ["0.2394", "0.2351", "0.2284", "0.2281"]


def _of_sex(rows: pl.DataFrame, sex: str) -> pl.DataFrame:
    return rows.filter(pl.col("SEX").cast(pl.String) == sex)


def test_the_employment_model_ranks_alike_in_every_year_and_nothing_alarms() -> None:
    rows = _real("employment_ma")
    by_year = {year: rows.filter(year=year) for year in (2015, 2016, 2017, 2018)}
    auc = {year: roc_auc_score(own["employed"], own["predicted_probability"]) for year, own in by_year.items()}
    assert [f"{auc[year]:.4f}" for year in by_year] == ["0.9034", "0.9020", "0.9051", "0.9057"]
    counts = []
    for year, own in by_year.items():
        working = own.filter(pl.col("employed") == 1)
        for group, among in (("", working), *((f"sex={sex}", _of_sex(working, sex)) for sex in ("1", "2"))):
            found = int((among["prediction"] == 1).sum())
            counts.append((date(year, 1, 1), "recall_at_capacity", "listed", group, found, among.height))
    history = pl.DataFrame(counts, schema=COUNTS, orient="row")
    for year in (2017, 2018):
        assert shifts(history, date(year, 1, 1), fewest_before=2) == []


@settings(max_examples=60, deadline=None)
@given(_ROWS)
def test_groups_add_up_to_all_and_the_order_of_rows_plays_no_part(rows: list) -> None:
    frame = pl.DataFrame(rows, schema=["one", "two", "counted", "hit"], orient="row").with_columns(
        pl.col("one").cast(pl.String)
    )
    found = group_rates(frame, REFERENCES)
    assert group_rates(frame.sample(fraction=1.0, shuffle=True, seed=3), REFERENCES) == found
    among = frame.filter("counted")
    for attribute in REFERENCES:
        own = [rate for rate in found if rate.attribute == attribute]
        assert sum(rate.counted for rate in own) == among.height
        assert sum(rate.hits for rate in own) == among["hit"].sum()
        there = among.filter(pl.col(attribute) == REFERENCES[attribute]).height > 0
        assert [rate.group for rate in own if rate.verdict == "reference"] == [REFERENCES[attribute]] * there
    for rate in found:
        assert 0 <= rate.low <= rate.value <= rate.high <= 1
        if rate.ratio is not None and rate.verdict != "reference":
            assert rate.ratio_low is not None
            assert rate.ratio_high is not None
            assert rate.ratio_low <= rate.ratio <= rate.ratio_high


@settings(max_examples=60, deadline=None)
@given(_ROWS)
def test_what_is_published_of_groups_holds_no_small_count_and_sums_to_all_or_is_nothing(rows: list) -> None:
    frame = pl.DataFrame(rows, schema=["one", "two", "counted", "hit"], orient="row").with_columns(
        pl.col("one").cast(pl.String)
    )
    among = frame.filter("counted")
    records = records_of(group_rates(frame, REFERENCES), DAY, "listed_share", "listed")
    assert frame_of(records).height == len(records)
    for attribute in REFERENCES:
        own = [record for record in records if record.group.startswith(attribute + "=")]
        shown = [record for record in own if record.numerator is not None and record.denominator is not None]
        for record in shown:
            hits, others = int(record.numerator or 0), int((record.denominator or 0) - (record.numerator or 0))
            assert not 0 < hits < SMALLEST_COUNT
            assert not 0 < others < SMALLEST_COUNT
        if shown:
            assert sum(record.denominator or 0 for record in shown) == among.height
            assert sum(record.numerator or 0 for record in shown) == among["hit"].sum()
        told = {record.group for record in shown}
        hidden = {record.group for record in own} - told
        named = {f"{attribute}={value}" for group in told for value in group.split("=")[1].split("+")}
        assert hidden <= named or not shown
        if f"{attribute}={REFERENCES[attribute]}" not in told:
            assert {record.reference for record in own} <= {None}


def test_a_group_that_differs_and_one_that_is_alike_are_told_apart() -> None:
    def rows(group: str, hits: int, of: int) -> list[tuple[str, bool, bool]]:
        return [(group, True, place < hits) for place in range(of)]

    frame = pl.DataFrame(
        [*rows("all", 500, 1000), *rows("same", 495, 1000), *rows("less", 150, 1000), *rows("few", 3, 9),
         *rows("some", 9, 20), *rows("none", 0, 40)],
        schema=["group", "counted", "hit"], orient="row",
    )  # fmt: skip
    found = _by_group(group_rates(frame, {"group": "all"}))
    verdicts = {group: rate.verdict for group, rate in found.items()}
    assert verdicts == {
        "all": "reference", "same": "alike", "less": "differs", "few": "too_few", "some": "cannot_be_told",
        "none": "too_few",
    }  # fmt: skip


def test_unknown_is_a_group() -> None:
    frame = pl.DataFrame({"sex": [None, None, "F"], "counted": [True] * 3, "hit": [True, False, True]})
    assert [rate.group for rate in group_rates(frame, {"sex": "F"})] == ["F", "unknown"]


def test_where_no_group_is_the_usual_one_each_is_held_beside_all_the_others() -> None:
    rows = [("x", True, place < 30) for place in range(100)] + [("y", True, place < 10) for place in range(100)]
    frame = pl.DataFrame(rows, schema=["district", "counted", "hit"], orient="row")
    x, y = group_rates(frame, {"district": OTHERS})
    assert (x.ratio, y.ratio) == (pytest.approx(3.0), pytest.approx(1 / 3))
    assert (x.verdict, y.verdict) == ("differs", "differs")
    told = records_of([x, y], DAY, "listed_share", "listed")
    assert [(one.group, one.reference) for one in told] == [("district=x", 0.1), ("district=y", 0.3)]


def test_without_anybody_of_the_reference_group_nothing_is_compared() -> None:
    frame = pl.DataFrame({"sex": ["F"] * 9, "counted": [True] * 9, "hit": [True] * 9})
    (rate,) = group_rates(frame, {"sex": "M"})
    assert (rate.verdict, rate.ratio) == ("too_few", None)


def test_what_cannot_be_counted_is_refused() -> None:
    frame = pl.DataFrame({"sex": ["F"], "counted": [True], "hit": [True]})
    with pytest.raises(ModelError, match="expected the columns origin"):
        group_rates(frame, {"origin": "danish"})
