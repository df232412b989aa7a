"""The closed form beside a simulated design, one contrast in one metric, where there is one (docs/power.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from sim.evidence.clusters import NOT_BY_CIRCLE
from sim.evidence.power import Sizes, Spread, customers_needed, least_effect, mean_power, share_power
from sim.evidence.power_by_cluster import clustered_power, correlation_turned, design_effect
from sim.evidence.results import Refused
from sim.experiment.circle_sums import CircleCells
from sim.experiment.operating import COST, is_share

if TYPE_CHECKING:
    from sim.experiment.operating import Operating
    from sim.planning.power_points import Number
    from sim.scenario.experiment_schema import Contrast

EFFECTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Of the effect that a normal estimate with the placebo's noise finds with the wanted power."""
MOST_OF_SHARE = 0.98
BETTER_LOWER = ("churn_rate", COST)
STRATA_HAVE_NO_FORMULA = Refused("arms are compared within strata: no formula knows how the strata differ")


def formula_of(operating: Operating, name: str, contrast: Contrast) -> Formula:
    """The closed form that follows the design."""
    return (FormulaByCircle if operating.by_circle else Formula)(operating, name, contrast)


class Formula:
    """The closed form of one contrast's test, where there is one."""

    def __init__(self, operating: Operating, name: str, contrast: Contrast) -> None:
        self.share, self.alpha = is_share(name), operating.experiment.alpha
        self.refused = STRATA_HAVE_NO_FORMULA if operating.stratified else None
        means = operating.means(name)
        self.against = means[contrast.against]
        self.reference = operating.reference_level(name)
        self.untouched = operating.placebo_level(name, contrast.arm)
        self.spread = Spread(operating.spread(name, contrast.arm), operating.spread(name, contrast.against))
        still = operating.spread(name, operating.experiment.reference)
        self.still = Spread(still, still)
        self.lower = name in BETTER_LOWER

    def at(self, effect: float | None, sizes: Sizes) -> Number | None:
        """Power at an effect on top of what the contrast's other arm has."""
        return self._power(effect, sizes, self.against, self.spread)

    def from_reference(self, effect: float | None, sizes: Sizes) -> Number | None:
        """Power at an effect on top of the reference, the spread of which both arms have."""
        return self._power(effect, sizes, self.reference, self.still)

    def _power(self, effect: float | None, sizes: Sizes, level: float, spread: Spread) -> Number | None:
        if effect is None:
            return None
        if self.refused is not None:
            return self.refused
        if self.share:
            return share_power(min(1.0, max(0.0, level + effect)), level, sizes, alpha=self.alpha)
        return mean_power(effect, spread, sizes, alpha=self.alpha)

    def needed(self, effect: float, planned: Sizes, power: float) -> Number:
        """Customers in the arm with which an effect is found."""
        if self.refused is not None:
            return self.refused
        times = customers_needed(lambda part: self._larger(effect, planned.times(part)), power=power)
        return times if isinstance(times, Refused) else times * planned.arm

    def _larger(self, effect: float, sizes: Sizes) -> float:
        if min(sizes) < 2:
            return 0.0
        found = self.at(effect, sizes)
        return found if isinstance(found, float) else 0.0  # with too few circles nothing is found

    def least(self, planned: Sizes, power: float) -> Number:
        """The smallest effect on top of the reference that is found."""
        nothing = self.from_reference(0.0, planned)
        if isinstance(nothing, Refused):
            return nothing
        noise = float(np.hypot(self.still.arm / np.sqrt(planned.arm), self.still.against / np.sqrt(planned.against)))
        largest = (-self.reference if self.lower else 1 - self.reference) if self.share else 8.0 * noise * self.sign

        def at(effect: float) -> float:
            found = self.from_reference(effect, planned)
            assert isinstance(found, float)
            return found

        return least_effect(at, largest, power=power)

    @property
    def sign(self) -> float:
        """The direction in which an effect is put in: the better one."""
        return -1.0 if self.lower else 1.0

    def likely_effect(self, noise: float, power: float) -> float:
        """About the effect that is found with a power, in the better direction, as far as it is possible."""
        likely = float(-ndtri(self.alpha / 2) + ndtri(power)) * noise
        if self.share:
            shares = self.reference, self.untouched
            room = min(shares) if self.lower else 1 - max(shares)
            likely = min(likely, MOST_OF_SHARE * room / EFFECTS[-1])
        return self.sign * likely


class FormulaByCircle(Formula):
    """The closed form where arms were dealt to circles: spreads grow by the root of the design effects of this world.

    Against the true effect each arm has its own design effect, of the trials; where an effect is put in, that of the
    world without any, the pilot. Who is turned there is turned without regard to circles, so members become less alike.
    """

    def __init__(self, operating: Operating, name: str, contrast: Contrast) -> None:
        super().__init__(operating, name, contrast)
        trial, pilot = operating.sums.trial[name], operating.sums.placebo[name]
        pair = contrast.arm, contrast.against
        self.members = Sizes(*(operating.sizes(arm) / operating.circles(arm) for arm in pair))
        if not isinstance(trial, CircleCells) or not isinstance(pilot, CircleCells):
            self.refused = Refused(NOT_BY_CIRCLE)
            return
        alike = pilot.correlation()
        self.correlation = 0.0 if isinstance(alike, Refused) else alike
        self.weight = pilot.weight()
        self.grown = Spread(*(math.sqrt(trial.design_effect(operating.arms.index(arm))) for arm in pair))
        still = math.sqrt(pilot.design_effect())
        self.still_grown = Spread(still, still)

    def at(self, effect: float | None, sizes: Sizes) -> Number | None:
        """As of customers."""
        if effect is None or self.refused is not None:
            return None if effect is None else self.refused
        return self._by_circle(effect, sizes, self.against, self.spread, self.grown)

    def from_reference(self, effect: float | None, sizes: Sizes) -> Number | None:
        """As of customers."""
        if effect is None or self.refused is not None:
            return None if effect is None else self.refused
        grown = self.still_grown
        if self.share:
            left = correlation_turned(self.correlation, self.reference, self.reference + effect)
            grown = Spread(math.sqrt(design_effect(self.weight, left)), grown.against)
        return self._by_circle(effect, sizes, self.reference, self.still, grown)

    def _by_circle(self, effect: float, sizes: Sizes, level: float, spread: Spread, grown: Spread) -> Number:
        if self.share:
            both = (min(1.0, max(0.0, level + effect)), level)
            spread = Spread(*(math.sqrt(share * (1 - share)) for share in both))
        circles = Sizes(sizes.arm / self.members.arm, sizes.against / self.members.against)
        of_circles = Spread(spread.arm * grown.arm, spread.against * grown.against)
        return clustered_power(effect, of_circles, sizes, circles, alpha=self.alpha)
