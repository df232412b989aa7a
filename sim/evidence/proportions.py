"""The difference between two shares: Newcombe and the score test, or Mantel-Haenszel after stratified
assignment.

Both tests are one test: with a single stratum the Cochran-Mantel-Haenszel statistic is the score statistic
with the variance factor N / (N - 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from sim.evidence.cells import Counts
from sim.evidence.inputs import share, whole
from sim.evidence.results import ONE_CUSTOMER, Doubt, Estimates, FloatArray, IntArray, Refusals

NEWCOMBE = "Newcombe hybrid score interval; score test (pooled variance, N/(N-1), no continuity correction)"
SATO = "Mantel-Haenszel with Sato's variance; Cochran-Mantel-Haenszel test (no continuity correction)"
LABEL = "difference of shares"
Numbers = IntArray | FloatArray  # counts; effective ones need not be whole


def wilson(events: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a share, element by element; NaN where ``n`` is 0.

    Source: Wilson 1927; Newcombe 1998 (Statistics in Medicine 17, 857-872), method 3.
    """
    x, size = whole("events", events).astype(np.float64), whole("n", n).astype(np.float64)
    return wilson_limits(x, size, level)


def wilson_limits(x: FloatArray, size: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """`wilson` for numbers that need not be whole: ``size`` may be an effective one (Rothman 1978)."""
    z = ndtri(0.5 + share("level", level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (x + z**2 / 2) / (size + z**2)
        half = z / (size + z**2) * np.sqrt(x * (size - x) / size + z**2 / 4)
        low = np.where(size > 0, np.where(x == 0, 0.0, centre - half), np.nan)
        high = np.where(size > 0, np.where(x == size, 1.0, centre + half), np.nan)
    return low, high


def risk_difference(arm: Counts, against: Counts, *, level: float = 0.95, of: Doubt = "trial") -> Estimates:
    """Share with the event in ``arm`` minus share in ``against``, in one trial or in many at once.

    Parameters
    ----------
    arm, against
        Events and sizes, scalars or shape (trials,).
    level
        Coverage claimed by the interval.

    Returns
    -------
    Estimates
        Interval by Newcombe 1998 (Statistics in Medicine 17, 873-890), method 10; p two-sided by the score
        test (Miettinen and Nurminen 1985, equation 9 at a difference of 0). Refused: an empty arm, no
        events in both arms, nobody without the event in both arms.

    Raises
    ------
    ValueError
        If counts are negative, broken, NaN, or events exceed the size.
    """
    x1, n1, x0, n0 = tables(arm, against, dimensions=1)
    refusals = _refusals(x1, n1, x0, n0)
    interval, p_value = newcombe(*(count.astype(np.float64) for count in (x1, n1, x0, n0)), level=level)
    return refusals.estimates(
        estimand="risk_difference",
        label=LABEL,
        method=NEWCOMBE,
        p_value=p_value,
        n=n1 + n0,
        interval=interval,
        of=of,
        level=level,
    )


def newcombe(
    x1: FloatArray, n1: FloatArray, x0: FloatArray, n0: FloatArray, *, level: float
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray]:
    """Difference with Newcombe's limits, and p by the score test; all of shape (trials,).

    Counts need not be whole; NaN where a size is 0.
    """
    limits1, limits0 = wilson_limits(x1, n1, level), wilson_limits(x0, n0, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p0 = x1 / n1, x0 / n0
        low = p1 - p0 - np.hypot(p1 - limits1[0], limits0[1] - p0)
        high = p1 - p0 + np.hypot(limits1[1] - p1, p0 - limits0[0])
        p_value: FloatArray = chdtrc(1, cmh_chi_square(x1[:, None], n1[:, None], x0[:, None], n0[:, None]))
    return (p1 - p0, low, high), p_value


def stratified_risk_difference(arm: Counts, against: Counts, *, level: float = 0.95, of: Doubt = "trial") -> Estimates:
    """Difference of shares within strata, averaged by Mantel-Haenszel weights n1 n0 / N.

    Strata in which one of the two arms is empty say nothing about the difference and carry no weight; ``n``
    counts only customers of strata that do. With sizes that differ by at most one between arms the weights
    are, nearly, the strata's shares, so the estimand is the mean difference over the customers enrolled.

    Parameters
    ----------
    arm, against
        Events and sizes, shape (strata,) for one trial or (trials, strata).

    Returns
    -------
    Estimates
        Interval: normal with the variance of Sato 1989 (Biometrics 45, 1323), consistent for few large and
        for many small strata, derived for a difference common to the strata; p two-sided by Mantel and
        Haenszel 1959. Refused as `risk_difference`, and where no stratum holds both arms.

    Raises
    ------
    ValueError
        As `risk_difference`.
    """
    x1, n1, x0, n0 = tables(arm, against, dimensions=2)
    refusals = _refusals(x1.sum(1), n1.sum(1), x0.sum(1), n0.sum(1))
    both = (n1 > 0) & (n0 > 0)
    refusals.add(~both.any(axis=1), "no stratum holds customers of both arms")
    x1, n1, x0, n0 = (np.where(both, count, 0) for count in (x1, n1, x0, n0))
    difference, variance = mantel_haenszel(x1, n1, x0, n0)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value: FloatArray = chdtrc(1, cmh_chi_square(x1, n1, x0, n0))
    refusals.add(np.isnan(p_value), "events do not vary inside any stratum that holds both arms")
    refusals.add(variance <= 0, "no arm and stratum holds both who had the event and who had not: variance 0")
    error = np.sqrt(np.maximum(variance, 0.0))
    half = ndtri(0.5 + share("level", level) / 2) * error
    return refusals.estimates(
        estimand="risk_difference",
        label=f"{LABEL}, within strata",
        method=SATO,
        p_value=p_value,
        n=(n1 + n0).sum(axis=1),
        interval=(difference, difference - half, difference + half),
        of=of,
        level=level,
        standard_error=error,
    )


def mantel_haenszel(x1: Numbers, n1: Numbers, x0: Numbers, n0: Numbers) -> tuple[FloatArray, FloatArray]:
    """Mantel-Haenszel difference of shares and Sato's variance, shapes (trials, strata) -> (trials,).

    NaN where no stratum has weight. Source: Greenland and Robins 1985 (Biometrics 41, 55-68) for the
    estimate; Sato 1989 for the variance (d sum P + sum Q) / (sum W)^2, W = n1 n0 / N.
    """
    total = np.maximum(n1 + n0, 1).astype(np.float64)
    weight = (n1 * n0 / total).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = ((x1 * n0 - x0 * n1) / total).sum(axis=1) / weight
        p = ((n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / total**2).sum(axis=1)
        q = ((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * total)).sum(axis=1)
        return difference, (difference * p + q) / weight**2


def tables(arm: Counts, against: Counts, dimensions: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Events and sizes of both arms as arrays of one shape, (trials,) or (trials, strata).

    Raises
    ------
    ValueError
        If a count is negative, broken or NaN, shapes do not fit, or events exceed the size.
    """
    named = {"arm": arm, "against": against}
    flat = [whole(f"{name}.{field}", getattr(side, field)) for name, side in named.items() for field in side._fields]
    x1, n1, x0, n0 = np.broadcast_arrays(*flat)
    if x1.ndim > dimensions:
        raise ValueError(f"counts must have at most {dimensions} dimensions, got shape {x1.shape}")
    shape = (-1,) if dimensions == 1 else (-1, x1.shape[-1] if x1.ndim else 1)
    if (x1 > n1).any() or (x0 > n0).any():
        raise ValueError("an arm has more events than customers")
    return x1.reshape(shape), n1.reshape(shape), x0.reshape(shape), n0.reshape(shape)


def cmh_chi_square(x1: Numbers, n1: Numbers, x0: Numbers, n0: Numbers) -> FloatArray:
    """Cochran-Mantel-Haenszel chi-square with 1 degree of freedom, shapes (trials, strata) -> (trials,)."""
    total, events = (n1 + n0).astype(np.float64), (x1 + x0).astype(np.float64)
    size = np.maximum(total, 1)
    excess = (x1 - n1 * events / size).sum(axis=1)
    spread = n1 * n0 * events * (total - events) / (size**2 * np.maximum(total - 1, 1))
    chi_square: FloatArray = excess**2 / spread.sum(axis=1)
    return chi_square


def _refusals(x1: IntArray, n1: IntArray, x0: IntArray, n0: IntArray) -> Refusals:
    refusals = Refusals(len(n1))
    refusals.add((n1 == 0) | (n0 == 0), "an arm has no customers")
    refusals.add((n1 == 1) | (n0 == 1), ONE_CUSTOMER)
    refusals.add((x1 == 0) & (x0 == 0), "no events in either arm: a difference cannot be tested")
    refusals.add((x1 == n1) & (x0 == n0), "every customer of both arms had the event: a difference cannot be tested")
    return refusals
