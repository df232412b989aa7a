"""Rivals that react to our campaign (model.md section 18): when they see it, when they start, and who feels it."""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from sim.customer.life import RIVALS
from sim.customer.record import contested_bound_customer_dtype
from sim.scenario.offers import Arm, FreeDays
from sim.scenario.schema import Scenario
from sim.world.rivals import was_given
from sim.world.world import World
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, quiet

REWARD = {"max_reduction": 0.0, "half_dose_days": 1, "half_life_days": 1, "lasts_days": 1, "acts_on": ["variety"]}
GIVEN = Arm(reward=FreeDays(free_days=5))
HALF = {"to": "reward", "above_share": 0.5, "after_days": 10, "lasts_days": 20}
JANUARY = 31.0


def scenario(reacts: dict[str, Any] | None = None, **blocks: Any) -> Scenario:
    rival = {"strength": 2.0, "reacts": HALF | (reacts or {})}
    hazard = leaving(competitor=0.1, variety=0.0)
    hazard["competitor"]["price_sensitive"] = True
    base = {
        "customers": 100,
        "segments": {"all": {"share": 1.0, "price_sensitivity": {"mean": 1, "sd": 0}}},
        "leaving": hazard,
        "reward": REWARD,
        "promotions": {"rival": rival},
    }
    return quiet(**base | blocks)


def treated(world: World, share: float) -> World:
    """A world that has begun, with the first of each replication's base in the arm that is rewarded."""
    customers = world.scenario.customers
    world.enrol(base_of(world)[np.tile(np.arange(customers) < share * customers, world.rows)], 0)
    world.begin()
    return world


def lived(share: float, *, until: float = HORIZON, world: Scenario | None = None, **how: Any) -> World:
    begun = treated(day_zero(world or scenario(leaving={}), arms=[GIVEN], until=HORIZON, **how), share)
    begun.live(until)
    return begun


def runs(world: World, place: int = 0) -> list[tuple[float, float]]:
    """(day, strength of rivals from then on) of one segment in one replication."""
    part = slice(world.shared.start[place], world.shared.start[place + 1])
    return list(zip(world.shared.time[part].tolist(), world.shared.level[part, RIVALS].tolist(), strict=True))


@pytest.mark.parametrize(("looks", "seen"), [("monthly", 31.0), ("weekly", 7.0)])
def test_a_rival_reacts_some_days_after_it_looked(looks: str, seen: float) -> None:
    """Catches a reaction without a lag, on another day, or one that never ends. Hand-traced."""
    world = lived(0.5, world=scenario({"looks": looks}, leaving={}))
    assert runs(world) == [(seen + 10, 2.0), (seen + 30, 0.0)]


def test_just_below_the_share_it_does_not_and_to_nobody_never() -> None:
    """Catches a share of all rather than of the active, a bound that is missed by one, and a reaction to nothing."""
    assert runs(lived(0.49)) == []
    assert runs(lived(0.5)) != []
    nobody = scenario({"above_share": 0.0}, leaving={})
    assert runs(lived(0.0, world=nobody)) == []
    assert runs(lived(0.01, world=nobody)) == [(41.0, 2.0), (61.0, 0.0)]


def test_the_share_is_of_the_active_customers_of_its_segments() -> None:
    """Catches a count of other segments' customers, or a run that others see too."""
    two = {name: {"share": 0.5, "price_sensitivity": {"mean": 1, "sd": 0}} for name in ("a", "b")}
    promotions = {"rival": {"strength": 1.0, "segments": ["b"], "reacts": HALF}}
    both = scenario(segments=two, leaving={}, promotions=promotions)
    for treated_segment, expected in ((0, []), (1, [(41.0, 1.0), (61.0, 0.0)])):
        world = day_zero(both, arms=[GIVEN])
        world.enrol(np.flatnonzero(world.customers["segment"] == treated_segment), 0)
        world.begin()
        world.live(HORIZON)
        assert runs(world, 0) == []
        assert runs(world, 1) == expected


