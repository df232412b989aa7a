"""The day from which numbers are portable (model.md section 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.customer.rival_laws import port
from sim.customer.terms import take_rates

if TYPE_CHECKING:
    from sim.scenario.rivals import Portability
    from sim.world.world import World


class PortingDay:
    """From one day on everybody lives by other rates."""

    def __init__(self, world: World, law: Portability) -> None:
        assert law.from_ is not None
        self.world, self.law = world, law
        self.day = float((law.from_ - world.scenario.start).days)

    def epochs(self, until: float) -> list[float]:
        """Its one day, if it comes before `until`."""
        return [self.day] if self.day < until else []

    def act(self, t: float) -> None:
        """Change the rates; the laws are copied, because other worlds live by them too."""
        world = self.world
        table = world.laws.table.copy()
        port(table["hazard"][0], self.law)
        world.laws = world.laws._replace(table=table)
        take_rates(world.customers, table, t)

    def fork(self, world: World) -> PortingDay:
        """The same day in a world that goes on from here."""
        return PortingDay(world, self.law)
