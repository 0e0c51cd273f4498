"""Trees as a table of nodes: what scikit-learn says, and Shapley values by their definition."""

from itertools import product
from math import factorial

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from models.bins import Bins
from models.tree_sum import Numbers, TreeSum, of_boosting, together

FEATURES = 5


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Twelve values of each feature, one in ten not known."""
    generator = np.random.default_rng(0)
    drawn = generator.integers(0, 12, (3000, FEATURES)).astype(float)
    drawn[generator.random(drawn.shape) < 0.1] = np.nan
    return drawn


@pytest.fixture(scope="module")
def bins() -> list[Bins]:
    return [Bins(np.arange(0.5, 11)) for _ in range(FEATURES)]


@pytest.fixture(scope="module")
def numbers(values: np.ndarray, bins: list[Bins]) -> Numbers:
    return np.column_stack([each.numbers(values[:, j]) for j, each in enumerate(bins)])


@pytest.fixture(scope="module")
def target(values: np.ndarray) -> np.ndarray:
    """The first two features act together, and "not known" has a meaning of its own."""
    return np.nan_to_num(values[:, 0], nan=20) * np.nan_to_num(values[:, 1]) + np.nan_to_num(values[:, 2])


@pytest.fixture(scope="module")
def trees(values: np.ndarray, target: np.ndarray, bins: list[Bins]) -> TreeSum:
    grown = HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=12, early_stopping=False, random_state=0).fit(
        values, target
    )
    return of_boosting(grown, range(FEATURES), bins)


def test_the_table_adds_up_to_what_the_estimator_says(
    values: np.ndarray, target: np.ndarray, bins: list[Bins], numbers: Numbers
) -> None:
    grown = HistGradientBoostingClassifier(max_iter=15, early_stopping=False, random_state=0).fit(values, target > 20)
    beyond = grown.decision_function(values) - of_boosting(grown, range(FEATURES), bins).sums(numbers)
    assert np.ptp(beyond) < 1e-9


def test_features_keep_their_places_where_the_estimator_saw_only_some(
    values: np.ndarray, target: np.ndarray, bins: list[Bins], numbers: Numbers
) -> None:
    grown = HistGradientBoostingRegressor(max_iter=10, early_stopping=False, random_state=0).fit(
        values[:, [2, 0]], target
    )
    beyond = grown.predict(values[:, [2, 0]]) - of_boosting(grown, [2, 0], bins).sums(numbers)
    assert np.ptp(beyond) < 1e-9


def test_shapley_values_are_those_of_the_definition(trees: TreeSum, numbers: Numbers) -> None:
    reference = numbers[7]
    for row in numbers[[1, 50, 77, 300]]:
        assert trees.shapley(row[None], reference)[0] == pytest.approx(_by_definition(trees, row, reference))


def test_shapley_values_add_up_to_the_difference_from_the_reference(trees: TreeSum, numbers: Numbers) -> None:
    reference = numbers[7]
    added = trees.shapley(numbers, reference).sum(axis=1)
    assert np.abs(added - (trees.sums(numbers) - trees.sums(reference[None])[0])).max() < 1e-8
    assert not trees.shapley(reference[None], reference).any()


def test_what_the_trees_never_ask_adds_nothing(trees: TreeSum, numbers: Numbers) -> None:
    asked = set(trees.feature[trees.feature >= 0].tolist())
    assert {0, 1} <= asked
    added = trees.shapley(numbers[:100], numbers[7])
    assert not added[:, sorted(set(range(FEATURES)) - asked)].any()


def test_sums_of_sums_and_multiples_are_theirs(trees: TreeSum, numbers: Numbers) -> None:
    both = together([trees, trees.times(-0.5)])
    assert np.abs(both.sums(numbers) - trees.sums(numbers) / 2).max() < 1e-9


def _by_definition(trees: TreeSum, row: Numbers, reference: Numbers) -> np.ndarray:
    """Every coalition of the other features, weighed by how many orders it stands for."""
    found = np.zeros(FEATURES)
    for brought in product((False, True), repeat=FEATURES):
        without = np.where(brought, row, reference)
        size = sum(brought)
        weight = factorial(size) * factorial(FEATURES - size - 1) / factorial(FEATURES) if size < FEATURES else 0.0
        for j in np.flatnonzero(~np.array(brought)):
            beside = without.copy()
            beside[j] = row[j]
            found[j] += weight * (trees.sums(beside[None])[0] - trees.sums(without[None])[0])
    return found
