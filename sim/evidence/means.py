"""The difference between two means: Welch, or within strata weighted by the strata's shares of those
enrolled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from sim.evidence.cells import Sample
from sim.evidence.inputs import finite, share, whole
from sim.evidence.results import Doubt, Estimates, FloatArray, IntArray, Refusals

WELCH = "Welch's t interval and test (unequal variances)"
STRATIFIED = "difference within strata, weighted by their share of all enrolled; t with Satterthwaite's degrees"
LABEL = "difference of means"
Columns = tuple[FloatArray, FloatArray, FloatArray]


def mean_difference(arm: Sample, against: Sample, *, level: float = 0.95, of: Doubt = "trial") -> Estimates:
    """Mean of ``arm`` minus mean of ``against``, in one trial or in many at once.

    Parameters
    ----------
    arm, against
        Sizes, means and variances (divisor n - 1), scalars or shape (trials,).

    Returns
    -------
    Estimates
        Interval and two-sided p by Welch 1947 (Biometrika 34, 28-35). Refused: an empty arm, fewer than 2
        customers in an arm, no spread in either arm.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or a size or variance is negative.
    """
    parts = difference_of_means(arm, against, strata=False)
    return student("mean_difference", LABEL, WELCH, *parts, level=level, of=of)


def stratified_mean_difference(
    arm: Sample,
    against: Sample,
    *,
    enrolled: ArrayLike | None = None,
    level: float = 0.95,
    of: Doubt = "trial",
) -> Estimates:
    """Difference of means within strata, weighted by each stratum's share of all enrolled.

    A stratum in which either arm has fewer than 2 customers has no variance of its own. All such strata of
    a trial are merged into one; if the merged stratum is still short, the smallest remaining stratum (then
    the lowest number) joins it, and so on. A trial whose strata all end in one is analysed unstratified,
    and refused only if Welch is.

    Parameters
    ----------
    arm, against
        Sizes, means and variances, shape (strata,) for one trial or (trials, strata).
    enrolled
        Customers of each stratum in all arms of the trial, same shape; default: in these two arms.

    Returns
    -------
    Estimates
        value = sum W (m1 - m0), variance = sum W^2 (s1^2 / n1 + s0^2 / n0), W = enrolled / all enrolled
        (Imbens and Rubin 2015, section 9.5); t with the degrees of freedom of Satterthwaite 1946. One
        stratum: Welch.

    Raises
    ------
    ValueError
        As `mean_difference`, and if ``enrolled`` is smaller than the two arms together.
    """
    parts = difference_of_means(arm, against, strata=True, enrolled=enrolled)
    return student("mean_difference", f"{LABEL}, within strata", STRATIFIED, *parts, level=level, of=of)


def difference_of_means(
    arm: Sample, against: Sample, *, strata: bool, enrolled: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray, Refusals]:
    """Difference, its variance, Satterthwaite's degrees of freedom, customers and refusals, shape
    (trials,).
    """
    dimensions = 2 if strata else 1
    one, other = _columns("arm", arm, dimensions), _columns("against", against, dimensions)
    present = one[0] + other[0]
    if not strata:
        value, variance, degrees, refusals = _welch(one, other)
        return value, variance, degrees, present.astype(np.int64), refusals
    size = present
    if enrolled is not None:
        size = whole("enrolled", enrolled).astype(np.float64).reshape(present.shape)
    if (size < present).any():
        raise ValueError("enrolled must count at least the customers of both arms in every stratum")
    value, variance, degrees, refusals = _within_strata(one, other, size)
    return value, variance, degrees, present.sum(axis=1).astype(np.int64), refusals


def _welch(one: Columns, other: Columns) -> tuple[FloatArray, FloatArray, FloatArray, Refusals]:
    """Difference, its variance, Satterthwaite's degrees of freedom, refusals; all of shape (trials,)."""
    (n1, mean1, var1), (n0, mean0, var0) = one, other
    refusals = _too_few(n1, n0)
    part1, part0 = var1 / np.maximum(n1, 1), var0 / np.maximum(n0, 1)
    variance = part1 + part0
    refusals.add(variance <= 0, "no spread in either arm: every customer of an arm has the same value")
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = variance**2 / (part1**2 / np.maximum(n1 - 1, 1) + part0**2 / np.maximum(n0 - 1, 1))
    return mean1 - mean0, variance, degrees, refusals


