"""Several arms against one reference: p and intervals that hold for all arms together (Dunnett).

All comparisons share the reference, so their statistics are correlated, T_i and T_j by l_i l_j. Given the
reference's part and the common variance they are independent, so the chance that all lie within c is a double
integral however many arms there are. It is computed by Gauss-Legendre quadrature, for all trials at once;
scipy's `dunnett` integrates by random numbers, one trial at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root
from scipy.special import chdtri, gammaln, ndtr, stdtr
from scipy.special import xlogy as x_log_y

from sim.evidence.cells import Counts, Sample
from sim.evidence.contrasts import counted, measured, mover, z_of_mover
from sim.evidence.inputs import share
from sim.evidence.results import ONE_CUSTOMER, Doubt, Estimates, FloatArray, IntArray, Refusals

Variance = Literal["each", "pooled"]
CORRECTION = "Dunnett over {arms} arms against one reference (p adjusted and interval)"
TAIL = 1e-11  # of the law of the common variance that is left out
REFERENCE_NODES, VARIANCE_NODES = 32, 24  # at least
FARTHEST = 9.0  # of the reference's part, in standard deviations
BLOCK = 2_000_000  # numbers held at once
LARGEST_CRITICAL = 1e4


def dunnett_means(
    arms: Sequence[Sample], against: Sample, *, labels: Sequence[str], variance: Variance = "each",
    level: float = 0.95, of: Doubt = "trial",
) -> list[Estimates]:  # fmt: skip
    """Mean of each arm minus mean of the reference, corrected for the number of arms.

    Parameters
    ----------
    arms, against
        Sizes, means and variances (divisor n - 1), scalars or shape (trials,).
    labels
        What each comparison is called, one an arm.
    variance
        ``pooled``: one variance for all arms (Dunnett 1955, Journal of the American Statistical Association
        50, 1096-1121). ``each``: every arm its own, with Satterthwaite's degrees of freedom for each
        comparison and estimated correlations (Hasler and Hothorn 2008, Biometrical Journal 50, 793-800).

    Returns
    -------
    list of Estimates
        One an arm: simultaneous interval, p without and p with correction. Refused: an arm of fewer than 2
        customers, no spread in any arm or in an arm and the reference.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a size or variance negative, labels do not fit or there is no arm.
    """
    _labelled(arms, labels)
    n, mean, spread = measured([*arms, against])
    refusals = Refusals(len(n))
    refusals.add((n < 2).any(axis=1), "an arm has fewer than 2 customers: its variance is not known")
    size = np.maximum(n, 2.0)
    if variance == "pooled":
        degrees = (size - 1).sum(axis=1, keepdims=True)
        spread = np.broadcast_to(((size - 1) * spread).sum(axis=1, keepdims=True) / degrees, n.shape)
    part = spread / size
    squared = part[:, :-1] + part[:, -1:]
    refusals.add((squared <= 0).any(axis=1), "no spread in an arm and the reference: all their customers are alike")
    with np.errstate(invalid="ignore", divide="ignore"):
        if variance == "each":
            degrees = squared**2 / ((part**2 / (size - 1))[:, :-1] + (part**2 / (size - 1))[:, -1:])
        degrees = np.broadcast_to(degrees, squared.shape)
        error = np.sqrt(squared)
        value = mean[:, :-1] - mean[:, -1:]
        statistic = np.abs(value / error)
        loading = np.sqrt(part[:, -1:] / squared)
        alone = 2 * stdtr(degrees, -statistic)
    critical, adjusted = _corrected(statistic, loading, degrees, alone, level, refusals.codes == 0)
    half = critical * error
    spreads = "one variance for all arms" if variance == "pooled" else "each arm its own variance"
    return [
        refusals.estimates(
            estimand="mean_difference", label=label, p_value=alone[:, arm],
            method=f"Dunnett's t ({spreads})",
            n=n[:, arm] + n[:, -1], level=level, of=of, standard_error=error[:, arm], p_adjusted=adjusted[:, arm],
            interval=(value[:, arm], value[:, arm] - half[:, arm], value[:, arm] + half[:, arm]),
            family="Dunnett", correction=CORRECTION.format(arms=len(arms)),
        )
        for arm, label in enumerate(labels)
    ]  # fmt: skip


def dunnett_shares(
    arms: Sequence[Counts], against: Counts, *, labels: Sequence[str], level: float = 0.95, of: Doubt = "trial"
) -> list[Estimates]:
    """Share of each arm minus share of the reference, corrected for the number of arms.

    Returns
    -------
    list of Estimates
        One an arm: Newcombe's interval (method 10) with Dunnett's critical value in place of the normal one,
        and p from that interval, without and with correction (Schaarschmidt, Biesheuvel and Hothorn 2009,
        Journal of Biopharmaceutical Statistics 19, 292-310, who compare such intervals). Correlations from
        shares with one event and one customer without added. Asymptotic. Refused: an empty arm, no events in
        any arm, nobody without the event in any arm.

    Raises
    ------
    ValueError
        If counts are negative, broken or NaN, events exceed the size, labels do not fit or there is no arm.
    """
    _labelled(arms, labels)
    x, n = counted([*arms, against])
    refusals = Refusals(len(n))
    refusals.add((n == 0).any(axis=1), "an arm has no customers")
    refusals.add((n == 1).any(axis=1), ONE_CUSTOMER)
    refusals.add((x == 0).all(axis=1), "no events in any arm: a difference cannot be tested")
    refusals.add((x == n).all(axis=1), "every customer of all arms had the event: a difference cannot be tested")
    smoothed = (x + 1) / (n + 2)
    part = smoothed * (1 - smoothed) / (n + 2)
    loading = np.sqrt(part[:, -1:] / (part[:, :-1] + part[:, -1:]))
    weight = np.array([[1.0, -1.0]])
    pairs = [(x[:, [arm, -1]], n[:, [arm, -1]]) for arm in range(len(arms))]
    statistic = np.column_stack([z_of_mover(*pair, weight) for pair in pairs])
    alone, normal = 2 * ndtr(-statistic), np.full(statistic.shape, np.inf)
    critical, adjusted = _corrected(statistic, loading, normal, alone, level, refusals.codes == 0)
    size = np.maximum(n, 1)
    return [
        refusals.estimates(
            estimand="risk_difference", label=label, p_value=alone[:, arm],
            method="Newcombe hybrid score interval with Dunnett's critical value; p from the same interval",
            n=n[:, arm] + n[:, -1], level=level, of=of, p_adjusted=adjusted[:, arm],
            interval=(x[:, arm] / size[:, arm] - x[:, -1] / size[:, -1], *mover(*pairs[arm], weight, critical[:, arm])),
            family="Dunnett", correction=CORRECTION.format(arms=len(arms)),
        )
        for arm, label in enumerate(labels)
    ]  # fmt: skip


def all_within(critical: FloatArray, loading: FloatArray, degrees: FloatArray) -> FloatArray:
    """Chance that all |T| are at most ``critical``, shape (rows,).

    ``loading`` has shape (rows, arms): T_i and T_j are correlated by the product of theirs. ``degrees`` of
    shape (rows,); infinite for normal statistics.
    """
    chance = np.empty(len(critical))
    # Beside a small reference the other arms' parts are narrow, and more nodes are needed to see them.
    steepest = (loading / np.sqrt(1 - loading**2)).max(initial=1.0)
    nodes, weights = np.polynomial.legendre.leggauss(max(REFERENCE_NODES, int(np.ceil(2 * FARTHEST * steepest))))
    reference = FARTHEST / 2 * (1 + nodes)  # from 0: what is integrated is even
    density = FARTHEST * weights * np.exp(-(reference**2) / 2) / np.sqrt(2 * np.pi)
    at_once = max(1, BLOCK // (len(nodes) * VARIANCE_NODES * loading.shape[1]))
    for first in range(0, len(critical), at_once):
        part = slice(first, first + at_once)
        scale, mass = _scales(degrees[part])
        slope = loading[part, :, None, None] * reference
        reach = (critical[part, None] * scale)[:, None, :, None]
        rest = np.sqrt(1 - loading[part, :, None, None] ** 2)
        within = ndtr((slope + reach) / rest) - ndtr((slope - reach) / rest)
        chance[part] = np.einsum("rsz,rs,z->r", within.prod(axis=1), mass, density)
    return chance


def _scales(degrees: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and masses of the estimated over the true standard deviation, shape (rows, nodes)."""
    nodes, weights = np.polynomial.legendre.leggauss(VARIANCE_NODES)
    finite_degrees = np.where(np.isinf(degrees), 1.0, degrees)
    low, high = (np.sqrt(chdtri(finite_degrees, tail) / finite_degrees) for tail in (1 - TAIL, TAIL))
    scale = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * nodes
    freedom = finite_degrees[:, None]
    log_density = x_log_y(freedom - 1, scale) - freedom * scale**2 / 2
    log_density += freedom / 2 * np.log(freedom / 2) - gammaln(freedom / 2)
    mass = np.exp(log_density) * weights
    normal = np.isinf(degrees)[:, None]
    scale, mass = np.where(normal, 1.0, scale), np.where(normal, 1.0, mass)
    return scale, mass / mass.sum(axis=1, keepdims=True)


