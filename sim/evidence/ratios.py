"""The difference between two ratios of totals, such as revenue by active month (ARPU), by the delta method.

Customers are what was assigned, months are not: a customer's months hang together and are part of what a
campaign changes. Treating months as observations gives intervals that are too short.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from sim.evidence.cells import Sample, sample
from sim.evidence.inputs import finite, labels, same_length, share
from sim.evidence.means import difference_of_means, student
from sim.evidence.paired import ONE
from sim.evidence.results import Doubt, Estimates, FloatArray, Interval, Refused


class Ratio(NamedTuple):
    """An arm's ratio of totals; shapes (trials,) or scalars.

    ``variance`` is that of one customer's part in it (divisor n - 1), so that the ratio's own is
    ``variance`` / ``n``; ``denominator`` is the mean of the denominators. Where that is 0 ratio and variance
    are 0 and never used.
    """

    n: ArrayLike
    ratio: ArrayLike
    variance: ArrayLike
    denominator: ArrayLike


def ratio(numerator: ArrayLike, denominator: ArrayLike, *, trial: ArrayLike | None = None, trials: int = 1) -> Ratio:
    """One arm's ratio: total of the numerators by total of the denominators, not the mean of ratios.

    Parameters
    ----------
    numerator, denominator
        One entry a customer (revenue in fen, active months), shape (rows,).
    trial, trials
        Trial number a row (default: one trial) and how many there are.

    Returns
    -------
    Ratio
        With y, x and r = sum y / sum x, a customer's part is (y - r x) / mean x: the delta method's variance
        (s_yy - 2 r s_xy + r^2 s_xx) / mean(x)^2 (Cochran 1977, section 2.11; Deng, Knoblich and Lu 2018)
        without its three large terms that nearly cancel.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a denominator is negative, or lengths differ.
    """
    y, x = finite("numerator", numerator), finite("denominator", denominator)
    rows = same_length(numerator=y, denominator=x)
    if rows and x.min() < 0:
        raise ValueError(f"denominator must not be negative, got {x.min()}")
    of_trial = labels("trial", trial, rows, trials)
    tops, bottoms = (sample(column, trial=of_trial, trials=trials) for column in (y, x))
    top, bottom = np.asarray(tops.mean), np.asarray(bottoms.mean)
    there = bottom > 0
    level: FloatArray = np.where(there, top / np.where(there, bottom, 1.0), 0.0)
    part = (y - level[of_trial] * x) / np.where(there, bottom, 1.0)[of_trial]
    rounding = np.finfo(np.float64).eps * 8 * np.abs(level)[of_trial] * x / np.where(there, bottom, 1.0)[of_trial]
    part = np.where(np.abs(part) <= rounding, 0.0, part)
    variance = np.asarray(sample(part, trial=of_trial, trials=trials).variance)
    return Ratio(tops.n, level, np.where(there, variance, 0.0), bottom)


def ratio_difference(arm: Ratio, against: Ratio, *, level: float = 0.95, of: Doubt = "trial") -> Estimates:
    """Ratio of ``arm`` minus ratio of ``against``, in one trial or in many at once.

    Parameters
    ----------
    arm, against
        As `ratio` gives them.

    Returns
    -------
    Estimates
        Welch's interval and test on the customers' parts. Refused: an empty arm, fewer than 2 customers in an
        arm, an arm whose denominators are all 0, every customer of each arm with the same ratio.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or a size, variance or denominator is negative.
    """
    sides: list[Sample] = []
    empty: ArrayLike = False
    for name, side in (("arm", arm), ("against", against)):
        denominator = finite(f"{name}.denominator", side.denominator)
        if (denominator < 0).any():
            raise ValueError(f"{name}.denominator must not be negative, got {denominator.min()}")
        empty = np.logical_or(empty, denominator == 0)
        # Refused below; a spread is put in so that the reason is not said to be that there is none.
        sides.append(Sample(side.n, side.ratio, np.where(denominator == 0, 1.0, side.variance)))
    value, variance, degrees, n, refusals = difference_of_means(*sides, strata=False)
    refusals.add(empty, "the denominators of an arm are all 0: it has no ratio")
    return student(
        "ratio_difference", "difference of ratios of totals", "delta method; Welch's t interval and test",
        value, variance, degrees, n, refusals, level=level, of=of,
    )  # fmt: skip


def run_ratio(numerator: ArrayLike, denominator: ArrayLike, *, level: float = 0.95) -> Interval | Refused:
    """A ratio of totals over replications, shape (replications,) each, with its run doubt.

    Replications are the units: Student's t with the delta method's variance. Denominators may be negative here and
    there, as long as their sum lies well above 0. Refused: one replication, a sum of denominators of 0 or less.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or the two differ in length.
    """
    y, x = finite("numerator", numerator), finite("denominator", denominator)
    n = same_length(numerator=y, denominator=x)
    if n < 2:
        return Refused(ONE)
    if x.sum() <= 0:
        return Refused("there is nothing to divide by")
    value = float(y.sum() / x.sum())
    part = (y - value * x) / x.mean()
    error = float(np.sqrt((part**2).sum() / (n - 1) / n))
    half = float(stdtrit(n - 1, 0.5 + share("level", level) / 2)) * error
    return Interval(value, value - half, value + half, "run", level, error, n)
