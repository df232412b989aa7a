"""Grades many trials of one design against the truth: power, coverage, sign error, size error, level.

Each grade is a share or mean over replications with its Monte Carlo interval (``of`` run): what a reader
may expect of one trial of this design. A refused trial concludes nothing, so it counts as not significant;
it has no interval, so it does not count for coverage.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.inputs import finite, flags, share
from sim.evidence.paired import run_mean
from sim.evidence.proportions import wilson
from sim.evidence.results import Estimates, FloatArray, Interval, Refused

NOTHING_SIGNIFICANT = "no trial was significant"
NO_SIGN = "the truth is 0 within its run doubt, so a sign or a size cannot be wrong"


class Grades(NamedTuple):
    """What a design's trials are worth; each a share or mean over replications, or refused."""

    power: Interval | Refused
    coverage: Interval | Refused
    sign_error: Interval | Refused
    size_error: Interval | Refused


def grade(
    estimates: Estimates, truth: float | Interval | Refused | ArrayLike, *, alpha: float,
    p_adjusted: ArrayLike | None = None, ratio: bool = False,
) -> Grades:  # fmt: skip
    """Grade the trials of one contrast.

    Parameters
    ----------
    estimates
        One entry a trial.
    truth
        The true effect: a number, an interval (its run doubt then tells whether its sign is known), one
        number a trial where each was lived in its own world, or the reason why it is not known.
    alpha, p_adjusted
        A trial is significant where its p (adjusted if given, shape (trials,), NaN where refused) is at
        most alpha.
    ratio
        The effect is a ratio (hazard ratio): signs and sizes are those of its logarithm.

    Returns
    -------
    Grades
        ``power``: share of trials significant; it is the level where the truth is 0. ``coverage``: share of
        intervals that hold the truth. ``sign_error``: share with the wrong sign, ``size_error``: mean of
        |estimate| / |truth|, both among the significant (Gelman and Carlin 2014, Perspectives on
        Psychological Science 9, 641-651). Shares carry Wilson intervals, the mean Student's t.

    Raises
    ------
    ValueError
        If shapes differ, or the truth is NaN or infinite.
    """
    p_values = estimates.p_value if p_adjusted is None else np.asarray(p_adjusted, dtype=np.float64)
    if p_values.shape != estimates.p_value.shape:
        raise ValueError(f"p_adjusted must have shape {estimates.p_value.shape}, got {p_values.shape}")
    significant = _significant(p_values, alpha)
    power = run_share(significant)
    if isinstance(truth, Refused):
        return _power_only(power, truth)
    if estimates.effect_refused is not None:
        return _power_only(power, Refused(estimates.effect_refused))
    nothing = 1.0 if ratio else 0.0
    value = finite("truth", truth.value if isinstance(truth, Interval) else truth)
    sign_known = bool((value != nothing).all())
    if isinstance(truth, Interval) and truth.low <= nothing <= truth.high:
        sign_known = False
    effect, low, high = estimates.value, estimates.low, estimates.high
    if ratio:
        if (value <= 0).any():
            return _power_only(power, Refused("the truth of a ratio must be positive"))
        effect, low, high, value = np.log(effect), np.log(low), np.log(high), np.log(value)
    value = np.broadcast_to(value, p_values.shape)
    there = ~estimates.refused
    covered = run_share((low <= value)[there] & (value <= high)[there])
    return Grades(power, covered, *_errors(effect[significant], value[significant], sign_known))


def level(p_values: ArrayLike, *, alpha: float) -> Interval | Refused:
    """Share of trials significant where nothing differs: arms reassigned at random. A NaN p is a refusal."""
    return run_share(_significant(np.asarray(p_values, dtype=np.float64).ravel(), alpha))


def run_share(happened: ArrayLike, *, claimed: float = 0.95) -> Interval | Refused:
    """Share of replications in which something happened, with Wilson's interval of level ``claimed``.

    Raises
    ------
    ValueError
        If an entry is neither 0 nor 1.
    """
    outcome = flags("happened", happened).ravel()
    if outcome.size == 0:
        return Refused("no replication can be counted")
    count = int(outcome.sum())
    value = count / outcome.size
    low, high = wilson(count, outcome.size, level=claimed)
    error = float(np.sqrt(value * (1 - value) / outcome.size))
    return Interval(value, float(low), float(high), "run", claimed, error, outcome.size)


def _power_only(power: Interval | Refused, reason: Refused) -> Grades:
    return Grades(power, reason, reason, reason)


def _significant(p_values: FloatArray, alpha: float) -> NDArray[np.bool_]:
    threshold = share("alpha", alpha)
    return np.where(np.isnan(p_values), False, p_values <= threshold).astype(np.bool_)


def _errors(effect: FloatArray, truth: FloatArray, sign_known: bool) -> tuple[Interval | Refused, Interval | Refused]:
    if not sign_known:
        return Refused(NO_SIGN), Refused(NO_SIGN)
    if effect.size == 0:
        return Refused(NOTHING_SIGNIFICANT), Refused(NOTHING_SIGNIFICANT)
    wrong = run_share(np.sign(effect) != np.sign(truth))
    if effect.size == 1:
        return wrong, Refused("only one trial was significant: a mean over trials has no run doubt")
    return wrong, run_mean(np.abs(effect) / np.abs(truth))
