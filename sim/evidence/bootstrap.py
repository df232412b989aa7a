"""A difference of means of skewed amounts, by bootstrap (BCa): the interval leans the way the data lean.

`scipy.stats.bootstrap` gives the same numbers from the same draws (the tests compare them). It finds the
acceleration by leaving out each customer in turn, which takes the square of their number; of a mean it is known in
closed form.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.evidence.inputs import finite, flags, labels, same_length, share
from sim.evidence.results import Doubt, Estimates, FloatArray, Refusals
from sim.evidence.risk_table import per_trial

FEWEST = 8  # customers an arm; with fewer the resamples are too much alike
AT_ONCE = 5_000_000  # numbers that are drawn before they are averaged


def bootstrap_mean_difference(
    values: ArrayLike, in_arm: ArrayLike, generators: Sequence[np.random.Generator], *,
    trial: ArrayLike | None = None, resamples: int = 9_999, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Mean of the arm minus mean of the one it is compared with, with a BCa interval; one trial or many.

    Parameters
    ----------
    values, in_arm
        The metric, and whether the customer is in the arm (else: in the one it is compared with), shape (rows,).
    generators
        One a trial, keyed by who asks: by seed, experiment, contrast and the trial's number, so that a result
        hangs neither on the batch it stands in nor on what was resampled before.
    trial
        Trial number a row (default: one trial); there are as many trials as generators.
    resamples
        How often each arm is drawn anew. An end of a 95% interval has a Monte Carlo error of about
        2.7 / sqrt(resamples) standard errors.

    Returns
    -------
    Estimates
        Arms are resampled apart. Ends of the interval by Efron 1987 (JASA 82:171): the resamples' quantiles at
        Phi(b + (b + z) / (1 - a (b + z))), z = +-1.96 at 95%, b the normal quantile of the share of resamples
        below the difference, a its skewness by the jackknife of both arms / 6. p is two-sided, the
        smallest 1 - level whose interval leaves out 0 (Efron and Tibshirani 1993, section 15.4), at least
        2 / (resamples + 1). Refused: an empty arm, fewer than 8 customers in an arm, no spread in either arm, a
        difference so far to the side of its resamples that no end is known.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a flag is not 0 or 1, ``resamples`` is below 100, or lengths differ.
    """
    if resamples < 100:
        raise ValueError(f"resamples must be 100 or more, got {resamples}")
    amount, arm = finite("values", values), flags("in_arm", in_arm)
    rows, trials = same_length(values=amount, in_arm=arm), len(generators)
    of_trial = labels("trial", trial, rows, trials)
    share("level", level)
    n, n1 = per_trial(of_trial, trials), per_trial(of_trial[arm], trials)
    refusals = Refusals(trials)
    refusals.add((n1 == 0) | (n1 == n), "an arm has no customers")
    refusals.add(np.minimum(n1, n - n1) < FEWEST, f"an arm has fewer than {FEWEST} customers: too few to resample")
    order = np.lexsort((arm, of_trial))
    bounds = np.cumsum(np.r_[0, np.stack([n - n1, n1], axis=1).ravel()]).astype(np.int64)
    result = np.full((trials, 5), np.nan)
    constant = np.zeros(trials, dtype=np.bool_)
    for i in np.flatnonzero(refusals.codes == 0).tolist():
        against, one = (amount[order[bounds[k] : bounds[k + 1]]] for k in (2 * i, 2 * i + 1))
        constant[i] = np.ptp(one) == 0 and np.ptp(against) == 0
        if not constant[i]:
            result[i] = _bca(one, against, generators[i], resamples, level)
    refusals.add(constant, "no spread in either arm: every customer of an arm has the same value")
    refusals.add(np.isnan(result).any(axis=1), "the difference lies beside all of its resamples: no interval is known")
    value, low, high, p_value, error = result.T
    return refusals.estimates(
        estimand="mean_difference",
        label="difference of means",
        method=f"BCa bootstrap, {resamples:,} resamples within arms; p is where the interval first leaves out 0",
        p_value=p_value,
        n=n,
        interval=(value, low, high),
        of=of,
        level=level,
        standard_error=error,
    )


def _bca(
    one: FloatArray, against: FloatArray, generator: np.random.Generator, resamples: int, level: float
) -> tuple[float, float, float, float, float]:
    """Difference, low, high, p and standard error of one trial; NaN where no interval is known."""
    value, means = float(one.mean() - against.mean()), _resampled(one, against, generator, resamples)
    acceleration, bias = _acceleration(one, against), float(ndtri(_share_below(means, value)))
    low, high = np.quantile(means, _shares(bias, acceleration, level)) if np.isfinite(bias) else (np.nan, np.nan)
    return value, float(low), float(high), _p_value(means, bias, acceleration), float(means.std(ddof=1))


def _shares(bias: float, acceleration: float, level: float) -> FloatArray:
    """Shares of the resamples that lie below the two ends of the interval."""
    shift = bias + ndtri([0.5 - level / 2, 0.5 + level / 2])
    shares: FloatArray = ndtr(bias + shift / (1 - acceleration * shift))
    return shares


def _resampled(one: FloatArray, against: FloatArray, generator: np.random.Generator, resamples: int) -> FloatArray:
    """Differences of the means of both arms drawn anew, shape (resamples,)."""
    at_once = max(1, AT_ONCE // max(len(one), len(against)))
    means = np.empty(resamples)
    for start in range(0, resamples, at_once):
        count = min(at_once, resamples - start)
        drawn = (arm[generator.integers(0, len(arm), (count, len(arm)))].mean(axis=1) for arm in (one, against))
        means[start : start + count] = next(drawn) - next(drawn)
    return means


def _share_below(means: FloatArray, at: float) -> float:
    """Share of the resamples below ``at``, those equal to it counted half."""
    return float(((means < at).sum() + (means <= at).sum()) / (2 * len(means)))


def _acceleration(one: FloatArray, against: FloatArray) -> float:
    """Efron's acceleration of a difference of means: a sixth of its skewness, in closed form from the jackknife."""
    e1, e0 = one - one.mean(), against - against.mean()
    third = (e1**3).sum() / len(e1) ** 3 - (e0**3).sum() / len(e0) ** 3
    second = (e1**2).sum() / len(e1) ** 2 + (e0**2).sum() / len(e0) ** 2
    return float(third / (6 * second**1.5))


def _p_value(means: FloatArray, bias: float, acceleration: float) -> float:
    """The two-sided p at which an end of the interval lies on 0."""
    count = len(means)
    below = min(max(_share_below(means, 0.0), 1 / (count + 1)), count / (count + 1))
    distance = float(ndtri(below)) - bias
    end = float(ndtr(distance / (1 + acceleration * distance) - bias))
    return max(2 * min(end, 1 - end), 2 / (count + 1))
