"""The save desk: a limited number of seats for customers who ask to leave (W-03), served in time order.

A customer who asks stands still until the desk has answered or patience runs out; SimPy keeps the queue. One who stays
lives on at once, so that its next request takes its place in the queue.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from sim.customer.draws import Decision, exponential, uniform
from sim.customer.record import Line

if TYPE_CHECKING:
    from sim.world.world import World

_MINUTES = 24.0 * 60.0


class Desk:
    """Seats, and the calls of one replication in the order in which they were made.

    Attributes
    ----------
    calls : list of (asked day, waited days, outcome)
        Outcome is 'saved', 'refused' or 'tired'; calls that still wait are not in it.
    """

    def __init__(self, world: World, row: int) -> None:
        law = world.scenario.desk
        assert law is not None
        self.world = world
        self.row = row
        self.seats = simpy.Resource(world.calendar, capacity=law.seats)
        self.service_days = law.service_minutes / _MINUTES
        self.patience_days = None if law.patience_minutes is None else law.patience_minutes / _MINUTES
        self.success_share = law.success_share
        self.cost_a_day = law.cost_yuan_per_minute * 100 * _MINUTES
        self.freed_at = 0.0
        self.calls: list[tuple[float, float, str]] = []

    def receive(self, i: int) -> None:
        """Customer number `i` asks at its own exact time, now or later."""
        self.world.calendar.process(self._call(i))

    def _call(self, i: int) -> Generator[simpy.Event, Any, None]:
        # SimPy decides who is served next; exact times are computed here, since the calendar's own carry the
        # rounding of the delays that led to them.
        world, calendar = self.world, self.world.calendar
        c = world.customers[i]
        asked = float(c["asked_at"])
        key = (world.laws.seed, c["id"])
        occurrence = (c["life"], c["calls"], c["replication"])
        yield calendar.timeout(max(0.0, asked - calendar.now))
        with self.seats.request() as seat:
            at_once = seat.triggered
            if self.patience_days is None:
                yield seat
            else:
                patience = self.patience_days * exponential(*key, int(Decision.PATIENCE), *occurrence)
                yield seat | calendar.timeout(patience)
                if not seat.triggered:
                    self.calls.append((asked, patience, "tired"))
                    world.answer_call(i, asked + patience, saved=False, cost=0)
                    return
            begin = asked if at_once else self.freed_at
            service = self.service_days * exponential(*key, int(Decision.SERVICE), *occurrence)
            end = begin + service
            yield calendar.timeout(max(0.0, end - calendar.now))
            self.freed_at = end
        saved = uniform(*key, int(Decision.SAVED), *occurrence) <= self.success_share
        self.calls.append((asked, begin - asked, "saved" if saved else "refused"))
        world.answer_call(i, end, saved=bool(saved), cost=round(service * self.cost_a_day))


DESK_LINE = int(Line.DESK)
