"""Shrinkage between small cells: an empirical-Bayes area model.

Fay and Herriot 1979, 'Estimates of income for small places': each cell's mean is drawn towards a regression over all
cells, the further the noisier it is. The variance between cells is Paule and Mandel's (1982) moment estimate. The
regression's level is the one at which the shrunken cells add up to what all of them brought (benchmarking, You and Rao
2002): money is skewed, so a mean that luck has raised has a raised variance too, and would lose more than its share.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq


def shrink(means: np.ndarray, variances: np.ndarray, design: np.ndarray, customers: np.ndarray) -> np.ndarray:
    """Draw the means of cells towards an additive fit.

    Parameters
    ----------
    means : float64 array, shape (cells,)
    variances : float64 array, shape (cells,)
        Sampling variances of the means; a mean with variance 0 is known and stays.
    design : float64 array, shape (cells, columns)
        Columns of the fit; where they leave no cell over, the mean of all cells is the fit.
    customers : float64 array, shape (cells,)
        Over whom the means are taken: the sum of means times customers stays what it is.

    Returns
    -------
    float64 array, shape (cells,)
    """
    noisy = variances > 0
    if not noisy.any() or len(means) < 2:
        return means.copy()
    used = _full_rank(design)
    if used.shape[1] >= len(means):
        used = np.ones((len(means), 1))
    floor = float(variances[noisy].min())
    weighted = np.where(noisy, variances, floor)
    between = _between(means, weighted, used)
    fit = _fit(means, between + weighted, used)
    stays = np.where(noisy, between / (between + weighted), 1.0)
    drawn = customers * (1.0 - stays)
    if drawn.sum() > 0:
        fit = fit + (drawn * (means - fit)).sum() / drawn.sum()
    return np.asarray(fit + stays * (means - fit))


def _full_rank(design: np.ndarray) -> np.ndarray:
    """Columns that say something of their own (a level may have no cell)."""
    kept: list[int] = []
    for column in range(design.shape[1]):
        if np.linalg.matrix_rank(design[:, [*kept, column]]) > len(kept):
            kept.append(column)
    return design[:, kept]


def _fit(means: np.ndarray, variances: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Weighted least squares, fitted values."""
    root = 1.0 / np.sqrt(variances)
    solved = np.linalg.lstsq(design * root[:, None], means * root, rcond=None)[0]
    return np.asarray(design @ solved)


def _between(means: np.ndarray, variances: np.ndarray, design: np.ndarray) -> float:
    """Variance between cells that makes the weighted squared distance what it is on average; 0 if none does."""
    free = len(means) - design.shape[1]

    def distance(between: float) -> float:
        total = between + variances
        return float(((means - _fit(means, total, design)) ** 2 / total).sum())

    if free <= 0 or distance(0.0) <= free:
        return 0.0
    low, high = 0.0, float(np.ptp(means) ** 2 + variances.max())
    while distance(high) > free:
        low, high = high, 2 * high
    return float(brentq(lambda between: distance(between) - free, low, high))
