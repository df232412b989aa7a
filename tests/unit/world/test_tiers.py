"""Scores and tiers: who is in, who is next, and what joiners get (model.md section 7)."""

import numpy as np
import pytest

from sim.customer.laws import MONTH
from sim.customer.life import LOST
from sim.customer.record import GOLD, NO_TIER, PLATINUM
from sim.world.tiers import tenure_risk
from tests.worlds import day_zero, leaving, quiet, tenure

SIZES = {"small": {"share": 0.5, "fee_sigma": 0.5}, "big": {"share": 0.5, "fee_sigma": 0.5}}
CALL = {"channels": {"call": {"cost_yuan": 1, "reach_share": 1, "strength": 1}}}


def quota(platinum, gold=None, **more):
    tiers = {"rule": "quota", "platinum": {"share": platinum}, **more}
    return tiers if gold is None else tiers | {"gold": {"share": gold}}


def threshold(platinum, gold=None, **more):
    tiers = {"rule": "threshold", "platinum": {"value_yuan_per_year": platinum}, **more}
    return tiers if gold is None else tiers | {"gold": {"value_yuan_per_year": gold}}


def value(customers):
    return 12.0 * customers["fee"] * (1.0 + customers["growth"])


def test_a_quota_takes_the_share_of_the_members_rounded_half_up():
    """Catches a quota of the candidates instead of the members, and rounding to even."""
    scenario = quiet(customers=50, segments=SIZES, tiers=quota(0.05, 0.25, excluded_segments=["small"]))
    c = day_zero(scenario, replications=3).customers
    for row in range(3):
        tier = c["tier"][c["row"] == row]
        assert (tier == PLATINUM).sum() == 3  # 2.5 rounded up
        assert (tier == GOLD).sum() == 13
    assert not c["tier"][c["segment"] == 0].any()


def test_quotas_take_the_most_valuable():
    """Catches a ranking by the wrong end, or by the fee without its growth."""
    segments = {"all": {"share": 1.0, "fee_sigma": 0.5, "growth_per_year": {"mean": 0.0, "sd": 0.3}}}
    c = day_zero(quiet(customers=200, segments=segments, tiers=quota(0.2, 0.3))).customers
    ranked = c["tier"][np.argsort(-value(c))]
    assert ranked.tolist() == [PLATINUM] * 40 + [GOLD] * 60 + [NO_TIER] * 100
    by_fee = c["tier"][np.argsort(-c["fee"])]
    assert by_fee.tolist() != ranked.tolist()


def test_ties_go_to_the_lower_id():
    """Catches a sort that is not stable."""
    c = day_zero(quiet(customers=100, tiers=quota(0.2, 0.3)), replications=2).customers
    for row in range(2):
        assert c["tier"][c["row"] == row].tolist() == [PLATINUM] * 20 + [GOLD] * 30 + [NO_TIER] * 50


def test_a_quota_larger_than_the_candidates_takes_all_of_them():
    """Catches an index behind the last candidate, or a tier for the excluded."""
    scenario = quiet(customers=60, segments=SIZES, tiers=quota(0.4, 0.6, excluded_segments=["small"]))
    c = day_zero(scenario).customers
    allowed = c["segment"] == 1
    assert (c["tier"][allowed] > NO_TIER).all()
    assert (c["tier"] == PLATINUM).sum() == 24
    assert not c["tier"][~allowed].any()


@pytest.mark.parametrize("tiers", [quota(0.0), quota(1.0), quota(0.0, 1.0)])
def test_a_quota_of_nobody_or_everybody(tiers):
    """Catches an empty tier that takes the last of the ranking."""
    c = day_zero(quiet(customers=20, tiers=tiers)).customers
    everybody = {(0.0, None): NO_TIER, (1.0, None): PLATINUM, (0.0, 1.0): GOLD}
    gold = tiers.get("gold", {}).get("share")
    assert (c["tier"] == everybody[tiers["platinum"]["share"], gold]).all()


def test_thresholds_are_yearly_values_in_yuan():
    """Catches a bound in fen or a month, and one that leaves out who stands exactly on it."""
    scenario = quiet(customers=10, tiers=threshold(1200.0))
    assert (day_zero(scenario).customers["tier"] == PLATINUM).all()
    assert not day_zero(quiet(customers=10, tiers=threshold(1200.01))).customers["tier"].any()
    both = quiet(customers=10, tiers=threshold(1300.0, 1200.0))
    assert (day_zero(both).customers["tier"] == GOLD).all()


def test_tiers_are_dealt_again_at_the_months_start_among_those_still_there():
    """Catches a quota that still counts the lost, or a score on another day."""
    scenario = quiet(customers=1_000, leaving=leaving(variety=0.5), tiers=quota(0.1, 0.2))
    world = day_zero(scenario)
    world.begin()
    world.live(30.9)
    before = world.customers["tier"].copy()
    assert (before == PLATINUM).sum() == 100
    world.live(31.5)
    c = world.customers
    there = c["state"] != LOST
    # those who left between the epoch and the check keep the tier they had
    members = (c["lost_at"] >= 31.0).sum()
    assert (c["tier"][c["lost_at"] >= 31.0] == PLATINUM).sum() == round(0.1 * members)
    assert (c["tier"] != before)[there].any()