def _corrected(
    statistic: FloatArray, loading: FloatArray, degrees: FloatArray, alone: FloatArray, level: float,
    there: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Critical values and adjusted p for every trial and arm, shapes (trials, arms); NaN where not ``there``.

    ``alone`` are the p without correction: the corrected ones lie between them and Bonferroni's, whatever
    rounding is left of a chance near 0.
    """
    share("level", level)
    critical, adjusted = np.full(statistic.shape, np.nan), np.full(statistic.shape, np.nan)
    for arm in range(statistic.shape[1]):
        freedom = degrees[there, arm]
        adjusted[there, arm] = 1 - all_within(statistic[there, arm], loading[there], freedom)
        laws, law = np.unique(np.column_stack([loading[there], freedom]), axis=0, return_inverse=True)
        critical[there, arm] = _critical(laws[:, :-1], laws[:, -1], level)[law.reshape(-1)]
    return critical, np.clip(adjusted, alone, np.minimum(alone * statistic.shape[1], 1.0))


def _critical(loading: FloatArray, degrees: FloatArray, level: float) -> FloatArray:
    def excess(critical: FloatArray, row: FloatArray) -> FloatArray:
        rows: IntArray = row.astype(np.int64)
        return all_within(critical, loading[rows], degrees[rows]) - level

    rows = np.arange(len(loading), dtype=np.float64)
    ends = (np.zeros(len(rows)), np.full(len(rows), LARGEST_CRITICAL))
    found: FloatArray = find_root(excess, ends, args=(rows,), tolerances={"xrtol": 1e-10}).x
    return found


def _labelled(arms: Sequence[object], labels: Sequence[str]) -> None:
    if not arms or len(arms) != len(labels):
        raise ValueError(f"there must be an arm and a label for each, got {len(arms)} arms and {len(labels)} labels")
