"""What a firm counts at its desk, recounted by hand."""

import numpy as np
import pytest

import sim.world.desk
from sim.customer.record import GOLD, NO_TIER, PLATINUM
from tests.unit.world.test_desk import MINUTE, asking_world
from tests.worlds import company, leaving, live, quiet, with_desk


def test_by_hand(monkeypatch):
    """Catches a measure with another denominator, and closed hours in the time of the queue.

    One seat, each talk takes 45 minutes, each patience 25; the desk closes at 18:00 and opens at 9:00.
    0 has the seat from 17:00 on, 1 from 17:45 to 18:30; 2 has 24 minutes to closing and begins at 9:00, 3 has 20 and
    tires at 9:05; 4 asks at 6:00 and tires at 9:25; 5 begins at 9:45, its talk has not ended at 10:00.
    """
    monkeypatch.setattr(sim.world.desk, "exponential", lambda *_: 1.0)
    monkeypatch.setattr(sim.world.desk, "uniform", lambda *key: 0.3 if key[1] == 0 else 0.7)
    evening = 1 + 17 / 24 + np.array([0, 30, 36, 40]) * MINUTE
    world = asking_world(
        [*evening, 2 + 6 / 24, 2 + 9 / 24 + 40 * MINUTE],
        seats=1,
        service_minutes=45.0,
        patience_minutes=25.0,
        success_share=0.5,
        hours={"opens_hour": 9, "closes_hour": 18},
    )
    world.customers["tier"] = [PLATINUM, GOLD, NO_TIER, GOLD, NO_TIER, NO_TIER]
    world.live(2 + 10 / 24)
    outcomes = [call.outcome for call in sorted(world.desks[0].calls)]
    assert outcomes == ["saved", "refused", "refused", "tired", "tired"]
    measures = world.desk_measures()
    assert measures.calls.tolist() == [6]
    assert measures.answered_share == pytest.approx([3 / 6])
    assert measures.abandoned_share == pytest.approx([2 / 6])
    assert measures.saved_share == pytest.approx([1 / 6])
    assert measures.save_rate == pytest.approx([1 / 3])
    assert measures.mean_queue_minutes == pytest.approx([(0 + 15 + 24 + 25 + 25) / 5])
    night = 15 * 60
    assert measures.mean_wait_minutes == pytest.approx([(0 + 15 + (24 + night) + (25 + night) + (180 + 25)) / 5])
    gold = world.desk_measures(GOLD)
    assert gold.calls.tolist() == [2]
    assert gold.save_rate.tolist() == [0.0]
    assert gold.mean_queue_minutes == pytest.approx([(15 + 25) / 2])
    platinum = world.desk_measures(PLATINUM)
    assert platinum.save_rate.tolist() == [1.0]
    assert platinum.mean_wait_minutes.tolist() == [0.0]


def test_every_call_is_counted_once():
    """Catches a call that is lost, counted in two tiers, or counted again as its caller asks again."""
    scenario = company({"customers": 300, "leaving.competitor.per_month.stable": 0.5})
    hours = {"opens_hour": 9, "closes_hour": 18, "days": ["mon", "wed"]}
    desk = {"seats": 1, "service_minutes": 60.0, "priority": "tier", "hours": hours}
    world = live(with_desk(scenario, **desk), "programme", replications=3, until=100.0)
    measures, by_tier = world.desk_measures(), [world.desk_measures(tier) for tier in range(3)]
    asked_before = live(with_desk(scenario, **desk), "programme", replications=3, until=0.0).customers["calls"]
    made = world.customers["calls"].astype(int) - asked_before
    assert measures.calls.tolist() == np.bincount(world.customers["row"], weights=made).tolist()
    assert (sum(one.calls for one in by_tier) == measures.calls).all()
    assert all((one.calls > 0).all() for one in by_tier)
    waiting = np.bincount(world.customers["row"], weights=world.customers["state"] == 4)
    ended = (measures.answered_share + measures.abandoned_share) * measures.calls
    assert measures.calls - ended == pytest.approx(waiting)
    assert (waiting > 0).any()


def test_what_cannot_be_counted_is_not_a_number():
    """Catches a save rate of 0 where nobody asked, and measures of a world without a desk."""
    measures = live(with_desk(quiet(), reasons=["competitor"]), until=30.0).desk_measures()
    assert measures.calls.tolist() == [0]
    assert all(np.isnan(value).all() for value in measures[1:])
    with pytest.raises(ValueError, match="no save desk"):
        live(quiet(), until=30.0).desk_measures()


def test_more_seats_and_longer_hours_answer_more():
    """Catches seats or hours that do not reach the desk; at a desk that talks 40% round, as W-03 says."""
    scenario = quiet(customers=2_000, leaving=leaving(competitor=0.5))
    short, long = {"opens_hour": 9, "closes_hour": 12}, {"opens_hour": 8, "closes_hour": 20}
    desk = {"service_minutes": 60.0, "patience_minutes": 30.0, "success_share": 0.4}
    few, many, longer = (
        live(with_desk(scenario, **desk, seats=seats, hours=hours), until=60.0).desk_measures()
        for seats, hours in ((1, short), (4, short), (1, long))
    )
    for better in (many, longer):
        assert better.answered_share[0] > few.answered_share[0] + 0.1
        assert better.abandoned_share[0] < few.abandoned_share[0] - 0.1
        assert better.saved_share[0] > few.saved_share[0] + 0.04
    assert longer.mean_wait_minutes[0] < few.mean_wait_minutes[0]


def test_one_replication_after_another():
    """Catches a row of measures that is another replication's."""
    scenario = with_desk(quiet(customers=300, leaving=leaving(competitor=1.0)), seats=1, service_minutes=60.0)
    together = live(scenario, replications=3, until=60.0).desk_measures()
    alone = [live(scenario, replications=[number], until=60.0).desk_measures() for number in range(3)]
    for values, *ones in zip(together, *alone, strict=True):
        assert values.tolist() == [one[0] for one in ones]
    assert len(set(together.calls)) == 3
