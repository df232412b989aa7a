"""Twins: the same customer with the same luck under another arm, and what one more customer changes."""

import numpy as np
import pytest

from sim.customer.base import STREAM_FIRST
from sim.customer.life import LOST
from sim.customer.record import MOMENTS, Line, Moment
from sim.experiment.assignment import eligible, strata
from sim.experiment.start import Start, draw_start
from sim.experiment.trial import live_trial
from sim.scenario.experiment_schema import Experiment
from tests.worlds import (
    base_of,
    company,
    day_zero,
    differing,
    experiment,
    leaving,
    live,
    private,
    quiet,
    roll_out,
)

ALONE = private({"customers": 400})
EFFECT = {"max_reduction": 0.6, "half_life_days": 90, "lasts_days": 365}
CALL = {"cost_yuan": 3, "reach_share": 1, "strength": 1}


# --- clocks ---------------------------------------------------------------------------------------


def leaving_world():
    """Leaving clocks alone, which a reward slows down: no state, no satisfaction, in which a life could turn."""
    return quiet(
        customers=3_000,
        leaving=leaving(competitor=0.05, need_gone=0.01),
        reward=EFFECT | {"half_dose_days": 4, "acts_on": ["competitor"]},
    )


def test_a_slower_leaving_clock_makes_nobody_leave_earlier():
    """Catches a threshold that is drawn anew when a rate changes."""
    none, some, more = (roll_out(leaving_world(), (None, days)) for days in (0.0, 5.0, 45.0))
    for world in (none, some, more):
        world.live(365.0)
    lost = [world.customers["lost_at"] for world in (none, some, more)]
    for slower, faster in ((1, 0), (2, 1)):
        assert (lost[slower] >= lost[faster]).all()
        assert (lost[slower] > lost[faster]).sum() > 200
    # who left for what no reward touches left on the same day to the last bit, unless it left before
    other = (none.customers["reason"] == 4) & (more.customers["reason"] == 4)
    assert other.sum() > 100
    assert (lost[2][other] == lost[0][other]).all()


def test_a_clock_that_fires_again_and_again_never_runs_ahead():
    """Catches the k-th firing of a slower clock that comes earlier than that of its faster twin."""
    scenario = quiet(
        customers=500,
        problem={"per_month": 4.0},
        contacts={"channels": {"call": CALL}, "effect": EFFECT | {"acts_on": ["problem"]}},
        cadences={"calls": {"touches": {"early": {"tenure_days": 20, "channels": ["call"]}}}},
    )
    slow, fast = (roll_out(scenario, (cadence, None)) for cadence in ("calls", "none"))
    behind = 0
    for day in range(2, 366, 3):
        slow.live(float(day))
        fast.live(float(day))
        firings = slow.customers["firings"], fast.customers["firings"]
        assert (firings[0] <= firings[1]).all()
        behind += (firings[0] < firings[1]).sum()
    assert behind > 1_000


# --- before the campaign acts ---------------------------------------------------------------------


def test_twins_are_the_same_until_the_campaign_acts():
    """Catches an arm that changes a draw before its first touch."""
    scenario = company(ALONE)
    late = {"touches": {"late": {"tenure_months": 60, "channels": ["call"], "gift": "anniversary"}}}
    touches = type(scenario.cadences["gold"]).model_validate(late)
    scenario = scenario.model_copy(update={"cadences": {**scenario.cadences, "late": touches}})
    silent, spoken = (roll_out(scenario, (cadence, None), until=2_000.0) for cadence in ("none", "late"))
    first = spoken.customers["due"][:, Moment.TOUCH].min()  # the longest tenure is 48 months
    assert first > 365.0
    fields = ("cadence", "touch", "touch_year", "due")
    for day in (100.0, np.nextafter(first, 0.0)):
        silent.live(day)
        spoken.live(day)
        assert not differing(silent.customers, spoken.customers, *fields).any()
        others = np.delete(np.arange(silent.customers["due"].shape[1]), Moment.TOUCH)
        assert (silent.customers["due"][:, others] == spoken.customers["due"][:, others]).all()
    silent.live(1_600.0)
    spoken.live(1_600.0)
    assert differing(silent.customers, spoken.customers, *fields).sum() > 50


# --- the trial and its roll-outs ------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone() -> Start:
    return draw_start(company(ALONE), 7, np.arange(3))


@pytest.mark.parametrize("name", ["reward_days", "contact_cadence"])
def test_the_own_twin_is_the_customer_of_the_trial_where_nothing_is_shared(alone: Start, name: str):
    """Catches a draw that hangs on the arm's number, on the trial, or on the other customers."""
    trial = experiment(name)
    _, in_trial = live_trial(alone, trial, 7)
    arms = {arm: in_world(alone, trial, arm) for arm in trial.arms}
    who = np.flatnonzero(in_trial.customers["arm"] >= 0)
    assert len(who) > 150
    for number, arm in enumerate(trial.arms):
        there = in_trial.customers["arm"] == number
        assert there.sum() > 40
        assert not differing(in_trial.customers[there], arms[arm][there], "arm").any()
        others = (in_trial.customers["arm"] >= 0) & ~there
        assert differing(in_trial.customers[others], arms[arm][others], "arm").any()


