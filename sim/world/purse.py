"""The campaign's purse: when it is filled, and when those are asked who joined since (model.md section 22)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from sim.customer.laws import month_starts
from sim.customer.purse_laws import full_purse

if TYPE_CHECKING:
    from sim.scenario.purse import CampaignBudget
    from sim.world.world import World

_MONTHS = {"month": range(1, 13), "quarter": (1, 4, 7, 10), "year": (1,), "horizon": ()}


class Refill:
    """A purse a replication is full on day 0, and full again at the start of each calendar month, quarter or year."""

    def __init__(self, world: World, budget: CampaignBudget) -> None:
        self.world, self.budget = world, budget

    def epochs(self, until: float) -> list[float]:
        """Starts of its periods after day 0."""
        start, months = self.world.scenario.start, _MONTHS[self.budget.per]
        days = [float(day) for day in month_starts(start, until)]
        return [day for day in days if (start + datetime.timedelta(days=day)).month in months]

    def act(self, t: float) -> None:
        """Fill it: what was left of the last period is gone."""
        self.world.shared.purse[:] = full_purse(self.world.scenario)

    def fork(self, world: World) -> Refill:
        """The same in a world that goes on from here."""
        return Refill(world, self.budget)


class Asking:
    """Where no score does it, everybody follows the policy anew at each month's start.

    So who joined since is given what the purse covers, and who was refused is asked again.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def epochs(self, until: float) -> list[float]:
        """Starts of months after day 0."""
        return [float(day) for day in month_starts(self.world.scenario.start, until)]

    def act(self, t: float) -> None:
        """Let everybody follow the policy."""
        self.world.follow_policy()

    def fork(self, world: World) -> Asking:
        """The same in a world that goes on from here."""
        return Asking(world)
