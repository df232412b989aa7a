"""Linear contrasts of arms: pooled arms, several arms against others, and the effects of a factorial design.

A contrast is a sum of weights times the arms' means or shares; the weights add up to 0, so it says how arms
differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from sim.evidence.cells import Counts, Sample
from sim.evidence.inputs import finite, share, whole
from sim.evidence.results import ONE_CUSTOMER, Doubt, Estimates, FloatArray, IntArray, Refusals

MOVER = "sum of Wilson intervals (MOVER); p from the same interval"
WELCH = "Welch-Satterthwaite t interval and test (unequal variances)"
FACTORIAL: Mapping[str, tuple[float, ...]] = {
    # cells in the order: neither, first only, second only, both
    "first": (-0.5, 0.5, -0.5, 0.5),
    "second": (-0.5, -0.5, 0.5, 0.5),
    "interaction": (1.0, -1.0, -1.0, 1.0),
}
LARGEST_Z = 38.0  # beyond it p is 0 in floating point
HALVINGS = 60
ROUNDING = 1e-9


def mean_contrast(
    arms: Sequence[Sample], weights: ArrayLike, *, label: str, level: float = 0.95, of: Doubt = "trial"
) -> Estimates:
    """Weighted sum of the arms' means, in one trial or in many at once.

    Parameters
    ----------
    arms
        Sizes, means and variances (divisor n - 1) of each arm, scalars or shape (trials,).
    weights
        One an arm, shape (arms,), or one a trial and arm, shape (trials, arms). Arms of weight 0 say nothing.
    label
        What is compared, in words.

    Returns
    -------
    Estimates
        value = sum w m, variance = sum w^2 s^2 / n, t with the degrees of freedom of Satterthwaite 1946
        (Biometrics Bulletin 2, 110-114); with weights 1 and -1 it is Welch's test. Refused: an arm of fewer
        than 2 customers, no spread.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a size or variance is negative, or weights do not fit,
        are all 0 or do not add up to 0.
    """
    n, mean, variance = measured(arms)
    weight, n, refusals = _weighed(weights, n)
    refusals.add(((n < 2) & (weight != 0)).any(axis=1), "an arm has fewer than 2 customers: its variance is not known")
    part = weight**2 * np.where(n < 2, 0.0, variance) / np.maximum(n, 1)
    spread = part.sum(axis=1)
    refusals.add(spread <= 0, "no spread in any arm: every customer of an arm has the same value")
    value, error = (weight * mean).sum(axis=1), np.sqrt(spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = spread**2 / (part**2 / np.maximum(n - 1, 1)).sum(axis=1)
        half = stdtrit(degrees, 0.5 + share("level", level) / 2) * error
        p_value = 2 * stdtr(degrees, -np.abs(value / error))
    return refusals.estimates(
        estimand="mean_contrast", label=label, method=WELCH, p_value=p_value, n=(n * (weight != 0)).sum(axis=1),
        interval=(value, value - half, value + half), level=level, of=of, standard_error=error,
    )  # fmt: skip


def share_contrast(
    arms: Sequence[Counts], weights: ArrayLike, *, label: str, level: float = 0.95, of: Doubt = "trial"
) -> Estimates:
    """Weighted sum of the arms' shares, in one trial or in many at once.

    Parameters
    ----------
    arms
        Events and sizes of each arm, scalars or shape (trials,).
    weights, label
        As `mean_contrast`.

    Returns
    -------
    Estimates
        Interval by adding up Wilson's intervals (l, u) of the arms' shares p: its lower end is
        sum w p - sqrt(sum w^2 (p - l)^2), with u for l where w is negative (Zou, Huang and Zhang 2009,
        Computational Statistics and Data Analysis 53, 1080-1085); with weights 1 and -1 it is Newcombe's
        method 10. p is the level at which that interval begins to hold 0. Refused: an empty
        arm, no events in any arm, nobody without the event in any arm.

    Raises
    ------
    ValueError
        If counts are negative, broken or NaN, events exceed the size, or weights do not fit,
        are all 0 or do not add up to 0.
    """
    x, n = counted(arms)
    weight, n, refusals = _weighed(weights, n)
    counting = weight != 0
    refusals.add(((n == 0) & counting).any(axis=1), "an arm has no customers")
    refusals.add(((n == 1) & counting).any(axis=1), ONE_CUSTOMER)
    refusals.add(~((x > 0) & counting).any(axis=1), "no events in any arm: a difference cannot be tested")
    refusals.add(~((x < n) & counting).any(axis=1), "every customer of all arms had the event: nothing to compare")
    low, high = mover(x, n, weight, np.full(len(x), ndtri(0.5 + share("level", level) / 2)))
    value: FloatArray = (weight * x / np.maximum(n, 1)).sum(axis=1)
    return refusals.estimates(
        estimand="risk_contrast", label=label, method=MOVER, p_value=2 * ndtr(-z_of_mover(x, n, weight)),
        n=(n * counting).sum(axis=1), interval=(value, low, high), level=level, of=of,
    )  # fmt: skip


def mover(x: FloatArray, n: FloatArray, weight: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Limits of a weighted sum of shares, shapes (trials, arms) and z (trials,) -> (trials,)."""
    size = np.maximum(n, 1.0)
    estimate, squared = x / size, (z**2)[:, None]
    centre = (x + squared / 2) / (size + squared)
    half = np.abs(z)[:, None] / (size + squared) * np.sqrt(x * (size - x) / size + squared / 4)
    # at 0 and 1 the limit is exact; elsewhere rounding must not carry it over the estimate
    below = np.maximum(estimate - np.where(x == 0, 0.0, centre - half), 0.0)
    above = np.maximum(np.where(x == size, 1.0, centre + half) - estimate, 0.0)
    down, up = np.where(weight > 0, below, above), np.where(weight > 0, above, below)
    value = (weight * estimate).sum(axis=1)
    return (
        value - np.sqrt(((weight * down) ** 2).sum(axis=1)),
        value + np.sqrt(((weight * up) ** 2).sum(axis=1)),
    )