def in_world(start: Start, trial: Experiment, arm: str) -> np.ndarray:
    """Everybody under a roll-out of an arm, at the horizon."""
    background = trial.background
    world = start.world(background.policy, background.without, [trial.arms[arm]])
    world.enrol(eligible(trial, world.customers), 0)
    world.begin()
    world.live(365.0)
    return world.customers


def test_an_arm_whose_reward_does_nothing_changes_no_life():
    """Catches a draw that is made because an effect exists, not because it acts."""
    scenario = company({**ALONE, "reward.max_reduction": 0.0})
    none, given = (roll_out(scenario, (None, days), "programme", without=["reward"]) for days in (0.0, 45.0))
    for world in (none, given):
        world.live(365.0)
    money = ("ledger", "rewarded", "reward_at", "reward_steps", "free_until", "booked_at")
    assert not differing(none.customers, given.customers, *money, "due").any()
    clocks = slice(MOMENTS, None)
    assert (none.customers["due"][:, clocks] == given.customers["due"][:, clocks]).all()
    forgone = given.customers["ledger"][:, Line.FORGONE]
    assert (forgone[base_of(given)] > 0).all()


@pytest.mark.parametrize("first", [True, False], ids=["put first", "put last"])
def test_one_more_touch_changes_no_other_draw(first: bool):
    """Catches luck that hangs on how many touches there are, or on the place of a touch in the file."""
    scenario = company(ALONE)
    silent = {"cost_yuan": 1.0, "reach_share": 1.0, "strength": 0.0}
    channels = {
        **scenario.contacts.channels,
        "bill": type(scenario.contacts.channels["call"]).model_validate(silent),
    }
    contacts = scenario.contacts.model_copy(update={"channels": channels})
    more = {"note": {"tenure_days": 3, "channels": ["bill"]}}
    touch = type(scenario.cadences["gold"]).model_validate({"touches": more}).touches
    cadences = {}
    for name, cadence in scenario.cadences.items():
        touches = {**touch, **cadence.touches} if first else {**cadence.touches, **touch}
        cadences[name] = cadence.model_copy(update={"touches": touches})
    changed = scenario.model_copy(update={"contacts": contacts, "cadences": cadences})
    one, other = (
        roll_out(s, ("platinum", None), until=500.0) for s in (without_fatigue(scenario), without_fatigue(changed))
    )
    for world in (one, other):
        world.live(500.0)
    a, b = (world.customers[base_of(world)] for world in (one, other))
    # a contact of strength 0 replaces what is left of the one before: on day 3 there is none
    assert (a["lost_at"] == b["lost_at"]).all()
    assert (a["satisfaction"] == b["satisfaction"]).all()
    assert (a["firings"] == b["firings"]).all()
    assert (a["answer"] == b["answer"]).all()


def without_fatigue(scenario):
    return scenario.model_copy(update={"contacts": scenario.contacts.model_copy(update={"fatigue": None})})


def test_a_touch_has_the_same_luck_in_every_cadence():
    """Catches luck by the number of a contact: a customer's call in month 5 is its third in one cadence only."""
    call = CALL | {"reach_share": 0.5}
    call_5 = {"tenure_days": 150, "channels": ["call"]}
    fuller = {"welcome": {"tenure_days": 7, "channels": ["call"]}, "month_5": call_5}
    scenario = quiet(
        customers=1_000,
        contacts={"channels": {"call": call}},
        cadences={"full": {"touches": fuller}, "bare": {"touches": {"month_5": call_5}}},
    )
    full, bare = (roll_out(scenario, (cadence, None)) for cadence in ("full", "bare"))
    full.live(100.0)
    welcomed = full.customers["contacts"].copy()
    for world in (full, bare):
        world.live(200.0)
    assert ((full.customers["contacts"] - welcomed) == bare.customers["contacts"]).all()
    assert 300 < bare.customers["contacts"].sum() < 700
    assert (welcomed != bare.customers["contacts"]).any()


def test_a_touch_on_the_calendar_has_the_same_luck_whenever_its_cadence_was_taken_up():
    """Catches years counted from the first time that a customer has a cadence: its luck would differ between arms."""
    call = CALL | {"reach_share": 0.5}
    festival = {"festival": {"calendar": "09-22", "channels": ["call"]}}
    scenario = quiet(
        customers=1_000,
        base={"joining_share_per_month": 0.2},
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 0}},
        contacts={"channels": {"call": call}},
        cadences={
            "early": {"touches": {"welcome": {"tenure_days": 7, "channels": ["call"]}, **festival}},
            "late": {"touches": festival},
        },
        policies={"before": {}, "a": {"platinum": {"cadence": "early"}}, "b": {"platinum": {"cadence": "late"}}},
    )
    one, other, later = (day_zero(scenario, policy, until=1_095.0) for policy in ("a", "b", "before"))
    for world in (one, other, later):
        world.begin()
        world.live(400.0)
    later.end_campaign("b")
    reached = []
    for world in (one, other, later):
        before = world.customers["contacts"].copy()
        world.live(700.0)  # the second festival is on day 629
        reached.append((world.customers["contacts"] - before)[base_of(world)])
    assert (reached[0] == reached[1]).all()
    assert (reached[1] == reached[2]).all()
    assert 400 < reached[0].sum() < 600


