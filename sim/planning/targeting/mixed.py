"""A linear fit in which some coefficients are known to be small: they are drawn, as if at random, around 0.

Best linear unbiased prediction (Henderson 1975; Robinson 1991): the variance of the drawn coefficients is that of
highest restricted likelihood (Patterson and Thompson 1971). With much noise they come out near 0, with little as least
squares has them; nobody has to choose how much to shrink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RATIOS = np.concatenate([[0.0], np.logspace(-8.0, 4.0, 121)])
"""Variance of a drawn coefficient over that of the noise, for columns of unit spread: the values that are tried."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """A fit.

    Attributes
    ----------
    fixed, drawn : float64 arrays, shape (columns,)
        Coefficients.
    variance, noise : float
        Variance of the drawn coefficients, and of what is left.
    """

    fixed: np.ndarray
    drawn: np.ndarray
    variance: float
    noise: float


def fit_mixed(values: np.ndarray, fixed: np.ndarray, drawn: np.ndarray, variance: float | None = None) -> Mixed:
    """Fit `values` to columns with free coefficients and columns with drawn ones.

    Parameters
    ----------
    values : float64 array, shape (n,)
    fixed : float64 array, shape (n, columns)
        Columns may be one another's combination; then the shortest solution is taken.
    drawn : float64 array, shape (n, columns)
        In units of their spread, so that one variance fits all of them.
    variance : float, optional
        Of a drawn coefficient, where it is known.
    """
    basis, sizes, _ = np.linalg.svd(fixed, full_matrices=False)
    basis = basis[:, sizes > 1e-10 * sizes[0]]
    free = len(values) - basis.shape[1]

    def without_fixed(of: np.ndarray) -> np.ndarray:
        left: np.ndarray = of - basis @ (basis.T @ of)
        return left

    rest, columns = without_fixed(values), without_fixed(drawn)
    left, spread, right = np.linalg.svd(columns, full_matrices=False)
    along = left.T @ rest
    beside = max(float(rest @ rest - along @ along), 0.0)
    ratio = min(RATIOS, key=lambda tried: _unlikely(tried, along, beside, spread, free)) if free > 0 else 0.0
    if variance is not None:
        ratio = variance / _noise(ratio, along, beside, spread, free)
    coefficients = right.T @ (ratio * spread / (1.0 + ratio * spread**2) * along)
    free_ones = np.linalg.lstsq(fixed, values - drawn @ coefficients, rcond=None)[0]
    noise = _noise(ratio, along, beside, spread, free)
    return Mixed(free_ones, coefficients, ratio * noise, noise)


def _unlikely(ratio: float, along: np.ndarray, beside: float, spread: np.ndarray, free: int) -> float:
    """Minus twice the restricted log-likelihood, up to a constant, the noise's variance being at its best."""
    noise = _noise(ratio, along, beside, spread, free)
    return free * float(np.log(noise)) + float(np.log(1.0 + ratio * spread**2).sum())


def _noise(ratio: float, along: np.ndarray, beside: float, spread: np.ndarray, free: int) -> float:
    """The noise's variance of highest likelihood; never 0, so that it has a logarithm."""
    left = float((along**2 / (1.0 + ratio * spread**2)).sum()) + beside
    return max(left / max(free, 1), float(np.finfo(float).tiny))
