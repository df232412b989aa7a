"""The save desk, call by call: who is served when, computed by hand from the same keyed draws."""

import heapq

import numpy as np
import pytest

from sim.customer.draws import Decision, exponential, uniform
from sim.customer.laws import MONTH
from sim.customer.life import ASKING, LOST, STABLE
from sim.customer.record import Line
from sim.customer.states import Clock
from tests.worlds import DESK, day_zero, differing, leaving, live, quiet, with_desk

MINUTE = 1 / (24 * 60)


def asking_world(asked_at, **desk):
    """Customers who do nothing but ask at the given days; a hazard too small to ask of their own."""
    world = day_zero(with_desk(quiet(customers=len(asked_at), leaving=leaving(competitor=1e-9)), **desk), until=30.0)
    world.live(0.5)  # everybody is stable then
    c = world.customers
    c["state"], c["asked_at"], c["calls"], c["reason"] = ASKING, asked_at, 1, int(Clock.COMPETITOR)
    return world


def by_hand(asked_at, seats, service_minutes, patience_minutes, seed=1):
    """First come, first served by several seats, with patience: (id, waited, outcome without 'saved')."""
    free = [0.0] * seats
    calls = []
    for i in np.argsort(asked_at, kind="stable"):
        asked = asked_at[i]
        key, occurrence = (seed, int(i)), (0, 1, 0)
        begin = max(asked, free[0])
        if patience_minutes is not None:
            patience = patience_minutes * MINUTE * exponential(*key, int(Decision.PATIENCE), *occurrence)
            if begin - asked > patience:
                calls.append((int(i), patience, "tired"))
                continue
        service = service_minutes * MINUTE * exponential(*key, int(Decision.SERVICE), *occurrence)
        heapq.heapreplace(free, begin + service)
        calls.append((int(i), begin - asked, service))
    return calls


ASKED = 1.0 + np.array([0.0, 2.0, 3.0, 3.5, 9.0, 40.0, 40.5, 41.0, 41.5, 42.0, 43.0, 300.0]) * MINUTE


@pytest.mark.parametrize("patience", [None, 15.0])
@pytest.mark.parametrize("seats", [1, 2, 3])
def test_calls_are_served_as_by_hand(seats, patience):
    """Catches a seat taken before it is free, a queue out of order, and patience that is forgotten."""
    world = asking_world(ASKED, seats=seats, patience_minutes=patience, service_minutes=20.0, success_share=0.5)
    world.live(3.0)
    expected = {
        asked: (waited, what) for (i, waited, what) in by_hand(ASKED, seats, 20.0, patience) for asked in [ASKED[i]]
    }
    calls = world.desks[0].calls
    assert len(calls) == len(ASKED)
    cost_a_day = DESK["cost_yuan_per_minute"] * 100 / MINUTE
    outcomes = set()
    for asked, waited, outcome, *_ in calls:
        by_the_hand, what = expected[asked]
        assert waited == pytest.approx(by_the_hand, abs=1e-9)
        i = int(np.flatnonzero(asked == ASKED)[0])
        c = world.customers[i]
        outcomes.add(outcome)
        if what == "tired":
            assert outcome == "tired"
            assert c["state"] == LOST
            assert c["lost_at"] == pytest.approx(asked + waited, abs=1e-12)
            assert c["ledger"][Line.DESK] == 0
            continue
        saved = uniform(1, i, int(Decision.SAVED), 0, 1, 0) <= 0.5
        assert outcome == ("saved" if saved else "refused")
        assert c["state"] == (STABLE if saved else LOST)
        assert c["ledger"][Line.DESK] == round(what * cost_a_day)
        if not saved:
            assert c["lost_at"] == pytest.approx(asked + waited + what, abs=1e-12)
            assert c["reason"] == Clock.COMPETITOR
    # the trace is worth following: it has waiting, saving and refusing, and tiring where there is patience
    assert {"saved", "refused"} <= outcomes
    assert sum(call.waited > 0 for call in calls) >= 3
    if seats == 1 and patience is not None:
        assert "tired" in outcomes


def test_leaving_clocks_pause_at_the_desk_and_bills_do_not():
    """Catches a customer who is billed for nothing while it waits, or who leaves without an answer."""
    world = asking_world(np.array([1.0, 1.0 + MINUTE]), seats=1, service_minutes=500_000.0, patience_minutes=None)
    world.live(29.0)
    waiting = world.customers[1]
    assert waiting["state"] == ASKING
    assert not np.isfinite(waiting["lost_at"])
    world.live(30.0)
    assert world.customers[1]["ledger"][Line.LIST] == round(10_000 * 30 / MONTH)


def test_what_is_due_while_a_customer_waits_is_done_before_the_next_score():
    """Catches a touch that is lost because the tier changed after it was due and before the desk answered."""
    scenario = quiet(
        customers=2,
        leaving=leaving(competitor=1e-9),
        contacts={"channels": {"call": {"cost_yuan": 1, "reach_share": 1, "strength": 1}}},
        cadences={"calls": {"touches": {"late": {"tenure_days": 30, "channels": ["call"]}}}},
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 1000}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "calls"}}},
    )
    world = day_zero(
        with_desk(scenario, seats=1, service_minutes=500_000.0, patience_minutes=None),
        "programme",
        until=60.0,
    )
    world.begin()
    world.live(0.5)
    c = world.customers
    c["state"], c["asked_at"], c["calls"], c["reason"] = ASKING, [1.0, 1.1], 1, int(Clock.COMPETITOR)
    world.live(20.0)
    c["fee"] = 1_000  # too little for the tier at the next score
    world.live(45.0)
    assert not c["tier"].any()
    assert (c["contacts"] == 1).all()


def test_only_the_reasons_of_the_desk_ask():
    """Catches a reason that passes the desk although it is named, and the reverse."""
    scenario = quiet(customers=2_000, leaving=leaving(competitor=0.3, variety=0.3))
    world = live(with_desk(scenario, success_share=1.0, patience_minutes=None, reasons=["competitor"]))
    lost = world.customers[world.customers["state"] == LOST]
    assert len(lost) > 500
    assert (lost["reason"] == Clock.VARIETY).all()
    assert len(world.desks[0].calls) > 500


def test_windows_do_not_matter_at_the_desk():
    """Catches a call that is received twice, or late, because a window ended while it waited."""
    scenario = with_desk(
        quiet(customers=1_000, leaving=leaving(competitor=1.0)),
        seats=1,
        service_minutes=45.0,
        patience_minutes=300.0,
    )
    whole, week, day = (live(scenario, until=90.0, window_days=w) for w in (0.0, 7.0, 0.25))
    calls = np.array([call[:2] for call in whole.desks[0].calls])
    assert (calls[:, 1] > 0).sum() > 500
    for other in (week, day):
        found = np.array([call[:2] for call in other.desks[0].calls])
        assert found == pytest.approx(calls, abs=1e-9)
        assert not differing(whole.customers, other.customers).any()
        assert (whole.shared.tally == other.shared.tally).all()
