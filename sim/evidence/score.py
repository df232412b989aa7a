"""The score statistic for a difference of two shares under a stated difference, and the interval it inverts
to.

Under the null 'the shares differ by delta' the shares are estimated by maximum likelihood subject to that
difference; they are a root of a cubic in closed form (Miettinen and Nurminen 1985, appendix I; Farrington
and Manning 1990).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from sim.evidence.inputs import share
from sim.evidence.results import FloatArray, IntArray

HALVINGS = 60  # of an interval of length 2: down to 1e-18


def score(x1: IntArray, n1: IntArray, x0: IntArray, n0: IntArray, delta: ArrayLike) -> FloatArray:
    """Signed score statistic of 'share 1 - share 0 = delta', standard normal under it; shapes broadcast.

    With the variance factor N / (N - 1) of Miettinen and Nurminen. Where the variance is 0 the statistic is
    0 if delta is what was observed, else infinite with the sign of the excess. Sizes must be positive.
    """
    d: FloatArray = np.asarray(delta, dtype=np.float64)
    difference = x1 / n1 - x0 / n0 - d
    p1, p0 = constrained_shares(x1, n1, x0, n0, d)
    variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic: FloatArray = np.where(np.abs(difference) < 1e-14, 0.0, difference / np.sqrt(variance))
    return statistic


def constrained_shares(
    x1: IntArray, n1: IntArray, x0: IntArray, n0: IntArray, delta: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Maximum-likelihood shares (1, 0) subject to share 1 - share 0 = delta; shapes broadcast."""
    d = np.asarray(delta, dtype=np.float64)
    n, events = (n1 + n0).astype(np.float64), x1 + x0
    # n s^3 + b s^2 + c s + e = 0 for the share s of the second sample
    b = ((n1 + 2 * n0) * d - n - events) / n
    c = ((n0 * d - n - 2 * x0) * d + events) / n
    e = x0 * d * (1 - d) / n
    q = (b / 3) ** 3 - b * c / 6 + e / 2
    p = np.copysign(np.sqrt(np.maximum((b / 3) ** 2 - c / 3, 0.0)), q)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(p == 0, 1.0, q / p**3)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    share0 = np.clip(2 * p * np.cos(angle) - b / 3, np.maximum(0.0, -d), np.minimum(1.0, 1.0 - d))
    return np.clip(share0 + d, 0.0, 1.0), share0


def score_interval(
    x1: IntArray, n1: IntArray, x0: IntArray, n0: IntArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """All differences that the two-sided score test at 1 - ``level`` does not reject; shapes (trials,).

    Miettinen and Nurminen 1985. The statistic falls as delta grows, so both ends are found by halving.
    """
    z = ndtri(0.5 + share("level", level) / 2)
    observed = x1 / n1 - x0 / n0
    return _root(x1, n1, x0, n0, z, -np.ones_like(observed), observed), _root(
        x1, n1, x0, n0, -z, observed, np.ones_like(observed)
    )


def _root(
    x1: IntArray, n1: IntArray, x0: IntArray, n0: IntArray, target: float, low: FloatArray, high: FloatArray
) -> FloatArray:
    """The delta between ``low`` and ``high`` at which the falling statistic passes ``target``."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = score(x1, n1, x0, n0, middle) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2
