"""Bundles: a converged package against staying (model.md section 21, V-06, V-09), to the fen."""

from typing import Any

import numpy as np

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count, Line
from sim.scenario.offers import Arm
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, quiet

BUNDLES: dict[str, Any] = {
    "accept_share": 1.0,
    "months": 6,
    "subsidy_yuan": 300,
    "fee_change_share": 0.2,
    "reduction": 0.8,
    "acts_on": ["competitor"],
}
POLICIES = {"before": {}, "offer": {"others": {"bundle": True}}}


def scenario(customers: int = 300, changes: dict[str, Any] | None = None, **blocks: Any):
    return quiet(**{"customers": customers, "bundles": BUNDLES | (changes or {}), "policies": POLICIES} | blocks)


def bundles(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.BUNDLES].sum())


def test_a_bundle_that_nobody_accepts_changes_no_byte():
    """Catches an offer that acts, or a draw that moves another."""
    blocks = {"leaving": leaving(competitor=0.1)}
    declined = live(scenario(changes={"accept_share": 0.0}, **blocks), "offer")
    silent = live(scenario(**blocks), "before")
    assert not differing(declined.customers, silent.customers).any()
    assert declined.shared.tally.tobytes() == silent.shared.tally.tobytes()


def test_a_bundle_costs_its_subsidy_and_changes_the_fee_for_good():
    """Hand-traced: 300 yuan on day 0, 120 yuan a month from then on, also when the six months are over."""
    world = live(scenario(), "offer")
    c = world.customers
    assert bundles(world) == 300
    assert (c["ledger"][:, Line.SUBSIDY] == 30_000).all()
    assert (c["fee"] == 12_000).all()
    months = np.diff(world.laws.marks[world.laws.marks <= HORIZON])
    assert (c["ledger"][:, Line.LIST] == np.floor(12_000 * months / MONTH + 0.5).sum()).all()


def test_a_bundle_holds_while_it_runs(family: Family):
    """Closed form: a constant hazard, a fifth of it for six months, all of it after them."""
    for check, day, expected in (
        ("bundles: left while it runs", 150.0, 0.3 * 0.2 * 150 / MONTH),
        ("bundles: left after it", 300.0, 0.3 * (0.2 * 6 + 300 / MONTH - 6)),
    ):
        blocks = {"leaving": leaving(competitor=0.3)}
        world = live(scenario(20_000, **blocks), "offer", seed=seed(check), until=day)
        family.rate(check, np.isfinite(world.customers["lost_at"]), "is", 1 - np.exp(-expected))


def test_a_bundle_is_accepted_once_and_by_the_same_in_every_arm(family: Family):
    """An arm offers it on day 0 where the policy does not, and takes the policy's away; a share accepts."""
    half = scenario(4_000, {"accept_share": 0.4})
    arms = [Arm(bundle=True), Arm(bundle=False), Arm()]
    world = day_zero(half, "offer", arms=arms, seed=seed("bundles: accepted"))
    who = base_of(world)
    world.enrol(who, who % 3)
    world.begin()
    world.live(HORIZON)
    c = world.customers
    assert not c["bundled"][c["arm"] == 1].any()
    family.rate("bundles: accepted", c["bundled"][c["arm"] != 1] == 1, "is", 0.4)
    assert bundles(world) == c["bundled"].sum()
    before = day_zero(half, "before", arms=arms, seed=seed("bundles: accepted"))
    before.enrol(who, 0)
    before.begin()
    before.live(HORIZON)
    same = c["arm"] == 0
    assert (before.customers["bundled"] == c["bundled"])[same].all()


def test_nothing_new_is_offered_after_the_horizon():
    """What runs goes on; who would accept now is not asked."""
    world = day_zero(scenario(), "before", until=2 * HORIZON)
    world.begin()
    world.live(HORIZON)
    world.end_campaign("offer")
    world.live(2 * HORIZON)
    assert bundles(world) == 0


def test_who_has_a_subsidised_bundle_earns_no_points():
    """No overlap (X-06): bills of the six months are withheld, those after it earn; without a subsidy all earn."""
    points = {
        "accrual_share": 0.1,
        "known_share": 0.0,
        "effect": {"max_reduction": 0.0, "half_balance_yuan": 5, "acts_on": ["competitor"]},
        "expires": "12-31",
        "remembers_share": 0.0,
        "pleases_share": 0.0,
    }
    steps = {"one_way_stop_days": 20, "two_way_stop_days": 40, "cancel_days": 90}
    billing = {"pays_per_month": {"overdue": 1.0, "suspended": 1.0}, **steps}
    counted = []
    for subsidy in (300, 0):
        blocks = {"points": points, "billing": billing}
        world = live(scenario(changes={"subsidy_yuan": subsidy}, **blocks), "offer", until=300.0)
        counted.append(world.shared.tally[..., COUNT_COLUMN + Count.POINTS_WITHHELD].sum() / 300)
        assert (world.customers["points"] > 0).all()
    assert 5 <= counted[0] <= 7
    assert counted[1] == 0
