"""Agreements: monthly credits in return for staying (model.md section 13, X-07), to the fen."""

from typing import Any

import numpy as np
import pytest

from sim.customer.life import SUSPENDED
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count, Line
from sim.customer.states import Clock
from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm
from sim.world.world import World
from tests import family as rates
from tests.family import Family
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, quiet, roll_out, tenure

EFFECT = {"max_reduction": 0.8, "half_credit_yuan": 10, "acts_on": ["competitor"]}
SIX = {"monthly_credit_yuan": 30, "months": 6}
POLICIES = {"before": {}, "offer": {"others": {"agreement": SIX}}}


def scenario(accept_share: float = 1.0, **blocks: Any):
    agreements = {"accept_share": accept_share, "effect": EFFECT}
    return quiet(**{"customers": 300, "agreements": agreements, "policies": POLICIES} | blocks)


def arm(credit: float, months: int = 6) -> Arm:
    return Arm(agreement=Agreement(monthly_credit_yuan=credit, months=months))


def offered(rule: Arm, until: float = HORIZON, **blocks: Any) -> World:
    """A world in which the base is in one arm, lived on."""
    world = roll_out(scenario(**blocks), rule)
    world.live(until)
    return world


def agreements(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.AGREEMENTS].sum())


def test_an_offer_that_nobody_accepts_changes_no_byte():
    """Catches an offer that acts, or a draw that moves another."""
    blocks = {"leaving": leaving(competitor=0.1)}
    declined = live(scenario(0.0, **blocks), "offer")
    silent = live(scenario(1.0, **blocks), "before")
    assert not differing(declined.customers, silent.customers).any()
    assert declined.shared.tally.tobytes() == silent.shared.tally.tobytes()


@pytest.mark.parametrize("stops", [(HORIZON,), (31.0, HORIZON), (31.0, 59.0, 100.0, HORIZON)])
def test_what_a_score_gives_is_counted_in_the_month_that_begins(stops: tuple[float, ...]) -> None:
    """Catches a score before the accounts of its moment are closed, unless the world happens to stop there.

    Fees rise above the threshold at an anniversary in January: the score of February 1 offers, and its month counts.
    """
    tiers = {"rule": "threshold", "platinum": {"value_yuan_per_year": 1_500}}
    policies = {"before": {}, "offer": {"platinum": {"agreement": SIX}}}
    segments = {"all": {"share": 1.0, "growth_per_year": {"mean": 0.2, "sd": 0}}}
    risen = scenario(tiers=tiers, policies=policies, segments=segments, base=tenure(11.5), effects={"step_days": 1})
    world = day_zero(risen, "offer")
    world.begin()
    for day in stops:
        world.live(day)
    by_month = world.shared.tally[0, 0, :, COUNT_COLUMN + Count.AGREEMENTS]
    assert by_month.tolist()[:3] == [0, 300, 0]


def test_credits_come_at_the_end_of_each_month_and_end():
    """Hand-traced: 30 yuan after one month, two, and so on to six; not a seventh."""
    world = day_zero(scenario(), "offer")
    world.begin()
    for day, given in ((0.5, 0), (MONTH, 0), (MONTH + 0.01, 1), (2 * MONTH + 0.01, 2), (183.0, 6), (HORIZON, 6)):
        world.live(day)
        assert (world.customers["ledger"][:, Line.FORGONE] == 3_000 * given).all(), day
    assert agreements(world) == 300


def test_credits_stop_at_leaving():
    """Catches a credit to who is gone: months begun are not months stayed."""
    c = live(scenario(leaving=leaving(competitor=0.0, need_gone=0.3)), "offer").customers
    gone = np.isfinite(c["lost_at"])
    assert gone.sum() > 250
    stayed = np.minimum(np.floor(c["lost_at"][gone] / MONTH), 6)
    assert (c["ledger"][gone, Line.FORGONE] == 3_000 * stayed).all()
    assert len(np.unique(stayed)) == 7


