"""Who was at risk and who left at each distinct time: all that log-rank and Cox need of two arms.

Days are compared exactly; equal days are ties and are never jittered. Somebody whose follow-up ends at the
day of an event was still at risk on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.inputs import finite, flags, labels, same_length
from sim.evidence.results import FloatArray, IntArray


class Lives(NamedTuple):
    """Customers of two arms, one entry a customer, sorted by group (trial and stratum) and then by days."""

    days: FloatArray
    left: NDArray[np.bool_]
    in_arm: NDArray[np.bool_]
    trial: IntArray
    group: IntArray
    order: IntArray


class RiskTable(NamedTuple):
    """One entry a distinct (trial, stratum, day) at which somebody left.

    ``row`` is the position in `Lives` of the first customer of that day; all later ones of the group are at
    risk.
    """

    trial: IntArray
    row: IntArray
    events: IntArray
    events_in_arm: IntArray
    at_risk: IntArray
    at_risk_in_arm: IntArray


def lives(
    days: ArrayLike,
    left: ArrayLike,
    in_arm: ArrayLike,
    trial: ArrayLike | None,
    trials: int,
    stratum: ArrayLike | None,
    strata: int | None = None,
) -> Lives:
    """Check and sort the customers; parameters and errors as `sim.evidence.survival.log_rank`.

    The group of a trial's stratum is trial x ``strata`` + stratum; default: as many as there are numbers.
    """
    time, event, arm = finite("days", days), flags("left", left), flags("in_arm", in_arm)
    if time.size and time.min() < 0:
        raise ValueError(f"days must not be negative, got {time.min()}")
    rows = same_length(days=time, left=event, in_arm=arm)
    of_trial = labels("trial", trial, rows, trials)
    if strata is None:
        strata = 1 if stratum is None or rows == 0 else int(np.max(np.asarray(stratum))) + 1
    group = of_trial * strata + labels("stratum", stratum, rows, strata)
    order = np.lexsort((time, group))
    return Lives(time[order], event[order], arm[order], of_trial[order], group[order], order)


def risk_table(customers: Lives) -> RiskTable:
    """The risk table of sorted customers."""
    rows = len(customers.days)
    if rows == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return RiskTable(nothing, nothing, nothing, nothing, nothing, nothing)
    group, days = customers.group, customers.days
    first = np.flatnonzero(np.r_[True, (group[1:] != group[:-1]) | (days[1:] != days[:-1])])
    events = np.add.reduceat(customers.left, first, dtype=np.int64)
    events_in_arm = np.add.reduceat(customers.left & customers.in_arm, first, dtype=np.int64)
    group_end = np.searchsorted(group, group[first], side="right")
    arm_before = np.r_[0, np.cumsum(customers.in_arm)]
    kept = events > 0
    start, end = first[kept], group_end[kept]
    return RiskTable(
        customers.trial[start],
        start,
        events[kept],
        events_in_arm[kept],
        end - start,
        arm_before[end] - arm_before[start],
    )


def per_trial(trial: IntArray, trials: int, weights: ArrayLike | None = None) -> FloatArray:
    """Sum of ``weights`` (default: count) over the entries of each trial, shape (trials,)."""
    totals = np.bincount(trial, weights=None if weights is None else np.asarray(weights), minlength=trials)
    return totals.astype(np.float64)
