"""Futures: the same customers and past, other luck from day 0 on, by the law of the luck that was pending."""

import numpy as np

from sim.experiment.futures import futures
from sim.experiment.start import draw_start
from tests.family import Family, replications, seed
from tests.worlds import company, leaving, quiet, tenure

SAME = ("id", "segment", "fee", "joined", "state", "satisfaction", "frailty", "price_sensitivity", "promotion", "band")


def test_customers_stand_as_they_stood_and_only_their_luck_differs() -> None:
    start = draw_start(company({"customers": 200}), 1, np.array([4]))
    many = futures(start, np.array([1, 2]))
    first, second = many.customers[: len(start.customers)], many.customers[len(start.customers) :]
    for field in SAME:
        assert np.array_equal(first[field], start.customers[field]), field
        assert np.array_equal(second[field], start.customers[field]), field
    base = start.customers["state"] > 0
    assert not np.array_equal(first["left"][base], second["left"][base])
    assert np.array_equal(first["rate"], start.customers["rate"])  # nothing that acts on day 0 has changed


def test_a_future_does_not_depend_on_the_others() -> None:
    start = draw_start(company({"customers": 100}), 1, np.array([4]))
    together, alone = futures(start, np.array([1, 2, 3])), futures(start, np.array([3]))
    worlds = [one.world("before") for one in (together, alone)]
    for world in worlds:
        world.begin()
        world.live(365.0)
    last = worlds[0].customers[-len(worlds[1].customers) :]
    assert np.array_equal(last["lost_at"], worlds[1].customers["lost_at"])
    assert np.array_equal(last["ledger"], worlds[1].customers["ledger"])


def test_what_was_pending_has_the_law_of_what_is_drawn(family: Family) -> None:
    """A constant rate: who has lived a past leaves in a future as if nothing had been pending."""
    name = "futures: left by day 100"
    rate, customers = 0.1, 500
    scenario = quiet(customers=customers, base=tenure(6, 24), leaving=leaving(competitor=rate))
    start = draw_start(scenario, seed(name), np.array([0]))
    world = futures(start, np.arange(1, 1 + replications(8))).world(scenario.baseline_policy)
    world.begin()
    world.live(100.0)
    gone = world.customers["lost_at"] < 100.0
    family.rate(name, gone, "is", 1 - np.exp(-rate * 100 * 12 / 365))


def test_promotions_under_way_go_on_and_later_ones_are_drawn_anew() -> None:
    scenario = company({"customers": 50, "promotions.raid.random.per_year": 12.0})
    start = draw_start(scenario, 1, np.array([0]))
    many = futures(start, np.arange(1, 40))
    rows, segments = len(many.replications), len(scenario.segments)
    now = []
    later = []
    for row in range(rows):
        place = row * segments + 1
        steps = slice(many.timetable.start[place], many.timetable.start[place + 1])
        times, levels = many.timetable.time[steps], many.timetable.level[steps, 0]
        now.append(levels[times <= 0][-1])
        later.append(tuple(times[times > 60]))
    assert len(set(now)) == 1
    assert len(set(later)) == rows
