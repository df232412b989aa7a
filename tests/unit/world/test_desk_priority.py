"""Who is served first at the save desk: traces by hand, and a second implementation of all its rules together."""

from datetime import datetime, timedelta

import numpy as np
import pytest

import sim.world.desk
from sim.customer.draws import Decision, exponential
from sim.customer.record import GOLD, NO_TIER, PLATINUM
from tests.unit.world.test_desk import MINUTE, asking_world
from tests.worlds import differing, leaving, live, quiet, with_desk


def order_of(calls):
    """Customers in the order in which their talks began."""
    return [call.customer for call in sorted(calls, key=lambda call: call.asked + call.waited)]


def callers_world(asked, tier, **desk):
    """Customers of the given tiers who ask at the given days."""
    world = asking_world(asked, **desk)
    world.customers["tier"] = tier
    return world


@pytest.mark.parametrize(("priority", "order"), [("none", [0, 1, 2, 3, 4, 5, 6]), ("tier", [0, 3, 5, 6, 2, 1, 4])])
def test_a_trace_by_hand(monkeypatch, priority, order):
    """Catches a talk that is broken off for a better caller, and a class that is not served in order of asking.

    One seat, each talk takes 45 minutes. Customer 0 has the seat when the others ask; 6 asks during the second talk.
    """
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    minutes = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 60.0])
    tier = [NO_TIER, NO_TIER, GOLD, PLATINUM, NO_TIER, PLATINUM, PLATINUM]
    desk = {"seats": 1, "service_minutes": 45.0, "patience_minutes": None, "priority": priority}
    world = callers_world(1.0 + minutes * MINUTE, tier, **desk)
    world.live(2.0)
    calls = world.desks[0].calls
    assert order_of(calls) == order
    begins = sorted((call.asked + call.waited - 1.0) / MINUTE for call in calls)
    assert begins == pytest.approx(45.0 * np.arange(7))
    assert [call.tier for call in sorted(calls)] == tier


@pytest.mark.parametrize(("priority", "order"), [("none", [3, 2, 1, 0, 4]), ("tier", [2, 0, 3, 1, 4])])
def test_the_order_at_the_opening(monkeypatch, priority, order):
    """Catches callers of the night who are served as they happen to be woken."""
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    asked = 1.0 + np.array([22.0, 21.5, 20.0, 19.0, 23.0]) / 24
    tier = [PLATINUM, NO_TIER, PLATINUM, GOLD, NO_TIER]
    desk = {"seats": 1, "service_minutes": 45.0, "patience_minutes": None, "priority": priority}
    world = callers_world(asked, tier, **desk, hours={"opens_hour": 9, "closes_hour": 18})
    world.live(3.0)
    calls = world.desks[0].calls
    assert order_of(calls) == order
    assert min(call.asked + call.waited for call in calls) == 2.375


def test_ties_are_broken_by_id(monkeypatch):
    """Catches callers of one moment and class who are served in the order of the array."""
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    world = callers_world(
        np.full(6, 1.0),
        PLATINUM,
        seats=1,
        patience_minutes=None,
        priority="tier",
        hours={"opens_hour": 9, "closes_hour": 18},
    )
    world.customers["id"] = [5, 3, 4, 0, 2, 1]
    world.live(2.0)
    assert order_of(world.desks[0].calls) == list(range(6))


def test_the_class_is_that_of_the_moment_of_asking(monkeypatch):
    """Catches a caller who gains or loses its place by a score while it waits: 1 asked without a tier, 2 in one."""
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    asked = 30.5 + np.arange(3) * MINUTE
    world = callers_world(
        asked, [NO_TIER, NO_TIER, GOLD], seats=1, service_minutes=1_440.0, patience_minutes=None, priority="tier"
    )
    world.live(31.0)
    world.customers["tier"] = [NO_TIER, PLATINUM, NO_TIER]  # as a score may do
    world.live(40.0)
    calls = world.desks[0].calls
    assert order_of(calls) == [0, 2, 1]
    assert [call.tier for call in sorted(calls)] == [NO_TIER, NO_TIER, GOLD]