def test_who_has_left_is_not_counted() -> None:
    """Catches a share of the base on day 0: of those still there more than half have been given a reward."""
    world = treated(day_zero(scenario(leaving={}), arms=[GIVEN]), 0.4)
    gone = base_of(world)[-30:]
    world.customers["state"][gone] = 5
    world.customers["due"][gone] = np.inf
    world.live(HORIZON)
    assert runs(world) == [(41.0, 2.0), (61.0, 0.0)]


BUNDLES = {"accept_share": 0.5, "months": 7.7, "reduction": 0.3, "acts_on": ["competitor"]}


@pytest.mark.parametrize("campaign", ["reward", "contact", "agreement", "bundle", "warning_call", "win_back"])
def test_each_campaign_is_seen_once_from_its_day_on(campaign: str) -> None:
    """Catches a field of another campaign, who never had it, and a day that two looks see or none."""
    world = scenario(leaving={}, bundles=BUNDLES)
    days = np.array([-np.inf, 0.0, 30.9, 31.0, 59.0, 1 / 3])
    customers = np.zeros(len(days), dtype=contested_bound_customer_dtype)
    ever = np.isfinite(days)
    for day in ("reached_at", "called_at"):
        customers[day] = -np.inf
    field = {"reward": "reward_at", "contact": "reached_at", "agreement": "agreement_at", "warning_call": "called_at"}
    field |= {"bundle": "bundle_until", "win_back": "returned_at"}
    customers[field[campaign]] = np.where(ever, days + (7.7 * MONTH if campaign == "bundle" else 0.0), -np.inf)
    flag = {"reward": "rewarded", "agreement": "agreed", "bundle": "bundled", "win_back": "returns"}
    if campaign in flag:
        customers[flag[campaign]] = ever
    looks = [0.0, 31.0, 59.0, 90.0]
    seen = [was_given(campaign, customers, world, *look).tolist() for look in itertools.pairwise(looks)]
    assert seen == [
        [False, True, True, False, False, True],
        [False, False, False, True, False, False],
        [False, False, False, False, True, False],
    ]
    untouched = np.zeros(3, dtype=contested_bound_customer_dtype)
    for day in ("reached_at", "called_at"):
        untouched[day] = -np.inf
    assert not was_given(campaign, untouched, world, 0.0, 31.0).any()


def test_while_one_is_pending_or_runs_no_other_begins() -> None:
    """Calls every day: looked at each week, but the next run may only begin when the last is over."""
    daily = {f"d{day}": {"tenure_days": day, "channels": ["sms"]} for day in range(1, 60)}
    contacted = scenario(
        {"to": "contact", "looks": "weekly", "after_days": 5, "lasts_days": 16, "above_share": 1.0},
        leaving={},
        contacts={"channels": {"sms": {"cost_yuan": 0, "reach_share": 1.0, "strength": 0.0}}},
        cadences={"daily": {"touches": daily}},
    )
    world = day_zero(contacted, arms=[Arm(cadence="daily")])
    world.enrol(base_of(world), 0)
    world.begin()
    world.live(HORIZON)
    # seen on day 7: runs 12 to 28; next look on day 28: runs 33 to 49; on day 49: 54 to 70; on day 70 nobody was called
    assert runs(world) == [(12, 2.0), (28, 0.0), (33, 2.0), (49, 0.0), (54, 2.0), (70, 0.0)]


def test_a_reward_is_seen_once() -> None:
    """Catches a look that counts what an earlier one has seen: one roll-out provokes one promotion."""
    world = lived(1.0, world=scenario({"looks": "weekly", "lasts_days": 3, "after_days": 1}, leaving={}))
    assert runs(world) == [(8.0, 2.0), (11.0, 0.0)]


def test_it_adds_to_what_runs() -> None:
    """Catches a reaction that replaces the timetable, or a strength that is left behind."""
    raid = {"strength": 0.5, "dated": {"from": "2010-02-15", "to": "2010-03-15"}}
    promotions = {"raid": raid, "rival": {"strength": 2.0, "reacts": HALF}}
    world = lived(1.0, world=scenario(promotions=promotions, leaving={}))
    assert runs(world) == [(41, 2.0), (45, 2.5), (61, 0.5), (73, 0.0)]


