"""Shrinkage: closed forms where there are any, and what must never change."""

import numpy as np
import pytest

from sim.planning.budget.cells import Division
from sim.planning.budget.estimate import cell_sizes, ratio_means
from sim.planning.budget.shrinkage import shrink

LEVEL = np.ones((5, 1))
EQUAL = np.full(5, 10.0)


def test_equal_variances_give_the_james_stein_form() -> None:
    means = np.array([1.0, 4.0, 5.0, 9.0, 11.0])
    noise = 2.0
    between = means.var(ddof=1) - noise  # Paule and Mandel's equation, solved by hand
    found = shrink(means, np.full(5, noise), LEVEL, EQUAL)
    assert found == pytest.approx(means.mean() + between / (between + noise) * (means - means.mean()))


def test_means_that_differ_less_than_noise_become_one() -> None:
    means = np.array([1.0, 1.1, 0.9, 1.05, 0.95])
    assert shrink(means, np.full(5, 4.0), LEVEL, EQUAL) == pytest.approx(np.full(5, means.mean()))


def test_an_additive_table_stays_what_it_is() -> None:
    division = Division(("tier", "tenure"), (("a", "b", "c"), ("x", "y")), (0.0,))
    means = np.add.outer([1.0, 5.0, 20.0], [0.0, 3.0]).ravel()
    assert shrink(means, np.full(6, 50.0), division.design(), np.full(6, 4.0)) == pytest.approx(means)


def test_the_sum_over_customers_stays() -> None:
    random = np.random.default_rng(4)
    division = Division(("tier", "tenure"), (("a", "b", "c"), ("x", "y", "z")), (0.0,))
    means, variances = random.normal(10, 5, 9), random.gamma(2.0, 10.0, 9)
    customers = random.integers(1, 100, 9).astype(float)
    found = shrink(means, variances, division.design(), customers)
    assert (found * customers).sum() == pytest.approx((means * customers).sum())
    assert np.abs(found - means).max() > 0.1


def test_what_is_known_stays() -> None:
    means = np.array([1.0, 4.0, 5.0, 9.0, 30.0])
    assert shrink(means, np.zeros(5), LEVEL, EQUAL) == pytest.approx(means)
    variances = np.array([5.0, 5.0, 5.0, 5.0, 0.0])
    assert shrink(means, variances, LEVEL, EQUAL)[4] == 30.0


def test_shrinking_comes_closer_to_the_truth() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(10.0, 1.0, (200, 15))
    seen = truth + random.normal(0.0, 2.0, truth.shape)
    level, each = np.ones((15, 1)), np.full(15, 10.0)
    found = np.stack([shrink(row, np.full(15, 4.0), level, each) for row in seen])
    assert ((found - truth) ** 2).mean() < 0.5 * ((seen - truth) ** 2).mean()


def test_means_are_ratios_and_rare_is_not_never() -> None:
    customers = np.array([[2.0, 5.0], [4.0, 5.0], [3.0, 5.0]])
    sums = np.array([[2.0, 0.0], [8.0, 0.0], [2.0, 0.0]])
    means, variances = ratio_means(sums, customers)
    assert means == pytest.approx([12 / 9, 0.0])
    assert variances[1] > 0


def test_cells_add_up_to_the_base() -> None:
    customers = np.array([[3.0, 4.0, 3.0], [4.0, 3.0, 3.0], [3.0, 3.0, 4.0]])
    assert cell_sizes(customers).sum() == 10
