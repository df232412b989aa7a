"""SALib is used as its design wants it: indices of two functions whose indices are known in closed form.

Ishigami and Homma 1990, a = 7, b = 0.1; Sobol's G-function as in Saltelli et al. 2010. A design in the wrong order,
an output in the wrong place or first-order and total exchanged would miss by far more than the tolerance.
"""

import math

import numpy as np
import pytest

from sim.evidence.results import Refused
from sim.planning.sensitivity.sobol import Index, design, independent, indices

POINTS = 4096
A, B = 7.0, 0.1
G = np.array([0.0, 1.0, 4.5, 9.0])


def ishigami(chances: np.ndarray) -> np.ndarray:
    x, y, z = (chances * 2 * math.pi - math.pi).T
    return np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)


def ishigami_indices() -> tuple[list[float], list[float]]:
    of_x = (1 + B * math.pi**4 / 5) ** 2 / 2
    of_y = A**2 / 8
    of_xz = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = of_x + of_y + of_xz
    return [of_x / whole, of_y / whole, 0.0], [(of_x + of_xz) / whole, of_y / whole, of_xz / whole]


def g_function(chances: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4 * chances - 2) + G) / (1 + G), axis=1)


def g_indices() -> tuple[list[float], list[float]]:
    part = 1 / 3 / (1 + G) ** 2
    whole = np.prod(1 + part) - 1
    total = [part[j] * np.prod(np.delete(1 + part, j)) / whole for j in range(len(G))]
    return list(part / whole), total


CASES = [(ishigami, ishigami_indices(), 3), (g_function, g_indices(), 4)]


@pytest.mark.parametrize(("function", "known", "factors"), CASES, ids=["Ishigami", "G-function"])
def test_known_indices_come_out(function, known, factors: int) -> None:
    drawn = design(factors, POINTS, 3)
    assert drawn.shape == (POINTS * (factors + 2), factors)
    found = indices(function(drawn), factors, 3)
    assert isinstance(found, list)
    for index, first, total in zip(found, *known, strict=True):
        assert index.first.value == pytest.approx(first, abs=0.02)
        assert index.total.value == pytest.approx(total, abs=0.02)


def test_intervals_hold_the_known_indices_at_a_small_size() -> None:
    # 40 designs of 64 points, fixed seeds: about 95% of their intervals hold the known index (bootstraps hold less)
    first, total = g_indices()
    held = []
    for seed in range(40):
        found = indices(g_function(design(4, 64, seed)), 4, seed)
        assert isinstance(found, list)
        pairs = zip(found, first, total, strict=True)
        held += [_holds(index, one, whole) for index, one, whole in pairs]
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.1)


def _holds(index: Index, first: float, total: float) -> tuple[bool, bool]:
    return index.first.low <= first <= index.first.high, index.total.low <= total <= index.total.high


def test_the_same_seed_gives_the_same_indices_and_zero_is_a_seed() -> None:
    for seed in (0, 5):
        one, other = (indices(g_function(design(4, 16, seed)), 4, seed) for _ in range(2))
        assert one == other


def test_independent_rows_are_the_first_and_the_second_draw() -> None:
    drawn = design(3, 8, 1)
    first, second = drawn[independent(3, 8)][::2], drawn[independent(3, 8)][1::2]
    np.testing.assert_array_equal(drawn[0::5], first)
    np.testing.assert_array_equal(drawn[4::5], second)
    for j in range(3):  # between them, the first with one factor of the second
        mixed = first.copy()
        mixed[:, j] = second[:, j]
        np.testing.assert_array_equal(drawn[1 + j :: 5], mixed)


def test_what_never_or_hardly_changes_has_no_indices() -> None:
    assert indices(np.full(40, 2.0), 3, 1) == Refused("it is the same in all worlds")
    rare = np.arange(40) < 3
    found = indices(rare, 3, 1)
    assert found == Refused("it differs in 3 of 40 worlds: too few to tell which assumption does it")
