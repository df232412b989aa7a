"""Worlds that win back, call prospects and bundle: windows, blocks and one more customer change no other life."""

from typing import Any

import numpy as np
import pytest

from sim.customer.prospects import PROSPECT_FIRST
from sim.scenario.offers import Arm
from sim.scenario.returns import WinBackEffort
from sim.world.world import World
from tests.randomness.test_mobile_twins import BASE, BLOCKS
from tests.worlds import base_of, day_zero, differing, quiet

RETURNS: dict[str, Any] = {
    "win_back": {
        "from_days": 10,
        "to_days": 200,
        "success_share": 0.4,
        "cost_yuan": 5,
        "not_worth": {"owes": False},
        "returned": {"fee_change_share": 0.1, "very_share": 0.5},
    },
    "prospects": {"calls_per_month": 30, "success_share": 0.1, "cost_yuan": 4},
    "bundles": {"accept_share": 0.5, "months": 6, "subsidy_yuan": 50, "reduction": 0.5, "acts_on": ["competitor"]},
}
ARMS = [Arm(), Arm(win_back=WinBackEffort(attempts=2)), Arm(win_back=WinBackEffort(attempts=4), bundle=True)]
UNTIL = 400.0


def contested(*, window_days: float = 0.0, replications: Any = 2, arm: int | None = None, **changes: Any) -> World:
    """Customers with every bond who come back, dealt to the arms by id or all in one of them."""
    scenario = quiet(**BLOCKS | RETURNS | changes)
    world = day_zero(scenario, replications=replications, arms=ARMS, window_days=window_days, until=UNTIL)
    who = base_of(world)
    world.enrol(who, world.customers["id"][who].astype(int) % len(ARMS) if arm is None else arm)
    world.begin()
    world.live(UNTIL)
    return world


@pytest.fixture(scope="module")
def whole() -> World:
    return contested()


def test_all_of_it_happens(whole: World):
    """Catches a world of this page in which one of them never happens."""
    c = whole.customers
    assert (c["returns"] > 0).sum() > 20
    assert c["bundled"].sum() > 20
    assert ((c["id"] >= PROSPECT_FIRST) & (c["joined"] < UNTIL)).sum() > 20


@pytest.mark.parametrize("days", [1.0, 7.0])
def test_windows_change_no_byte(whole: World, days: float):
    """Catches an attempt, a call or a bundle that is made at a window's end."""
    cut = contested(window_days=days)
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert whole.events == cut.events > 5_000


def test_blocks_of_replications_change_no_byte(whole: World):
    """Catches an attempt or a call that depends on the other replications of a block."""
    alone = [contested(replications=[number]) for number in (0, 1)]
    people = np.concatenate([world.customers for world in alone])
    assert not differing(whole.customers, people, "row", "promotion_entry").any()
    for row, world in enumerate(alone):
        assert whole.shared.tally[row].tobytes() == world.shared.tally[0].tobytes()


def test_one_more_customer_changes_no_other_history():
    """Catches luck, of an attempt or a prospect, that hangs on how many customers there are."""
    few, more = (contested(replications=1, arm=1, customers=number, base=BASE) for number in (200, 201))
    kept = more.customers["id"] != 200
    assert len(more.customers) == len(few.customers) + 1
    assert not differing(few.customers, more.customers[kept]).any()


def test_twins_are_the_same_until_an_arm_acts():
    """Who never leaves lives alike under any number of attempts, and who leaves does so up to that day."""
    none, two = (contested(replications=1, arm=arm) for arm in (0, 1))
    a, b = none.customers, two.customers
    assert (a["left_at"] == b["left_at"]).all()
    stayed = np.isinf(a["left_at"])
    assert not differing(a[stayed], b[stayed], "arm").any()
