"""Attempts to win back who has left, at the start of each month (model.md section 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.customer.laws import month_starts
from sim.customer.life import LOST
from sim.customer.returns import ended_dtype, win_back

if TYPE_CHECKING:
    from sim.world.world import World


class WinningBack:
    """The monthly round of attempts; lives that were followed by another are noted in the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def epochs(self, until: float) -> list[float]:
        """Starts of months after day 0, before which nobody has left."""
        return [float(day) for day in month_starts(self.world.scenario.start, until)]

    def act(self, t: float) -> None:
        """Approach everybody who is to be approached now."""
        world = self.world
        customers = world.customers
        month = len(month_starts(world.scenario.start, t)) + 1  # the start's own is 0, whenever worlds end
        lost = np.flatnonzero(customers["state"] == LOST)
        ended = np.zeros(len(lost), dtype=ended_dtype)
        number = win_back(customers, lost, world.laws.table, world.firm, world.shared, t, month, ended)
        if number:
            world.ended.append(ended[:number].copy())

    def fork(self, world: World) -> WinningBack:
        """The same round in a world that goes on from here."""
        return WinningBack(world)
