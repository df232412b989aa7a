"""Shares who left for one reason while other reasons took customers too (cumulative incidence), destination by
destination.

A curve that counts those lost for other reasons as 'still to come' (one minus Kaplan-Meier) gives shares that
add up to more than all who left; these add up to it exactly. Equal days are ties and are never jittered.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

from sim.evidence.curves import SHORT, Steps, from_the_right, known, places, restratified, sizes, steps, total
from sim.evidence.inputs import finite, share, whole
from sim.evidence.means import merged_strata
from sim.evidence.proportions import cmh_chi_square, mantel_haenszel, newcombe, wilson_limits
from sim.evidence.results import ONE_CUSTOMER, Doubt, Estimates, FloatArray, IntArray, Refusals, Refused
from sim.evidence.risk_table import Lives, RiskTable, lives, risk_table

GREENWOOD = "Aalen-Johansen, ties as they are, Greenwood-type variance"


class Incidence(NamedTuple):
    """Share gone for one reason on each day of a grid, with pointwise bands; arrays of shape (len(at),)."""

    at: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    level: float
    method: str


class _Gone(NamedTuple):
    """Of each group's arm, shape (groups,): share gone for the reason, its variance, customers that it is worth,
    whether the curve is known so far.
    """

    share: FloatArray
    variance: FloatArray
    worth: FloatArray
    known: NDArray[np.bool_]


def cumulative_incidence(
    days: ArrayLike, reason: ArrayLike, at: ArrayLike, *, cause: int, level: float = 0.95
) -> Incidence | Refused:
    """Share of one arm gone for reason ``cause`` on the days ``at``.

    Parameters
    ----------
    days
        Days followed, shape (customers,).
    reason
        For which reason (1, 2, ...) the customer then left; 0: it was still there.
    at
        Days on which the share is wanted, positive.
    cause
        The reason that is asked about, 1 or more.

    Returns
    -------
    Incidence or Refused
        Aalen and Johansen 1978; variance as `cumulative_incidence_difference`; band by Wilson with the size
        that the variance is worth (Rothman 1978, J Chron Dis 31:557). Refused: no customers; a day of ``at``
        beyond the arm's follow-up while somebody was still there.

    Raises
    ------
    ValueError
        If a number is NaN, infinite or negative, a reason is not whole, or lengths differ.
    """
    grid, why = finite("at", at), _reasons(reason, cause)
    customers = lives(days, why > 0, np.ones(len(why), dtype=np.bool_), None, 1, None)
    if len(why) == 0:
        return Refused("the arm has no customers")
    table = risk_table(customers)
    gone = [_gone(customers, table, why, cause, _day("at", float(day)), groups=1, in_arm=True) for day in grid]
    for day, there in zip(grid, gone, strict=True):
        if not there.known[0]:
            return Refused(SHORT.format(day=day))
    p, variance, worth = (np.array([getattr(g, field)[0] for g in gone]) for field in ("share", "variance", "worth"))
    low, high = wilson_limits(p * worth, worth, level)
    method = f"{GREENWOOD}; Wilson's limits with the size that the variance is worth, pointwise"
    return Incidence(grid, p, low, high, np.sqrt(variance), level, method)


def cumulative_incidence_difference(
    days: ArrayLike, reason: ArrayLike, in_arm: ArrayLike, *, cause: int, within_days: float,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None,
    level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Share gone for reason ``cause`` within ``within_days``, in the arm minus in the one it is compared with.

    Parameters
    ----------
    days, reason, cause
        As `cumulative_incidence`, of both arms; shape (rows,).
    in_arm, trial, trials, stratum
        As `sim.evidence.survival.log_rank`.
    within_days
        The horizon.

    Returns
    -------
    Estimates
        Aalen and Johansen 1978. Variance by the delta method from multinomial events at each day, d_j of d tied
        (Gaynor and others 1993, JASA 88:400)::

            sum (I(h) - I(t))^2 d / (n (n - d)) + S(t-)^2 d_j (n - d_j) / n^3 - 2 (I(h) - I(t)) S(t-) d_j / n^2

        An arm is worth n = I (1 - I) / variance customers of whom I n left. With these counts, interval and p
        are those of `sim.evidence.proportions.risk_difference`, within strata of `stratified_risk_difference`;
        where nobody's follow-up ends early the counts are the plain ones, and so are the results. ``method``
        says so. Strata in which follow-up of an arm ends before the horizon are merged (strata of one customer an
        arm are not). Refused: an empty arm, nobody left for the reason in either arm, everybody did in both,
        follow-up of an arm that ends before the horizon while somebody was still there; within strata as there.

    Raises
    ------
    ValueError
        As `log_rank`, or if a reason is not whole, ``cause`` is below 1 or ``within_days`` is not positive.
    """
    why, horizon = _reasons(reason, cause), _day("within_days", within_days)
    strata = 1 if stratum is None or len(why) == 0 else int(whole("stratum", stratum).max()) + 1
    customers = lives(days, why > 0, in_arm, trial, trials, stratum, strata)
    if stratum is not None:
        customers, strata = _merged(customers, trials, strata, horizon), strata + 1
    table = risk_table(customers)
    groups, shape = trials * strata, (trials, strata)
    arm, against = (_gone(customers, table, why, cause, horizon, groups=groups, in_arm=one) for one in (True, False))
    n1, n0 = (n.reshape(shape) for n in sizes(customers, groups))
    p1, v1, w1, p0, v0, w0 = (a.reshape(shape) for side in (arm, against) for a in side[:3])
    refusals = Refusals(trials)
    refusals.add((n1.sum(axis=1) == 0) | (n0.sum(axis=1) == 0), "an arm has no customers")
    if stratum is None:
        refusals.add((n1.sum(axis=1) == 1) | (n0.sum(axis=1) == 1), ONE_CUSTOMER)
    both = (n1 > 0) & (n0 > 0)
    refusals.add(~both.any(axis=1), "no stratum holds customers of both arms")
    short = (~(arm.known & against.known)).reshape(shape)
    refusals.add((short & both).any(axis=1), SHORT.format(day=horizon))
    refusals.add(
        (np.where(both, np.maximum(p1, p0), 0) <= 0).all(axis=1),
        f"nobody left for this reason within {horizon:g} days: a difference cannot be tested",
    )
    refusals.add(
        (np.where(both, np.minimum(p1, p0), 1) >= 1).all(axis=1),
        f"everybody left for this reason within {horizon:g} days: a difference cannot be tested",
    )
    counts = tuple(np.where(both, count, 0.0) for count in (p1 * w1, w1, p0 * w0, w0))
    if stratum is None:
        interval, p_value = newcombe(*(count[:, 0] for count in counts), level=level)
        error, tests = np.sqrt(v1 + v0)[:, 0], "Newcombe's interval and the score test"
    else:
        interval, p_value, error = _within_strata(counts, level, refusals)
        tests = "Mantel-Haenszel with Sato's variance, Cochran-Mantel-Haenszel test,"
    return refusals.estimates(
        estimand="cumulative_incidence_difference",
        label=f"difference of shares gone for this reason within {horizon:g} days",
        method=f"{GREENWOOD}; {tests} with the sizes that the variances are worth",
        p_value=p_value,
        n=((n1 + n0) * both).sum(axis=1),
        interval=interval,
        of=of,
        level=level,
        standard_error=error,
    )


