"""A confidence sequence: an interval that holds at all looks at once, however many and whenever they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from sim.evidence.inputs import finite, share
from sim.evidence.results import FloatArray
from sim.evidence.stopping import Better, Stops, first_crossing, looks_of, stops_of

METHOD = "asymptotic confidence sequence (normal mixture, narrowest at information {tuned:.4g})"


class ConfidenceSequence(NamedTuple):
    """Limits and always-valid p at every look; arrays of shape (trials, looks), NaN where there was none."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    level: float
    method: str
    correction: str


def confidence_sequence(
    z: ArrayLike, information: ArrayLike, *, tuned_at: float, alpha: float = 0.05
) -> ConfidenceSequence:
    """Limits around an estimate that hold the effect at every look at once.

    Parameters
    ----------
    z, information
        Estimate / standard error and 1 / variance of a difference of means or shares at each look;
        information of the same shape (trials, looks) or (looks,).
    tuned_at
        Information at which the sequence is narrowest. A choice made beforehand: it changes the width, not
        the coverage.

    Returns
    -------
    ConfidenceSequence
        estimate +- sqrt((I r + 1) / (I^2 r) x log((I r + 1) / alpha^2)) with I the information and r the
        mixing variance (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of Statistics 52,
        2613-2640, theorem 2.2, with the variance that has run as time); p is 1 / the largest mixture
        likelihood ratio so far (Johari, Koomen, Pekelis and Walsh 2022, Operations Research 70,
        1806-1821). Asymptotic: the first look must have enough customers for z to be near normal, and steps
        from look to look must be independent as for every procedure here.

    Raises
    ------
    ValueError
        If z is infinite, or information or ``tuned_at`` is not positive.
    """
    statistic: FloatArray = np.atleast_2d(np.asarray(z, dtype=np.float64))
    steps = np.broadcast_to(finite("information", information), statistic.shape)
    if np.isinf(statistic).any() or (steps <= 0).any():
        raise ValueError("z must be finite (NaN: no look) and information positive")
    spread = mixing_variance(tuned_at, alpha=alpha)
    grown = steps * spread + 1
    half = np.sqrt(grown / (steps**2 * spread) * np.log(grown / alpha**2))
    log_ratio = steps * spread * statistic**2 / (2 * grown) - np.log(grown) / 2
    largest = np.fmax.accumulate(log_ratio, axis=1)
    p_value = np.where(np.isnan(statistic), np.nan, np.exp(-np.maximum(largest, 0.0)))
    value = statistic / np.sqrt(steps)
    return ConfidenceSequence(
        value, value - half, value + half, p_value, 1 - alpha, METHOD.format(tuned=tuned_at),
        "looks: any number, any stopping rule (interval and p)",
    )  # fmt: skip


def mixing_variance(information: float, *, alpha: float = 0.05) -> float:
    """The mixing variance r with which `confidence_sequence` is narrowest at ``information``.

    r = (-W(-alpha^2 / e) - 1) / information, W the lower branch of Lambert's function (Howard, Ramdas,
    McAuliffe and Sekhon 2021, Annals of Statistics 49, 1055-1080, section 3.5).
    """
    if not 0 < information < np.inf:
        raise ValueError(f"the information to be narrowest at must be positive, got {information}")
    branch = lambertw(-(share("alpha", alpha) ** 2) / np.e, k=-1)
    return float(-np.real(branch) - 1) / information


def always_valid(
    z: ArrayLike, information: ArrayLike, customers: ArrayLike, *, tuned_at: float,
    alpha: float = 0.05, better: Better = "higher", estimand: str, label: str,
) -> Stops:  # fmt: skip
    """Stop at the first look at which the confidence sequence leaves 0, for benefit or for harm.

    Value, interval and p are those of `confidence_sequence` at the look where the trial stopped; other
    parameters and refusals as `sim.evidence.stagewise.group_sequential`. The chance ever to stop under an
    effect of 0 is at most alpha.
    """
    looks = looks_of(z, information, customers, better)
    sequence = confidence_sequence(looks.z, looks.information, tuned_at=tuned_at, alpha=alpha)
    bound = (sequence.high - sequence.value) * np.sqrt(looks.information)
    bound = np.where(np.isnan(bound), np.inf, bound)
    look, why = first_crossing(looks, bound, -bound, np.full(bound.shape, -np.inf))
    rows = np.arange(len(look))
    interval = sequence.value[rows, look], sequence.low[rows, look], sequence.high[rows, look]
    return stops_of(
        looks, look, why, better, interval, sequence.p_value[rows, look], estimand=estimand, label=label,
        method=sequence.method, level=1 - alpha, correction=sequence.correction,
    )  # fmt: skip
