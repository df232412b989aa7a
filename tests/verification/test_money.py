"""Money by hand: what a customer of a known life pays and costs, to the fen or to the rounding of its bookings."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sim.customer.life import LOST
from sim.customer.record import Line
from tests.worlds import HORIZON, MONTH, day_zero, leaving, live, quiet, roll_out, tenure

FEE = 10_000  # fen a month
NOTHING = {
    "max_reduction": 0,
    "half_dose_days": 1,
    "half_life_days": 1,
    "lasts_days": 0,
    "acts_on": ["competitor"],
}
RESIDUAL = {"residual": {"months": 24, "discount_per_year": 0.08}}


def bookings(*days: float) -> list[int]:
    """Fees of the stays between days, each rounded to a fen."""
    edges = np.diff(sorted(days))
    return [math.floor(FEE * stay / MONTH + 0.5) for stay in edges]


def test_a_quiet_year_costs_a_year():
    """Catches a day that is not billed, or is billed twice, and months that are taken as equally long."""
    world = live(quiet())
    marks = world.laws.marks.tolist()
    expected = sum(bookings(*[m for m in marks if m <= HORIZON]))
    assert abs(expected - 12 * FEE) <= 6
    assert (world.customers["ledger"][:, Line.LIST] == expected).all()
    assert not world.customers["ledger"][:, 1:].any()
    assert (world.customers["lost_at"] == np.inf).all()


def test_who_leaves_pays_to_the_moment_of_leaving():
    """Catches a bill for the whole month, and one that ends at the month's start."""
    world = live(quiet(customers=500, leaving=leaving(variety=0.3)))
    lost = world.customers[world.customers["state"] == LOST]
    assert len(lost) > 300
    marks = [m for m in world.laws.marks.tolist() if m <= HORIZON]
    for c in lost:
        end = float(c["lost_at"])
        assert c["ledger"][Line.LIST] == sum(bookings(*[m for m in marks if m < end], end))


@pytest.mark.parametrize("days", [1.0, 15.0, 45.5])
def test_free_days_are_forgone_and_no_other(days):
    """Catches a day too many or too few, and a forgone fee that is also taken off the list fee."""
    world = roll_out(quiet(reward=NOTHING), (None, days))
    world.live(HORIZON)
    marks = [m for m in world.laws.marks.tolist() if m <= HORIZON]
    c = world.customers
    assert (c["ledger"][:, Line.FORGONE] == sum(bookings(*[m for m in marks if m < days], days))).all()
    assert c["ledger"][0, Line.FORGONE] == pytest.approx(FEE * days / MONTH, abs=2)
    assert (c["ledger"][:, Line.LIST] == sum(bookings(*marks, days))).all()


def test_free_days_end_with_the_stay():
    """Catches free days that are paid for somebody who has left."""
    world = roll_out(quiet(customers=500, reward=NOTHING, leaving=leaving(competitor=0.0, variety=1.0)), (None, 45.0))
    world.live(HORIZON)
    c = world.customers[world.customers["lost_at"] < 45.0]
    assert len(c) > 200
    assert (c["ledger"][:, Line.FORGONE] == c["ledger"][:, Line.LIST]).all()


def test_free_days_that_reach_over_the_horizon_are_split():
    """Catches a forgone fee that is booked as a whole where it begins."""
    world = roll_out(quiet(reward=NOTHING, horizon_days=30, **RESIDUAL), (None, 45.0), until=60.0)
    world.live(60.0)
    within = world.customers["ledger"][:, Line.FORGONE]
    assert (within == sum(bookings(0, 30))).all()
    tally = world.shared.tally[..., Line.FORGONE].sum() / 100
    assert tally == sum(bookings(0, 30, 31, 45))


def test_the_fee_grows_at_each_full_year_of_tenure():
    """Catches growth on day 0, at the calendar's year, or compounded each month."""
    segments = {"all": {"share": 1.0, "growth_per_year": {"mean": 0.1, "sd": 0.0}}}
    world = live(quiet(segments=segments, base=tenure(9.0), customers=2))
    day = 365 - 9 * MONTH
    expected = (day * FEE + (HORIZON - day) * 1.1 * FEE) / MONTH
    assert world.customers["ledger"][:, Line.LIST] == pytest.approx(expected, abs=13)
    assert (world.customers["fee"] == 11_000).all()


def test_a_fee_never_falls_below_zero():
    """Catches a customer who is paid for staying."""
    segments = {"all": {"share": 1.0, "growth_per_year": {"mean": -1.0, "sd": 0.4}}}
    world = live(quiet(segments=segments, base=tenure(6.0), customers=200))
    c = world.customers
    assert (c["fee"] >= 0).all()
    assert (c["fee"] == 0).sum() > 50
    assert (c["ledger"][:, Line.LIST] >= 0).all()


def test_residual_value_is_discounted_from_the_horizon_on():
    """Catches a discount from day 0, a rate a month, margin that is forgotten, and days within the horizon."""
    world = live(quiet(horizon_days=100, **RESIDUAL), until=800.0)
    marks = [m for m in world.laws.marks.tolist() if m >= 100]
    expected = sum(0.5 * FEE * (b - a) / MONTH * 1.08 ** (-(b - 100) / 365) for a, b in pairwise(marks))
    assert world.customers["residual"] == pytest.approx(expected, abs=len(marks))
    assert (world.customers["ledger"][:, Line.LIST] == sum(bookings(0, 31, 59, 90, 100))).all()


def test_costs_after_the_horizon_count_in_full():
    """Catches a cost that is multiplied by the margin, or booked within the horizon."""
    scenario = quiet(
        horizon_days=100,
        contacts={"channels": {"call": {"cost_yuan": 80, "reach_share": 0, "strength": 0}}},
        cadences={"one": {"touches": {"late": {"tenure_days": 465, "channels": ["call"]}}}},
        **RESIDUAL,
    )
    called, silent = (roll_out(scenario, (cadence, None), until=800.0) for cadence in ("one", "none"))
    for world in (called, silent):
        world.live(800.0)
    cost = silent.customers["residual"] - called.customers["residual"]
    assert cost == pytest.approx(8_000 / 1.08, abs=1)
    assert not called.customers["ledger"][:, Line.CONTACT].any()


def test_zero_costs_cost_nothing():
    """Catches a default cost."""
    scenario = quiet(
        contacts={"channels": {"call": {"cost_yuan": 0, "reach_share": 1, "strength": 1}}},
        cadences={"one": {"touches": {"t": {"tenure_days": 5, "channels": ["call"], "gift": "tea"}}}},
        gifts={"tea": {"cost_yuan": 0, "match_share": 1}},
        base={"joining_share_per_month": 0.2},
    )
    world = roll_out(scenario, ("one", 0.0))
    world.live(HORIZON)
    assert (world.customers["contacts"] > 0).sum() == 100
    assert not world.customers["ledger"][:, 1:].any()


def test_money_before_the_campaign_is_no_one_elses():
    """Catches an arm's money in the books of those who take no part."""
    world = day_zero(quiet(reward=NOTHING, customers=10), arms=[(None, 10.0), (None, 20.0)])
    world.enrol(np.arange(5), np.array([0, 1, 0, 1, 1]))
    world.begin()
    world.live(HORIZON)
    forgone = world.shared.tally[0, :, :, Line.FORGONE].sum(axis=1)
    assert forgone.tolist() == [0, 2 * sum(bookings(0, 10)), 3 * sum(bookings(0, 20))]
    members = world.shared.tally[0, :, :, Line.LIST].sum(axis=1)
    assert members == pytest.approx(np.array([5, 2, 3]) * 12 * FEE, abs=70)
