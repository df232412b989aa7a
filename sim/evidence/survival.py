"""Survival curves (Kaplan-Meier) and the log-rank test of two of them, stratified as the assignment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from sim.evidence.inputs import finite, flags, same_length, share
from sim.evidence.results import Estimates, FloatArray, IntArray, Refusals, Refused
from sim.evidence.risk_table import lives, per_trial, risk_table

NO_SIZE = "a log-rank test compares whole curves and gives no size; read it beside the difference of shares"


class Curve(NamedTuple):
    """Share still there on each day of a grid, with pointwise bands; all arrays of shape (len(at),).

    Before the first event the share is 1 and the band [1, 1]; where nobody is left the share is 0 and the
    band NaN.
    """

    at: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray
    events: IntArray
    level: float
    method: str


def kaplan_meier(days: ArrayLike, left: ArrayLike, at: ArrayLike, *, level: float = 0.95) -> Curve | Refused:
    """Kaplan-Meier estimate of one arm on the days ``at``.

    Parameters
    ----------
    days, left
        Days followed, and whether the customer then left (else: still there), shape (customers,).
    at
        Days on which the curve is wanted, ascending; none may lie beyond the longest follow-up, where the
        curve is not known unless everybody has left.

    Returns
    -------
    Curve or Refused
        Kaplan and Meier 1958; variance by Greenwood 1926; band on the log(-log) scale (Kalbfleisch and
        Prentice 1980). ``at_risk`` counts just before the day, ``events`` all up to it. Refused: no
        customers; a day of ``at`` beyond follow-up.

    Raises
    ------
    ValueError
        If a number is NaN, infinite or negative, lengths differ, or ``at`` does not ascend.
    """
    time, event, grid = finite("days", days), flags("left", left), finite("at", at)
    same_length(days=time, left=event)
    if (np.diff(grid) < 0).any() or (time.size and time.min() < 0):
        raise ValueError("days must not be negative and at must ascend")
    if time.size == 0:
        return Refused("the arm has no customers")
    longest = float(time.max())
    if grid.size and grid[-1] > longest and not event[time == longest].all():
        return Refused(f"day {grid[-1]:g} lies beyond the longest follow-up, {longest:g} days")
    order = np.argsort(time, kind="stable")
    time, event = time[order], event[order]
    first = np.flatnonzero(np.r_[True, time[1:] != time[:-1]])
    deaths = np.add.reduceat(event, first, dtype=np.int64)
    risk = len(time) - first
    with np.errstate(divide="ignore", invalid="ignore"):
        surviving = np.r_[1.0, np.cumprod(1 - deaths / risk)]
        greenwood = np.r_[0.0, np.cumsum(deaths / (risk * (risk - deaths)))]
    upto = np.searchsorted(time[first], grid, side="right")
    low, high = _log_log_band(surviving[upto], greenwood[upto], float(ndtri(0.5 + share("level", level) / 2)))
    return Curve(
        at=grid,
        share=surviving[upto],
        low=low,
        high=high,
        at_risk=len(time) - np.searchsorted(time, grid, side="left").astype(np.int64),
        events=np.r_[0, np.cumsum(deaths)][upto],
        level=level,
        method="Kaplan-Meier; Greenwood variance, log(-log) band, pointwise",
    )


def _log_log_band(surviving: FloatArray, greenwood: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * np.sqrt(greenwood) / np.abs(np.log(surviving))
        low, high = surviving ** np.exp(spread), surviving ** np.exp(-spread)
    gone = surviving <= 0
    return (
        np.where(surviving >= 1, 1.0, np.where(gone, np.nan, low)),
        np.where(surviving >= 1, 1.0, np.where(gone, np.nan, high)),
    )


class Score(NamedTuple):
    """The log-rank statistic of many trials; arrays of shape (trials,).

    ``excess``: events in the arm beyond those expected if the curves were equal; ``variance``: its hypergeometric
    variance, which is the information about the logarithm of a hazard ratio.
    """

    excess: FloatArray
    variance: FloatArray
    events: FloatArray
    n: FloatArray
    n_in_arm: FloatArray


def log_rank_score(
    days: ArrayLike, left: ArrayLike, in_arm: ArrayLike, *,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None,
) -> Score:  # fmt: skip
    """Excess events and their variance; parameters, source and errors as `log_rank`."""
    customers = lives(days, left, in_arm, trial, trials, stratum)
    table = risk_table(customers)
    share_in_arm = table.at_risk_in_arm / table.at_risk
    excess = table.events_in_arm - table.events * share_in_arm
    spread = table.events * share_in_arm * (1 - share_in_arm)
    spread = spread * (table.at_risk - table.events) / np.maximum(table.at_risk - 1, 1)
    return Score(
        per_trial(table.trial, trials, excess),
        per_trial(table.trial, trials, spread),
        per_trial(table.trial, trials, table.events),
        per_trial(customers.trial, trials),
        per_trial(customers.trial[customers.in_arm], trials),
    )


def log_rank(
    days: ArrayLike, left: ArrayLike, in_arm: ArrayLike, *,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None,
) -> Estimates:  # fmt: skip
    """Two-sided log-rank test of two arms, within strata where ``stratum`` is given; one trial or many.

    Parameters
    ----------
    days, left, in_arm
        Days followed, whether the customer then left, and whether it is in the arm (else: in the one it is
        compared with); shape (rows,). Rows of other arms are left out by the caller.
    trial, trials
        Trial number a row (default: one trial) and how many there are.
    stratum
        Stratum number a row.

    Returns
    -------
    Estimates
        The effect is refused (a log-rank test gives no size); p from chi-square with 1 degree of freedom,
        hypergeometric variance with ties as they are (Mantel 1966; stratified as Klein and Moeschberger
        2003, section 7.5). Refused: an empty arm, no events, no event at a time when both arms were at
        risk.

    Raises
    ------
    ValueError
        If a number is NaN, infinite or negative, a flag is not 0 or 1, or lengths differ.
    """
    found = log_rank_score(days, left, in_arm, trial=trial, trials=trials, stratum=stratum)
    n, n_in_arm, variance = found.n, found.n_in_arm, found.variance
    refusals = Refusals(trials)
    refusals.add((n_in_arm == 0) | (n_in_arm == n), "an arm has no customers")
    refusals.add(found.events == 0, "no events in either arm: curves cannot be compared")
    refusals.add(variance <= 0, "no event happened while both arms were at risk")
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = chdtrc(1, found.excess**2 / variance)
    within = "" if stratum is None else " within strata"
    return refusals.estimates(
        estimand="log_rank",
        label="survival curves",
        method=f"log-rank test{within}, ties as they are",
        p_value=p_value,
        n=n,
        interval=NO_SIZE,
    )