def _merged(customers: Lives, trials: int, strata: int, horizon: float) -> Lives:
    """The customers in strata whose arms are followed up to the horizon.

    Strata in which one is not are merged, with the smallest others until both arms are; those in which an arm
    is empty have no weight and stay as they are.
    """
    shape = (trials, strata)
    n1, n0 = (n.reshape(shape) for n in sizes(customers, trials * strata))
    apart = (n1 == 0) | (n0 == 0)
    short1, short0 = (
        ~apart & ~known(customers, trials * strata, horizon, in_arm=arm).reshape(shape) for arm in (True, False)
    )
    merged = merged_strata(np.where(short1, 0.0, n1 + 2), np.where(short0, 0.0, n0 + 2), np.where(apart, 0, n1 + n0))
    return restratified(customers, trials, strata, merged)


def _within_strata(
    counts: tuple[FloatArray, ...], level: float, refusals: Refusals
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray, FloatArray]:
    x1, n1, x0, n0 = counts
    difference, variance = mantel_haenszel(x1, n1, x0, n0)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value: FloatArray = chdtrc(1, cmh_chi_square(x1, n1, x0, n0))
    refusals.add(np.isnan(p_value), "events do not vary inside any stratum that holds both arms")
    refusals.add(~(variance > 0), "no arm and stratum holds both who left for this reason and who did not: variance 0")
    error = np.sqrt(np.maximum(variance, 0.0))
    half = ndtri(0.5 + share("level", level) / 2) * error
    return (difference, difference - half, difference + half), p_value, error


