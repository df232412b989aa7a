"""Who is still in the trial at each look, and with which score: recursive integration over several looks.

The statistics of successive looks behave like a walk: the score S = z x sqrt(information) has independent
normal steps with mean effect x step of information and variance the step of information (Jennison and
Turnbull 2000, section 3.1). The density of those who go on from look to look follows by integrating step by
step (Armitage, McPherson and Rowe 1969, JRSS A 132, 235-244; Jennison and Turnbull 2000, chapter 19).

Two choices keep this short and let many trials be computed at once. The density is kept under an effect of
0 only: under any other effect it is that density times exp(effect x S - effect^2 x information / 2). And
before the first look everybody stands at score 0 with information 0, so the first look is a look like any
other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike
from scipy.special import ndtr

from sim.evidence.results import FloatArray, IntArray

REACH = 9.0  # beyond it the normal distribution holds 1e-19
FARTHEST = 37.0  # beyond it the normal density is 0 in floating point
BLOCK = 4_000_000  # entries of a step's kernel that are held at once


class Going(NamedTuple):
    """Those who go on after a look: nodes and masses of shape (rows, nodes), information of shape (rows,).

    ``mass`` is quadrature weight times density under an effect of 0, so its sum is the chance to go on.
    """

    score: FloatArray
    mass: FloatArray
    information: FloatArray

    def rows(self, index: IntArray) -> Going:
        """The same for chosen rows; an index may come more than once."""
        return Going(self.score[index], self.mass[index], self.information[index])

    def chance(self, information: FloatArray, bound: ArrayLike, effect: ArrayLike, *, above: bool) -> FloatArray:
        """Chance to go on to here and be beyond ``bound`` (a z) at the next look; all of shape (rows,).

        ``effect`` in units of 1 / sqrt(information).
        """
        step = information - self.information
        drift: FloatArray = np.asarray(effect, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            distance = np.asarray(bound) * np.sqrt(information) - drift * step
            steps = (distance[:, None] - self.score) / np.sqrt(step)[:, None]
        ratio = np.exp(drift[..., None] * self.score - (drift**2 * self.information / 2)[..., None])
        chance: FloatArray = (self.mass * ratio * ndtr(-steps if above else steps)).sum(axis=1)
        return chance


class Walk:
    """Steps the density from look to look, for given information at the looks of shape (rows, looks).

    Between two looks the integrand is a product of two normal densities. Gauss-Legendre nodes are so many that
    the narrowest such product is sampled 1.2 times a standard deviation, where the rule errs below 1e-12.
    """

    def __init__(self, information: FloatArray, reach: float = REACH) -> None:
        self.reach = min(reach, FARTHEST)
        self.information = information
        steps = np.diff(information, axis=1, prepend=0.0)
        following = np.concatenate([steps[:, 1:], np.full((len(steps), 1), np.inf)], axis=1)
        self.narrowest = np.sqrt((information / steps + information / following).max(axis=0))

    def start(self) -> Going:
        """Everybody, before the first look."""
        rows = len(self.information)
        return Going(np.zeros((rows, 1)), np.ones((rows, 1)), np.zeros(rows))

    def onwards(self, going: Going, look: int, low: FloatArray, high: FloatArray) -> Going:
        """Those with ``low`` < z < ``high`` at ``look``, bounds of shape (rows,), infinite where there is none."""
        information = self.information[:, look]
        start = np.clip(low, -self.reach, self.reach)
        half = (np.maximum(np.clip(high, -self.reach, self.reach), start) - start) / 2
        nodes, weights = leggauss(max(2, int(np.ceil(3.8 * half.max(initial=0.0) * self.narrowest[look]))))
        score = (start[:, None] + half[:, None] * (1 + nodes)) * np.sqrt(information)[:, None]
        step = information - going.information
        density = np.empty_like(score)
        at_once = max(1, BLOCK // (score.shape[1] * going.score.shape[1]))
        for first in range(0, len(score), at_once):
            part = slice(first, first + at_once)
            gap = score[part, :, None] - going.score[part, None, :]
            kernel = np.exp(-(gap**2) / (2 * step[part, None, None]))
            density[part] = np.einsum("rij,rj->ri", kernel, going.mass[part])
        mass = density * weights * (half * np.sqrt(information / (2 * np.pi * step)))[:, None]
        return Going(score, mass, information)