def test_customers_feel_it_while_it_runs_and_only_then() -> None:
    """Hand-computed rates: three times as high from day 41 to 61, for joiners too."""
    world = lived(1.0, world=scenario(base={"joining_share_per_month": 0.2}), until=40.9)
    hazard = 0.1 * 12 / 365
    for day, factor in ((40.9, 1), (41.1, 3), (60.9, 3), (61.1, 1), (200.0, 1)):
        world.live(day)
        there = np.isin(world.customers["state"], [1, 2])
        assert there[~np.isin(np.arange(len(there)), base_of(world))].any()
        assert np.allclose(world.customers["rate"][there, 3], hazard * factor, rtol=1e-12), day


def test_replications_are_provoked_each_for_itself() -> None:
    """Catches a rival that sees another replication's customers."""
    world = day_zero(scenario(leaving={}), arms=[GIVEN], replications=3)
    world.enrol(np.flatnonzero(world.customers["row"] == 1), 0)
    world.begin()
    world.live(HORIZON)
    assert [runs(world, row) for row in range(3)] == [[], [(41.0, 2.0), (61.0, 0.0)], []]


def test_a_reaction_of_no_strength_changes_no_life() -> None:
    """Catches a reaction that draws, or that touches a clock whose rate it leaves."""
    provoked, unseen = (
        lived(
            1.0,
            world=scenario(promotions={"rival": {"strength": 0.0, "reacts": HALF | {"above_share": share}}}),
            replications=2,
        )
        for share in (0.5, 1.0)
    )
    never = lived(1.0, world=scenario(promotions={}), replications=2)
    assert len(provoked.shared.time) == 4
    assert not differing(provoked.customers, never.customers, "promotion_entry").any()
    assert provoked.shared.tally.tobytes() == never.shared.tally.tobytes() == unseen.shared.tally.tobytes()


@pytest.mark.parametrize("days", [1.0, 0.37])
def test_windows_change_no_byte(days: float) -> None:
    """Catches a reaction that hangs on how a world is cut up."""
    world = scenario({"above_share": 0.3, "looks": "weekly"}, base={"joining_share_per_month": 0.1})
    whole, cut = (lived(0.6, world=world, replications=2, window_days=window) for window in (0.0, days))
    assert whole.shared.time.tobytes() == cut.shared.time.tobytes()
    assert len(whole.shared.time) == 4
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()


def test_blocks_change_no_byte() -> None:
    """Catches a pointer into the timetable that another replication's reaction has shifted."""
    raid = {"strength": 0.5, "random": {"per_year": 6, "lasts_days": 20}}
    promotions = {"raid": raid, "rival": {"strength": 2.0, "reacts": HALF}}
    world = scenario(promotions=promotions, base={"joining_share_per_month": 0.1})

    def mixed(replications: Iterable[int]) -> World:
        begun = day_zero(world, arms=[GIVEN], replications=replications)
        c = begun.customers
        begun.enrol(np.flatnonzero(c["id"] < np.where(c["replication"] % 2 == 0, 80, 10)), 0)
        begun.begin()
        begun.live(HORIZON)
        return begun

    together, alone = mixed(range(4)), [mixed(block) for block in ([0], [1, 2], [3])]
    customers = np.concatenate([part.customers for part in alone])
    assert not differing(together.customers, customers, "row", "promotion_entry").any()
    assert together.shared.time.tobytes() == np.concatenate([part.shared.time for part in alone]).tobytes()
    assert [41.0 in dict(runs(together, row)) for row in range(4)] == [True, False, True, False]


def test_a_fork_has_its_own_rivals() -> None:
    """Catches a look, a run or a timetable that a fork shares with its original."""
    world = lived(1.0, world=scenario(), until=20.0, replications=2)
    fork = world.fork()
    other = world.fork()
    other.customers["rewarded"][:] = 0  # nobody there was rewarded: this rival has nothing to react to
    for part in (world, fork, other):
        part.live(HORIZON)
    assert not differing(fork.customers, world.customers).any()
    assert runs(other) == []
    assert runs(world) == runs(fork) == [(41.0, 2.0), (61.0, 0.0)]
    late = world.fork()
    assert late.agenda.mechanisms[-1].over.tolist() == [61.0, 61.0]
