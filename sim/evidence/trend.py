"""Does a share rise or fall with the dose? Cochran and Armitage's test, with the slope it is about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from sim.evidence.cells import Counts
from sim.evidence.contrasts import counted, mover
from sim.evidence.inputs import finite, share
from sim.evidence.results import Doubt, Estimates, Refusals

METHOD = "Cochran-Armitage test; least-squares slope with a sum of Wilson intervals (MOVER)"


def share_trend(arms: Sequence[Counts], doses: ArrayLike, *, level: float = 0.95, of: Doubt = "trial") -> Estimates:
    """Slope of a share over the dose, and the test that it is 0, in one trial or in many at once.

    Parameters
    ----------
    arms
        Events and sizes of each arm, scalars or shape (trials,).
    doses
        The arms' doses, shape (arms,), in any unit; the slope is a share a unit.

    Returns
    -------
    Estimates
        Value: least-squares slope, customers weighing the same; interval as
        `sim.evidence.contrasts.share_contrast` (the slope is a contrast of shares); p two-sided
        (Cochran 1954, Biometrics 10, 417-451; Armitage 1955, Biometrics 11, 375-386), exact level only for a
        straight line of no slope, power where the shares move in one direction. Refused: customers at one
        dose only, no events, everybody with the event.

    Raises
    ------
    ValueError
        If counts are broken, doses do not fit the arms, or all doses are equal.
    """
    x, n = counted(arms)
    dose = finite("doses", doses)
    if dose.shape != (x.shape[1],) or np.ptp(dose) == 0:
        raise ValueError(f"there must be a dose for each of {x.shape[1]} arms, not all of them equal")
    total, events = n.sum(axis=1, keepdims=True), x.sum(axis=1, keepdims=True)
    centred = dose - (n * dose).sum(axis=1, keepdims=True) / np.maximum(total, 1)
    squares = (n * centred**2).sum(axis=1)
    refusals = Refusals(len(x))
    refusals.add(squares <= 0, "customers of one dose only: there is no trend to see")
    refusals.add(events[:, 0] == 0, "no events in any arm: a trend cannot be tested")
    refusals.add((events == total)[:, 0], "every customer had the event: a trend cannot be tested")
    weight = n * centred / np.where(squares > 0, squares, 1.0)[:, None]
    pooled = (events / np.maximum(total, 1))[:, 0]
    value = (weight * x / np.maximum(n, 1)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_square = value**2 * squares / (pooled * (1 - pooled))
    low, high = mover(x, n, weight, np.full(len(x), ndtri(0.5 + share("level", level) / 2)))
    return refusals.estimates(
        estimand="share_slope", label="slope of the share over the dose", method=METHOD, level=level, of=of,
        p_value=chdtrc(1, chi_square), n=total[:, 0], interval=(value, low, high),
    )  # fmt: skip
