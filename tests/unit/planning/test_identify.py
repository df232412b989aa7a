"""Which parameters targets identify: Jacobians made by hand, with and without noise."""

import numpy as np
import pytest

from sim.planning.identify import identify
from tests.family import generator

STEEP = 50.0


def jacobian(matrix: list[list[float]], noise: float = 0.0, replications: int = 100) -> np.ndarray:
    """Replications of a Jacobian, shape (replications, targets, parameters); noise is a replication's."""
    mean = np.array(matrix, dtype=float)
    draws = generator("a Jacobian with noise").standard_normal((replications, *mean.shape))
    return mean + noise * (draws - draws.mean(axis=0))


def test_independent_columns_are_identified() -> None:
    found = identify(jacobian([[STEEP, 0.0], [0.0, 3.0]]))
    assert found.kept == (0, 1)
    assert found.held == {}
    np.testing.assert_allclose(found.singular, [1.0, 1.0])


def test_a_column_of_nothing_is_silent() -> None:
    found = identify(jacobian([[STEEP, 0.0], [10.0, 0.0]]))
    assert (found.kept, found.held) == ((0,), {1: ()})


def test_less_than_a_tolerance_is_nothing() -> None:
    assert identify(jacobian([[STEEP, 0.0], [0.0, 0.9]])).held == {1: ()}
    assert identify(jacobian([[STEEP, 0.0], [0.0, 1.1]])).held == {}


def test_what_is_within_run_noise_is_nothing() -> None:
    # 5 tolerances with a standard error of 3: another seed could turn its sign
    noisy = jacobian([[STEEP, 0.0], [0.0, 5.0]], noise=30.0)
    assert 1 in identify(noisy).held
    assert identify(jacobian([[STEEP, 0.0], [0.0, 5.0]], noise=3.0)).held == {}


@pytest.mark.parametrize("factor", [1.0, -2.0, 0.01 * STEEP])
def test_two_that_act_only_as_a_product_are_named_and_the_last_is_held(factor: float) -> None:
    column = [STEEP, 30.0]
    found = identify(jacobian([[a, factor * a, b] for a, b in zip(column, [0.0, 40.0], strict=True)]))
    assert found.held == {1: (0, 1)}
    assert found.kept == (0, 2)


def test_more_parameters_than_targets() -> None:
    found = identify(jacobian([[STEEP, 20.0, 10.0]]))
    assert len(found.kept) == 1
    assert len(found.held) == 2


def test_a_sum_of_two_others_is_named_with_both() -> None:
    found = identify(jacobian([[STEEP, 0.0, STEEP], [0.0, STEEP, STEEP], [0.0, 0.0, 0.0]]))
    assert found.held == {2: (0, 1, 2)}


def test_almost_the_same_is_the_same_within_noise_and_beyond_a_condition_of_30() -> None:
    close = [[STEEP, STEEP], [0.0, 1.0]]  # the columns differ by 2% of their length: condition 100
    assert identify(jacobian(close)).held == {1: (0, 1)}
    apart = [[STEEP, STEEP], [0.0, 20.0]]
    assert identify(jacobian(apart)).held == {}
    assert identify(jacobian(apart, noise=150.0)).held == {1: (0, 1)}


def test_units_do_not_matter() -> None:
    matrix = np.array([[STEEP, 20.0], [0.0, 3.0]])
    one, other = identify(matrix[None]), identify((matrix * [1.0, 1000.0])[None])
    np.testing.assert_allclose(one.singular, other.singular)


def test_replications_that_counted_nobody_are_left_out() -> None:
    sample = jacobian([[STEEP, 0.0], [0.0, 30.0]], noise=1.0)
    sample[::3, 1, :] = np.nan
    assert identify(sample).held == {}


def test_nothing_identified_has_no_singular_values() -> None:
    found = identify(jacobian([[0.0]]))
    assert (found.kept, len(found.singular)) == ((), 0)
