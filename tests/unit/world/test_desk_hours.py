"""Opening hours of the save desk: a trace by hand, the clock itself, and what must not matter."""

from datetime import date

import pytest

import sim.world.desk
from sim.customer.life import ASKING
from sim.customer.record import Line
from sim.scenario.schema import Hours
from sim.world.desk import OpeningHours
from tests.unit.world.test_desk import MINUTE, asking_world
from tests.worlds import DESK, company, day_zero, differing, leaving, live, quiet, with_desk

DAYS = {"fri": 7, "sat": 8, "sun": 9, "mon": 10, "tue": 11, "wed": 12}  # day 0, 1 January 2010, is a Friday
MORNINGS = {"opens_hour": 9, "closes_hour": 12, "days": ["mon", "tue", "wed", "thu", "fri"]}
OFFICE = {"opens_hour": 9, "closes_hour": 18, "days": ["mon", "wed", "fri", "sat"]}


def moment(text: str) -> float:
    """Day number of 'mon 9:30'; times used here are exact in binary."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return DAYS[day] + (int(hour) * 60 + float(minute)) / (24 * 60)


TRACE = [
    # asks, its talk begins (or it tires), minutes of waiting while the desk was open, why
    ("fri 10:30", "fri 10:30", 0, "open and free"),
    ("fri 10:45", "fri 11:15", 30, "waits for the seat; its talk ends at noon"),
    ("fri 11:00", "mon 9:00", 60, "the seat is free at noon, but then the desk is closed"),
    ("fri 11:45", "mon 9:45", 60, "second of those left from Friday"),
    ("sat 15:00", "tired mon 10:07.5", 67.5, "asked in the closed time, patience runs from the opening on"),
    ("mon 9:30", "mon 10:30", 60, "after those who asked before"),
    ("mon 11:00", "mon 11:15", 15, ""),
    ("mon 11:07.5", "tue 9:00", 52.5, "left over at closing"),
    ("mon 11:30", "tired tue 9:37.5", 67.5, "30 minutes before closing, 37.5 after opening"),
    ("mon 20:00", "tue 9:45", 45, ""),
    ("tue 11:30", "tue 11:30", 0, "the talk goes on past closing"),
    ("wed 8:30", "wed 9:00", 0, "and the seat is free again"),
]


def test_a_trace_by_hand(monkeypatch):
    """Catches a talk that is cut off at closing or begun then, patience that runs at night, and a lost place.

    One seat, mornings of working days; each talk takes 45 minutes, each patience 67.5 minutes.
    """
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    asked = [moment(row[0]) for row in TRACE]
    desk = {"seats": 1, "service_minutes": 45.0, "patience_minutes": 67.5, "success_share": 1.0, "hours": MORNINGS}
    world = asking_world(asked, **desk)
    world.live(20.0)
    calls = sorted(world.desks[0].calls)
    assert len(calls) == len(TRACE)
    for call, (asks, answer, queued, _) in zip(calls, TRACE, strict=True):
        tired = answer.startswith("tired")
        c = world.customers[call.customer]
        assert call.asked == moment(asks)
        assert call.asked + call.waited == moment(answer.removeprefix("tired ")), asks
        assert call.outcome == ("tired" if tired else "saved"), asks
        assert call.queued == pytest.approx(queued * MINUTE, abs=1e-12), asks
        assert c["lost_at"] == (moment(answer.removeprefix("tired ")) if tired else float("inf"))
        assert c["ledger"][Line.DESK] == (0 if tired else round(45 * DESK["cost_yuan_per_minute"] * 100))


def test_the_clock_of_a_week():
    """Catches a weekday that is off by one, and a stretch that is closed at its first or open at its last moment."""
    hours = OpeningHours(Hours(opens_hour=9, closes_hour=12, days=("mon", "fri")), date(2010, 1, 1))
    friday, monday = (0.375, 0.5), (3.375, 3.5)
    assert hours.stretch(0.0) == hours.stretch(0.375) == hours.stretch(0.49) == friday
    assert hours.stretch(0.5) == hours.stretch(3.49) == monday
    assert hours.stretch(3.5) == (7.375, 7.5)
    assert hours.after(0.4375, 0.0625) == 0.5
    assert hours.after(0.4375, 0.125) == 3.4375
    assert hours.after(1.0, 0.25 + 0.0625) == 10.375 + 0.0625
    assert hours.between(0.0, 3.4375) == 0.125 + 0.0625
    assert hours.between(0.4, 0.45) == pytest.approx(0.05)
    assert hours.between(0.6, 3.0) == hours.between(2.0, 2.0) == 0.0


@pytest.mark.parametrize("patience", [None, 30.0])
def test_always_open_is_no_hours(patience):
    """Catches a midnight that closes the desk: open from 0 to 24 on all days changes no byte."""
    scenario = quiet(customers=500, leaving=leaving(competitor=1.0))
    desk = {"seats": 1, "service_minutes": 60.0, "patience_minutes": patience}
    without, around = (
        live(with_desk(scenario, **desk, hours=hours), until=60.0)
        for hours in (None, {"opens_hour": 0, "closes_hour": 24})
    )
    assert not differing(without.customers, around.customers).any()
    assert [call[:3] for call in around.desks[0].calls] == [call[:3] for call in without.desks[0].calls]
    assert any(call.waited > 0 for call in around.desks[0].calls)


def busy(**desk):
    """Company H asking often at a small desk, with tiers by quota."""
    scenario = company({"customers": 300, "leaving.competitor.per_month.stable": 0.5})
    return with_desk(scenario, **({"seats": 1, "service_minutes": 40.0, "priority": "tier"} | desk))


@pytest.mark.parametrize("patience", [None, 200.0])
@pytest.mark.parametrize("hours", [OFFICE, {"opens_hour": 0, "closes_hour": 24, "days": ["mon"]}])
def test_windows_do_not_matter(hours, patience):
    """Catches a place, a class or a moment that depends on when the caller was received."""
    scenario = busy(hours=hours, patience_minutes=patience)
    whole, week, piece = (live(scenario, "programme", until=120.0, window_days=w) for w in (0.0, 7.0, 0.4))
    calls = whole.desks[0].calls
    assert len(calls) > 100
    assert len({call.tier for call in calls}) == 3
    assert sum(call.queued > 0 for call in calls) > 50
    for other in (week, piece):
        assert other.desks[0].calls == calls
        assert not differing(whole.customers, other.customers).any()
        assert (whole.shared.tally == other.shared.tally).all()


@pytest.mark.parametrize("stop", [24.0, 31.0])
@pytest.mark.parametrize("patience", [None, 3_000.0])
@pytest.mark.parametrize("hours", [None, OFFICE, {"opens_hour": 0, "closes_hour": 24, "days": ["mon"]}])
def test_a_fork_takes_the_queue_along(hours, patience, stop):
    """Catches a caller who is lost, loses the place or the seat, or has patience anew; also as the desk opens."""
    scenario = busy(hours=hours, patience_minutes=patience, service_minutes=1_500.0)
    world = day_zero(scenario, "programme", replications=2, until=90.0)
    world.begin()
    world.live(stop)
    assert (world.customers["state"] == ASKING).sum() > 5
    fork = world.fork()
    world.live(90.0)
    calls, received = ([getattr(desk, name).copy() for desk in world.desks] for name in ("calls", "received"))
    fork.live(90.0)
    assert not differing(world.customers, fork.customers).any()
    assert world.shared.tally.tobytes() == fork.shared.tally.tobytes()
    assert [desk.calls for desk in fork.desks] == calls == [desk.calls for desk in world.desks]
    assert [desk.received for desk in fork.desks] == received == [desk.received for desk in world.desks]
    assert any(call.asked < stop < call.asked + call.waited for call in fork.desks[0].calls)


def test_nobody_is_answered_while_the_desk_never_opens():
    """Catches a desk that opens once before its first day; who waits is still a customer, and pays."""
    scenario = quiet(customers=50, leaving=leaving(competitor=20.0))
    world = live(with_desk(scenario, patience_minutes=1.0, hours=MORNINGS | {"days": ["thu"]}), until=6.0)
    assert (world.customers["state"] == ASKING).sum() > 40
    assert world.desks[0].calls == []
    assert (world.customers["ledger"][:, Line.LIST] > 0).all()
