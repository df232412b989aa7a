"""Prospects: numbered calls, and who of those who are called joins (model.md section 20, M-02)."""

from typing import Any

import numpy as np
import pytest

from sim.customer.prospects import PROSPECT_FIRST, calls
from sim.customer.record import Line
from sim.experiment.rollout import begin_firm
from sim.experiment.start import draw_start
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, differing, firm_question, leaving, live, load_quiet, quiet

PROSPECTS: dict[str, Any] = {"calls_per_month": 100, "success_share": 0.0625, "cost_yuan": 8}


def scenario(**changes: Any):
    return quiet(customers=50, prospects=PROSPECTS | changes, leaving=leaving(competitor=0.01))


def won(world: World) -> np.ndarray:
    """Those who join because they were called."""
    return world.customers[world.customers["id"] >= PROSPECT_FIRST]


def test_one_call_in_sixteen_wins_a_customer(family: Family):
    """Each of the calls of twelve months, by its own draw; who is won pays from that day on."""
    check = "prospects: won"
    world = live(scenario(calls_per_month=2_000), seed=seed(check))
    found = won(world)
    joined = np.zeros(2_000 * 12, dtype=bool)
    joined[: len(found)] = True
    family.rate(check, joined, "is", 0.0625)
    assert (found["ledger"][:, Line.LIST] > 0).mean() > 0.99
    month = (found["id"].astype(np.int64) - PROSPECT_FIRST) >> 20
    assert (np.floor(found["joined"] / MONTH) == month).all()


def test_fewer_calls_and_a_lower_chance_win_a_part_of_those_whom_more_do():
    """Catches a prospect whose luck hangs on how many others are called: the same lives, to the byte."""
    whole = won(live(scenario(calls_per_month=200)))
    for changes in ({"calls_per_month": 100}, {"calls_per_month": 200, "success_share": 0.02}):
        part = won(live(scenario(**changes)))
        same = whole[np.isin(whole["id"], part["id"])]
        assert 0 < len(part) < len(whole)
        assert not differing(part, same).any()


def test_each_call_costs_and_is_of_no_customer():
    """Calls of each month are in the books of nobody; within the horizon and, discounted, after it."""
    world = live(scenario(), until=2 * HORIZON)
    made = calls(world.scenario.prospects, 1, world.laws.marks, np.arange(1))
    assert made.sum() == 2 * 1_200
    booked = world.shared.tally[:, 0, :, Line.CONTACT]
    assert (booked == 800 * made).all()
    assert not world.customers["ledger"][:, Line.CONTACT].any()
    after = made[0, world.laws.horizon_period :].sum()
    assert world.residual[0] == -800 * after  # nothing is discounted here
    assert live(scenario(calls_per_month=0)).shared.tally[:, 0, :, Line.CONTACT].sum() == 0


def test_others_live_as_if_nobody_was_called():
    """Calls bring customers and change no other life."""
    called = live(scenario())
    alone = live(quiet(customers=50, leaving=leaving(competitor=0.01)))
    assert not differing(called.customers[called.customers["id"] < PROSPECT_FIRST], alone.customers).any()


def test_who_is_called_lives_alone():
    """Catches prospects who are put into the first circle, so that they hear of its losses and of each other's."""
    circles = {
        "sizes": [{"size": 2, "share": 0.5}],
        "news": {"raises": 50.0, "lasts_days": 60, "acts_on": ["competitor"]},
        "referral": {"per_month": 0.05},
    }
    blocks: dict[str, Any] = {"customers": 50, "leaving": leaving(competitor=0.01), "prospects": PROSPECTS}
    one, other = live(quiet(**blocks, circles=circles)), live(quiet(**blocks, circles=circles | {"news": None}))
    assert len(won(one)) > 30
    assert (won(one)["circle"] == -1).all()
    np.testing.assert_array_equal(won(one)["lost_at"], won(other)["lost_at"])


@pytest.mark.parametrize("calls_per_month", [0, 40, 300])
def test_a_firm_decides_how_many_it_calls(calls_per_month: int):
    """On day 0 other calls are drawn: the firm lives as one whose scenario says so from the start."""
    world = load_quiet(customers=50, prospects=PROSPECTS, leaving=leaving(competitor=0.01))
    terms = {"as_it_is": {}, "other": {"set": {"prospects.calls_per_month": calls_per_month}}}
    money = {
        "metrics": ["net_value_per_customer"],
        "decision": {"metric": "net_value_per_customer", "choose": "highest"},
    }
    question = firm_question(world, terms, **money)
    start = draw_start(world.value, 1, np.arange(2))
    arm, base = begin_firm(start, question.value, question.value.arms["other"])
    assert len(base) == 100
    arm.live(HORIZON)
    own = draw_start(quiet(customers=50, prospects=PROSPECTS | {"calls_per_month": calls_per_month}), 1, np.arange(2))
    assert (arm.customers["id"] == own.customers["id"]).all()
    assert (won(arm)["joined"] == own.customers[own.customers["id"] >= PROSPECT_FIRST]["joined"]).all()
    assert arm.shared.tally[:, 0, :, Line.CONTACT].sum() == 2 * 12 * calls_per_month * 800
