"""Touches: when they come, whom they reach, and what one touch does in which order (model.md section 4)."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.customer.laws import compile_laws
from sim.customer.life import next_touch
from sim.customer.record import (
    DISSATISFIED,
    MOMENTS,
    NOT_ASKED,
    SATISFIED,
    VERY,
    Line,
    Moment,
    customer_dtype,
)
from sim.experiment.start import draw_start
from sim.scenario.offers import Arm
from tests.family import Family
from tests.worlds import MONTH, day_zero, leaving, quiet, roll_out, tenure

CALL = {"cost_yuan": 3.0, "reach_share": 1.0, "strength": 1.0}

TEA = {"gifts": {"tea": {"cost_yuan": 30, "match_share": 0.4}}}


def world_of(touches, *, channels=None, base=None, **blocks):
    """A quiet world whose customers all get one cadence from day 0 on."""
    scenario = quiet(
        contacts={"channels": channels or {"call": CALL}, **blocks.pop("effects_of_contacts", {})},
        cadences={"all": {"touches": touches}},
        base=base or {},
        **blocks,
    )
    return roll_out(scenario, ("all", None))


@njit
def touches_ahead(customers, laws, t, count):
    """The next `count` touches of a cadence that is taken up at `t`: day, number, year."""
    c, found = customers[0], np.zeros((count, 3))
    done = len(laws[0].touch_tenure)
    for i in range(count):
        next_touch(c, t, done, laws[0])
        t, done = c.due[9], c.touch
        found[i, 0], found[i, 1], found[i, 2] = t, c.touch, c.touch_year
    return found


def ahead(touches, joined, t, count, **blocks):
    scenario = quiet(contacts={"channels": {"call": CALL}}, cadences={"all": {"touches": touches}}, **blocks)
    customers = np.zeros(1, dtype=customer_dtype)
    customers["joined"], customers["due"] = joined, np.inf
    assert int(Moment.TOUCH) == 9 < MOMENTS
    return touches_ahead(customers, compile_laws(scenario, 1, [365.0]).table, t, count).tolist()


def test_touches_come_in_order_and_yearly_ones_come_back():
    """Catches a yearly touch that comes once, or whose years are not counted from its first time."""
    touches = {
        "once": {"tenure_days": 20, "channels": ["call"]},
        "yearly": {"tenure_months": 5, "channels": ["call"], "yearly": True},
    }
    first = 5 * MONTH
    assert ahead(touches, 0.0, 0.0, 4) == [
        [20, 0, 0],
        [first, 1, 0],
        [first + 365, 1, 1],
        [first + 730, 1, 2],
    ]
    assert ahead(touches, -400.0, 0.0, 2) == [
        [first - 400 + 365, 1, 1],
        [first - 400 + 730, 1, 2],
    ]


def test_only_touches_strictly_ahead_are_made():
    """Catches a touch of this very moment that is made when the cadence is taken up."""
    touches = {"yearly": {"tenure_days": 30, "channels": ["call"], "yearly": True}}
    assert ahead(touches, -30.0, 0.0, 1) == [[365, 0, 1]]
    assert ahead(touches, -30.0 + 1e-9, 0.0, 1)[0][0] == pytest.approx(1e-9, abs=1e-12)
    assert ahead(touches, 0.0, 30.0 + 365.0, 1) == [[30 + 730, 0, 2]]
    never = {"once": {"tenure_days": 30, "channels": ["call"]}}
    assert ahead(never, -30.0, 0.0, 1)[0][0] == np.inf


def test_a_touch_on_the_calendar_comes_on_its_date_of_every_year():
    """Catches years of 365 days, a date counted from joining, and a leap day that shifts what follows."""
    touches = {"festival": {"calendar": "09-22", "channels": ["call"]}}
    start = datetime.date(2010, 3, 15)
    for joined in (-1000.0, 0.0, 17.5):
        found = ahead(touches, joined, 17.5, 12, start=str(start))
        dates = [start + datetime.timedelta(days=day) for day, _, _ in found]
        assert dates == [datetime.date(year, 9, 22) for year in range(2010, 2022)]
        assert [year for _, _, year in found] == list(range(12))


def test_a_date_on_which_the_cadence_is_taken_up_is_not_ahead():
    """Catches a touch of day 0 itself, and a year that hangs on when the cadence was taken up."""
    touches = {"new_year": {"calendar": "01-01", "channels": ["call"]}}
    assert ahead(touches, -30.0, 0.0, 2) == [[365, 0, 1], [730, 0, 2]]
    assert ahead(touches, -30.0, -0.5, 1) == [[0, 0, 0]]
    assert ahead(touches, -30.0, 365.0, 1) == [[730, 0, 2]]
    # the start's year counts from its first day, though its date has passed
    assert ahead({"spring": {"calendar": "03-01", "gift": "tea"}}, 0.0, 0.0, 1, **TEA, start="2010-06-01") == [
        [273, 0, 1]
    ]


def test_a_date_and_a_tenure_of_one_moment_come_as_the_file_has_them():
    """Catches a touch on the calendar that swallows, or is swallowed by, one at a tenure, or another on its date."""
    touches = {
        "yearly": {"tenure_days": 31, "channels": ["call"], "yearly": True},
        "festival": {"calendar": "02-01", "channels": ["call"]},
        "other": {"calendar": "02-01", "channels": ["call"]},
        "once": {"tenure_days": 31, "channels": ["call"]},
    }
    assert ahead(touches, 0.0, 0.0, 7) == [
        [31, 0, 0],
        [31, 1, 0],
        [31, 2, 0],
        [31, 3, 0],
        [396, 0, 1],
        [396, 1, 1],
        [396, 2, 1],
    ]


def test_everybody_who_has_the_cadence_gets_the_festival_at_one_moment():
    """Catches a date that is read in days of tenure, and who joined after it getting it late."""
    scenario = quiet(
        base={"joining_share_per_month": 0.5} | tenure(0.0, 40.0),
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 0}},
        contacts={"channels": {"call": CALL}},
        cadences={"all": {"touches": {"festival": {"calendar": "09-22", "channels": ["call"]}}}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "all"}}},
    )
    world = day_zero(scenario, "programme")
    world.begin()
    world.live(365.0)
    c = world.customers
    day = float((datetime.date(2010, 9, 22) - datetime.date(2010, 1, 1)).days)
    there = c["joined"] < day
    assert (c["contact_at"][there] == day).all()
    assert (c["contacts"] == there).all()
    assert 200 < there.sum() < len(c)


def test_who_joins_gets_the_touches_of_its_own_tenure():
    """Catches a cadence that is dated from day 0 for customers who join later."""
    scenario = quiet(
        base={"joining_share_per_month": 0.5},
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 0}},
        contacts={"channels": {"call": CALL}},
        cadences={"all": {"touches": {"welcome": {"tenure_days": 7, "channels": ["call"]}}}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "all"}}},
    )
    world = day_zero(scenario, "programme")
    world.begin()
    world.live(100.0)
    came = world.customers[(world.customers["joined"] < 93.0)]
    assert (came["joined"] > 0).sum() > 20
    assert came["contact_at"] == pytest.approx(came["joined"] + 7)
    late = world.customers[(world.customers["joined"] > 93.5) & (world.customers["joined"] < 100)]
    assert not late["contacts"].any()


def test_every_channel_costs_and_the_strongest_that_reaches_counts(family: Family):
    """Catches a channel that costs only when it reaches, and strengths that add up or are the last one's."""
    channels = {
        "strong": {"cost_yuan": 7.0, "reach_share": 0.5, "strength": 0.9},
        "weak": {"cost_yuan": 2.0, "reach_share": 0.5, "strength": 0.4},
    }
    effect = {"max_reduction": 1.0, "acts_on": ["problem"], "half_life_days": 1e4, "lasts_days": 1e4}
    world = world_of(
        {"one": {"tenure_days": 5, "channels": ["weak", "strong"]}},
        channels=channels,
        effects_of_contacts={"effect": effect},
        customers=2_000,
    )
    world.live(6.0)
    c = world.customers
    assert (c["ledger"][:, Line.CONTACT] == 900).all()
    strength = c["contact_strength"]
    assert np.unique(strength).tolist() == [0.0, 0.4, 0.9]
    # both channels have their own luck: a quarter is reached by none, a quarter by the weak one alone
    family.rate("touch: reached by no channel", strength == 0.0, "is", 0.25)
    family.rate("touch: reached by the weak channel alone", strength == 0.4, "is", 0.25)
    assert (c["contacts"] == (c["contact_strength"] > 0)).all()