def next_opening(t, hours):
    """The first moment from `t` on at which the desk is open, by the calendar of the standard library."""
    if hours is None:
        return t
    first = datetime(2010, 1, 1)
    day = (first + timedelta(days=float(t))).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        if f"{day:%a}".lower() in hours["days"]:
            number = (day - first).days
            opens, closes = number + hours["opens_hour"] / 24, number + hours["closes_hour"] / 24
            if t < closes:
                return max(t, opens)
        day += timedelta(days=1)


def tired_at(asked, patience, hours):
    """The moment when patience, which runs while the desk is open, runs out."""
    if hours is None or patience == np.inf:
        return asked + patience
    t = next_opening(asked, hours)
    while True:
        closes = np.floor(t) + hours["closes_hour"] / 24
        if t + patience <= closes:
            return t + patience
        patience -= closes - t
        t = next_opening(closes, hours)


def by_hand(callers, seats, hours):
    """(begin or tired at, whether tired) by customer: seat by seat, without a calendar of events.

    The seat that is free first goes to the first caller, by class and asking time, of those who stand there when it
    can next be given.
    """
    free = [0.0] * seats
    left, answer = dict(callers), {}
    while left:
        seat = int(np.argmin(free))
        t = next_opening(max(free[seat], min(c["asked"] for c in left.values())), hours)
        tired = {i for i, c in left.items() if c["tires"] < t}
        for i in tired:
            answer[i] = (left.pop(i)["tires"], True)
        there = [i for i, c in left.items() if c["asked"] <= t]
        if tired or not there:
            continue
        first = min(there, key=lambda i: (left[i]["rank"], left[i]["asked"], i))
        answer[first] = (t, False)
        free[seat] = t + left.pop(first)["service"]
    return answer


WEEK = {"opens_hour": 9, "closes_hour": 17.5, "days": ["mon", "tue", "fri", "sun"]}


@pytest.mark.parametrize("hours", [None, WEEK])
@pytest.mark.parametrize("patience", [None, 400.0])
@pytest.mark.parametrize("seats", [1, 3])
@pytest.mark.parametrize("priority", ["none", "tier"])
def test_against_a_second_implementation(hours, patience, seats, priority):
    """Catches any two rules that do not go together: seats, hours, patience and priority."""
    luck = np.random.Generator(np.random.Philox(7))
    n = 150
    asked, tier = np.sort(luck.uniform(1.0, 15.0, n)), luck.integers(0, 3, n)
    service = 70.0 * seats
    desk = {"seats": seats, "service_minutes": service, "patience_minutes": patience, "priority": priority}
    world = callers_world(asked, tier, **desk, hours=hours)
    world.live(30.0)
    callers = {}
    for i in range(n):
        key = (1, i)
        minutes = np.inf if patience is None else patience * exponential(*key, int(Decision.PATIENCE), 0, 1, 0)
        callers[i] = {
            "asked": asked[i],
            "rank": 2 - tier[i] if priority == "tier" else 0,
            "tires": tired_at(asked[i], minutes * MINUTE, hours),
            "service": service * MINUTE * exponential(*key, int(Decision.SERVICE), 0, 1, 0),
        }
    expected = by_hand(callers, seats, hours)
    calls = world.desks[0].calls
    ended = {call.customer: (call.asked + call.waited, call.outcome == "tired") for call in calls}
    assert len(ended) == len(calls) > 100
    late = {i for i, (t, _) in expected.items() if t > 25.0}  # may not have ended on day 30
    assert set(expected) - late <= set(ended)
    for i, (t, tired) in ended.items():
        assert t == pytest.approx(expected[i][0], abs=1e-9)
        assert tired == expected[i][1]
    assert sum(call.waited > 0 for call in calls) > 30
    assert (patience is not None) == any(tired for _, tired in ended.values())


def test_one_class_alone_knows_no_priority():
    """Catches a class that differs where no tier does: with priority and without, no byte differs."""
    everybody = {"rule": "threshold", "platinum": {"value_yuan_per_year": 1}}
    scenario = quiet(customers=500, leaving=leaving(competitor=1.0), tiers=everybody)
    one, other = (
        live(with_desk(scenario, seats=1, service_minutes=60.0, priority=priority), until=60.0)
        for priority in ("none", "tier")
    )
    assert not differing(one.customers, other.customers).any()
    assert one.desks[0].calls == other.desks[0].calls
    assert sum(call.waited > 0 for call in one.desks[0].calls) > 100
