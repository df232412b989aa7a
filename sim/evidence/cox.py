"""Cox's average hazard ratio of two arms: Efron's ties, robust variance, strata and clusters, many trials
at once.

With one binary covariate the partial likelihood depends on the risk table alone, so a Newton step costs one
pass over the events, and the robust variance two running sums over the customers. statsmodels' PHReg gives
the same coefficient (the tests compare them); it has no Efron form of the robust variance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from sim.evidence.inputs import share, whole
from sim.evidence.results import Doubt, Estimates, FloatArray, IntArray, Refusals
from sim.evidence.risk_table import Lives, RiskTable, lives, per_trial, risk_table

STEPS = 60
TOLERANCE = 1e-12
NOTHING = 1e-12  # of the information, which the sandwich's middle equals on average: rounding only


class _Deaths(NamedTuple):
    """Efron's expansion: one entry a death, with the tied deaths before it counted out in part."""

    trial: IntArray
    table_row: IntArray
    passed: FloatArray  # k / d: the share of the tied deaths that count as gone already
    in_arm: FloatArray  # at risk in the arm, tied deaths counted in part
    against: FloatArray


def hazard_ratio(
    days: ArrayLike, left: ArrayLike, in_arm: ArrayLike, *, horizon_days: float,
    trial: ArrayLike | None = None, trials: int = 1, stratum: ArrayLike | None = None,
    cluster: ArrayLike | None = None, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Average hazard ratio of ``in_arm`` over the follow-up, in one trial or many.

    Parameters
    ----------
    days, left, in_arm, trial, trials, stratum
        As `sim.evidence.survival.log_rank`.
    horizon_days
        Length of follow-up, for the label: a hazard ratio that changes with time is an average over just
        these days.
    cluster
        Cluster number a row (for pooled roll-outs the replication); default: every row its own.

    Returns
    -------
    Estimates
        Coefficient by Cox 1972 with ties by Efron 1977; sandwich variance by Lin and Wei 1989; interval
        exp(b +- z se), p by Wald, two-sided; ``standard_error`` is that of the logarithm. With clusters
        (Lee, Wei and Amato 1992) the variance is raised by G / (G - 1) and z becomes t with G - 1 degrees
        of freedom: at 20 clusters the plain form covers 93%, this one 95% (docs/evidence.md). Refused: an
        empty arm, no events, no finite maximum (nobody of an arm left while the other was at risk), fewer
        than 2 clusters.

    Raises
    ------
    ValueError
        As `log_rank`, or if ``horizon_days`` is not positive.
    """
    if not horizon_days > 0:
        raise ValueError(f"horizon_days must be positive, got {horizon_days}")
    customers = lives(days, left, in_arm, trial, trials, stratum)
    table = risk_table(customers)
    deaths = _efron(table)
    in_arm_events = per_trial(table.trial, trials, table.events_in_arm)
    refusals = _refusals(customers, table, deaths, in_arm_events, trials)
    solvable = refusals.codes == 0
    beta = _maximum(deaths, np.where(solvable, in_arm_events, 0.0), solvable)
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = _score_residuals(customers, table, deaths, beta)
        meat, clusters = _clustered(customers, residual, cluster, trials)
        information = _information(deaths, beta)
        error = np.sqrt(meat) / information
        if cluster is not None:
            error = error * np.sqrt(clusters / (clusters - 1))
    refusals.add(clusters < 2, "fewer than 2 clusters: a robust variance is not known")
    refusals.add(~(meat > NOTHING * information), "the robust variance is 0: all left at one time")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p_value, half = _wald(beta, error, clusters if cluster is not None else None, share("level", level))
        interval = (np.exp(beta), np.exp(beta - half), np.exp(beta + half))
    within = "" if stratum is None else ", stratified"
    by = ", Wald" if cluster is None else " by cluster, Wald with t of clusters - 1"
    return refusals.estimates(
        estimand="hazard_ratio",
        label=f"average hazard ratio over {horizon_days:g} days",
        method=f"Cox{within}, Efron's ties, robust variance{by}",
        p_value=p_value,
        n=per_trial(customers.trial, trials),
        interval=interval,
        of=of,
        level=level,
        standard_error=error,
    )


def _wald(
    beta: FloatArray, error: FloatArray, clusters: FloatArray | None, level: float
) -> tuple[FloatArray, FloatArray]:
    """Two-sided p and half-width of the interval on the log scale: normal, or t where clusters are few."""
    if clusters is None:
        return 2 * ndtr(-np.abs(beta / error)), ndtri(0.5 + level / 2) * error
    degrees = np.maximum(clusters - 1, 1)
    return 2 * stdtr(degrees, -np.abs(beta / error)), stdtrit(degrees, 0.5 + level / 2) * error


def _efron(table: RiskTable) -> _Deaths:
    row = np.repeat(np.arange(len(table.events)), table.events)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(table.events) - table.events, table.events)
    passed = nth / table.events[row]
    in_arm = table.at_risk_in_arm[row] - passed * table.events_in_arm[row]
    against = (table.at_risk - table.at_risk_in_arm)[row] - passed * (table.events - table.events_in_arm)[row]
    return _Deaths(table.trial[row], row, passed, in_arm, against.astype(np.float64))


def _expected(deaths: _Deaths, beta: FloatArray) -> FloatArray:
    """Chance that a death falls in the arm, one entry a death, given each trial's coefficient."""
    weighted = deaths.in_arm * np.exp(beta)[deaths.trial]
    expected: FloatArray = weighted / (weighted + deaths.against)
    return expected


def _information(deaths: _Deaths, beta: FloatArray) -> FloatArray:
    expected = _expected(deaths, beta)
    return per_trial(deaths.trial, len(beta), expected * (1 - expected))


def _maximum(deaths: _Deaths, events_in_arm: FloatArray, solvable: NDArray[np.bool_]) -> FloatArray:
    """Each trial's coefficient. Newton's step, or the bracket's middle where it would leave the bracket.

    The score falls with the coefficient, so its sign tells on which side the root lies. Trials that cannot
    be solved stay at 0.
    """
    trials = len(events_in_arm)
    beta, low, high = np.zeros(trials), np.full(trials, -40.0), np.full(trials, 40.0)
    for _ in range(STEPS):
        expected = _expected(deaths, beta)
        score = events_in_arm - per_trial(deaths.trial, trials, expected)
        information = per_trial(deaths.trial, trials, expected * (1 - expected))
        low, high = np.where(score > 0, beta, low), np.where(score < 0, beta, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = beta + score / information
        proposal = np.where((newton > low) & (newton < high), newton, (low + high) / 2)
        proposal = np.where(solvable & (score != 0), proposal, beta)
        moved = np.abs(proposal - beta)
        beta = proposal
        if (moved <= TOLERANCE * np.maximum(1.0, np.abs(beta))).all():
            break
    return beta


def _score_residuals(customers: Lives, table: RiskTable, deaths: _Deaths, beta: FloatArray) -> FloatArray:
    """Each customer's score residual under Efron's ties (Therneau and Grambsch 2000, section 4.6).

    Its own event's surprise, less what it was expected to contribute at every event of its group up to its
    own day; shape (rows,).
    """
    residual = np.zeros(len(customers.days))
    if len(table.row) == 0:
        return residual
    relative = np.exp(beta)[deaths.trial]
    hazard = 1.0 / (deaths.in_arm * relative + deaths.against)
    expected = deaths.in_arm * relative * hazard
    rows = len(table.row)
    dead = np.flatnonzero(customers.left)
    own = np.searchsorted(table.row, dead, side="right") - 1
    mean_expected = np.bincount(deaths.table_row, weights=expected, minlength=rows) / table.events
    residual[dead] = customers.in_arm[dead] - mean_expected[own]
    before, upto = _event_rows(customers, table)
    for arm, risk in ((True, relative), (False, np.ones_like(relative))):
        drift = (float(arm) - expected) * risk * hazard
        running = np.r_[0.0, np.cumsum(np.bincount(deaths.table_row, weights=drift, minlength=rows))]
        # Tied deaths count as gone in part, so their own day weighs less for them than for those who stay.
        spared = np.bincount(deaths.table_row, weights=drift * deaths.passed, minlength=rows)
        mine = customers.in_arm == arm
        residual[mine] -= running[upto[mine]] - running[before[mine]]
        residual[dead[mine[dead]]] += spared[own[mine[dead]]]
    return residual


def _event_rows(customers: Lives, table: RiskTable) -> tuple[IntArray, IntArray]:
    """How many rows of the table lie before each customer's group, and up to its own day in it; shape
    (rows,).
    """
    group, days = customers.group, customers.days
    same_day = np.r_[False, (group[1:] == group[:-1]) & (days[1:] == days[:-1])]
    first_of_day = np.maximum.accumulate(np.where(same_day, 0, np.arange(len(days))))
    first_of_group = np.searchsorted(group, group, side="left")
    return (
        np.searchsorted(table.row, first_of_group, side="left").astype(np.int64),
        np.searchsorted(table.row, first_of_day, side="right").astype(np.int64),
    )


def _clustered(
    customers: Lives, residual: FloatArray, cluster: ArrayLike | None, trials: int
) -> tuple[FloatArray, FloatArray]:
    """Sum over clusters of the squared sum of residuals, and the number of clusters, a trial."""
    if cluster is None:
        squares = per_trial(customers.trial, trials, residual**2)
        return squares, per_trial(customers.trial, trials)
    names = whole("cluster", cluster)
    if names.shape != residual.shape:
        raise ValueError(f"cluster must have one entry for each of {len(residual)} rows, got shape {names.shape}")
    key = customers.trial * (int(names.max(initial=0)) + 1) + names[customers.order]
    distinct, position = np.unique(key, return_inverse=True)
    of_trial = distinct // (int(names.max(initial=0)) + 1)
    sums = np.bincount(position, weights=residual, minlength=len(distinct))
    return per_trial(of_trial, trials, sums**2), per_trial(of_trial, trials)


def _refusals(customers: Lives, table: RiskTable, deaths: _Deaths, events_in_arm: FloatArray, trials: int) -> Refusals:
    refusals = Refusals(trials)
    n = per_trial(customers.trial, trials)
    n_in_arm = per_trial(customers.trial[customers.in_arm], trials)
    refusals.add((n_in_arm == 0) | (n_in_arm == n), "an arm has no customers")
    events = per_trial(table.trial, trials, table.events)
    refusals.add(events == 0, "no events in either arm: a hazard ratio is not known")
    # The score at minus and plus infinity is events less these; a finite root lies strictly between.
    certain = per_trial(deaths.trial, trials, deaths.against == 0)
    possible = per_trial(deaths.trial, trials, deaths.in_arm > 0)
    refusals.add(events_in_arm <= certain, "nobody of the arm left while the other was at risk: the hazard ratio is 0")
    refusals.add(
        events_in_arm >= possible,
        "only the arm's customers left while both were at risk: no finite hazard ratio",
    )
    return refusals
