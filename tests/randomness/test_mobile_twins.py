"""Mobile worlds with all bonds: windows, blocks and one more customer change no other life."""

from typing import Any

import numpy as np
import pytest

from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm
from sim.world.world import World
from tests.worlds import base_of, day_zero, differing, leaving, quiet, tenure

BOUND = ["competitor", "warning"]
BLOCKS: dict[str, Any] = {
    "customers": 200,
    "segments": {
        "low": {"share": 0.6, "contract_share": 0.3, "forgets_bill_share": 0.1},
        "high": {"share": 0.4, "contract_share": 0.6, "growth_per_year": {"mean": 0.1, "sd": 0.1}},
    },
    "base": tenure(0, 30) | {"joining_share_per_month": 0.05, "commission_yuan": 5, "frailty_variance": 0.3},
    "warning": {"enter_per_month": 0.05, "recover_per_month": 0.3},
    "leaving": leaving(competitor=0.02, need_gone=0.005),
    "billing": {
        "pays_per_month": {"overdue": 1.0, "suspended": 0.5},
        "one_way_stop_days": 20,
        "two_way_stop_days": 40,
        "cancel_days": 90,
        "fraud_share": 0.02,
    },
    "contracts": {
        "months": 12,
        "subsidy_yuan": 100,
        "renews_share": 0.4,
        "reduction": 0.7,
        "acts_on": BOUND,
        "after": {"factor": 2.5, "lasts_days": 45},
        "penalty_share": 0.3,
    },
    "agreements": {
        "accept_share": 0.5,
        "effect": {"max_reduction": 0.6, "half_credit_yuan": 8, "acts_on": BOUND},
    },
    "points": {
        "accrual_share": 0.05,
        "known_share": 0.3,
        "effect": {"max_reduction": 0.4, "half_balance_yuan": 20, "acts_on": BOUND},
        "expires": "07-01",
        "reminder": {"days_before": 30, "cost_yuan": 0.1, "redeems_share": 0.5},
        "remembers_share": 0.4,
        "pleases_share": 0.5,
    },
    "agents": {
        "share": 0.5,
        "commission_yuan": 900,
        "assessment_months": 6,
        "assessed_yuan": 50,
        "bill_share": 0.03,
        "clawback_share": 0.5,
        "keeps": 0.3,
        "acts_on": BOUND,
        "lets_go": {"lasts_days": 60, "max_raise": 2.0, "half_commission_yuan": 100},
        "resale": {"share": 0.3, "drop_per_month": 0.5},
    },
}
ARMS = [
    Arm(),
    Arm(agreement=Agreement(monthly_credit_yuan=10, months=6)),
    Arm(points_reminder=True),
]
UNTIL = 400.0


def bound(*, window_days: float = 0.0, replications: Any = 2, arm: int | None = None, **changes: Any) -> World:
    """Customers with every bond, dealt to the arms or all in one of them."""
    scenario = quiet(**BLOCKS | changes)
    world = day_zero(scenario, replications=replications, arms=ARMS, window_days=window_days, until=UNTIL)
    number = np.arange(len(world.customers)) % len(ARMS) if arm is None else np.full(len(world.customers), arm)
    who = base_of(world)
    world.enrol(who, number[who])
    world.begin()
    world.live(UNTIL)
    return world


@pytest.fixture(scope="module")
def whole() -> World:
    return bound()


@pytest.mark.parametrize("days", [1.0, 7.0])
def test_windows_change_no_byte(whole: World, days: float):
    """Catches a bond that is written at a window's end."""
    cut = bound(window_days=days)
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert whole.events == cut.events > 5_000


def test_blocks_of_replications_change_no_byte(whole: World):
    """Catches a bond that depends on the other replications of a block."""
    alone = [bound(replications=[number]) for number in (0, 1)]
    people = np.concatenate([world.customers for world in alone])
    # arms are dealt by place, which another block moves: those of the first replication stay where they are
    first = whole.customers["row"] == 0
    assert not differing(whole.customers[first], people[: first.sum()]).any()


def test_one_more_customer_changes_no_other_history():
    """Catches luck, or a bond, that hangs on how many customers there are."""
    few, more = (bound(replications=1, arm=1, customers=number, base=BASE) for number in (200, 201))
    assert len(more.customers) == len(few.customers) + 1 == 201
    assert not differing(few.customers, more.customers[:200]).any()


BASE = tenure(0, 30) | {"frailty_variance": 0.3}


def test_twins_are_the_same_until_an_arm_acts():
    """Catches an arm that changes a draw of a bond: only who accepts an agreement has another life."""
    one, other = (bound(replications=1, arm=arm) for arm in (0, 1))
    refused = (other.customers["agreed"] == 0) & (other.customers["arm"] == 1)
    assert refused.sum() > 50
    assert not differing(one.customers[refused], other.customers[refused], "arm").any()
    accepted = other.customers["agreed"] == 1
    assert differing(one.customers[accepted], other.customers[accepted], "arm").all()
    assert (one.customers["contracts"][accepted] > 0).any()


def test_every_bond_is_there(whole: World):
    """Catches a world of this page in which one of them never happens."""
    c = whole.customers
    for field in ("contracts", "agreed", "points", "points_known", "recruited", "resold", "assessed"):
        assert 10 < (c[field] > 0).sum() < len(c), field
