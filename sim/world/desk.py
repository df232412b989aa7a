"""The save desk: seats for customers who ask to leave (W-03), with opening hours and priority by tier (V-05).

A customer who asks stands still until the desk has answered or patience runs out; SimPy keeps the queue. One who stays
lives on at once, so that its next request takes its place in the queue. The law is in docs/model.md, section 11.
"""

from __future__ import annotations

import datetime
import math
from bisect import insort
from collections.abc import Generator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest, SortedQueue

from sim.customer.draws import Decision, exponential, uniform
from sim.customer.laws import FEN, MONTH
from sim.customer.record import PLATINUM, TIER_NAMES, Line
from sim.scenario.schema import Weekday

if TYPE_CHECKING:
    from sim.scenario.schema import Desk as DeskLaw
    from sim.scenario.schema import Hours
    from sim.world.world import World

DESK_LINE = int(Line.DESK)
_MINUTES = 24.0 * 60.0
_WEEKDAYS = get_args(Weekday)


def seats_cost(law: DeskLaw, begin: float, end: float) -> int:
    """Fen that all seats cost between two days, busy or not.

    A fen is rounded in the sum since day 0, so that stretches add up to what the whole time costs.
    """
    a_day = law.seats * law.seat_yuan_per_month * FEN / MONTH
    return math.floor(a_day * end + 0.5) - math.floor(a_day * begin + 0.5)


class OpeningHours:
    """When the desk is open: half-open stretches of time, the same every week.

    Parameters
    ----------
    law : Hours
    start : date
        Day 0.
    """

    def __init__(self, law: Hours, start: datetime.date) -> None:
        self.opens, self.closes = law.opens_hour / 24.0, law.closes_hour / 24.0
        self.on = [_WEEKDAYS[(start.weekday() + day) % 7] in law.days for day in range(7)]

    def stretch(self, t: float) -> tuple[float, float]:
        """Opening and closing of the stretch in which `t` lies, or else of the next."""
        day = math.floor(t)
        while not (self.on[day % 7] and t < day + self.closes):
            day += 1
        return day + self.opens, day + self.closes

    def after(self, t: float, days: float) -> float:
        """The moment when the desk has been open for so many days since `t`."""
        opens, closes = self.stretch(t)
        begin = max(t, opens)
        while begin + days > closes:
            days -= closes - begin
            begin, closes = self.stretch(closes)
        return begin + days

    def between(self, t: float, until: float) -> float:
        """Days that the desk is open between two moments."""
        days = 0.0
        while t < until:
            opens, closes = self.stretch(t)
            days += max(0.0, min(closes, until) - max(opens, t))
            t = closes
        return days


class Place(NamedTuple):
    """A caller's place in the queue: the lowest comes first."""

    rank: int  # 0 before 1 before 2
    asked: float
    customer: int  # id
    tier: int  # when it asked
    i: int  # position in the world's array


class Call(NamedTuple):
    """A call that has ended."""

    asked: float
    waited: float  # days from asking until the talk began, or until patience ran out
    outcome: str  # 'saved', 'refused' or 'tired'
    queued: float  # days of the wait in which the desk was open
    customer: int
    tier: int
    place: int  # of the customer in the world's array


class _Queue(SortedQueue):
    """SimPy's sorted queue, but each new entry is put in its place where SimPy sorts all of them again."""

    def append(self, item: Any) -> None:
        insort(self, item, key=attrgetter("key"))


class _Seats(simpy.PriorityResource):
    """Seats that are given in the order of places while the desk is open.

    The calendar's time carries the rounding of the delays that led to it. So whoever changes something says its exact
    moment; that decides whether the desk is open, and a request's value is the exact moment when it got its seat.
    """

    PutQueue = _Queue

    def __init__(self, calendar: simpy.Environment, capacity: int, opens: float, closes: float) -> None:
        super().__init__(calendar, capacity)
        self.moment, self.opens, self.closes = 0.0, opens, closes

    def ask(self, place: Place, moment: float) -> PriorityRequest:
        self.moment = moment
        return self.request(priority=place)  # type: ignore[arg-type]  # SimPy only compares priorities

    def free(self, seat: PriorityRequest, moment: float) -> None:
        self.moment = moment
        self.release(seat)

    def open(self, opens: float, closes: float) -> None:
        """Give the seats to those who wait; from `closes` on no more are given until it opens again."""
        self.moment, self.opens, self.closes = opens, opens, closes
        self._trigger_put(None)

    def _do_put(self, event: Any) -> bool:  # type: ignore[override]
        """Give a seat to the first in the queue if one is to be had; SimPy goes on as long as seats are given."""
        if not (self.opens <= self.moment < self.closes and len(self.users) < self.capacity):
            return False
        self.users.append(event)
        event.succeed(self.moment)
        return True