def test_the_effect_is_that_of_the_dose_and_ends_with_the_credits():
    """Hand-computed rates: 0.8 x 30 / (30 + 10) less until the last month has passed."""
    world = day_zero(scenario(leaving=leaving(competitor=1e-6, need_gone=1e-6)), "offer")
    world.begin()
    free = 1e-6 / MONTH
    for day, factor in ((0.5, 0.4), (6 * MONTH - 0.01, 0.4), (6 * MONTH + 0.01, 1.0), (HORIZON, 1.0)):
        world.live(day)
        assert np.allclose(world.customers["rate"][:, Clock.COMPETITOR], free * factor, rtol=1e-12), day
        assert (world.customers["rate"][:, Clock.NEED_GONE] == free).all()


def test_a_larger_credit_and_a_longer_term_keep_longer():
    """Direction, twin by twin."""
    blocks = {"customers": 2_000, "leaving": leaving(competitor=0.1)}
    lost = [offered(rule, **blocks).customers["lost_at"] for rule in (arm(0), arm(10), arm(40), arm(40, 12))]
    for fewer, more in ((0, 1), (1, 2), (2, 3)):
        assert (lost[more] >= lost[fewer]).all()
        assert (lost[more] > lost[fewer]).sum() > 100


def test_a_stopped_line_loses_its_credits():
    """Catches a credit that is given to a stopped line, or saved up for later; bills are never paid here."""
    billing = {
        "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
        "one_way_stop_days": 20,
        "two_way_stop_days": 40,
        "cancel_days": 300,
        "fraud_share": 1.0,
    }
    c = live(scenario(billing=billing), "offer", until=200.0).customers
    assert (c["state"] == SUSPENDED).all()
    stop = np.where(c["bill_day"] > 0, c["bill_day"], 31.0) + 20
    assert (c["ledger"][:, Line.FORGONE] == 3_000 * np.floor(stop / MONTH)).all()


def test_it_is_offered_once_a_life():
    """Catches a second agreement at a later score, and one for a customer that is in the tier already."""
    tiers = {"rule": "threshold", "platinum": {"value_yuan_per_year": 500}}
    policies = {"before": {}, "offer": {"platinum": {"agreement": SIX}}}
    world = live(scenario(0.5, tiers=tiers, policies=policies), "offer", until=HORIZON)
    c = world.customers
    assert agreements(world) == c["agreed"].sum()
    assert 100 < c["agreed"].sum() < 200
    assert (c["ledger"][:, Line.FORGONE] == 18_000 * c["agreed"]).all()


def test_an_arm_offers_in_place_of_the_policy():
    """Catches an arm that adds to the policy's offer; a credit of 0 is no offer."""
    for rule, given in ((arm(0), 0), (arm(5, 2), 1_000), (Arm(), 18_000)):
        world = day_zero(scenario(), "offer", arms=[rule])
        world.enrol(base_of(world), 0)
        world.begin()
        world.live(HORIZON)
        assert (world.customers["ledger"][:, Line.FORGONE] == given).all()


def test_nobody_is_offered_one_after_the_campaign_and_those_that_run_go_on():
    """Catches credits that are broken off at the horizon, and joiners who still get an offer."""
    world = day_zero(scenario(base={"joining_share_per_month": 0.2}), "offer", until=730.0)
    world.begin()
    world.live(100.0)
    made = agreements(world)
    joined = world.customers["joined"] < 100.0
    assert made == joined.sum() > 300
    world.end_campaign("offer")
    world.live(500.0)
    assert agreements(world) == made
    # a day after each month's end, so that all credits of those who stay have come
    assert world.shared.tally[..., Line.FORGONE].sum() == 18_000 * made


def test_shares_of_agreements(family: Family):
    """Catches a chance to accept that is not the one in the file."""
    name = "agreements: accepted"
    world = live(scenario(0.3, customers=3_000), "offer", until=1.0, seed=rates.seed(name))
    family.rate(name, world.customers["agreed"], "is", 0.3)
