"""The split by time: nothing teaches that was not known on the tested day, whatever the dates are."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outcome import Horizon
from models.splits import AsOfDateSplit
from warehouse.dates import add_months
from warehouse.errors import LookAheadError, ModelError

DAYS = st.lists(st.dates(date(2019, 1, 1), date(2025, 1, 1)), min_size=4, max_size=40)
MONTHS = [add_months(date(2023, 1, 1), i) for i in range(20)]


@given(
    days=DAYS,
    horizon=st.integers(1, 400),
    lag=st.integers(0, 90),
    window=st.none() | st.integers(1, 6),
    every=st.integers(1, 3),
)
def test_nothing_teaches_that_was_not_known_on_the_tested_day(
    days: list[date], horizon: int, lag: int, window: int | None, every: int
) -> None:
    splitter = AsOfDateSplit(horizon, lag, window=window, every=every, fewest=1)
    try:
        parts = list(splitter.split(np.zeros(len(days)), groups=days))
    except LookAheadError:
        assert (max(days) - min(days)).days < horizon + lag
        return
    assert len(parts) == splitter.get_n_splits(groups=days)
    for teach, test in parts:
        (tested,) = {days[i] for i in test}
        taught = {days[i] for i in teach}
        assert taught
        assert max(taught) + timedelta(days=horizon + lag) <= tested
        # All rows of a cut-off go together, and the latest mature one is always among those that teach.
        assert sorted(test) == [i for i, day in enumerate(days) if day == tested]
        assert sorted(teach) == [i for i, day in enumerate(days) if day in taught]
        assert max(taught) == max(day for day in days if Horizon(horizon, lag).is_mature(day, tested))
        assert len(taught) <= (window or len(days))


def test_the_window_and_the_step_count_back_from_the_latest_mature_cut_off() -> None:
    (fold,) = AsOfDateSplit(182, 14, window=6, every=2, test_on=(date(2024, 8, 1),)).plan(MONTHS)
    assert fold.teach == (date(2023, 9, 1), date(2023, 11, 1), date(2024, 1, 1))


def test_a_tested_day_with_nothing_known_before_it_is_refused_with_its_date() -> None:
    with pytest.raises(LookAheadError, match=r"the tested days 2023-03-01 .*could be tested is 2023-09-03"):
        AsOfDateSplit(182, 32, test_on=(date(2023, 3, 1),)).plan(MONTHS)
    with pytest.raises(LookAheadError, match="2023-01-01 to 2023-04-01"):
        AsOfDateSplit().plan(MONTHS[:4])


def test_folds_that_look_ahead_are_refused_with_both_dates() -> None:
    with pytest.raises(LookAheadError, match=r"by 2023-08-01; found the cut-off 2023-02-01, known only on 2023-09"):
        AsOfDateSplit(folds={date(2023, 8, 1): MONTHS[:2]}).plan(MONTHS)
    with pytest.raises(ModelError, match="no row of 2020-01-01"):
        AsOfDateSplit(folds={date(2024, 8, 1): [date(2020, 1, 1)]}).plan(MONTHS)


def test_rows_without_a_date_are_refused() -> None:
    with pytest.raises(ModelError, match="groups, or a column as_of"):
        AsOfDateSplit().get_n_splits(np.zeros((4, 1)))
    with pytest.raises(ModelError, match="a row without one"):
        AsOfDateSplit().get_n_splits(groups=np.array(["2023-01-01", "NaT"], dtype="datetime64[D]"))


@pytest.mark.parametrize("kind", ["groups", "datetimes", "column"])
def test_scikit_learn_takes_it_as_a_splitter(kind: str) -> None:
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import cross_val_score, cross_validate
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    generator = np.random.default_rng(1)
    days = generator.permutation(np.repeat(MONTHS, 30))
    values = generator.normal(size=days.size)
    y = values + generator.normal(size=days.size)
    splitter = AsOfDateSplit(window=5)
    if kind == "column":
        X = pl.DataFrame({"as_of": days.tolist(), "value": values})
        model = make_pipeline(FunctionTransformer(lambda frame: frame.select("value").to_numpy()), LinearRegression())
        scores = cross_val_score(model, X, y, cv=splitter)
    else:
        groups = days.astype("datetime64[s]") if kind == "datetimes" else days
        found = cross_validate(LinearRegression(), values[:, None], y, groups=groups, cv=splitter)
        scores = found["test_score"]
    # The second cut-off is known on 2 September: the last 11 of 20 months can be tested.
    assert len(scores) == splitter.get_n_splits(groups=days) == 11
    assert np.isfinite(scores).all()