def test_joiners_get_the_tier_of_the_last_cut_offs():
    """Catches joiners who wait for the next month, or who are let in by the cut-off of another segment."""
    scenario = quiet(
        customers=200,
        segments=SIZES,
        base=tenure(3.0) | {"joining_share_per_month": 0.5},
        tiers=quota(0.1, 0.3, excluded_segments=["small"]),
    )
    world = day_zero(scenario)
    base = world.customers[world.customers["joined"] < 0]
    lowest = {tier: value(base[base["tier"] == tier]).min() for tier in (GOLD, PLATINUM)}
    world.begin()
    world.live(30.0)
    c = world.customers
    new = c[(c["joined"] > 0) & (c["joined"] < 30)]
    assert len(new) > 50
    expected = np.select([value(new) >= lowest[PLATINUM], value(new) >= lowest[GOLD]], [PLATINUM, GOLD], NO_TIER)
    assert (new["tier"] == np.where(new["segment"] == 1, expected, NO_TIER)).all()
    assert {NO_TIER, GOLD, PLATINUM} == set(new["tier"].tolist())


def test_a_month_that_starts_where_a_life_was_stopped_is_scored():
    """Catches a score that is left out because the world was asked to stop on that very day."""
    scenario = quiet(customers=500, leaving=leaving(variety=0.5), tiers=quota(0.1, 0.2))
    through, stopped = day_zero(scenario), day_zero(scenario)
    for world in (through, stopped):
        world.begin()
    stopped.live(31.0)
    for world in (through, stopped):
        world.live(50.0)
    assert (through.customers["tier"] == stopped.customers["tier"]).all()


def test_entering_a_tier_is_rewarded_once_a_life():
    """Catches a reward at every score, for the tier below, and before the campaign begins."""
    scenario = quiet(
        customers=2_000,
        leaving=leaving(competitor=0.0, variety=0.2),
        reward={
            "max_reduction": 0,
            "half_dose_days": 1,
            "half_life_days": 1,
            "lasts_days": 1,
            "acts_on": ["competitor"],
        },
        tiers=quota(0.2, 0.3),
        policies={"before": {}, "programme": {"platinum": {"reward": {"free_days": 10}}}},
    )
    world = day_zero(scenario, "programme")
    assert not world.customers["rewarded"].any()
    world.begin()
    c = world.customers
    assert ((c["rewarded"] == 1) == (c["tier"] == PLATINUM)).all()
    world.live(300.0)
    forgone = c["ledger"][:, 1]
    assert forgone.max() <= round(10 / MONTH * 10_000) + 1
    later = (c["rewarded"] == 1) & (c["reward_at"] > 0)
    assert later.sum() > 5
    assert np.isin(c["reward_at"][later], [31, 59, 90, 120, 151, 181, 212, 243, 273]).all()


def test_leaving_a_tier_ends_its_cadence():
    """Catches a cadence that outlives the tier."""
    scenario = quiet(
        customers=2,
        segments={"all": {"share": 1.0, "growth_per_year": {"mean": -0.5, "sd": 0.0}}},
        base=tenure(10.0),
        tiers=threshold(500.0),
        contacts=CALL,
        cadences={"calls": {"touches": {"month_13": {"tenure_months": 13, "channels": ["call"]}}}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "calls"}}},
    )
    world = day_zero(scenario, "programme")
    world.begin()
    assert (world.customers["tier"] == PLATINUM).all()  # 600 yuan a year with the growth ahead
    world.live(365.0)
    # the fee halves at tenure 12 months; the score at the next month's start comes before month 13
    assert not world.customers["tier"].any()
    assert not world.customers["contacts"].any()


def test_risk_is_price_sensitivity_times_the_factor_of_the_tenure():
    """Catches a band that is off by one."""
    segments = {"all": {"share": 1.0, "price_sensitivity": {"mean": 2.0, "sd": 0.0}}}
    ngtp = {
        "tenure_risk": {"steps": [{"from_month": 0, "factor": 0.5}, {"from_month": 6, "factor": 1.5}]},
        "priorities": {"a_value_share": 0.4, "b_value_share": 0.6, "risk_at_least": 1.0},
    }
    scenario = quiet(customers=3, segments=segments, ngtp=ngtp)
    c = day_zero(scenario).customers
    c["joined"] = [-1.0, -6 * MONTH, -12 * MONTH]
    assert tenure_risk(scenario, c, 0.0).tolist() == [1.0, 3.0, 3.0]
    assert tenure_risk(scenario, c, -6 * MONTH - 1e-6).tolist() == [1.0, 1.0, 1.0]
    assert tenure_risk(quiet(customers=3), c, 0.0).tolist() == [0.0] * 3
