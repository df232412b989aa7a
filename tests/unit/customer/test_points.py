"""Points: earned by bills, redeemed or lapsed on a date (model.md section 14, X-06, W-07), to the fen."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.customer.life import SUSPENDED
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import SATISFIED, VERY, Count, Line
from sim.customer.states import Clock
from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm, FreeDays
from sim.world.world import World
from tests import family as rates
from tests.family import Family
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, quiet, tenure

BILLING = {
    "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
    "one_way_stop_days": 20,
    "two_way_stop_days": 40,
    "cancel_days": 400,
}
EFFECT = {"max_reduction": 0.5, "half_balance_yuan": 10, "acts_on": ["competitor"]}
REMINDER = {"days_before": 30, "cost_yuan": 0.1, "redeems_share": 1.0}
PLAN = {"accrual_share": 0.1, "known_share": 1.0, "effect": EFFECT, "expires": "07-01", "remembers_share": 1.0}
POLICIES = {
    "before": {},
    "reminds": {"others": {"points_reminder": True}},
    "frees": {"others": {"reward": {"free_days": 30}}},
    "agrees": {"others": {"agreement": {"monthly_credit_yuan": 5, "months": 3}}},
}
REWARD = {"max_reduction": 0.0, "half_dose_days": 4, "half_life_days": 90, "lasts_days": 365, "acts_on": ["competitor"]}
AGREEMENTS = {"accept_share": 1.0, "effect": {"max_reduction": 0.0, "half_credit_yuan": 10, "acts_on": ["competitor"]}}
DATE = 181.0
"""1 July, of a world that starts on 1 January."""


def scenario(blocks: dict[str, Any] | None = None, **changes: Any):
    """300 customers at 100 yuan a month with bills that nobody forgets, and a points plan."""
    points = {"reminder": REMINDER} | PLAN | changes
    more = {"billing": BILLING, "reward": REWARD, "agreements": AGREEMENTS, "policies": POLICIES}
    return quiet(**{"customers": 300, "points": points} | more | (blocks or {}))


def counted(world: World, what: Count) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + what].sum())


def counts(world: World) -> tuple[int, int, int]:
    """Withheld, lapsed, redeemed."""
    kinds = (Count.POINTS_WITHHELD, Count.POINTS_LAPSED, Count.POINTS_REDEEMED)
    return counted(world, kinds[0]), counted(world, kinds[1]), counted(world, kinds[2])


def earned(world: World, c: Any, end: float, share: float = 0.1) -> int:
    """Points of a customer who joined on day 0, from its bills up to `end`, fen: every booking and bill rounded."""
    starts = [m for m in world.laws.marks if m <= end]
    bills = [m + float(c["bill_day"]) for m in starts if 0 < m + float(c["bill_day"]) <= end]
    total = 0
    for first, last in pairwise([0.0, *bills]):
        edges = sorted({first, last} | {m for m in starts if first < m < last})
        bill = sum(int(np.floor(int(c["fee"]) * (b - a) / MONTH + 0.5)) for a, b in pairwise(edges))
        total += int(np.floor(share * bill + 0.5))
    return total


def test_a_plan_that_gives_nothing_changes_no_byte():
    """Catches a plan that costs or acts without points, or that moves a draw."""
    blocks = {"leaving": leaving(competitor=0.1)}
    giving_none = live(scenario(blocks, accrual_share=0.0, known_share=0.0), "reminds")
    without = live(scenario(blocks | {"points": None, "policies": {"before": {}}}), "before")
    assert not differing(giving_none.customers, without.customers, "points_reminder").any()
    assert giving_none.shared.tally.tobytes() == without.shared.tally.tobytes()


def test_a_balance_is_a_share_of_every_bill_and_is_redeemed_on_the_date():
    """Hand-computed, customer by customer: bills of half a year, a tenth of each, redeemed to the fen."""
    world = day_zero(scenario())
    world.begin()
    world.live(DATE)
    balance = np.array([earned(world, one, DATE - 0.5) for one in world.customers])
    assert (world.customers["points"] == balance).all()
    assert balance.min() > 4_000
    world.live(DATE + 0.01)
    # a bill of that very moment comes before the date
    redeemed = np.array([earned(world, one, DATE) for one in world.customers])
    assert (world.customers["ledger"][:, Line.POINTS] == redeemed).all()
    assert (redeemed > balance).sum() == (world.customers["bill_day"] == 0).sum() > 3
    assert not world.customers["points"].any()
    assert counts(world) == (0, 0, 300)


def test_who_forgets_the_date_loses_the_points():
    """Catches points that live on, or that are paid for when they lapse."""
    world = live(scenario(remembers_share=0.0))
    assert counts(world) == (0, 300, 0)
    assert not world.customers["ledger"][:, Line.POINTS].any()
    after = np.array([earned(world, one, HORIZON - 0.5) - earned(world, one, DATE) for one in world.customers])
    assert (world.customers["points"] == after).all()


def test_a_reminder_raises_redemption_and_cuts_lapse():
    """Direction (W-07), twin by twin: who redeems unreminded redeems reminded; the reminder has its price."""
    law = {"known_share": 0.4, "remembers_share": 0.5, "reminder": REMINDER | {"redeems_share": 0.3}}
    silent, reminded = (live(scenario(**law), policy) for policy in ("before", "reminds"))
    assert counts(reminded)[2] > counts(silent)[2] + 50
    assert counts(reminded)[1] < counts(silent)[1] - 50
    assert (silent.customers["ledger"][:, Line.CONTACT] == 0).all()
    assert (reminded.customers["ledger"][:, Line.CONTACT] == 10).all()
    assert (reminded.customers["points_known"] == 1).all()  # for good
    assert counts(silent)[1] + counts(silent)[2] == 300


def test_an_arm_reminds_in_place_of_the_policy():
    """Catches an arm that cannot take a reminder away, or give one."""
    for policy, rule, cost in (
        ("reminds", Arm(points_reminder=False), 0),
        ("before", Arm(points_reminder=True), 10),
    ):
        world = day_zero(scenario(), policy, arms=[rule])
        world.enrol(base_of(world), 0)
        world.begin()
        world.live(DATE)
        assert (world.customers["ledger"][:, Line.CONTACT] == cost).all()


def test_who_cannot_be_reached_is_reminded_in_vain():
    """Catches a reminder that works without a channel."""
    blocks = {"contact_rules": {"unreachable_share": 1.0}}
    world = live(scenario(blocks, known_share=0.0), "reminds")
    assert counts(world) == (0, 300, 0)
    assert (world.customers["ledger"][:, Line.CONTACT] == 10).all()
    assert not world.customers["points_known"].any()


AGREEMENT = Agreement(monthly_credit_yuan=5, months=3)


@pytest.mark.parametrize(
    ("rule", "over"), [(Arm(reward=FreeDays(free_days=91.0)), 91.0), (Arm(agreement=AGREEMENT), 3 * MONTH)]
)
def test_points_never_overlap_another_give_back(rule: Arm, over: float):
    """Catches points beside free days or an agreement (X-06), and a statement that is withheld and not counted.

    The base joined a month ago, so the first bill holds days before the free ones; later ones are wholly free: none.
    """
    world = day_zero(scenario({"base": tenure(1)}), arms=[rule])
    world.enrol(base_of(world), 0)
    before = world.customers["points"].copy()
    world.begin()
    world.live(DATE)
    c = world.customers
    bills = [[m + d for m in world.laws.marks if m + d < DATE] for d in c["bill_day"]]
    early = [sum(1 for day in days if day < over) for days in bills]
    assert counts(world)[0] == (len(c) if rule.reward else sum(early))
    later = np.array([sum(1 for day in days if day >= over) for days in bills])
    won = c["points"] - before
    assert (won > 0).all()
    assert (won <= 1_020 * later).all()
    assert (won > 1_000 * (later - 1) - 80).all()


@pytest.mark.parametrize(("subsidy", "gets"), [(300, False), (0, True)])
def test_a_subsidised_contract_forbids_points(subsidy: float, gets: bool):
    """Catches a contract without a subsidy that forbids them, and one with it that does not."""
    contracts = {"months": 24, "subsidy_yuan": subsidy, "reduction": 0.0, "acts_on": ["competitor"]}
    blocks = {"segments": {"all": {"share": 1.0, "contract_share": 1.0}}, "contracts": contracts}
    world = live(scenario(blocks), until=DATE)
    assert (world.customers["points"] > 0).all() == gets
    bills = sum(1 for d in world.customers["bill_day"] for m in world.laws.marks if 0 < m + d < DATE)
    assert counts(world)[0] == (0 if gets else bills)


def test_only_those_segments_earn():
    """Catches a plan for everybody."""
    blocks = {"segments": {"low": {"share": 0.5}, "high": {"share": 0.5}}}
    world = live(scenario(blocks, segments=["high"]), until=DATE)
    assert ((world.customers["points"] > 0) == (world.customers["segment"] == 1)).all()
    assert counts(world) == (0, 0, 0)


@pytest.mark.parametrize("known", [0.0, 1.0])
def test_a_known_plan_keeps_by_its_balance(known: float):
    """Hand-computed rates (W-07): 0.5 x b / (b + 10 yuan) less for who knows, nothing for who does not."""
    world = day_zero(scenario({"leaving": leaving(competitor=1e-6)}, known_share=known, remembers_share=0.0))
    world.begin()
    for day in (50.0, 100.0, DATE + 0.01):
        world.live(day)
        b = world.customers["points"] / 100.0
        expected = 1e-6 / MONTH * (1.0 - known * 0.5 * b / (b + 10.0))
        assert np.allclose(world.customers["rate"][:, Clock.COMPETITOR], expected, rtol=1e-9)
    assert (world.customers["points"] == 0).mean() > 0.5


def test_a_stopped_line_redeems_nothing():
    """Catches a redemption by who is suspended: here swindlers, all stopped by the date."""
    world = live(scenario({"billing": BILLING | {"fraud_share": 1.0}}), "reminds", until=DATE + 0.01)
    assert (world.customers["state"] == SUSPENDED).all()
    assert counts(world) == (0, 300, 0)
    assert not world.customers["ledger"][:, Line.POINTS].any()


@pytest.mark.parametrize(("share", "level"), [(0.0, SATISFIED), (1.0, VERY)])
def test_redeeming_pleases(share: float, level: int):
    """Catches a redemption that nobody is pleased with."""
    world = live(scenario(pleases_share=share))
    assert (world.customers["satisfaction"] == level).all()


def test_points_of_who_leaves_are_gone():
    """Catches a payment to who has left before the date."""
    world = live(scenario({"leaving": leaving(competitor=0.0, need_gone=0.2)}))
    c = world.customers
    before = c["lost_at"] < DATE
    assert before.sum() > 100
    assert not c["ledger"][before, Line.POINTS].any()
    assert counts(world)[2] == (c["ledger"][:, Line.POINTS] > 0).sum() == (~before).sum()


def test_shares_of_points(family: Family):
    """Catches a chance to know, or to redeem at a reminder, that is not the one in the file."""
    name = "points: knows the plan"
    law = {"known_share": 0.3, "reminder": REMINDER | {"redeems_share": 0.4}, "remembers_share": 0.0}
    world = day_zero(scenario({"customers": 2_000}, **law), "reminds", seed=rates.seed(name))
    family.rate(name, world.customers["points_known"], "is", 0.3)
    world.begin()
    world.live(DATE + 0.01)
    family.rate("points: redeemed at a reminder", world.customers["ledger"][:, Line.POINTS] > 0, "is", 0.4)