def _within_strata(
    one: Columns, other: Columns, size: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, Refusals]:
    refusals = _too_few(one[0].sum(axis=1), other[0].sum(axis=1))
    merged = merged_strata(one[0], other[0], size)
    n1, mean1, var1 = _with_merged(one, merged)
    n0, mean0, var0 = _with_merged(other, merged)
    size = np.concatenate([np.where(merged, 0.0, size), np.where(merged, size, 0.0).sum(axis=1, keepdims=True)], axis=1)
    weight = size / np.maximum(size.sum(axis=1, keepdims=True), 1)
    part1, part0 = weight**2 * var1 / np.maximum(n1, 1), weight**2 * var0 / np.maximum(n0, 1)
    variance = (part1 + part0).sum(axis=1)
    refusals.add(variance <= 0, "no spread inside any stratum: every customer of an arm and stratum has the same value")
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = part1**2 / np.maximum(n1 - 1, 1) + part0**2 / np.maximum(n0 - 1, 1)
        degrees = variance**2 / spread.sum(axis=1)
    return (weight * (mean1 - mean0)).sum(axis=1), variance, degrees, refusals


def merged_strata(n1: FloatArray, n0: FloatArray, size: FloatArray) -> NDArray[np.bool_]:
    """Which strata of each trial are merged into one by the rule of `stratified_mean_difference`.

    Strata in which nobody is enrolled are left out of everything. Shapes (trials, strata).
    """
    peopled = size > 0
    merged = peopled & ((n1 < 2) | (n0 < 2))
    order = np.argsort(np.where(peopled, size, np.inf), axis=1, kind="stable")
    for position in range(n1.shape[1]):
        short = merged.any(axis=1) & (((n1 * merged).sum(axis=1) < 2) | ((n0 * merged).sum(axis=1) < 2))
        if not short.any():
            break
        # Walking the strata from the smallest up: one that is merged already is passed over without harm.
        rows = np.flatnonzero(short)
        next_stratum = order[rows, position]
        merged[rows, next_stratum] |= peopled[rows, next_stratum]
    return merged


def _with_merged(columns: Columns, merged: NDArray[np.bool_]) -> Columns:
    """The strata with the merged ones emptied, and the merged stratum as one more column."""
    n, mean, variance = columns
    inside = n * merged
    count = inside.sum(axis=1, keepdims=True)
    centre = (inside * mean).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    squares = (np.maximum(inside - 1, 0) * variance + inside * (mean - centre) ** 2).sum(axis=1, keepdims=True)
    spread = squares / np.maximum(count - 1, 1)
    return (
        np.concatenate([np.where(merged, 0.0, n), count], axis=1),
        np.concatenate([np.where(merged, 0.0, mean), centre], axis=1),
        np.concatenate([np.where(merged, 0.0, variance), spread], axis=1),
    )


def student(
    estimand: str, label: str, method: str, value: FloatArray, variance: FloatArray, degrees: FloatArray,
    n: FloatArray | IntArray, refusals: Refusals, *, level: float, of: Doubt,
) -> Estimates:  # fmt: skip
    """The batch with Student's t interval and two-sided test of ``value``; all arrays of shape (trials,)."""
    error = np.sqrt(variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = stdtrit(degrees, 0.5 + share("level", level) / 2) * error
        p_value = 2 * stdtr(degrees, -np.abs(value / error))
    return refusals.estimates(
        estimand=estimand,
        label=label,
        method=method,
        p_value=p_value,
        n=n,
        interval=(value, value - half, value + half),
        of=of,
        level=level,
        standard_error=error,
    )


def _too_few(n1: FloatArray, n0: FloatArray) -> Refusals:
    refusals = Refusals(len(n1))
    refusals.add((n1 == 0) | (n0 == 0), "an arm has no customers")
    refusals.add((n1 < 2) | (n0 < 2), "an arm has fewer than 2 customers: its variance is not known")
    return refusals


def _columns(name: str, sample: Sample, dimensions: int) -> Columns:
    n = whole(f"{name}.n", sample.n).astype(np.float64)
    mean, variance = finite(f"{name}.mean", sample.mean), finite(f"{name}.variance", sample.variance)
    if (variance < 0).any():
        raise ValueError(f"{name}.variance must not be negative, got {variance.min()}")
    n, mean, variance = np.broadcast_arrays(n, mean, variance)
    if n.ndim > dimensions:
        raise ValueError(f"{name} must have at most {dimensions} dimensions, got shape {n.shape}")
    shape = (-1,) if dimensions == 1 else (-1, n.shape[-1] if n.ndim else 1)
    return n.reshape(shape), mean.reshape(shape), np.where(n < 2, 0.0, variance).reshape(shape)
