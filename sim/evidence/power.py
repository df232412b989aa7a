"""Power, sample size and least detectable effect in closed form, for the two tests that have one.

The formula knows one world: independent customers, one share or mean and spread an arm. What it leaves out
(shared promotions, strata, several contrasts, merging of doubtful cells) is what simulation adds; where
nothing is left out the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit
from scipy.stats import binom, nct

from sim.evidence.inputs import share
from sim.evidence.results import FloatArray, Refused

REACH = 7.5  # standard deviations beyond which an outcome is too rare to count (1e-13)
MOST_OUTCOMES = 4_000_000  # pairs of counts that are gone through one by one; beyond, the normal formula
FAR = 7.0  # errors that an effect is away from 0; of the wrong side less than 1e-11 is then left
MOST_CUSTOMERS = 1e9
TOO_FAR = Refused("no effect that is possible is found so often")
TOO_MANY = Refused("more than a thousand million customers an arm")


class Sizes(NamedTuple):
    """Customers of the arm and of the one it is compared with; need not be whole in formulas."""

    arm: float
    against: float

    def times(self, factor: float) -> Sizes:
        """A trial so many times as large."""
        return Sizes(self.arm * factor, self.against * factor)


class Spread(NamedTuple):
    """Standard deviations of a metric in the arm and in the one it is compared with."""

    arm: float
    against: float


def share_power(arm: float, against: float, sizes: Sizes, *, alpha: float = 0.05) -> float:
    """Chance that the two-sided score test of two shares is significant.

    Parameters
    ----------
    arm, against
        True shares with the event, from 0 to 1.
    sizes
        Customers an arm; rounded to whole ones.
    alpha
        Two-sided.

    Returns
    -------
    float
        Exact, by going through all pairs of counts that can happen, where these are few enough (about 10,000 an
        arm); beyond, normal with the pooled variance in the test and each arm's own in the power (Fleiss, Levin
        and Paik 2003, equation 4.14, both tails).

    Raises
    ------
    ValueError
        If a share lies outside 0 to 1, ``alpha`` outside it, or an arm is empty.
    """
    share("alpha", alpha)
    n1, n0 = round(sizes.arm), round(sizes.against)
    if not (0 <= arm <= 1 and 0 <= against <= 1) or min(n1, n0) < 1:
        raise ValueError(f"shares must lie within 0 and 1 and arms hold customers, got {arm}, {against}, {sizes}")
    first, second = _likely(arm, n1), _likely(against, n0)
    if len(first) * len(second) > MOST_OUTCOMES:
        return normal_share_power(arm, against, Sizes(n1, n0), alpha)
    x1, x0 = first[:, None].astype(np.float64), second[None, :].astype(np.float64)
    total, events = float(n1 + n0), x1 + x0
    with np.errstate(invalid="ignore", divide="ignore"):
        chi_square = (x1 / n1 - x0 / n0) ** 2 * (total - 1) / (events * (1 - events / total) * total / (n1 * n0))
        significant = chdtrc(1, chi_square) <= alpha  # not a number where nobody or all had the event: refused
    return float(binom.pmf(first, n1, arm) @ significant @ binom.pmf(second, n0, against))


def _likely(p: float, n: int) -> np.ndarray:
    reach = REACH * np.sqrt(n * p * (1 - p)) + REACH**2 / 3  # the second part is for a few events
    low, high = max(0, int(n * p - reach)), min(n, int(n * p + reach) + 1)
    return np.arange(low, high + 1)


def normal_share_power(arm: float, against: float, sizes: Sizes, alpha: float) -> float:
    """The normal formula of `share_power`."""
    n1, n0 = sizes
    pooled = (n1 * arm + n0 * against) / (n1 + n0)
    if pooled in (0.0, 1.0):
        return 0.0
    tested = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0) * (n1 + n0) / (n1 + n0 - 1))
    spread: float = math.sqrt(arm * (1 - arm) / n1 + against * (1 - against) / n0)
    if spread == 0:
        return float(abs(arm - against) >= -ndtri(alpha / 2) * tested)
    return _both_tails(arm - against, -ndtri(alpha / 2) * tested, spread)


def _both_tails(effect: float, limit: float, spread: float) -> float:
    return float(ndtr((effect - limit) / spread) + ndtr((-effect - limit) / spread))


def mean_power(effect: float, spread: Spread, sizes: Sizes, *, alpha: float = 0.05) -> float:
    """Chance that Welch's two-sided test of two means is significant.

    Returns
    -------
    float
        Noncentral t with Satterthwaite's degrees of freedom at the true variances: exact in the limit for any
        amounts, near it for normal ones. 0 where neither arm has a spread (Welch is refused).

    Raises
    ------
    ValueError
        If a spread is negative, an arm holds fewer than 2 customers, or ``alpha`` lies outside 0 to 1.
    """
    share("alpha", alpha)
    n1, n0 = sizes
    if min(spread) < 0 or min(sizes) < 2:
        raise ValueError(f"spreads must not be negative and arms hold 2 customers, got {spread}, {sizes}")
    part1, part0 = spread.arm**2 / n1, spread.against**2 / n0
    error = math.sqrt(part1 + part0)
    if error == 0:
        return 0.0
    degrees: float = (part1 + part0) ** 2 / (part1**2 / (n1 - 1) + part0**2 / (n0 - 1))
    return t_power(effect / error, degrees, alpha)


def t_power(drift: float, degrees: float, alpha: float) -> float:
    """Chance that a two-sided t test is significant whose true effect is so many of its errors."""
    limit = float(stdtrit(degrees, 1 - alpha / 2))
    if degrees > 5000:  # the noncentral t is normal by then, and its series long
        return float(ndtr(drift - limit) + ndtr(-drift - limit))
    if drift == 0:
        return float(2 * stdtr(degrees, -limit))
    wrong = nct.cdf(-limit, degrees, abs(drift)) if abs(drift) < FAR else 0.0  # far out scipy's is not a number
    return float(nct.sf(limit, degrees, abs(drift)) + wrong)


def customers_needed(power_at: Callable[[float], float], *, power: float = 0.8) -> float | Refused:
    """How many times as large a trial must be for a power; the power must rise with the size.

    Parameters
    ----------
    power_at
        Power of a trial so many times as large as the one planned.
    power
        Wanted.
    """
    share("power", power)
    low, high = 1.0, 1.0
    while power_at(high) < power:
        low, high = high, high * 4
        if high > MOST_CUSTOMERS:
            return TOO_MANY
    while power_at(low) >= power:
        if low < 1e-3:
            return low
        low /= 4
    return float(np.exp(brentq(lambda u: power_at(float(np.exp(u))) - power, np.log(low), np.log(high), xtol=1e-4)))


def least_effect(power_at: Callable[[float], float], largest: float, *, power: float = 0.8) -> float | Refused:
    """The smallest effect found with a power.

    Parameters
    ----------
    power_at
        Power at an effect, rising from 0 to ``largest``, which may be negative.
    largest
        The largest that is possible.
    """
    share("power", power)
    if power_at(largest) < power:
        return TOO_FAR
    scale = brentq(lambda part: power_at(part * largest) - power, 0.0, 1.0, xtol=1e-6)
    return float(scale) * largest


def crossing(at: FloatArray, chance: FloatArray, wanted: float) -> float | None:
    """Where a curve of chances, read between its points on the probit scale, first reaches ``wanted``.

    Parameters
    ----------
    at, chance
        Points in the order in which chances rise, and the chances seen there.

    Returns
    -------
    float or None
        None where it does not within the points.
    """
    level = ndtri(np.clip(chance, 1e-6, 1 - 1e-6))
    goal = float(ndtri(wanted))
    for place in range(len(at)):
        if level[place] >= goal:
            if place == 0:
                return float(at[0])
            part = (goal - level[place - 1]) / (level[place] - level[place - 1])
            return float(at[place - 1] + part * (at[place] - at[place - 1]))
    return None
