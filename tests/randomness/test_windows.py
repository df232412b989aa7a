"""Windows and blocks are bookkeeping: how a life is cut up changes no byte of it."""

import numpy as np
import pytest

from tests.worlds import company, day_zero, differing, live, private, with_desk

PLACES = ("row", "promotion_entry")
"""Where a replication stands in a block's arrays: no part of a life."""


def without_tiers():
    """Company H without tiers: no score, so no epoch; everybody is in the arm with the fullest cadence.

    Two dates are added to it, one at a window's end, one at a month's start.
    """
    scenario = company({"customers": 300})
    dates = {"eighth": {"calendar": "01-08", "channels": ["call"]}, "may": {"calendar": "05-01", "channels": ["call"]}}
    more = type(scenario.cadences["platinum"]).model_validate({"touches": dates}).touches
    platinum = scenario.cadences["platinum"].model_copy(
        update={"touches": {**scenario.cadences["platinum"].touches, **more}}
    )
    cadences = {**scenario.cadences, "platinum": platinum}
    return scenario.model_copy(update={"tiers": None, "policies": {"before": {}}, "cadences": cadences})


def in_an_arm(scenario, window_days, until=365.0, policy="before"):
    world = day_zero(
        scenario,
        policy,
        replications=2,
        arms=[("platinum", 15.0), ("none", None)],
        window_days=window_days,
        until=until,
    )
    world.enrol(np.arange(len(world.customers)), np.arange(len(world.customers)) % 2)
    world.begin()
    world.live(until)
    return world


@pytest.fixture(scope="module")
def whole():
    return in_an_arm(without_tiers(), 0.0)


@pytest.mark.parametrize("days", [1.0, 7.0, 0.37])
def test_windows_change_no_byte_without_epochs(whole, days):
    """Catches a clock, an effect or a bill that is written at a window's end (times then differ in last bits)."""
    cut = in_an_arm(without_tiers(), days)
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert whole.events == cut.events > 10_000


@pytest.mark.parametrize("days", [1.0, 7.0, 0.37])
def test_windows_change_no_byte_with_tiers(days):
    """Catches a score on a window's end, or a score that sees a customer before or after its own moment."""
    scenario = company({"customers": 300})
    one, cut = (live(scenario, "programme", replications=2, window_days=w) for w in (0.0, days))
    assert not differing(one.customers, cut.customers).any()
    assert one.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert one.shared.cuts.tobytes() == cut.shared.cuts.tobytes()
    assert one.events == cut.events


@pytest.mark.parametrize("stops", [(100.0,), (31.0, 59.0, 120.0), (1.0, 2.0, 364.0)])
def test_stopping_and_living_on_changes_no_byte(stops):
    """Catches an epoch that is lost or doubled on a day to which a world was lived, a month's start too."""
    scenario = company({"customers": 300})
    through, stopped = (day_zero(scenario, "programme", replications=2) for _ in range(2))
    for world, days in ((through, (365.0,)), (stopped, (*stops, 365.0))):
        world.begin()
        for day in days:
            world.live(day)
    assert not differing(through.customers, stopped.customers).any()
    assert through.shared.tally.tobytes() == stopped.shared.tally.tobytes()


def test_a_fork_goes_on_as_its_world_does():
    """Catches a copy that shares an array with its original, or that starts again."""
    world = day_zero(company({"customers": 300}), "programme", replications=2, until=730.0)
    world.begin()
    world.live(365.0)
    fork = world.fork()
    world.live(730.0)
    assert (fork.customers["period"] <= 12).all()
    fork.live(730.0)
    assert not differing(fork.customers, world.customers).any()
    assert fork.shared.tally.tobytes() == world.shared.tally.tobytes()


@pytest.mark.parametrize("kind", ["quota", "threshold", "desk"])
def test_blocks_of_replications_change_no_byte(kind):
    """Catches a draw, a cut-off or a place in a queue that depends on the other replications of a block."""
    scenario = company(private({"customers": 150}) if kind == "threshold" else {"customers": 150})
    if kind == "desk":
        scenario = with_desk(scenario, seats=1, service_minutes=3_000.0, patience_minutes=3_000.0)
    together = live(scenario, "programme", replications=range(5))
    alone = [live(scenario, "programme", replications=block) for block in ([0], [1, 2], [3, 4])]
    customers = np.concatenate([world.customers for world in alone])
    assert not differing(together.customers, customers, *PLACES).any()
    tally = np.concatenate([world.shared.tally for world in alone])
    assert together.shared.tally.tobytes() == tally.tobytes()
    assert len({w.tobytes() for w in together.shared.tally}) == 5
    if kind == "desk":
        calls = [desk.calls for world in alone for desk in world.desks]
        assert [len(c) for c in calls] == [len(desk.calls) for desk in together.desks]
        for desk, other in zip(together.desks, calls, strict=True):
            assert [c[2] for c in desk.calls] == [c[2] for c in other]
        assert sum(len(c) for c in calls) > 100


def test_the_order_of_customers_in_the_array_does_not_matter():
    """Catches a life that reads its neighbour, where nothing is shared."""
    scenario = company(private({"customers": 300}))
    one, other = (day_zero(scenario, "programme") for _ in range(2))
    order = np.random.Generator(np.random.Philox(1)).permutation(len(other.customers))
    other.customers[:] = other.customers[order]
    for world in (one, other):
        world.begin()
        world.live(365.0)
    assert not differing(other.customers, one.customers[order]).any()
    assert one.shared.tally.tobytes() == other.shared.tally.tobytes()


def test_seeds_differ():
    """Catches a seed that reaches only a part of the world."""
    scenario = company({"customers": 100})
    worlds = [live(scenario, "programme", seed=seed) for seed in (1, 2, 2**32 + 1)]
    base = [world.customers[world.customers["id"] < 100] for world in worlds]
    for field in ("segment", "joined", "fee", "price_sensitivity", "growth", "frailty", "firings"):
        a, b, c = (people[field] for people in base)
        assert (a != b).any()
        assert (a != c).any()
