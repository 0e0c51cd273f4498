"""What a matrix is: one row a tenancy and as-of date, keyed, with numeric features in which null means "not known"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.errors import ModelError

KEY = ("as_of", "landlord", "tenancy_no")
"""The columns that name a row. A tenancy is (landlord, tenancy_no); nothing is ordered by a pseudonym."""

TENANCY = KEY[1:]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class DescribesColumn(Protocol):
    """What must be known of a feature; the warehouse's feature columns have these attributes and more."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the attributes are those of `Column`
    @property
    def direction(self) -> int: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def da(self) -> str: ...  # noqa: D102
    @property
    def en(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Column:
    """A feature. `direction` (-1, 0, 1) is the way in which risk may rise with it; 0 leaves it free.

    `reason` is the evidence code toward which its contribution counts, `source` the feed it stems from.
    """

    name: str
    direction: int = 0
    reason: str = ""
    unit: str = ""
    da: str = ""
    en: str = ""
    source: str = ""

    @classmethod
    def of(cls, described: DescribesColumn) -> "Column":
        """The same column, from anything that has the attributes."""
        return cls(
            name=described.name,
            direction=described.direction,
            reason=described.reason,
            unit=described.unit,
            da=described.da,
            en=described.en,
            source=described.source,
        )


def as_columns(described: Iterable[DescribesColumn]) -> tuple[Column, ...]:
    """The columns in the order given; `ModelError` where a name occurs twice or a direction is not -1, 0 or 1."""
    columns = tuple(Column.of(each) for each in described)
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong = sorted({c.name for c in columns if c.direction not in (-1, 0, 1)})
    if twice or wrong:
        raise ModelError(
            expected="each feature once, with a direction of -1, 0 or 1",
            found=f"twice: {', '.join(twice) or 'none'}; other directions: {', '.join(wrong) or 'none'}",
            where="the feature columns",
            remedy="Mend the table.toml that describes them.",
        )
    return columns


def require_columns(matrix: pl.DataFrame, names: Sequence[str], where: str) -> None:
    """`ModelError` naming every column that `matrix` lacks or that is not a number."""
    absent = [name for name in names if name not in matrix.columns]
    if absent:
        raise ModelError(
            expected=f"the columns {', '.join(names[:3])}{' …' if len(names) > 3 else ''}",
            found=f"no column {', '.join(sorted(absent))}",
            where=where,
            remedy="Build the features with the same version that trained the model, or train again.",
        )
    text = [n for n in names if n not in KEY and not (matrix[n].dtype.is_numeric() or matrix[n].dtype == pl.Boolean)]
    if text:
        raise ModelError(
            expected="features that are numbers",
            found=f"other types in {', '.join(sorted(text))}",
            where=where,
            remedy="Give codes as flags of 0 and 1, one column each.",
        )


def feature_values(matrix: pl.DataFrame, name: str) -> Floats:
    """One feature as float64, NaN where it is not known."""
    values = matrix[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.asarray(values, dtype=np.float64)


def canonical_order(matrix: pl.DataFrame) -> NDArray[np.int64]:
    """The row numbers of `matrix` in the order of its key; what is fitted must not depend on the order given.

    Rows with the same key are put in the order of their values, so that even these leave no trace of the order.
    """
    by = list(KEY)
    keys = matrix.select(by)
    if keys.is_duplicated().any():
        by += sorted(name for name in matrix.columns if name not in KEY)
        keys = matrix.select(by)
    order = keys.with_row_index("row_no").sort(by, nulls_last=True, maintain_order=True)
    return order["row_no"].cast(pl.Int64).to_numpy()


def keyed(matrix: pl.DataFrame, **added: Any) -> pl.DataFrame:
    """The key of each row of `matrix` with the columns `added`, in the order of `matrix`."""
    return matrix.select(KEY).with_columns(**{name: pl.Series(name, values) for name, values in added.items()})
