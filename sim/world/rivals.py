"""Rivals that react: they see our campaign at an epoch, and start a promotion some days later (model.md section 18)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH, month_starts
from sim.customer.life import LOST, PROSPECT, RIVALS
from sim.customer.terms import see_ahead
from sim.world.agenda import weekly
from sim.world.timetable import Running, with_run

if TYPE_CHECKING:
    from sim.scenario.schema import Promotion, Scenario
    from sim.world.world import World

Customers = np.ndarray[Any, Any]


def _when(happened: str, day: str) -> Callable[[Customers], np.ndarray]:
    return lambda customers: np.where(customers[happened] > 0, customers[day], -np.inf)


_DAY_OF: dict[str, Callable[[Customers], np.ndarray]] = {
    "reward": _when("rewarded", "reward_at"),
    "contact": lambda customers: customers["reached_at"],
    "agreement": _when("agreed", "agreement_at"),
    "bundle": _when("bundled", "bundle_until"),
    "warning_call": lambda customers: customers["called_at"],
    "win_back": _when("returns", "returned_at"),
}
"""Day on which a customer was last given what a rival sees, of a bundle the day on which it ends; -inf never."""


def was_given(campaign: str, customers: Customers, scenario: Scenario, since: float, until: float) -> np.ndarray:
    """Who was given something of a campaign in [since, until); bool, shape (n,)."""
    days = _DAY_OF[campaign](customers)
    # a record keeps the end of a bundle: the window is moved, so that no rounding puts it into two
    later = scenario.bundles.months * MONTH if campaign == "bundle" and scenario.bundles is not None else 0.0
    return (days >= since + later) & (days < until + later)


class Rival:
    """One promotion that reacts, in every replication.

    Parameters
    ----------
    world : World
    promotion : Promotion
        With `reacts`.
    """

    def __init__(self, world: World, promotion: Promotion) -> None:
        assert promotion.reacts is not None
        self.world, self.promotion, self.reaction = world, promotion, promotion.reacts
        names = list(world.scenario.segments)
        self.segments = [names.index(name) for name in promotion.segments or names]
        self.looked = 0.0
        self.over = np.full(world.rows, -np.inf)  # day on which its last run ends

    def epochs(self, until: float) -> list[float]:
        """Starts of weeks or of months after day 0."""
        if self.reaction.looks == "weekly":
            return weekly(until)
        return [float(day) for day in month_starts(self.world.scenario.start, until)]

    def act(self, t: float) -> None:
        """Look at what the firm has given since the last look, and start a promotion where that is enough."""
        world, reaction = self.world, self.reaction
        customers = world.customers
        there = (customers["state"] != PROSPECT) & (customers["state"] != LOST)
        there &= np.isin(customers["segment"], self.segments)
        given = there & was_given(reaction.to, customers, world.scenario, self.looked, t)
        self.looked = t
        active, reached = (np.bincount(customers["row"][who], minlength=world.rows) for who in (there, given))
        provoked = (reached > 0) & (reached / np.maximum(active, 1) >= reaction.above_share) & (self.over <= t)
        if provoked.any():
            first = t + reaction.after_days
            self.over[provoked] = first + reaction.lasts_days
            run: Running = (first, first + reaction.lasts_days, self.promotion.strength, RIVALS)
            self._start(np.flatnonzero(provoked), run, t)

    def _start(self, rows: np.ndarray, run: Running, t: float) -> None:
        """Put a run into the timetable of some replications."""
        world = self.world
        segments = len(world.scenario.segments)
        places = {int(row) * segments + segment for row in rows for segment in self.segments}
        world.timetable = with_run(world.timetable, places, run, world.scenario.intelligence)
        world.shared = world.shared._replace(**world.timetable._asdict())
        see_ahead(world.customers, world.laws.table, world.shared, t)

    def fork(self, world: World) -> Rival:
        """The rival of a world that goes on from here: it remembers its last look, and its run."""
        twin = Rival(world, self.promotion)
        twin.looked, twin.over = self.looked, self.over.copy()
        return twin