def counted(arms: Sequence[Counts]) -> tuple[FloatArray, FloatArray]:
    """Events and sizes of all arms, shape (trials, arms); errors as `share_contrast`."""
    x, n = (_beside(whole(f"{field} of an arm", getattr(arm, field)) for arm in arms) for field in Counts._fields)
    x, n = np.broadcast_arrays(x, n)
    if (x > n).any():
        raise ValueError("an arm has more events than customers")
    return x, n


def measured(arms: Sequence[Sample]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sizes, means and variances of all arms, shape (trials, arms); errors as `mean_contrast`."""
    n = _beside(whole("n of an arm", arm.n) for arm in arms)
    mean, variance = (_beside(finite(f"{field} of an arm", getattr(arm, field)) for arm in arms)
                      for field in ("mean", "variance"))  # fmt: skip
    if (variance < 0).any():
        raise ValueError(f"variances must not be negative, got {variance.min()}")
    n, mean, variance = np.broadcast_arrays(n, mean, variance)
    return n, mean, variance


def _beside(columns: Iterable[FloatArray | IntArray]) -> FloatArray:
    """One column an arm, shape (trials, arms)."""
    arrays = [np.atleast_1d(column).astype(np.float64) for column in columns]
    if any(array.ndim != 1 for array in arrays):
        raise ValueError("numbers of an arm must be scalars or of shape (trials,)")
    return np.column_stack(np.broadcast_arrays(*arrays))


def pooled_counts(arms: Sequence[Counts]) -> Counts:
    """Arms counted as one: each customer weighs the same, whatever the sizes of the arms."""
    return Counts(sum(whole("events", arm.events) for arm in arms), sum(whole("n", arm.n) for arm in arms))


def pooled_sample(arms: Sequence[Sample]) -> Sample:
    """Arms taken as one, with the spread between their means as part of the variance."""
    n, mean, variance = (
        np.stack(np.broadcast_arrays(*(finite(field, getattr(arm, field)) for arm in arms))) for field in Sample._fields
    )
    total = n.sum(axis=0)
    centre = (n * mean).sum(axis=0) / np.maximum(total, 1)
    squares = (np.maximum(n - 1, 0) * variance + n * (mean - centre) ** 2).sum(axis=0)
    return Sample(total, centre, squares / np.maximum(total - 1, 1))


def factorial_means(cells: Sequence[Sample], *, names: tuple[str, str], level: float = 0.95) -> dict[str, Estimates]:
    """Main effects and interaction of two factors, each given or not, on a mean.

    ``cells`` in the order: neither, first only, second only, both; ``names`` are the factors'. A main effect
    is the mean of the factor's effects with and without the other; the interaction is how much the second
    changes the effect of the first. Keys: ``first``, ``second``, ``interaction``; each as `mean_contrast`.
    """
    return _factorial(lambda weights, label: mean_contrast(cells, weights, label=label, level=level), cells, names)


def factorial_shares(cells: Sequence[Counts], *, names: tuple[str, str], level: float = 0.95) -> dict[str, Estimates]:
    """As `factorial_means`, on a share; each as `share_contrast`."""
    return _factorial(lambda weights, label: share_contrast(cells, weights, label=label, level=level), cells, names)


def _factorial(
    contrast: Callable[[ArrayLike, str], Estimates], cells: Sequence[object], names: tuple[str, str]
) -> dict[str, Estimates]:
    if len(cells) != 4:
        raise ValueError(f"two factors make 4 cells (neither, first only, second only, both), got {len(cells)}")
    first, second = names
    labels = {
        "first": f"main effect of {first}, mean over with and without {second}",
        "second": f"main effect of {second}, mean over with and without {first}",
        "interaction": f"interaction: what {second} adds to the effect of {first}",
    }
    return {effect: contrast(weights, labels[effect]) for effect, weights in FACTORIAL.items()}


def _weighed(weights: ArrayLike, n: IntArray | FloatArray) -> tuple[FloatArray, FloatArray, Refusals]:
    weight = np.atleast_2d(finite("weights", weights))
    if weight.shape[1] != n.shape[1] or (weight == 0).all(axis=1).any():
        raise ValueError(f"there must be a weight for each of {n.shape[1]} arms, not all of them 0")
    if (np.abs(weight.sum(axis=1)) > ROUNDING * np.abs(weight).max(axis=1)).any():
        raise ValueError("the weights of a contrast must add up to 0")
    weight, size = np.broadcast_arrays(weight, n.astype(np.float64))
    return weight, size, Refusals(len(size))


def z_of_mover(x: FloatArray, n: FloatArray, weight: FloatArray) -> FloatArray:
    """The z at which the end of `mover`'s interval meets 0, shape (trials,), by halving: it widens with z."""
    inside, outside = np.full(len(x), LARGEST_Z), np.zeros(len(x))
    for _ in range(HALVINGS):
        z = (inside + outside) / 2
        low, high = mover(x, n, weight, z)
        holds = (low <= 0) & (high >= 0)
        inside, outside = np.where(holds, z, inside), np.where(holds, outside, z)
    return np.asarray((inside + outside) / 2, dtype=np.float64)
