"""Run doubt: what more replications would change. A replication is an independent draw of the whole world."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from sim.evidence.inputs import finite, share
from sim.evidence.results import Interval, Refused

ONE = "one replication shows no run doubt: an interval needs at least 2"


def run_mean(values: ArrayLike, *, level: float = 0.95) -> Interval | Refused:
    """Mean over replications, shape (replications,), with Student's t interval; ``of`` is ``run``.

    Raises
    ------
    ValueError
        If a value is NaN or infinite, or there are none.
    """
    sample = finite("values", values).ravel()
    if sample.size == 0:
        raise ValueError("there are no replications")
    if sample.size == 1:
        return Refused(ONE)
    mean = float(sample.mean())
    error = float(sample.std(ddof=1) / np.sqrt(sample.size))
    half = float(stdtrit(sample.size - 1, 0.5 + share("level", level) / 2)) * error
    return Interval(mean, mean - half, mean + half, "run", level, error, sample.size)


def paired_difference(arm: ArrayLike, against: ArrayLike, *, level: float = 0.95) -> Interval | Refused:
    """Mean over replications of ``arm`` minus ``against``, both of shape (replications,), with the t
    interval.

    Raises
    ------
    ValueError
        As `run_mean`, or if the two differ in length.
    """
    one, other = finite("arm", arm).ravel(), finite("against", against).ravel()
    if one.shape != other.shape:
        raise ValueError(f"pairs must be complete: {one.size} replications of the arm, {other.size} of the other")
    return run_mean(one - other, level=level)


def unpaired_difference(one: ArrayLike, other: ArrayLike, *, level: float = 0.95) -> Interval | Refused:
    """Mean of ``one`` minus mean of ``other``, replications of two runs that share no luck; ``of`` is ``run``.

    Parameters
    ----------
    one, other
        Values by replication; the two may differ in length.

    Returns
    -------
    Interval or Refused
        Student's t with the degrees of freedom of Welch 1947 (Biometrika 34, 28-35).

    Raises
    ------
    ValueError
        As `run_mean`.
    """
    first, second = run_mean(one, level=level), run_mean(other, level=level)
    if isinstance(first, Refused) or isinstance(second, Refused):
        return Refused(ONE)
    n1, n2 = np.size(one), np.size(other)
    part1, part2 = (first.standard_error or 0.0) ** 2, (second.standard_error or 0.0) ** 2
    spread = part1**2 / (n1 - 1) + part2**2 / (n2 - 1)
    error = float(np.sqrt(part1 + part2))
    quantile = float(stdtrit((part1 + part2) ** 2 / spread, 0.5 + level / 2)) if spread > 0 else 0.0
    value = first.value - second.value
    return Interval(value, value - quantile * error, value + quantile * error, "run", level, error, n1 + n2)


def prediction_interval(values: ArrayLike, *, level: float = 0.95) -> Interval | Refused:
    """Where one further replication's value lies with chance ``level``, around the mean of the replications
    seen.

    Order statistics r and n + 1 - r with r = floor((n + 1) (1 - level) / 2) (Hahn and Meeker 1991, section
    5.1), which holds for any continuous law; refused where there are too few replications for r to be 1 (39
    at 95%).

    Raises
    ------
    ValueError
        As `run_mean`.
    """
    sample = np.sort(finite("values", values).ravel())
    rank = int((sample.size + 1) * (1 - share("level", level)) / 2 + 1e-9)
    if rank < 1:
        fewest = int(np.ceil(2 / (1 - level) - 1e-9)) - 1
        return Refused(f"{sample.size} replications are too few for a {level:.0%} prediction interval: {fewest} needed")
    return Interval(
        float(sample.mean()),
        float(sample[rank - 1]),
        float(sample[sample.size - rank]),
        "trial",
        level,
        n=sample.size,
    )
