"""Does the effect differ between kinds of customers? Each subgroup's own effect, and the test that they agree.

The test comes first: that one subgroup is significant and another not says nothing about a difference between
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, fdtrc

from sim.evidence.cells import Counts, Sample
from sim.evidence.inputs import finite
from sim.evidence.means import difference_of_means, mean_difference
from sim.evidence.proportions import risk_difference, tables
from sim.evidence.results import Estimates, FloatArray, IntArray, Refusals

NO_SIZE = "a test of heterogeneity says whether effects differ, not by how much; read it beside the subgroups"
CORRECTION = "none: one of {groups} subgroups, each interval stands alone; read the interaction test first"


class Subgroups(NamedTuple):
    """The effect in each subgroup, and the test that all effects are equal (its effect is refused)."""

    effects: dict[str, Estimates]
    interaction: Estimates


def subgroup_shares(arm: Counts, against: Counts, *, names: Sequence[str], level: float = 0.95) -> Subgroups:
    """Difference of shares in each subgroup, and Cochran's test of heterogeneity.

    Parameters
    ----------
    arm, against
        Events and sizes, shape (groups,) for one trial or (trials, groups).
    names
        The subgroups' names.

    Returns
    -------
    Subgroups
        Effects as `sim.evidence.proportions.risk_difference`. Interaction: Q = sum w (d - mean d)^2 with
        w = 1 / variance, chi-square with one degree less than subgroups (Cochran 1954, Biometrics 10,
        101-129). A subgroup with an empty arm or without variance takes no part; refused with fewer than 2.

    Raises
    ------
    ValueError
        As `risk_difference`, or if names do not fit.
    """
    x1, n1, x0, n0 = tables(arm, against, dimensions=2)
    _named(names, n1.shape[1])
    p1, p0 = x1 / np.maximum(n1, 1), x0 / np.maximum(n0, 1)
    variance = p1 * (1 - p1) / np.maximum(n1, 1) + p0 * (1 - p0) / np.maximum(n0, 1)
    counts = (n1 > 0) & (n0 > 0) & (variance > 0)
    effects = {
        name: risk_difference(Counts(x1[:, g], n1[:, g]), Counts(x0[:, g], n0[:, g]), level=level)
        for g, name in enumerate(names)
    }
    no_degrees = np.full(variance.shape, np.inf)
    interaction = heterogeneity(p1 - p0, np.where(counts, variance, np.inf), no_degrees, n1 + n0)
    return Subgroups(_labelled(effects), interaction)


def subgroup_means(arm: Sample, against: Sample, *, names: Sequence[str], level: float = 0.95) -> Subgroups:
    """Difference of means in each subgroup, and Welch's test that the differences are equal.

    Parameters
    ----------
    arm, against
        Sizes, means and variances, shape (groups,) for one trial or (trials, groups).
    names
        The subgroups' names.

    Returns
    -------
    Subgroups
        Effects as `sim.evidence.means.mean_difference`. Interaction: Cochran's Q as for shares, with Welch's
        correction for estimated weights (Welch 1951, Biometrika 38, 330-336), each subgroup's degrees of
        freedom being Satterthwaite's; with two subgroups it is the t test of the difference of differences.

    Raises
    ------
    ValueError
        As `mean_difference`, or if names do not fit.
    """
    columns = [
        np.atleast_2d(finite(field, getattr(side, field))) for side in (arm, against) for field in Sample._fields
    ]
    columns = list(np.broadcast_arrays(*columns))
    _named(names, columns[0].shape[1])
    sides = [
        (Sample(*(c[:, g] for c in columns[:3])), Sample(*(c[:, g] for c in columns[3:]))) for g in range(len(names))
    ]
    effects = {name: mean_difference(*pair, level=level) for name, pair in zip(names, sides, strict=True)}
    parts = [difference_of_means(*pair, strata=False) for pair in sides]
    value, variance, degrees = (
        np.column_stack(columns) for columns in zip(*((part[0], part[1], part[2]) for part in parts), strict=True)
    )
    n = np.column_stack([part[3] for part in parts])
    counts = np.column_stack([part[4].codes == 0 for part in parts])
    interaction = heterogeneity(value, np.where(counts, variance, np.inf), np.where(counts, degrees, np.inf), n)
    return Subgroups(_labelled(effects), interaction)


def heterogeneity(value: FloatArray, variance: FloatArray, degrees: FloatArray, n: IntArray) -> Estimates:
    """Test that all values of a trial are equal; arrays of shape (trials, groups).

    Cochran's Q, with Welch's correction where ``degrees`` of the variances are finite; a value of infinite
    variance takes no part. Refused: fewer than 2 take part.
    """
    weight, counts = 1 / variance, np.isfinite(variance)
    groups, total = counts.sum(axis=1), weight.sum(axis=1, keepdims=True)
    refusals = Refusals(len(value))
    refusals.add(groups < 2, "fewer than 2 subgroups hold both arms with spread: effects cannot be compared")
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (weight * value).sum(axis=1, keepdims=True) / total
        q = (weight * (value - centre) ** 2).sum(axis=1)
        doubt = (np.where(counts, 1 - weight / total, 0.0) ** 2 / degrees).sum(axis=1)
        ratio = q / (groups - 1) / (1 + 2 * (groups - 2) / (groups**2 - 1) * doubt)
        p_value = np.where(doubt > 0, fdtrc(groups - 1, (groups**2 - 1) / (3 * doubt), ratio), chdtrc(groups - 1, q))
    return refusals.estimates(
        estimand="interaction", label="do the subgroups' effects differ", p_value=p_value, n=(n * counts).sum(axis=1),
        method="Cochran's Q" if np.isinf(degrees).all() else "Cochran's Q with Welch's correction", interval=NO_SIZE,
    )  # fmt: skip


def _labelled(effects: dict[str, Estimates]) -> dict[str, Estimates]:
    correction = CORRECTION.format(groups=len(effects))
    return {
        name: replace(effect, label=f"{effect.label}, subgroup {name}", correction=correction)
        for name, effect in effects.items()
    }


def _named(names: Sequence[str], groups: int) -> None:
    if len(names) != groups or len(set(names)) != groups:
        raise ValueError(f"there must be a name of its own for each of {groups} subgroups, got {list(names)}")
