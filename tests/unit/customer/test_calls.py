"""The warning call: whom it reaches, what it costs, and what it does to rates until it has faded."""

from typing import Any

import numpy as np
import pytest

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import ContestMoment, Count, Line
from sim.customer.states import Clock, State
from sim.scenario.offers import Arm
from sim.world.world import World
from tests import family as rates
from tests.family import Family
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, early_warning, leaving, live, quiet, tenure

POLICIES = {"before": {}, "calls": {"others": {"warning_call": True}}}
LISTED = ("called", "listed_at")
FADE = int(ContestMoment.CALL_FADE)


def scenario(warns: Any, **blocks: Any):
    return quiet(**{"customers": 300, "early_warning": warns, "policies": POLICIES} | blocks)


def calls(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.WARNING_CALLS].sum())


def left(world: World) -> int:
    return int((world.customers["lost_at"] < HORIZON).sum())


def test_a_call_comes_after_its_delay_and_its_effect_fades_on_the_lattice():
    """Hand-computed rates: 0.5 less at first, half of that after 28 days, nothing after 50."""
    law = early_warning(
        {"max_reduction": 0.5, "half_life_days": 28, "lasts_days": 50}, {"delay_days": 3}, rests_months=9
    )
    world = day_zero(scenario(law, leaving=leaving(competitor=1e-6, need_gone=1e-6)), "calls")
    world.begin()
    for day, effect in ((2.9, 0.0), (3.1, 0.5), (9.9, 0.5), (10.1, 0.5 * 2**-0.25), (31.1, 0.25), (59.1, 0.0)):
        world.live(day)
        rate = world.customers["rate"]
        assert np.allclose(rate[:, Clock.COMPETITOR], 1e-6 / MONTH * (1.0 - effect), rtol=1e-9)
        assert np.allclose(rate[:, Clock.NEED_GONE], 1e-6 / MONTH, rtol=1e-9)
    assert np.isinf(world.customers["due"][:, FADE]).all()
    assert calls(world) == 300


def test_who_is_in_warning_and_who_sleeps_are_moved_by_numbers_of_their_own():
    """Catches a call that takes the stage of day 0, or one number for both (P-01)."""
    law = early_warning({"max_reduction": 0.4, "asleep": -0.5})
    blocks = {"leaving": leaving(competitor=1e-6), "warning": {"enter_per_month": 1.0}}
    world = day_zero(scenario(law, **blocks), "calls")
    world.begin()
    world.live(1.5)
    c = world.customers
    warned = c["called_at"] == 1.0
    was_warned = c["call_strength"] == 0.4
    assert warned.all()
    assert set(np.unique(c["call_strength"])) == {-0.5, 0.4}
    assert (was_warned <= (c["state"] == State.WARNING)).all()


@pytest.mark.parametrize(("reduction", "fewer"), [(0.9, True), (-1.0, False)])
def test_a_call_can_keep_or_drive_off(reduction: float, fewer: bool):
    """Catches an effect without a sign."""
    blocks = {"leaving": leaving(competitor=0.05), "customers": 1_000}
    with_calls, without = (
        left(live(scenario(early_warning({"max_reduction": reduction}), **blocks), policy))
        for policy in ("calls", "before")
    )
    assert (with_calls < without) == fewer
    assert abs(with_calls - without) > 100


@pytest.mark.parametrize("law", [early_warning({"max_reduction": 0.9}, list_length=0), early_warning()])
def test_a_list_of_nobody_and_a_call_without_effect_change_no_life(law: Any):
    """Twins: the same bytes but for who is listed, and what calls cost."""
    blocks = {"leaving": leaving(competitor=0.05), "base": tenure(3, 24), "warning": {"enter_per_month": 0.1}}
    called, without = (live(scenario(law, **blocks), policy) for policy in ("calls", "before"))
    paid = ("ledger", "due", "called_at", "call_strength") if law.get("list_length") != 0 else ()
    touched = ("touches",) if paid else ()
    assert not differing(called.customers, without.customers, *LISTED, *paid, *touched).any()
    assert (calls(called) > 0) == bool(paid)
    assert called.customers["ledger"][:, Line.CONTACT].sum() == 200 * calls(called)


def test_whom_no_call_reaches_lives_on_as_before():
    """Catches an effect that comes without being reached; the call is paid all the same."""
    law = early_warning({"max_reduction": 0.9}, {"reach_share": 0.0})
    unreachable = {"contact_rules": {"unreachable_share": 1.0}}
    for warns, blocks in ((law, {}), (early_warning({"max_reduction": 0.9}), unreachable)):
        world = scenario(warns, leaving=leaving(competitor=0.05), **blocks)
        called, without = (live(world, policy) for policy in ("calls", "before"))
        assert not differing(called.customers, without.customers, *LISTED, "ledger", "touches").any()
        assert calls(called) > 2_000
        assert called.customers["ledger"][:, Line.CONTACT].sum() == 200 * calls(called)


def test_reached_by_the_call(family: Family):
    """Catches a chance to be reached that is not the one in the file."""
    name = "early warning: reached by the call"
    law = early_warning(call={"reach_share": 0.3})
    world = live(scenario(law, customers=4_000), "calls", seed=rates.seed(name), until=3.0)
    family.rate(name, world.customers["called_at"] == 1.0, "is", 0.3)


def test_who_opts_out_is_not_called_again():
    """Catches calls that contact rules forbid: after the first all have opted out."""
    world = live(scenario(early_warning(), contact_rules={"opt_out_share": 1.0}), "calls")
    assert calls(world) == 300
    world = live(scenario(early_warning(), contact_rules={"touches_a_month": 0}), "calls")
    assert calls(world) == 0


def test_who_has_left_or_is_stopped_is_not_called():
    """Catches a call to nobody: a delay in which lines are stopped, or customers leave."""
    billing = {
        "pays_per_month": {"overdue": 0, "suspended": 0},
        "one_way_stop_days": 5,
        "two_way_stop_days": 20,
        "cancel_days": 300,
        "fraud_share": 1.0,
    }
    slow = early_warning(call={"delay_days": 60})
    world = live(scenario(slow, billing=billing), "calls")
    assert (world.customers["state"] == State.LOST).mean() > 0.9
    assert calls(world) == 0
    world = live(scenario(slow, leaving=leaving(need_gone=100.0)), "calls")
    assert calls(world) == 0


def test_an_arm_calls_in_place_of_the_policy_and_not_after_the_horizon():
    """Catches an arm that cannot take the policy's calls away, or that goes on calling."""
    for policy, arm, per_month in (("calls", Arm(warning_call=False), 0), ("before", Arm(warning_call=True), 300)):
        world = day_zero(scenario(early_warning()), policy, arms=[arm], until=2 * HORIZON)
        world.enrol(base_of(world), 0)
        world.begin()
        world.live(HORIZON)
        assert calls(world) == 12 * per_month
        world.end_campaign("before")
        world.live(2 * HORIZON)
        assert calls(world) == 12 * per_month