def _gone(
    customers: Lives, table: RiskTable, why: IntArray, cause: int, day: float, *, groups: int, in_arm: bool
) -> _Gone:
    where = places(customers, table, groups, day)
    curve = steps(customers, table, where, upto=day, in_arm=in_arm)
    for_it = where.spread(_events(customers, table, why == cause, in_arm))
    p, variance = _share(curve, for_it)
    inside = known(customers, groups, day, in_arm=in_arm)
    return _Gone(p, variance, _worth(p, variance, _seen(customers, day, groups, in_arm)), inside)


def _share(curve: Steps, for_it: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Aalen and Johansen's share of each group and its variance, shape (groups,)."""
    n = np.maximum(curve.at_risk, 1)
    gain = curve.before * for_it / n
    to_come = from_the_right(gain) - gain
    own = curve.before**2 * for_it * (n - for_it) / n**3
    # Terms nearly cancel; where exactly one value is possible only rounding is left, and may fall below 0.
    variance = total(to_come**2 * curve.greenwood + own - 2 * to_come * curve.before * for_it / n**2)
    return total(gain), np.maximum(variance, 0.0)


def _worth(p: FloatArray, variance: FloatArray, seen: FloatArray) -> FloatArray:
    """Customers that would give this variance if all were seen to the end; with none or all gone: those seen."""
    with np.errstate(divide="ignore", invalid="ignore"):
        worth: FloatArray = np.where((p > 0) & (p < 1) & (variance > 0), p * (1 - p) / variance, seen)
    return worth


def _seen(customers: Lives, day: float, groups: int, in_arm: bool) -> FloatArray:
    """Customers whose fate up to the day is known: followed so far, or left before."""
    mine = (customers.in_arm == in_arm) & (customers.left | (customers.days >= day))
    return np.bincount(customers.group[mine], minlength=groups).astype(np.float64)


def _events(customers: Lives, table: RiskTable, for_it: NDArray[np.bool_], in_arm: bool) -> FloatArray:
    """How many of the arm left for the reason on each day of the table."""
    position = np.flatnonzero(for_it[customers.order] & (customers.in_arm == in_arm))
    entry = np.searchsorted(table.row, position, side="right") - 1
    return np.bincount(entry, minlength=len(table.row)).astype(np.float64)


def _reasons(reason: ArrayLike, cause: int) -> IntArray:
    if cause < 1:
        raise ValueError(f"cause must be 1 or more (0 is for who was still there), got {cause}")
    return whole("reason", reason)


def _day(name: str, day: float) -> float:
    if not (day > 0 and np.isfinite(day)):
        raise ValueError(f"{name} must be positive, got {day}")
    return day
