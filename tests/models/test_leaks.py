"""A feature that looks ahead is caught and named, whichever way it came in; honest features pass."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from models.leaks import refuse_rebuilt_otherwise, refuse_revealing
from models.matrix import Column
from models.outcome import label
from warehouse.errors import LookAheadError

PLANTED = Column("planted", 0)


@pytest.fixture(scope="module")
def labelled(make: Callable) -> pl.DataFrame:
    town = make(900, 3, 5)
    return label(town.matrix, town.outcomes)


def _planted(labelled: pl.DataFrame, share: float, noise: float) -> pl.DataFrame:
    """The days until the event for a share of the positives, unknown for the others; `noise` of the rest too."""
    generator = np.random.default_rng(3)
    had = (labelled["label_state"] == "positive").to_numpy()
    seen = (had & (generator.random(had.size) < share)) | (~had & (generator.random(had.size) < noise))
    days = np.where(seen, generator.integers(1, 180, had.size), np.nan)
    return labelled.with_columns(pl.Series("planted", days).fill_nan(None))


def test_honest_features_pass(labelled: pl.DataFrame, world: object) -> None:
    refuse_revealing(labelled, world.columns)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("share", "noise", "says"),
    [(1.0, 0.0, "AUC of 1.0000"), (1.0, 0.01, "AUC of 0.99"), (0.5, 0.0, "hold 100 % positives")],
)
def test_a_feature_made_from_the_event_is_named(
    labelled: pl.DataFrame, world: object, share: float, noise: float, says: str
) -> None:
    columns = (*world.columns, PLANTED)  # type: ignore[attr-defined]
    with pytest.raises(LookAheadError, match=rf"found planted \([^,]*{says}[^,]*\)\. ") as refused:
        refuse_revealing(_planted(labelled, share, noise), columns)
    assert refused.value.exit_code == 3


def test_its_opposite_is_named_too(labelled: pl.DataFrame) -> None:
    had = (labelled["label_state"] == "positive").cast(pl.Float64)
    with pytest.raises(LookAheadError, match="found planted "):
        refuse_revealing(labelled.with_columns(planted=-had), (PLANTED,))


def test_with_few_positives_the_screen_says_nothing(labelled: pl.DataFrame) -> None:
    had = labelled["label_state"] == "positive"
    few = pl.concat([labelled.filter(had).unique("tenancy_no").head(29), labelled.filter(~had)])
    refuse_revealing(_planted(few, 1.0, 0.0), (PLANTED,))
    # One tenancy many times is one story.
    one = labelled.filter(had).head(1)
    many = pl.concat([*[one] * 60, labelled.filter(~had)])
    refuse_revealing(_planted(many, 1.0, 0.0), (PLANTED,))


def test_a_common_outcome_is_no_proof(labelled: pl.DataFrame) -> None:
    """Where most rows are positives, a feature that singles out positives may be honest."""
    common = labelled.with_columns(
        label_state=pl.Series(np.where(np.arange(labelled.height) % 3, "positive", "negative")),
        planted=pl.Series((np.arange(labelled.height) % 9 == 1).astype(float)),
    )
    refuse_revealing(common, (PLANTED,))


def test_whatever_comes_out_otherwise_without_the_future_is_named(labelled: pl.DataFrame) -> None:
    day = labelled.filter(as_of=date(2023, 2, 1))
    columns = (Column("arrears_dkk"), Column("oldest_due_days"), Column("demands_24_months_count"))
    refuse_rebuilt_otherwise(day, day.sample(fraction=1.0, shuffle=True, seed=1), columns)
    # Adding in another order is no look ahead.
    refuse_rebuilt_otherwise(day, day.with_columns(pl.col("arrears_dkk") * (1 + 1e-13)), columns)
    touched = pl.col("tenancy_no") == "00007"
    otherwise = day.with_columns(
        arrears_dkk=pl.when(touched).then(None).otherwise("arrears_dkk"),
        demands_24_months_count=pl.col("demands_24_months_count") + touched.cast(pl.Float64),
    )
    with pytest.raises(LookAheadError, match=r"of 2023-02-01: .*found demands_24_months_count") as refused:
        refuse_rebuilt_otherwise(day, otherwise, columns[2:])
    assert "00007" not in str(refused.value)


def test_a_column_that_no_build_gives_is_named(labelled: pl.DataFrame) -> None:
    day = labelled.filter(as_of=date(2023, 2, 1))
    with pytest.raises(LookAheadError, match=r"planted \(900 rows\)"):
        refuse_rebuilt_otherwise(_planted(day, 0.1, 0.1), day, (Column("arrears_dkk"), PLANTED))


def test_another_cohort_is_named(labelled: pl.DataFrame) -> None:
    day = labelled.filter(as_of=date(2023, 2, 1))
    with pytest.raises(LookAheadError, match=r"who is in the cohort \(10 tenancies\)"):
        refuse_rebuilt_otherwise(day, day.head(890), (Column("arrears_dkk"),))