def test_a_contact_soon_after_another_does_less_and_replaces_it():
    """Catches fatigue that does not act, that acts at exactly `within_days`, or effects that add up."""
    effect = {"max_reduction": 0.8, "acts_on": ["problem"], "half_life_days": 1e4, "lasts_days": 1e4}
    world = world_of(
        {
            "first": {"tenure_days": 10, "channels": ["call"]},
            "soon": {"tenure_days": 15, "channels": ["call"]},
            "later": {"tenure_days": 36, "channels": ["call"]},
        },
        effects_of_contacts={"effect": effect, "fatigue": {"within_days": 21, "factor": 0.4}},
        customers=1,
    )
    seen = []
    for day in (11.0, 16.0, 37.0):
        world.live(day)
        seen.append(float(world.customers["contact_strength"][0]))
    assert seen == pytest.approx([0.8, 0.4 * 0.8, 0.8])


def test_an_effect_fades_in_steps_and_ends():
    """Catches an effect that fades between steps, or that outlives `lasts_days`."""
    effect = {"max_reduction": 0.5, "acts_on": ["problem"], "half_life_days": 14.0, "lasts_days": 25.0}
    world = world_of(
        {"one": {"tenure_days": 1, "channels": ["call"]}},
        effects_of_contacts={"effect": effect},
        effects={"step_days": 7.0},
        customers=1,
    )
    seen = {}
    for day in (2.0, 8.0, 8.5, 15.5, 22.5, 29.5, 60.0):
        world.live(day)
        seen[day] = float(world.customers["contact_effect"][0])
    # steps at days 8, 15, 22 and 29; "to the start of day 8" the first has not come
    assert seen == pytest.approx(
        {2.0: 0.5, 8.0: 0.5, 8.5: 0.5 * 2**-0.5, 15.5: 0.25, 22.5: 0.5 * 2**-1.5, 29.5: 0.0, 60.0: 0.0}
    )


