"""An Emax curve through the arms of a dose-response trial, and the least dose whose effect is enough.

Effect at dose d: e0 + emax d / (ed50 + d). Given ed50 the rest is a straight line in d / (ed50 + d), so the fit
is a search over one number, made for all trials at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, chdtri

from sim.evidence.cells import Counts
from sim.evidence.contrasts import counted
from sim.evidence.inputs import finite, share, whole
from sim.evidence.results import Doubt, Estimates, FloatArray, IntArray, Refusals

STEEPEST, FLATTEST = 1e-4, 1e3  # ed50 over the largest dose: beyond, the curve is a step, or a straight line
GRID = 240
GOLDEN = (np.sqrt(5) - 1) / 2
SECTIONS = 60  # of a golden-section search: to the last digits
OUTSIDE = 1e12  # larger than any dose
METHOD = "Emax curve by weighted least squares; likelihood-ratio interval; p: do the arms differ at all"


class Curve(NamedTuple):
    """The best curve of each trial; all of shape (trials,). ``deviance`` is what it leaves unexplained."""

    e0: FloatArray
    emax: FloatArray
    ed50: FloatArray
    deviance: FloatArray


class _Arms(NamedTuple):
    """Estimates and weights by trial and arm, shape (trials, arms), with the doses, shape (arms,)."""

    value: FloatArray
    weight: FloatArray
    dose: FloatArray

    def line(self, log_ed50: FloatArray) -> tuple[Curve, FloatArray]:
        """The best curve of a given ed50, shape (trials,), and the variance of its emax."""
        ed50 = np.exp(log_ed50)
        risen = self.dose / (ed50[:, None] + self.dose)
        total = self.weight.sum(axis=1, keepdims=True)
        centre = (self.weight * risen).sum(axis=1, keepdims=True) / total
        mean = (self.weight * self.value).sum(axis=1, keepdims=True) / total
        squares = (self.weight * (risen - centre) ** 2).sum(axis=1)
        emax = (self.weight * (risen - centre) * (self.value - mean)).sum(axis=1) / squares
        fitted = mean + emax[:, None] * (risen - centre)
        deviance = (self.weight * (self.value - fitted) ** 2).sum(axis=1)
        return Curve((mean - emax[:, None] * centre)[:, 0], emax, ed50, deviance), 1 / squares


class Doses(NamedTuple):
    """Where the doses lie that still fit, for a given ed50: the least and the largest, shape (trials,)."""

    least: FloatArray
    largest: FloatArray


def emax_curve(values: ArrayLike, standard_errors: ArrayLike, doses: ArrayLike) -> Curve:
    """The Emax curve closest to the arms' estimates, each weighed by 1 / squared standard error.

    Shapes and errors as `least_dose`, which says where the fit is worth nothing. The second stage of Pinheiro,
    Bornkamp, Glimm and Bretz 2014 (Statistics in Medicine 33, 1646-1661) with independent arms.
    """
    return _fit(_checked(values, standard_errors, doses))[0]


def least_dose(
    values: ArrayLike, standard_errors: ArrayLike, doses: ArrayLike, customers: ArrayLike, *,
    of_largest: float | None = None, size: float | None = None, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """The smallest dose whose effect against dose 0 is enough, on an Emax curve.

    Parameters
    ----------
    values, standard_errors
        Mean or share of each arm and its standard error, shape (arms,) or (trials, arms).
    doses
        The arms' doses, shape (arms,), at least 3 different ones of 0 or more.
    customers
        Customers of each trial, scalar or shape (trials,).
    of_largest
        Enough is this share of the effect of the largest dose tried (Bretz, Pinheiro and Branson 2005,
        Biometrics 61, 738-748).
    size
        Or enough is an effect of this size, negative where lower is better.

    Returns
    -------
    Estimates
        Interval: doses that a likelihood-ratio test with 1 degree of freedom does not reject (profile over
        all else; Venzon and Moolgavkar 1988, Applied Statistics 37, 87-94). p is that of equal arms
        (chi-square, Cochran 1954): a dose cannot be 0. Refused: an arm without a standard error, no curve
        better than a step or a straight line, every ed50 fits, the effect or the interval's end lies beyond
        the largest dose.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is infinite, fewer than 3 doses differ, one is negative, or not exactly
        one of ``of_largest`` and ``size`` is given.
    """
    arms = _checked(values, standard_errors, doses)
    dose_of, name = _enough(float(arms.dose.max()), of_largest, size)
    refusals = Refusals(len(arms.value))
    refusals.add(arms.weight.min(axis=1) == 0, "an arm has no standard error: too few customers or no spread")
    weight = np.where((arms.weight > 0).all(axis=1, keepdims=True), arms.weight, 1.0)
    arms = arms._replace(weight=weight)
    best, on_grid = _fit(arms)
    edge = np.argmin(on_grid, axis=1)
    refusals.add(edge == 0, "the smallest dose has all of the effect: smaller ones would be needed to see more")
    refusals.add(edge == GRID - 1, "the effect grows in a straight line up to the largest dose: no maximum is seen")
    reach = best.deviance + float(chdtri(1, 1 - share("level", level)))
    fits = on_grid <= reach[:, None]
    refusals.add(fits.all(axis=1), "the data cannot tell a step from a straight line: every curve fits")

    def doses_that_fit(log_ed50: FloatArray) -> Doses:
        curve, variance = arms.line(log_ed50)
        slack = reach - curve.deviance
        wide = np.sqrt(variance * np.maximum(slack, 0.0))
        ends = [dose_of(curve.ed50, curve.emax + side * wide) for side in (-1, 1)]
        fails = OUTSIDE * (1 - slack)  # larger, the worse the fit, so that a search finds its way
        return Doses(np.where(slack < 0, fails, np.minimum(*ends)), np.where(slack < 0, -fails, np.maximum(*ends)))

    value = dose_of(best.ed50, best.emax)
    low = _lowest(lambda ed50: doses_that_fit(ed50).least, arms)
    high = -_lowest(lambda ed50: -doses_that_fit(ed50).largest, arms)
    beyond = arms.dose.max()
    refusals.add(value > beyond, "an effect of that size is not reached by the largest dose")
    refusals.add(high > beyond, "the interval has no end within the doses tried: the effect may never be that large")
    mean = (arms.weight * arms.value).sum(axis=1, keepdims=True) / arms.weight.sum(axis=1, keepdims=True)
    differ = (arms.weight * (arms.value - mean) ** 2).sum(axis=1)
    return refusals.estimates(
        estimand="least_dose", label=name, method=METHOD, p_value=chdtrc(arms.value.shape[1] - 1, differ),
        n=np.broadcast_to(whole("customers", customers), differ.shape), interval=(value, low, high), level=level, of=of,
    )  # fmt: skip


def least_dose_of_shares(
    arms: Sequence[Counts], doses: ArrayLike, *,
    of_largest: float | None = None, size: float | None = None, level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """`least_dose` of shares, with each arm's binomial standard error.

    Parameters
    ----------
    arms
        Events and sizes of each arm, scalars or shape (trials,).
    doses, of_largest, size, level, of
        As `least_dose`.
    """
    events, n = counted(arms)
    share_of_arm = events / np.maximum(n, 1)
    errors = np.sqrt(share_of_arm * (1 - share_of_arm) / np.maximum(n, 1))
    return least_dose(share_of_arm, errors, doses, n.sum(axis=-1), of_largest=of_largest, size=size, level=level, of=of)


def _checked(values: ArrayLike, standard_errors: ArrayLike, doses: ArrayLike) -> _Arms:
    value, error = np.atleast_2d(finite("values", values)), np.atleast_2d(finite("standard_errors", standard_errors))
    dose = finite("doses", doses)
    if value.shape != error.shape or dose.shape != value.shape[1:] or (error < 0).any():
        raise ValueError("values, standard errors (0 or more) and doses must have one entry an arm")
    if (dose < 0).any() or len(np.unique(dose)) < 3:
        raise ValueError(f"an Emax curve needs at least 3 different doses of 0 or more, got {dose.tolist()}")
    with np.errstate(divide="ignore"):
        return _Arms(value, np.where(error > 0, 1 / error**2, 0.0), dose)


def _enough(
    largest: float, of_largest: float | None, size: float | None
) -> tuple[Callable[[FloatArray, FloatArray], FloatArray], str]:
    """From (ed50, emax) to the dose whose effect is enough, and what that dose is called."""
    if (of_largest is None) == (size is None):
        raise ValueError("say what is enough: either of_largest or size")
    if of_largest is not None:
        wanted = share("of_largest", of_largest)

        def of_the_largest(ed50: FloatArray, emax: FloatArray) -> FloatArray:  # emax cancels out
            return wanted * largest * ed50 / (ed50 + largest * (1 - wanted))

        return of_the_largest, f"smallest dose with {wanted:.0%} of the largest dose's effect"
    aimed = float(finite("size", size))  # type: ignore[arg-type]
    if aimed == 0:
        raise ValueError("an effect of size 0 is reached by no dose")

    def of_that_size(ed50: FloatArray, emax: FloatArray) -> FloatArray:
        over = emax / aimed - 1
        dose: FloatArray = np.full(over.shape, OUTSIDE)
        np.divide(ed50, over, out=dose, where=over > 0)
        return dose

    return of_that_size, f"smallest dose with an effect of {aimed:g}"


def _grid(arms: _Arms) -> FloatArray:
    grid: FloatArray = np.log(arms.dose.max()) + np.linspace(np.log(STEEPEST), np.log(FLATTEST), GRID)
    return grid


def _fit(arms: _Arms) -> tuple[Curve, FloatArray]:
    """The best curve, and the deviances over the grid of ed50, shape (trials, GRID)."""
    found = _search(lambda log_ed50: arms.line(log_ed50)[0].deviance, arms)
    on_grid = [arms.line(np.full(len(arms.value), log_ed50))[0].deviance for log_ed50 in _grid(arms)]
    return arms.line(found)[0], np.column_stack(on_grid)


def _lowest(function: Callable[[FloatArray], FloatArray], arms: _Arms) -> FloatArray:
    return function(_search(function, arms))


def _search(function: Callable[[FloatArray], FloatArray], arms: _Arms) -> FloatArray:
    """The log ed50 of the lowest value: the best of the grid, then golden sections between its neighbours."""
    grid = _grid(arms)
    on_grid = np.column_stack([function(np.full(len(arms.value), log_ed50)) for log_ed50 in grid])
    best: IntArray = np.argmin(on_grid, axis=1)
    left, right = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, GRID - 1)]
    for _ in range(SECTIONS):
        inner, outer = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        falls = function(inner) > function(outer)
        left, right = np.where(falls, inner, left), np.where(falls, right, outer)
    # where the lowest value lies at the edge of what fits, one end of the last section is still inside
    lowest: FloatArray = np.where(function(left) < function(right), left, right)
    return lowest
