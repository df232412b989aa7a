"""Mean days still there within a stated time (restricted mean survival time), and its difference between
arms.

The area under the survival curve: a size in days, which means the same whatever the shape of the curves,
where a hazard ratio means something only if hazards are proportional.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.evidence.curves import SHORT, Steps, from_the_right, known, places, sizes, steps, total
from sim.evidence.inputs import finite, flags, labels, share, whole
from sim.evidence.means import merged_strata
from sim.evidence.results import Doubt, Estimates, FloatArray, IntArray, Refusals
from sim.evidence.risk_table import lives, risk_table


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
        d tied events of n at risk counted as they are; interval and two-sided p normal. Within strata: the
        differences weighted by the strata's shares of all enrolled, strata merged by the rule of
        `sim.evidence.means.stratified_mean_difference`. Refused: an empty arm, fewer than 2 customers in an
        arm, nobody left within tau, all of each arm stayed equally long, follow-up of an arm (or of its part
        in a stratum) that ends before tau while somebody was still there.

    Raises
    ------
    ValueError
        As `log_rank`, or if ``within_days`` is not positive or ``enrolled`` does not fit.
    """
    if not (within_days > 0 and np.isfinite(within_days)):
        raise ValueError(f"within_days must be positive, got {within_days}")
    group, weight, refusals = _weighed(in_arm, trial, trials, stratum, enrolled)
    customers = lives(days, left, in_arm, trial, trials, group, weight.shape[1])
    table = risk_table(customers)
    cells = weight.size
    where = places(customers, table, cells, within_days)
    value, variance = np.zeros(weight.shape), np.zeros(weight.shape)
    short = np.zeros(weight.shape, dtype=np.bool_)
    for arm, sign in ((True, 1), (False, -1)):
        curve = steps(customers, table, where, upto=within_days, in_arm=arm)
        area, spread = _area(curve)
        value += sign * area.reshape(weight.shape)
        variance += spread.reshape(weight.shape)
        short |= ~known(customers, curve, in_arm=arm).reshape(weight.shape)
    events = np.bincount(where.row, minlength=cells).reshape(weight.shape).sum(axis=1)
    refusals.add((short & (weight > 0)).any(axis=1), SHORT.format(day=within_days))
    refusals.add(events == 0, f"no events in either arm within {within_days:g} days")
    difference, error = (weight * value).sum(axis=1), np.sqrt((weight**2 * variance).sum(axis=1))
    refusals.add(error <= 0, "no spread in either arm: every customer of an arm stayed equally long")
    half = ndtri(0.5 + share("level", level) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = 2 * ndtr(-np.abs(difference / error))
    n1, n0 = sizes(customers, cells)
    within = "" if stratum is None else ", within strata, weighted by their share of all enrolled"
    return refusals.estimates(
        estimand="restricted_mean_difference",
        label=f"difference of mean days still there within {within_days:g} days",
        method=f"area under Kaplan-Meier curves{within}; Greenwood-type variance, normal interval and test",
        p_value=p_value,
        n=(n1 + n0).reshape(weight.shape).sum(axis=1),
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


def _weighed(
    in_arm: ArrayLike, trial: ArrayLike | None, trials: int, stratum: ArrayLike | None, enrolled: ArrayLike | None
) -> tuple[IntArray | None, FloatArray, Refusals]:
    """Stratum a row after merging, weights of shape (trials, strata), and refusals of arms that are too small."""
    arm = flags("in_arm", in_arm)
    of_trial = labels("trial", trial, len(arm), trials)
    strata = 1 if stratum is None or len(arm) == 0 else int(whole("stratum", stratum).max()) + 1
    of_stratum = labels("stratum", stratum, len(arm), strata)
    cell, shape = of_trial * strata + of_stratum, (trials, strata)
    n1, n0 = (
        np.bincount(cell[arm == one], minlength=trials * strata).reshape(shape).astype(np.float64)
        for one in (True, False)
    )
    refusals = Refusals(trials)
    refusals.add((n1.sum(axis=1) == 0) | (n0.sum(axis=1) == 0), "an arm has no customers")
    refusals.add(
        (n1.sum(axis=1) < 2) | (n0.sum(axis=1) < 2), "an arm has fewer than 2 customers: its variance is not known"
    )
    if stratum is None:
        return None, np.ones((trials, 1)), refusals
    size = n1 + n0 if enrolled is None else np.broadcast_to(finite("enrolled", enrolled), shape)
    if (size < n1 + n0).any():
        raise ValueError("enrolled must count at least the customers of both arms in every stratum")
    merged = merged_strata(n1, n0, size)
    together = np.where(merged, size, 0.0).sum(axis=1, keepdims=True)
    size = np.concatenate([np.where(merged, 0.0, size), together], axis=1)
    group = np.where(merged[of_trial, of_stratum], strata, of_stratum)
    return group, size / np.maximum(size.sum(axis=1, keepdims=True), 1), refusals