def test_an_effect_that_lasts_whole_steps_ends_with_the_last():
    """Catches a step too many where `lasts_days` is a multiple of the step."""
    effect = {"max_reduction": 0.5, "acts_on": ["problem"], "half_life_days": 14.0, "lasts_days": 21.0}
    world = world_of(
        {"one": {"tenure_days": 1, "channels": ["call"]}},
        effects_of_contacts={"effect": effect},
        effects={"step_days": 7.0},
        customers=1,
    )
    world.live(21.9)
    assert world.customers["contact_effect"][0] == pytest.approx(0.25)
    world.live(22.1)
    assert world.customers["contact_effect"][0] == 0.0
    assert np.isinf(world.customers["due"][0, Moment.CONTACT_FADE])


def test_explaining_raises_satisfied_to_very_and_nobody_else():
    """Catches a dissatisfied customer who is talked into satisfaction."""
    world = world_of(
        {"one": {"tenure_days": 1, "channels": ["call"]}},
        effects_of_contacts={"explains_share": 1.0},
        satisfaction={"joining_share": {"very": 0.2, "satisfied": 0.3, "dissatisfied": 0.5}},
        customers=500,
    )
    before = world.customers["satisfaction"].copy()
    world.live(2.0)
    expected = np.where(before == SATISFIED, VERY, before)
    assert (world.customers["satisfaction"] == expected).all()
    assert {DISSATISFIED, SATISFIED, VERY} == set(before.tolist())


