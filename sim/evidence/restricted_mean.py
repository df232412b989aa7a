"""Mean days still there within a stated time (restricted mean survival time), and its difference between
arms.

The area under the survival curve: a size in days, which means the same whatever the shape of the curves,
where a hazard ratio means something only if hazards are proportional.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.evidence.curves import SHORT, Steps, from_the_right, known, places, restratified, sizes, steps, total
from sim.evidence.inputs import finite, share, whole
from sim.evidence.means import merged_strata
from sim.evidence.results import Doubt, Estimates, FloatArray, Refusals
from sim.evidence.risk_table import Lives, lives, per_trial, risk_table


def restricted_mean_difference(
    days: ArrayLike, left: ArrayLike, in_arm: ArrayLike, *, within_days: float,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None,
    enrolled: ArrayLike | None = None, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Mean days still there within ``within_days``, in the arm minus in the one it is compared with.

    Parameters
    ----------
    days, left, in_arm, trial, trials, stratum
        As `sim.evidence.survival.log_rank`.
    within_days
        The time over which days are counted (tau); somebody who leaves later counts all of them.
    enrolled
        Customers of each stratum in all arms of the trial, shape (strata,) or (trials, strata); default: in
        these two arms. Only with ``stratum``.

    Returns
    -------
    Estimates
        value = A1 - A0, A the area under an arm's Kaplan-Meier curve from 0 to tau; variance of A = sum over
        event days t of (area from t to tau)^2 d / (n (n - d)) (Klein and Moeschberger 2003, equation 4.5.2),
        d tied events of n at risk counted as they are, times N / (N - 1) of the arm's N customers: where nobody's
        follow-up ends early it is then the variance of a mean, without it small strata cover too little.
        Interval and two-sided p normal. Within strata: the differences weighted by the strata's shares of all
        enrolled, strata merged by the rule of `sim.evidence.means.stratified_mean_difference`, in which an arm
        that is not followed up to tau counts as if it were empty. Refused: an empty arm, fewer than 2 customers in an
        arm, nobody left within tau, all of each arm stayed equally long, follow-up of an arm (or of its part
        in a stratum) that ends before tau while somebody was still there.

    Raises
    ------
    ValueError
        As `log_rank`, or if ``within_days`` is not positive or ``enrolled`` does not fit.
    """
    if not (within_days > 0 and np.isfinite(within_days)):
        raise ValueError(f"within_days must be positive, got {within_days}")
    strata = 1 if stratum is None or len(np.asarray(stratum)) == 0 else int(whole("stratum", stratum).max()) + 1
    customers = lives(days, left, in_arm, trial, trials, stratum, strata)
    refusals = _small_arms(customers, trials)
    weight = np.ones((trials, 1))
    if stratum is not None:
        customers, weight = _merged(customers, trials, strata, enrolled, within_days)
    table, cells, shape = risk_table(customers), weight.size, weight.shape
    where = places(customers, table, cells, within_days)
    value, variance, short = np.zeros(cells), np.zeros(cells), np.zeros(cells, dtype=np.bool_)
    for in_it, sign, n in zip((True, False), (1, -1), sizes(customers, cells), strict=True):
        area, spread = _area(steps(customers, table, where, upto=within_days, in_arm=in_it))
        value += sign * area
        variance += spread * n / np.maximum(n - 1, 1)
        short |= ~known(customers, cells, within_days, in_arm=in_it)
    events = np.bincount(where.row, minlength=cells).reshape(shape).sum(axis=1)
    refusals.add((short.reshape(shape) & (weight > 0)).any(axis=1), SHORT.format(day=within_days))
    refusals.add(events == 0, f"no events in either arm within {within_days:g} days")
    difference = (weight * value.reshape(shape)).sum(axis=1)
    error = np.sqrt((weight**2 * variance.reshape(shape)).sum(axis=1))
    refusals.add(error <= 0, "no spread in either arm: every customer of an arm stayed equally long")
    half = ndtri(0.5 + share("level", level) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = 2 * ndtr(-np.abs(difference / error))
    within = "" if stratum is None else ", within strata, weighted by their share of all enrolled"
    return refusals.estimates(
        estimand="restricted_mean_difference",
        label=f"difference of mean days still there within {within_days:g} days",
        method=f"area under Kaplan-Meier curves{within}; Greenwood-type variance x n/(n-1), normal interval and test",
        p_value=p_value,
        n=per_trial(customers.trial, trials),
        interval=(difference, difference - half, difference + half),
        of=of,
        level=level,
        standard_error=error,
    )


def _area(curve: Steps) -> tuple[FloatArray, FloatArray]:
    """Area under each group's curve up to its last day, and the area's variance; shape (groups,)."""
    groups, count = curve.day.shape
    if count == 0:
        return np.full(groups, curve.upto), np.zeros(groups)
    width = np.diff(curve.day, axis=1, append=curve.upto)
    to_come = from_the_right(curve.after * width)
    return curve.day[:, 0] + to_come[:, 0], total(to_come**2 * curve.greenwood)


def _small_arms(customers: Lives, trials: int) -> Refusals:
    n = per_trial(customers.trial, trials)
    n1 = per_trial(customers.trial[customers.in_arm], trials)
    refusals = Refusals(trials)
    refusals.add((n1 == 0) | (n1 == n), "an arm has no customers")
    refusals.add(np.minimum(n1, n - n1) < 2, "an arm has fewer than 2 customers: its variance is not known")
    return refusals


def _merged(
    customers: Lives, trials: int, strata: int, enrolled: ArrayLike | None, within_days: float
) -> tuple[Lives, FloatArray]:
    """The customers in strata after merging, and the strata's weights, shape (trials, strata + 1).

    The merged stratum is the last one. An arm that is not followed long enough counts as if it were empty.
    """
    cells, shape = trials * strata, (trials, strata)
    n = [count.reshape(shape) for count in sizes(customers, cells)]
    size = n[0] + n[1] if enrolled is None else np.broadcast_to(finite("enrolled", enrolled), shape)
    if (size < n[0] + n[1]).any():
        raise ValueError("enrolled must count at least the customers of both arms in every stratum")
    followed = [known(customers, cells, within_days, in_arm=arm).reshape(shape) for arm in (True, False)]
    merged = merged_strata(np.where(followed[0], n[0], 0.0), np.where(followed[1], n[1], 0.0), size)
    together = np.where(merged, size, 0.0).sum(axis=1, keepdims=True)
    size = np.concatenate([np.where(merged, 0.0, size), together], axis=1)
    weight = size / np.maximum(size.sum(axis=1, keepdims=True), 1)
    return restratified(customers, trials, strata, merged), weight
