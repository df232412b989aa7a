"""Everybody is scored at the start of each month (model.md section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.customer.laws import month_starts

if TYPE_CHECKING:
    from sim.world.world import World


class Scoring:
    """The monthly score, and what policies make of it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def epochs(self, until: float) -> list[float]:
        """Starts of months after day 0 (which is scored before the campaign begins)."""
        return [float(day) for day in month_starts(self.world.scenario.start, until)]

    def act(self, t: float) -> None:
        """Score everybody."""
        self.world.score()

    def fork(self, world: World) -> Scoring:
        """The score of a world that goes on from here."""
        return Scoring(world)