def test_dissatisfied_answers_bring_the_team():
    """Catches a team that comes to others, at once, or twice, and an answer that is another's."""
    world = world_of(
        {"one": {"tenure_days": 1, "channels": ["call"], "survey": True}},
        satisfaction={"joining_share": {"very": 0.2, "satisfied": 0.3, "dissatisfied": 0.5}},
        survey={"answer_share": {"very": 1.0, "satisfied": 0.0, "dissatisfied": 1.0}},
        team={"delay_days": 10, "solves_share": 1.0, "becomes": "very", "cost_yuan": 50},
        customers=500,
    )
    before = world.customers["satisfaction"].copy()
    world.live(11.0)
    c = world.customers
    assert (c["answer"] == np.where(before == SATISFIED, NOT_ASKED, before)).all()
    assert (c["answered_at"][before != SATISFIED] == 1.0).all()
    assert not c["ledger"][:, Line.TEAM].any()
    world.live(12.0)
    asked = before == DISSATISFIED
    assert (c["ledger"][:, Line.TEAM] == np.where(asked, 5_000, 0)).all()
    assert (c["satisfaction"] == np.where(asked, VERY, before)).all()
    assert (c["solved"] == asked).all()


def test_cross_selling_raises_the_fee_once():
    """Catches a rise at every accepted offer, and list fees that change for the days before."""
    world = world_of(
        {"offer": {"tenure_days": 10, "channels": ["call"], "cross_sell": True, "yearly": True}},
        cross_sell={"accept_share": 1.0, "fee_increase_share": 0.25},
        base=tenure(0.0),
        customers=3,
    )
    world.live(365.0)
    fen = (10 * 10_000 + 355 * 12_500) / MONTH
    assert world.customers["ledger"][:, Line.LIST] == pytest.approx(fen, abs=14)
    assert (world.customers["fee"] == 12_500).all()


def test_a_gift_is_posted_even_if_nobody_is_reached(family: Family):
    """Catches a gift that needs a call, or that pleases without matching."""
    channels = {"call": {"cost_yuan": 3.0, "reach_share": 0.0, "strength": 1.0}}
    world = world_of(
        {"one": {"tenure_days": 1, "channels": ["call"], "gift": "tea"}},
        channels=channels,
        gifts={"tea": {"cost_yuan": 30, "match_share": 0.4}},
        customers=2_000,
    )
    world.live(2.0)
    c = world.customers
    assert (c["ledger"][:, Line.GIFT] == 3_000).all()
    assert not c["contacts"].any()
    family.rate("gift: matches", c["satisfaction"] == VERY, "is", 0.4)
    assert set(c["satisfaction"].tolist()) == {SATISFIED, VERY}


def test_problems_are_reported_by_the_share_who_report_them(family: Family):
    """Catches reports without a complaint line, or a share that is not the scenario's."""
    scenario = quiet(
        customers=4_000,
        problem={"per_month": 3.0},
        team={"delay_days": 300, "solves_share": 1.0, "cost_yuan": 5, "reports_share": 0.3},
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 0}},
        policies={"before": {}, "programme": {"platinum": {"complaint_line": True}}},
        leaving=leaving(),
    )
    for policy in ("before", "programme"):
        world = day_zero(scenario, policy)
        world.begin()
        world.live(10.0)
        c = world.customers
        one = c[c["firings"][:, 2] == 2]  # the first threshold is drawn on joining: one problem
        assert len(one) > 1_000
        reported = np.isfinite(one["due"][:, Moment.TEAM])
        if policy == "before":
            assert not reported.any()
        else:
            family.rate("complaint line: problems reported", reported, "is", 0.3)


def test_two_touches_of_the_same_day_are_both_made():
    """Catches a touch that is passed over because another was made at the same moment, in later years too."""
    touches = {
        "call": {"tenure_days": 30, "channels": ["call"]},
        "yearly": {"tenure_days": 30, "channels": ["call"], "yearly": True},
        "gift": {"tenure_days": 395, "channels": ["call"]},
    }
    assert ahead(touches, 0.0, 0.0, 4) == [[30, 0, 0], [30, 1, 0], [395, 1, 1], [395, 2, 0]]
    world = world_of(touches)
    world.live(40.0)
    assert (world.customers["contacts"] == 2).all()
    # a cadence that is taken up at that very moment has none of them
    assert ahead(touches, -30.0, 0.0, 1) == [[365, 1, 1]]


