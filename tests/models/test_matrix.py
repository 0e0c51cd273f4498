"""What a matrix is: names, types, order."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from models.matrix import Column, as_columns, canonical_order, feature_values, keyed, require_columns
from warehouse.errors import ModelError


def test_the_warehouses_own_columns_are_taken_as_they_are() -> None:
    features = pytest.importorskip("warehouse.features").feature_columns()
    columns = as_columns(features)
    assert [c.name for c in columns] == [f.name for f in features]
    assert all(c.reason and c.source for c in columns)


@pytest.mark.parametrize(
    ("columns", "match"),
    [((Column("a"), Column("a")), "twice: a"), ((Column("a", direction=2),), "other directions: a")],
)
def test_columns_that_contradict_themselves_are_refused(columns: tuple[Column, ...], match: str) -> None:
    with pytest.raises(ModelError, match=match):
        as_columns(columns)


def test_a_missing_and_a_text_column_are_named() -> None:
    matrix = pl.DataFrame({"as_of": [date(2026, 1, 1)], "stage": ["none"], "a": [1.0]})
    with pytest.raises(ModelError, match="no column b, c"):
        require_columns(matrix, ["a", "c", "b"], "here")
    with pytest.raises(ModelError, match="other types in stage"):
        require_columns(matrix, ["stage"], "here")


def test_null_is_not_known() -> None:
    values = feature_values(pl.DataFrame({"a": [1, None, 0]}), "a")
    assert np.array_equal(values, [1.0, np.nan, 0.0], equal_nan=True)


def test_the_order_of_rows_is_that_of_the_key_then_of_the_values() -> None:
    day = date(2026, 1, 1)
    frame = pl.DataFrame({"as_of": [day] * 4, "landlord": list("BAAA"), "tenancy_no": list("1211"), "a": [1, 2, 4, 3]})
    assert canonical_order(frame).tolist() == [3, 2, 1, 0]
    assert canonical_order(frame[:2]).tolist() == [1, 0]
    assert keyed(frame, score=[1, 2, 3, 4]).columns == ["as_of", "landlord", "tenancy_no", "score"]
