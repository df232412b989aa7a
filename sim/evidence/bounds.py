"""Group-sequential bounds from error spending, and what a design with them may be expected to do.

z is counted in the direction that is better: a trial stops for benefit above its upper bound, for harm or
for futility below the lower ones. Errors are one-sided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.optimize.elementwise import find_root

from sim.evidence.inputs import finite, share
from sim.evidence.looks import FARTHEST, REACH, Going, Walk
from sim.evidence.results import FloatArray, IntArray
from sim.evidence.spending import Spending

NOTHING = 1e-300  # an error this small is no error: at such a look there is no bound


@dataclass(frozen=True, slots=True)
class Harm:
    """Stop when the trial does harm: error ``alpha``, spent under an effect of 0."""

    alpha: float = 0.025
    spending: Spending = field(default_factory=Spending)


@dataclass(frozen=True, slots=True)
class Futility:
    """Stop when a stated effect is no longer to be expected: error ``beta``, spent under ``effect``.

    ``effect`` is the effect planned for, in the metric's unit and counted in the better direction. A
    ``binding`` bound must be followed: the upper bound is lowered for it. One that is not binding may be
    ignored, and the level holds all the same.
    """

    effect: float
    beta: float = 0.2
    spending: Spending = field(default_factory=Spending)
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """When a trial that is looked at several times stops; ``alpha`` is the one-sided error for benefit."""

    alpha: float = 0.025
    spending: Spending = field(default_factory=Spending)
    harm: Harm | None = None
    futility: Futility | None = None

    def __post_init__(self) -> None:
        share("alpha", 2 * self.alpha)
        if self.harm is not None:
            share("harm alpha", 2 * self.harm.alpha)
        if self.futility is not None:
            share("beta", self.futility.beta)
            if not 0 < self.futility.effect < np.inf:
                raise ValueError(f"the effect planned for must be positive, got {self.futility.effect}")


class Bounds(NamedTuple):
    """Bounds of z at every look; all of shape (rows, looks). Where there is none, it is infinite.

    At the last look ``futility`` equals ``benefit``: what is not shown there is not shown.
    """

    information: FloatArray
    benefit: FloatArray
    harm: FloatArray
    futility: FloatArray

    @property
    def lower(self) -> FloatArray:
        """Below it the trial stops."""
        return np.maximum(self.harm, self.futility)


class Operating(NamedTuple):
    """Chances to stop at each look and what for, shape (rows, looks); the other two of shape (rows,)."""

    benefit: FloatArray
    harm: FloatArray
    futility: FloatArray
    power: FloatArray
    expected_information: FloatArray


def bounds(design: Design, information: ArrayLike, *, planned: ArrayLike | None = None) -> Bounds:
    """Bounds of a design, for one schedule of looks or many at once.

    Parameters
    ----------
    design
        Errors and how they are spent.
    information
        1 / variance of the estimate at each look, shape (looks,) or (rows, looks); ascending. Shares of the
        whole serve as well; then effects are in units of the last look's standard error.
    planned
        Information planned for the end, scalar or shape (rows,): errors are spent by the share of it seen
        so far, and the last look spends all that is left. Default: the information of the last look.

    Returns
    -------
    Bounds
        At each look the upper bound is where the chance under an effect of 0 to pass it now for the first
        time equals the error spent now (Lan and DeMets 1983); the lower ones likewise, futility under the
        effect planned for. Integration as in `sim.evidence.looks`.

    Raises
    ------
    ValueError
        If information does not ascend from above 0, or ``planned`` is not positive.
    """
    steps = _schedule(information)
    time = _shares_seen(steps, planned)
    alpha = _increments(design.spending, design.alpha, time)
    walk = Walk(steps, REACH)
    benefit, harm, futility = np.full(steps.shape, np.inf), np.full(steps.shape, -np.inf), np.full(steps.shape, -np.inf)
    for_alpha = for_beta = walk.start()
    for look in range(steps.shape[1]):
        now = steps[:, look]
        benefit[:, look] = _bound(for_alpha, now, alpha[:, look], 0.0, above=True)
        if design.harm is not None:
            error = _increments(design.harm.spending, design.harm.alpha, time)[:, look]
            harm[:, look] = _bound(for_alpha, now, error, 0.0, above=False)
        stop = harm[:, look]
        if design.futility is not None:
            beta = _increments(design.futility.spending, design.futility.beta, time)[:, look]
            least = _bound(for_beta, now, beta, design.futility.effect, above=False)
            last = look == steps.shape[1] - 1
            futility[:, look] = benefit[:, look] if last else np.minimum(least, benefit[:, look])
            for_beta = walk.onwards(for_beta, look, np.maximum(stop, futility[:, look]), benefit[:, look])
            if design.futility.binding:
                stop = np.maximum(stop, futility[:, look])
        for_alpha = walk.onwards(for_alpha, look, stop, benefit[:, look])
    return Bounds(steps, benefit, harm, futility)


def operating(limits: Bounds, effect: float) -> Operating:
    """Chances to stop at each look under ``effect`` (better direction), power and expected information.

    By the same integration as the bounds (Jennison and Turnbull 2000, chapter 19); every bound is
    followed, binding or not. Multiply ``expected_information`` by customers a unit of information for the
    expected sample size.
    """
    steps = limits.information
    drift = np.full(len(steps), float(finite("effect", effect)))
    walk = Walk(steps, REACH + float(np.abs(drift).max() * np.sqrt(steps.max())))
    benefit, harm, futility = np.zeros(steps.shape), np.zeros(steps.shape), np.zeros(steps.shape)
    going = walk.start()
    for look in range(steps.shape[1]):
        now = steps[:, look]
        benefit[:, look] = going.chance(now, limits.benefit[:, look], drift, above=True)
        harm[:, look] = going.chance(now, limits.harm[:, look], drift, above=False)
        futility[:, look] = going.chance(now, limits.lower[:, look], drift, above=False) - harm[:, look]
        going = walk.onwards(going, look, limits.lower[:, look], limits.benefit[:, look])
    stops = benefit + harm + futility
    unstopped = 1 - stops[:, :-1].sum(axis=1)  # whatever happens, the last look is the end
    expected = (stops[:, :-1] * steps[:, :-1]).sum(axis=1) + unstopped * steps[:, -1]
    return Operating(benefit, harm, futility, benefit.sum(axis=1), expected)


def needed_information(design: Design, shares: ArrayLike, *, effect: float, power: float) -> float:
    """Information at the last look with which ``effect`` is shown with chance ``power``.

    ``shares`` are the shares of it at the looks, ascending to 1. Over the information of a single look it
    is the inflation factor that tables of designs print.

    Raises
    ------
    ValueError
        As `bounds`, and if ``power`` lies outside 0 to 1 or ``effect`` is not positive.
    """
    time = _schedule(shares)[0]
    share("power", power)
    if time[-1] != 1 or not 0 < effect < np.inf:
        raise ValueError("shares must end with 1 and the effect must be positive")

    def missing(scale: float) -> float:
        information = time * scale**2 / effect**2
        return float(operating(bounds(design, information), effect).power[0]) - power

    return float(brentq(missing, 0.5, 12.0, xtol=1e-10) ** 2) / effect**2


def _shares_seen(information: FloatArray, planned: ArrayLike | None) -> FloatArray:
    """Share of the planned information at each look, at most 1 and 1 at the last; shape (rows, looks)."""
    whole = information[:, -1] if planned is None else np.broadcast_to(finite("planned", planned), len(information))
    if (whole <= 0).any():
        raise ValueError("planned information must be positive")
    time = np.minimum(information / whole[:, None], 1.0)
    time[:, -1] = 1.0
    return time


def _schedule(information: ArrayLike) -> FloatArray:
    steps = np.atleast_2d(finite("information", information))
    if steps.ndim != 2 or steps.size == 0 or (np.diff(steps, axis=1, prepend=0.0) <= 0).any():
        raise ValueError("information must ascend from above 0 from look to look")
    return steps


def _increments(spending: Spending, error: float, time: FloatArray) -> FloatArray:
    return np.diff(spending.spent(error, time), axis=1, prepend=0.0)


def _bound(going: Going, information: FloatArray, error: FloatArray, effect: float, *, above: bool) -> FloatArray:
    """The z beyond which those who came here are found with chance ``error``, shape (rows,)."""

    def excess(bound: FloatArray, row: FloatArray) -> FloatArray:
        index: IntArray = row.astype(np.int64)
        drift = np.full(index.shape, effect)
        chance = going.rows(index).chance(information[index], bound, drift, above=above)
        return np.log(np.maximum(chance, NOTHING)) - np.log(np.maximum(error[index], NOTHING))

    rows = np.arange(len(information), dtype=np.float64)
    ends = (np.full(len(rows), -FARTHEST), np.full(len(rows), FARTHEST))
    found = find_root(excess, ends, args=(rows,))
    never, always = (np.inf, -np.inf) if above else (-np.inf, np.inf)
    # Where all who came here are fewer than the error, all of them may stop.
    bound: FloatArray = np.where(error <= NOTHING, never, np.where(found.success, found.x, always))
    return bound
