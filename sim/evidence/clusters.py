"""The difference between two means where whole groups of customers were assigned (circles: households, firms).

What befalls one member of a circle befalls the others, so a circle, not a customer, is an observation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.inputs import finite, flags, labels, same_length, whole
from sim.evidence.means import student
from sim.evidence.results import Doubt, Estimates, FloatArray, Refusals
from sim.evidence.risk_table import per_trial

FEWEST_CLUSTERS = 30  # an arm; with fewer the sandwich is too short and t does not make up for it
NOT_BY_CIRCLE = "whole circles were assigned: this procedure takes their customers for independent"
TOO_FEW = "an arm has fewer than {fewest} clusters: a clustered error is too short there"
ROUNDING = 1e-12  # of the values: what subtracting their own mean leaves behind


def clustered_mean_difference(
    values: ArrayLike, in_arm: ArrayLike, cluster: ArrayLike, *, trial: ArrayLike | None = None,
    trials: int = 1, fewest: int = FEWEST_CLUSTERS, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Mean of the arm minus mean of the one it is compared with; one trial or many.

    Parameters
    ----------
    values, in_arm
        The metric (0 or 1 for a share), and whether the customer is in the arm (else: in the one it is compared
        with), shape (rows,).
    cluster
        Cluster number a row; numbers may repeat between trials, where they mean other clusters.
    trial, trials
        Trial number a row (default: one trial) and how many there are.
    fewest
        Clusters that each arm must have at least, 2 or more.

    Returns
    -------
    Estimates
        Customers count alike, whatever the size of their cluster. Variance: sum over clusters of their squared
        summed residuals (Liang and Zeger 1986, Biometrika 73:13) x G / (G - 1) x (n - 1) / (n - 2), G clusters of n
        customers; interval and two-sided p by t with G - 1 degrees of freedom (Cameron and Miller 2015, J Human
        Resources 50:317, section VI). Refused: an empty arm, fewer than ``fewest`` clusters in an arm, no spread
        between clusters.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a flag is not 0 or 1, a cluster is not whole, ``fewest`` is below 2, or
        lengths differ.
    """
    if fewest < 2:
        raise ValueError(f"fewest must be 2 or more, got {fewest}")
    amount, arm, names = finite("values", values), flags("in_arm", in_arm), whole("cluster", cluster)
    rows = same_length(values=amount, in_arm=arm, cluster=names)
    of_trial = labels("trial", trial, rows, trials)
    side = of_trial * 2 + arm
    n = per_trial(side, 2 * trials)
    mean = per_trial(side, 2 * trials, amount) / np.maximum(n, 1)
    residual = amount - mean[side]
    numbers = int(names.max(initial=0)) + 1
    distinct, position = np.unique(of_trial * numbers + names, return_inverse=True)
    pull = residual * np.where(arm, 1.0, -1.0) / n[side]
    sums = per_trial(position, len(distinct), pull)
    clusters = per_trial(distinct // numbers, trials)
    squares = per_trial(distinct // numbers, trials, sums**2)
    of_side = np.unique(side * numbers + names) // numbers
    fewer = per_trial(of_side, 2 * trials).reshape(trials, 2).min(axis=1) < fewest
    return _compared(
        n.reshape(trials, 2), mean.reshape(trials, 2), squares, clusters, fewer, fewest=fewest, level=level, of=of
    )


class Clusters(NamedTuple):
    """An arm of whole clusters; scalars or shape (trials,).

    ``squares`` is the sum over the arm's ``clusters`` of their squared summed residuals, ``n`` counts customers.
    """

    n: ArrayLike
    mean: ArrayLike
    squares: ArrayLike
    clusters: ArrayLike


def difference_by_cluster(
    arm: Clusters, against: Clusters, *, fewest: int = FEWEST_CLUSTERS, level: float = 0.95, of: Doubt = "trial"
) -> Estimates:
    """`clustered_mean_difference` from sums, where no cluster is in both arms.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    """
    n, mean, squares, clusters = (
        np.stack([finite(name, getattr(side, name)) for side in (against, arm)], axis=-1).reshape(-1, 2)
        for name in Clusters._fields
    )
    fewer = clusters.min(axis=1) < fewest
    pull = (squares / np.maximum(n, 1) ** 2).sum(axis=1)
    return _compared(n, mean, pull, clusters.sum(axis=1), fewer, fewest=fewest, level=level, of=of)


def _compared(
    n: FloatArray, mean: FloatArray, squares: FloatArray, clusters: FloatArray, fewer: NDArray[np.bool_], *,
    fewest: int, level: float, of: Doubt,
) -> Estimates:  # fmt: skip
    """Test the second column of means against the first; ``squares``: of clusters' sums of residual / n of its arm."""
    refusals = Refusals(len(n))
    refusals.add((n == 0).any(axis=1), "an arm has no customers")
    refusals.add(fewer, TOO_FEW.format(fewest=fewest))
    smallest = (ROUNDING * np.abs(mean).max(axis=1, initial=0.0)) ** 2 / np.maximum(clusters, 1)
    refusals.add(squares <= smallest, "no spread between clusters: the sums of all of them are the same")
    count = n.sum(axis=1)
    factor = clusters / np.maximum(clusters - 1, 1) * (count - 1) / np.maximum(count - 2, 1)
    method = "clustered sandwich variance, factor G/(G-1) (n-1)/(n-2); t with clusters - 1"
    return student(
        "mean_difference", "difference of means, by cluster", method, mean[:, 1] - mean[:, 0], squares * factor,
        np.maximum(clusters - 1, 1), count, refusals, level=level, of=of,
    )  # fmt: skip


def no_form_by_circle(estimand: str, label: str, trials: int) -> Estimates:
    """A batch of refusals: a procedure that takes customers for independent, where whole circles were assigned."""
    refusals = Refusals(trials)
    refusals.add(np.ones(trials, dtype=np.bool_), NOT_BY_CIRCLE)
    blank = np.full(trials, np.nan)
    return refusals.estimates(
        estimand=estimand, label=label, method="none: whole circles were assigned", p_value=blank,
        n=np.zeros(trials, dtype=np.int64), interval=(blank, blank, blank),
    )  # fmt: skip
