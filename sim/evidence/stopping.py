"""Trials that are looked at several times: where each stops, and for what; and looking without correction.

z has independent steps from look to look where customers enter one after the other and each is followed for
the same time, and for log-rank and Cox statistics. Shares of one fixed base on successive days have them
only where the arms do not differ.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from sim.evidence.bounds import Bounds, operating
from sim.evidence.inputs import finite, share, whole
from sim.evidence.results import Estimates, FloatArray, IntArray, Refusals

Better = Literal["higher", "lower"]
WHY = ("benefit", "harm", "futility", "end")


class Stops(NamedTuple):
    """Where each trial stopped; arrays of shape (trials,).

    ``look`` counts from 0 and is -1 where the trial is refused; ``why`` is the position in `WHY`.
    """

    look: IntArray
    why: IntArray
    estimates: Estimates


class Looks(NamedTuple):
    """Statistics by trial and look, in the better direction, with what refuses a trial."""

    z: FloatArray
    information: FloatArray
    customers: IntArray
    refusals: Refusals


def peeking(
    z: ArrayLike, information: ArrayLike, customers: ArrayLike, *,
    alpha: float = 0.05, better: Better = "higher", estimand: str, label: str,
) -> Stops:  # fmt: skip
    """What is done where nobody corrects: stop at the first look with a two-sided p of at most ``alpha``.

    Value, interval and p are those of the look as if it were the only one; this is the procedure that the
    others are graded against. Parameters and refusals as `group_sequential`; its true level is
    `peeking_level`.
    """
    looks = looks_of(z, information, customers, better)
    critical = np.full(looks.z.shape, -ndtri(share("alpha", alpha) / 2))
    look, why = first_crossing(looks, critical, -critical, np.full(looks.z.shape, -np.inf))
    rows = np.arange(len(look))
    error = 1 / np.sqrt(looks.information[rows, look])
    value, half = looks.z[rows, look] * error, critical[:, 0] * error
    return stops_of(
        looks, look, why, better, (value, value - half, value + half), 2 * ndtr(-np.abs(value / error)),
        estimand=estimand, label=label, level=1 - alpha,
        method=f"normal interval and test at the first significant of {looks.z.shape[1]} looks",
        correction="none: each look as if it were the only one",
    )  # fmt: skip


def peeking_level(information: ArrayLike, *, alpha: float = 0.05) -> float:
    """The level that looking several times at a fixed two-sided ``alpha`` really has.

    ``information`` at the looks, shape (looks,). Armitage, McPherson and Rowe 1969, table 2: 14.2% for five
    looks at 5%.
    """
    steps = finite("information", information)
    critical = np.full((1, len(steps)), -ndtri(share("alpha", alpha) / 2))
    stops = operating(Bounds(steps[None, :], critical, -critical, np.full((1, len(steps)), -np.inf)), 0.0)
    return float(stops.benefit.sum() + stops.harm.sum())


def looks_of(z: ArrayLike, information: ArrayLike, customers: ArrayLike, better: Better) -> Looks:
    """Check and turn what was seen; parameters, refusals and errors as `sim.evidence.stagewise.group_sequential`."""
    statistic, steps = by_look(z, information)
    n = np.broadcast_to(whole("customers", customers), statistic.shape)
    refusals = Refusals(len(statistic))
    count = statistic.shape[1]
    refusals.add(np.full(len(statistic), count < 2), "one look is no repeated looking: analyse it as it is")
    falling = (np.diff(steps, axis=1, prepend=0.0) <= 0).any(axis=1)
    refusals.add(falling, "information does not grow from look to look")
    steps[falling] = np.arange(1, count + 1)  # refused trials are computed on and blanked
    return Looks(statistic if better == "higher" else -statistic, steps, n, refusals)


def first_crossing(
    looks: Looks, benefit: FloatArray, harm: FloatArray, futility: FloatArray
) -> tuple[IntArray, IntArray]:
    """The first look with z at a bound, else the last; and the position in `WHY`. Refuses who has no such look."""
    z = looks.z
    crossed = [z >= benefit, z <= harm, z <= futility]
    crossed[2][:, -1] = False  # at the last look futility is nothing but the end
    any_bound: NDArray[np.bool_] = crossed[0] | crossed[1] | crossed[2]
    any_bound[:, -1] = True
    look = np.argmax(any_bound, axis=1)
    rows = np.arange(len(z))
    until = np.arange(z.shape[1]) <= look[:, None]
    came = np.maximum.accumulate(~np.isnan(z[:, ::-1]), axis=1)[:, ::-1]  # to this look or to a later one
    gap = (np.isnan(z) & came & until).any(axis=1)
    looks.refusals.add(gap, "a look that the trial came to gave no statistic")
    looks.refusals.add(np.isnan(z[rows, look]), "the trial has not ended: no bound is passed and looks are to come")
    why = np.select([side[rows, look] for side in crossed], [0, 1, 2], default=3)
    return look, why


def stops_of(
    looks: Looks, look: IntArray, why: IntArray, better: Better,
    interval: tuple[FloatArray, FloatArray, FloatArray], p_value: FloatArray, *,
    estimand: str, label: str, method: str, level: float, correction: str,
) -> Stops:  # fmt: skip
    """The result of trials that stopped at ``look``; (value, low, high) are in the better direction."""
    value, low, high = interval if better == "higher" else tuple(-side for side in (interval[0], *interval[:0:-1]))
    rows = np.arange(len(look))
    estimates = looks.refusals.estimates(
        estimand=estimand, label=label, method=method, p_value=p_value, n=looks.customers[rows, look],
        interval=(value, low, high), level=level, correction=correction,
    )  # fmt: skip
    refused = estimates.refused
    return Stops(np.where(refused, -1, look), np.where(refused, -1, why), estimates)


def by_look(z: ArrayLike, information: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The statistics and information, both of shape (trials, looks)."""
    statistic: FloatArray = np.atleast_2d(np.asarray(z, dtype=np.float64))
    if statistic.ndim != 2 or np.isinf(statistic).any():
        raise ValueError("z must be finite (NaN: no look) and of shape (trials, looks)")
    return statistic, np.array(np.broadcast_to(finite("information", information), statistic.shape))