class Desk:
    """The desk of one replication.

    Attributes
    ----------
    received : list of int, by tier
        Calls received so far, also those that have not ended.
    calls : list of Call
        Calls that have ended, in the order in which they did.
    """

    def __init__(self, world: World, row: int) -> None:
        law = world.scenario.desk
        assert law is not None
        self.world = world
        self.row = row
        self.hours = None if law.hours is None else OpeningHours(law.hours, world.scenario.start)
        opens, closes = (-math.inf, math.inf) if self.hours is None else (math.inf, math.inf)
        self.seats = _Seats(world.calendar, law.seats, opens, closes)
        self.by_tier = law.priority == "tier"
        self.service_days = law.service_minutes / _MINUTES
        self.patience_days = None if law.patience_minutes is None else law.patience_minutes / _MINUTES
        self.success_share = law.success_share
        self.cost_a_day = law.cost_yuan_per_minute * 100 * _MINUTES
        self.received = [0] * len(TIER_NAMES)
        self.calls: list[Call] = []
        if self.hours is not None:
            world.calendar.process(self._open(self.hours))

    def receive(self, i: int) -> None:
        """Customer number `i` asks at its own exact time, now or later."""
        c = self.world.customers[i]
        tier = int(c["tier"])
        self.received[tier] += 1
        place = Place(PLATINUM - tier if self.by_tier else 0, float(c["asked_at"]), int(c["id"]), tier, i)
        self.world.calendar.process(self._ask(place))

    def fork(self, world: World) -> Desk:
        """The same desk in a world that goes on from here: everybody keeps the seat or the place in the queue."""
        twin, now = Desk(world, self.row), world.calendar.now
        twin.received, twin.calls = self.received.copy(), self.calls.copy()
        waiting: list[Any] = [*self.seats.queue]
        talking: list[Any] = [*self.seats.users]
        twin.seats.opens, twin.seats.closes = -math.inf, math.inf
        seats = [twin.seats.ask(seat.priority, seat.value) for seat in talking]
        twin.seats.opens, twin.seats.closes = self.seats.opens, self.seats.closes
        seats += [twin.seats.ask(seat.priority, now) for seat in waiting]
        for old, seat in zip([*talking, *waiting], seats, strict=True):
            world.calendar.process(twin._stand(old.priority, seat))
        return twin

    def _open(self, hours: OpeningHours) -> Generator[simpy.Event, Any, None]:
        calendar = self.world.calendar
        opens, closes = hours.stretch(calendar.now)
        while True:
            yield calendar.timeout(max(0.0, opens - calendar.now))
            self.seats.open(opens, closes)
            opens, closes = hours.stretch(closes)

    def _ask(self, place: Place) -> Generator[simpy.Event, Any, None]:
        calendar = self.world.calendar
        yield calendar.timeout(max(0.0, place.asked - calendar.now))
        yield from self._stand(place, self.seats.ask(place, place.asked))

    def _stand(self, place: Place, seat: PriorityRequest) -> Generator[simpy.Event, Any, None]:
        # SimPy decides who is served next; exact times are computed here.
        world, calendar, asked = self.world, self.world.calendar, place.asked
        c = world.customers[place.i]
        key = (world.laws.seed, c["id"])
        occurrence = (c["life"], c["calls"], c["replication"])
        if not seat.triggered and self.patience_days is None:
            yield seat
        elif not seat.triggered:
            patience = self.patience_days * exponential(*key, int(Decision.PATIENCE), *occurrence)
            tires = asked + patience if self.hours is None else self.hours.after(asked, patience)
            yield seat | calendar.timeout(max(0.0, tires - calendar.now))
            if not seat.triggered:
                seat.cancel()
                self.calls.append(Call(asked, tires - asked, "tired", patience, place.customer, place.tier, place.i))
                world.answer_call(place.i, tires, saved=False, cost=0)
                return
        begin = cast("float", seat.value)
        service = self.service_days * exponential(*key, int(Decision.SERVICE), *occurrence)
        end = begin + service
        yield calendar.timeout(max(0.0, end - calendar.now))
        self.seats.free(seat, end)
        saved = uniform(*key, int(Decision.SAVED), *occurrence) <= self.success_share
        queued = begin - asked if self.hours is None else self.hours.between(asked, begin)
        outcome = "saved" if saved else "refused"
        self.calls.append(Call(asked, begin - asked, outcome, queued, place.customer, place.tier, place.i))
        world.answer_call(place.i, end, saved=bool(saved), cost=round(service * self.cost_a_day))


class DeskMeasures(NamedTuple):
    """What a firm counts at its desk, by replication; each an array, shape (rows,). NaN where nothing can be counted.

    Shares are of all calls, so that those which have not ended count as neither answered nor abandoned.
    """

    calls: np.ndarray
    answered_share: np.ndarray  # had their talk, and it has ended
    abandoned_share: np.ndarray  # ran out of patience
    saved_share: np.ndarray  # were talked into staying
    save_rate: np.ndarray  # saved of those who had their talk (挽留成功率)
    mean_wait_minutes: np.ndarray  # of calls that ended, until the talk or the end of patience, closed hours included
    mean_queue_minutes: np.ndarray  # the same without closed hours


def measure(desks: Sequence[Desk], tier: int | None = None) -> DeskMeasures:
    """What desks have done so far, for all callers or for those who asked in a tier."""
    table = np.zeros((len(desks), 6))
    for row, desk in enumerate(desks):
        ended = [call for call in desk.calls if tier is None or call.tier == tier]
        outcomes = [call.outcome for call in ended]
        table[row] = (
            sum(desk.received) if tier is None else desk.received[tier],
            len(ended),
            outcomes.count("tired"),
            outcomes.count("saved"),
            math.fsum(call.waited for call in ended) * _MINUTES,
            math.fsum(call.queued for call in ended) * _MINUTES,
        )
    calls, ended_calls, tired, saved, waited, queued = table.T
    return DeskMeasures(
        calls=calls.astype(np.int64),
        answered_share=_ratio(ended_calls - tired, calls),
        abandoned_share=_ratio(tired, calls),
        saved_share=_ratio(saved, calls),
        save_rate=_ratio(saved, ended_calls - tired),
        mean_wait_minutes=_ratio(waited, ended_calls),
        mean_queue_minutes=_ratio(queued, ended_calls),
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return ratio
