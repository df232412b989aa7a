"""From arms at several looks to the statistics and the information that procedures for repeated looks take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.evidence.cells import Counts, Sample
from sim.evidence.inputs import finite, whole
from sim.evidence.proportions import tables
from sim.evidence.results import FloatArray, IntArray
from sim.evidence.survival import log_rank_score


class Interim(NamedTuple):
    """What was seen at each look; arrays of shape (trials, looks), z NaN where an arm could not be measured."""

    z: FloatArray
    information: FloatArray
    customers: IntArray


def interim_shares(arm: Counts, against: Counts) -> Interim:
    """Difference of shares at each look, from all customers so far.

    Parameters
    ----------
    arm, against
        Events and sizes up to each look, shape (looks,) or (trials, looks), of customers whose time is over.

    Returns
    -------
    Interim
        z with the pooled variance (Jennison and Turnbull 2000, chapter 3), the score test but for the
        factor N / (N - 1). Where nobody or everybody had the event z is 0, with the least information that so
        many customers can give, that of a share of one half.

    Raises
    ------
    ValueError
        As `sim.evidence.proportions.risk_difference`.
    """
    x1, n1, x0, n0 = tables(arm, against, dimensions=2)
    total, events = n1 + n0, x1 + x0
    pooled = np.where((events == 0) | (events == total), 0.5, events / np.maximum(total, 1))
    each = 1 / np.maximum(n1, 1) + 1 / np.maximum(n0, 1)
    information: FloatArray = 1 / (pooled * (1 - pooled) * each)
    difference = x1 / np.maximum(n1, 1) - x0 / np.maximum(n0, 1)
    z = np.where((n1 > 0) & (n0 > 0), difference * np.sqrt(information), np.nan)
    return Interim(z, information, total)


def interim_means(arm: Sample, against: Sample) -> Interim:
    """Difference of means at each look, from all customers so far; shapes as `interim_shares`.

    z is Welch's statistic taken as normal, so the first look should hold some 50 customers an arm.
    """
    n1, mean1, variance1, n0, mean0, variance0 = np.broadcast_arrays(
        *(
            np.atleast_2d(check(f"{name}.{field}", getattr(side, field)))
            for name, side in (("arm", arm), ("against", against))
            for field, check in (("n", whole), ("mean", finite), ("variance", finite))
        )
    )
    squared = variance1 / np.maximum(n1, 1) + variance0 / np.maximum(n0, 1)
    measured = (n1 > 1) & (n0 > 1) & (squared > 0)
    information: FloatArray = 1 / np.where(measured, squared, np.inf)
    z = np.where(measured, (mean1 - mean0) * np.sqrt(information), np.nan)
    return Interim(z, information, (n1 + n0).astype(np.int64))


def interim_lives(
    lost_at: ArrayLike, in_arm: ArrayLike, looks: ArrayLike, *,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None, began: ArrayLike | None = None,
) -> Interim:  # fmt: skip
    """Log-rank statistic at each look of arms that are followed on from the day each customer began.

    Parameters
    ----------
    lost_at
        Day of leaving, infinite for who is still there, shape (rows,).
    in_arm, trial, trials, stratum
        As `sim.evidence.survival.log_rank`.
    looks
        Days since the start, shape (looks,); who left on a later day was still there.
    began
        Day on which each customer began, shape (rows,); left out, the start. Who begins at a look or after it is no
        part of it; time at risk is each one's own.

    Returns
    -------
    Interim
        z = excess events / sqrt(variance), below 0 where the arm loses fewer; information = variance, that of a log
        hazard ratio, so z / sqrt(information) is near it (Jennison and Turnbull 2000, section 3.5.2). Its steps are
        independent from look to look (Tsiatis 1982), also where customers begin one after the other. z is NaN, and
        information 0, where nobody has left yet.
    """
    gone: FloatArray = np.asarray(lost_at, dtype=np.float64)
    start = np.zeros(len(gone)) if began is None else finite("began", began)
    found = []
    for day in finite("looks", looks):
        in_it = start < day
        arm, of_trial, within = (None if part is None else np.asarray(part)[in_it] for part in (in_arm, trial, stratum))
        days = np.minimum(gone[in_it], day) - start[in_it]
        assert arm is not None
        found.append(log_rank_score(days, gone[in_it] < day, arm, trial=of_trial, trials=trials, stratum=within))
    information = np.stack([score.variance for score in found], axis=1)
    excess = np.stack([score.excess for score in found], axis=1)
    z = np.divide(excess, np.sqrt(information), out=np.full(excess.shape, np.nan), where=information > 0)
    return Interim(z, information, np.stack([score.n for score in found], axis=1).astype(np.int64))