def test_a_smaller_chance_acts_on_a_part_of_those_on_whom_a_larger_one_acts():
    """Catches a chance that is compared the wrong way round: other customers would be reached, or saved."""

    def reached(share: float) -> np.ndarray:
        touches = {"one": {"tenure_days": 5, "channels": ["call"]}}
        channels = {"call": CALL | {"reach_share": share}}
        scenario = quiet(customers=2_000, contacts={"channels": channels}, cadences={"all": {"touches": touches}})
        world = roll_out(scenario, ("all", None))
        world.live(10.0)
        return world.customers["contacts"] > 0

    few, many = reached(0.2), reached(0.5)
    assert not (few & ~many).any()
    assert few.sum() < many.sum()
    assert not reached(0.0).any()
    assert reached(1.0).all()


# --- one more customer ----------------------------------------------------------------------------


def joined_nobody(values=None):
    return private({"customers": 200, "base.joining_share_per_month": 0.0, **(values or {})})


def changed(one: np.ndarray, other: np.ndarray, *besides: str) -> int:
    """How many customers of the smaller base have another history in the larger one."""
    there = np.isin(other["id"], one["id"])
    return int(differing(one, other[there], *besides).sum())


@pytest.mark.parametrize("policy", ["before", "programme"])
def test_one_more_customer_changes_one_history_under_thresholds(policy):
    """Catches any luck that customers share."""
    one, more = (live(company(joined_nobody({"customers": n})), policy) for n in (200, 201))
    assert len(more.customers) == len(one.customers) + 1
    assert changed(one.customers, more.customers) == 0


def simple_trial(base: int, method: str = "simple", values=None, name: str = "contact_cadence"):
    trial = experiment(name)
    assignment = type(trial.assignment)(method=method, strata=("tier", "tenure_band") if method == "stratified" else ())
    trial = trial.model_copy(update={"assignment": assignment})
    scenario = company({**joined_nobody(values), "customers": base})
    _, world = live_trial(draw_start(scenario, 3, np.arange(1)), trial, 3)
    return scenario, trial, world


def test_one_more_customer_changes_one_history_under_simple_assignment():
    """Catches an assignment that depends on the number of customers."""
    (_, _, one), (_, _, more) = (simple_trial(n) for n in (200, 201))
    assert changed(one.customers, more.customers) == 0
    assert (one.customers["arm"] >= 0).sum() > 60


def test_one_more_customer_changes_one_stratum_under_stratified_assignment():
    """Catches a deal that goes on from one stratum to the next."""
    touched = 0
    for n in range(200, 210):
        (scenario, trial, one), (larger, _, more) = (simple_trial(k, "stratified") for k in (n, n + 1))
        people, newcomers = (draw_start(s, 3, np.arange(1)).world("before").customers for s in (scenario, larger))
        stratum = strata(scenario, trial, people)
        of_the_new = strata(larger, trial, newcomers)[newcomers["id"] == n]
        other = differing(one.customers, more.customers[more.customers["id"] != n])
        assert not other[(stratum != of_the_new) | (people["tier"] == 0)].any()
        touched += other.sum()
    assert touched > 0


def test_one_more_customer_changes_few_histories_under_quotas():
    """Catches a quota that deals everybody anew.

    At a score the newcomer takes a place in a tier or makes one: either moves at most one other customer over each of
    the two bounds. With 13 scores that is 26 at most, and 26 more for those whom these displace in turn.
    """
    quotas = {"base.joining_share_per_month": 0.0}
    moved = []
    for n in range(300, 312):
        one, more = (live(company({**quotas, "customers": k}), "programme") for k in (n, n + 1))
        moved.append(changed(one.customers, more.customers))
    print("histories changed by one more customer under quotas:", sorted(moved))
    assert 0 < max(moved) <= 13 * 4


def test_more_customers_do_not_change_who_the_first_are():
    """Catches a base whose draws depend on its size, joiners too."""
    small, large = (day_zero(company({"customers": n})).customers for n in (100, 150))
    base = large[np.isin(large["id"], small["id"]) & (large["id"] < STREAM_FIRST)]
    one = small[small["id"] < STREAM_FIRST]
    drawn = ("tier", "cadence", "complaint_line")  # quotas
    assert not differing(one, base, *drawn).any()
    assert (one["state"] != LOST).all()