@given(st.floats(-2_000.0, 400.0), st.floats(0.01, 700.0))
def test_touches_of_one_day_are_made_in_every_year(joined, tenure_days):
    """Catches a year that is counted one too far, because days since joining are rounded."""
    touches = {
        "one": {"tenure_days": tenure_days, "channels": ["call"], "yearly": True},
        "other": {"tenure_days": tenure_days, "channels": ["call"], "yearly": True},
    }
    found = ahead(touches, joined, joined, 12)
    assert [number for _, number, _ in found] == [0, 1] * 6
    assert [year for _, _, year in found] == [y for y in range(6) for _ in range(2)]


CLUB = {"activities": {"club": {"cost_yuan": 80, "comes_share": 0.3, "pleases_share": 0.5}}}


def test_an_activity_costs_for_who_comes_and_may_please(family: Family):
    """V-07: no channel is needed; of those who come half are pleased, and each year draws its own luck."""
    check = "activity: comes"
    world = world_of({"ball": {"tenure_days": 20, "activity": "club", "yearly": True}}, customers=5_000, **CLUB)
    world.live(30.0)
    c = world.customers
    came = c["ledger"][:, Line.GIFT] == 8_000
    assert (came | (c["ledger"][:, Line.GIFT] == 0)).all()
    family.rate(check, came, "is", 0.3)
    assert not (c["satisfaction"] == VERY)[~came].any()
    family.rate("activity: pleases", (c["satisfaction"] == VERY)[came], "is", 0.5)
    assert not c["ledger"][:, Line.CONTACT].any()
    again = world_of(
        {"ball": {"tenure_days": 20, "activity": "club", "yearly": True}}, base=tenure(12), customers=5_000, **CLUB
    )
    again.live(30.0)
    second = again.customers["ledger"][:, Line.GIFT] > 0
    assert 0.05 < (second & came).mean() < 0.13  # 9% come in both years where years are independent


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_activity_to_which_all_or_none_come(share: float):
    """Extremes; a gift at the same touch is given all the same, and keeps its luck."""
    club = {"activities": {"club": {"cost_yuan": 80, "comes_share": share, "pleases_share": 0.0}}}
    touches = {"ball": {"tenure_days": 20, "activity": "club", "gift": "tea"}}
    both = world_of(touches, customers=200, **club, **TEA)
    alone = world_of({"ball": {"tenure_days": 20, "gift": "tea"}}, customers=200, **TEA)
    for world in (both, alone):
        world.live(30.0)
    assert (both.customers["ledger"][:, Line.GIFT] == 3_000 + 8_000 * share).all()
    assert (both.customers["satisfaction"] == alone.customers["satisfaction"]).all()


def test_an_arms_complaint_line_is_its_own_and_ends_with_the_campaign() -> None:
    """A policy without one, an arm with one, one that leaves it as it is, and one that takes it away."""
    world = quiet(
        problem={"per_month": 1.0},
        team={"delay_days": 1, "solves_share": 1.0, "cost_yuan": 5, "reports_share": 1.0},
        policies={"line": {"others": {"complaint_line": True}}, "none": {}},
        baseline_policy="none",
    )
    start = draw_start(world, 1, np.arange(2))
    paid = {}
    for policy in ("none", "line"):
        rules = [Arm(complaint_line=True), Arm(), Arm(complaint_line=False)]
        of = start.world(policy, arms=rules)
        arms = np.arange(len(of.customers)) % 3
        of.enrol(np.arange(len(of.customers)), arms)
        of.begin()
        of.live(180.0)
        team = of.customers["ledger"][:, Line.TEAM]
        paid[policy] = [team[arms == arm].sum() > 0 for arm in range(3)]
        before = team.copy()
        of.end_campaign("none")
        of.live(183.0)  # who was scheduled is still visited
        settled = of.customers["ledger"][:, Line.TEAM].copy()
        of.live(365.0)
        assert settled.sum() >= before.sum()
        assert np.array_equal(of.customers["ledger"][:, Line.TEAM], settled)
    assert paid == {"none": [True, False, False], "line": [True, True, False]}
