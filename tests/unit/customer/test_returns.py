"""Winning back who has left, and the life that follows (model.md section 20, M-01 to M-05)."""

import itertools
from typing import Any

import numpy as np
import pytest

from sim.customer.laws import month_starts
from sim.customer.life import LOST, STABLE, WON_BACK
from sim.customer.moves import COUNT_COLUMN, MOVE_COLUMN
from sim.customer.record import VERY, Count, Line
from sim.customer.states import MOVES, Clock, State
from sim.scenario.offers import Arm
from sim.scenario.returns import WinBackEffort
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, quiet, tenure

OFFER: dict[str, Any] = {"from_days": 1, "to_days": 400, "success_share": 0.25, "cost_yuan": 20}
ONCE = {"competitor": {"per_month": {"growth": 60.0, "won_back": 0.0}}}
"""Everybody leaves within days, and stays after a return as long as its tenure is below `growth_months`."""


def policies(*attempts: int) -> dict[str, Any]:
    """Policies that give so many attempts, by number."""
    offers = {f"tries_{number}": {"others": {"win_back": {"attempts": number}}} for number in attempts}
    return {"before": {}, **offers}


def scenario(customers: int = 300, **blocks: Any):
    chosen = {"stages": {"growth_months": 24}, "leaving": ONCE, "win_back": OFFER, "policies": policies(0, 1, 3, 99)}
    return quiet(customers=customers, **chosen | blocks)


def offer(**changes: Any) -> dict[str, Any]:
    return {"win_back": OFFER | changes}


def attempts(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.WIN_BACK_ATTEMPTS].sum())


def returns(world: World) -> int:
    move = list(MOVES).index((State.LOST, State.WON_BACK))
    return int(world.shared.tally[..., MOVE_COLUMN + move].sum())


def back(world: World) -> np.ndarray:
    """Who has come back."""
    return np.asarray(world.customers["returns"] > 0)


@pytest.mark.parametrize("number", [1, 3])
def test_the_share_that_comes_back_has_a_closed_form(number: int, family: Family):
    """Independent attempts: who gets k of them comes back with chance 1 - (1 - s)^k."""
    check = f"win-back: back after attempts {number}"
    world = live(scenario(20_000), f"tries_{number}", seed=seed(check))
    family.rate(check, back(world), "is", 1 - 0.75**number)


def test_constant_hazards_lose_and_win_back(family: Family):
    """Left at a constant rate h; of those in the window each epoch takes a share s, and who came back leaves again."""
    check, h, s = "win-back: away after half a year", 0.2, 0.3
    blocks = {"leaving": leaving(competitor=h), **offer(success_share=s)}
    world = live(scenario(20_000, **blocks), "tries_99", seed=seed(check), until=182.0)
    # between epochs all but who left in the last day (from_days) are approached at the next one
    waiting, fresh, day = 0.0, 0.0, 0.0
    rate = h / MONTH
    for epoch in [*month_starts(world.scenario.start, 182.0), 182.0]:
        there, last = 1 - waiting - fresh, max(day, epoch - 1.0)
        waiting, fresh = waiting + fresh + there * (1 - np.exp(-rate * (last - day))), 0.0
        fresh = (1 - waiting) * (1 - np.exp(-rate * (epoch - last)))
        if epoch < 182.0:
            waiting *= 1 - s
        day = epoch
    family.rate(check, world.customers["state"] == LOST, "is", waiting + fresh)


def test_no_attempts_live_the_lives_of_a_world_without():
    """Catches a draw or an event that the mechanism takes from others, to the byte of every field they share."""
    blocks = {"leaving": leaving(competitor=0.1, need_gone=0.02), "base": tenure(0, 20)}
    none = live(scenario(**blocks), "tries_0")
    without = live(scenario(**blocks, win_back=None, policies={"before": {}}))
    shared = [name for name in without.customers.dtype.names if name in none.customers.dtype.names]
    for name in shared:
        if name not in ("due", "left", "since", "rate", "firings"):  # as long as a kind has clocks
            assert none.customers[name].tobytes() == without.customers[name].tobytes(), name
    assert none.shared.tally.tobytes() == without.shared.tally.tobytes()
    assert none.events == without.events


def test_where_no_attempt_succeeds_nobody_comes_back_and_each_costs():
    """Extreme: three attempts of 20 yuan for everybody."""
    world = live(scenario(**offer(success_share=0.0)), "tries_3")
    assert (world.customers["state"] == LOST).all()
    assert returns(world) == 0
    assert attempts(world) == 900
    assert (world.customers["ledger"][:, Line.CONTACT] == 6_000).all()


def test_where_every_attempt_succeeds_all_come_back_at_the_first_month():
    """Extreme: who left before the last day of January is back on 1 February, after one attempt."""
    world = live(scenario(**offer(success_share=1.0)), "tries_3")
    c = world.customers
    assert (c["state"] == WON_BACK).all()
    early = c["left_at"] < 30.0
    assert early.mean() > 0.9
    assert (c["returned_at"][early] == 31.0).all()
    assert (c["returned_at"][c["left_at"] <= 30.0] == 31.0).all()
    assert (c["returned_at"][c["left_at"] > 30.0] == 59.0).all()
    assert attempts(world) == returns(world) == 300


def test_more_attempts_and_a_better_chance_bring_back_all_of_those_and_more():
    """Direction, customer by customer: twins share the luck of each month."""
    by_number = [live(scenario(), f"tries_{number}") for number in (1, 3, 99)]
    by_chance = [live(scenario(**offer(success_share=share)), "tries_3") for share in (0.1, 0.25, 0.6)]
    for worlds in (by_number, by_chance):
        for few, more in itertools.pairwise(worlds):
            first = back(few)
            assert (back(more) >= first).all()
            assert back(more).sum() > first.sum()
            assert (more.customers["returned_at"][first] <= few.customers["returned_at"][first]).all()


def test_only_the_window_and_the_reasons_are_approached():
    """Hand-traced: left on the first days, approached on 1 March (59) and 1 April (90), not on 1 February (31)."""
    window = {"from_days": 45, "to_days": 92, "success_share": 0.0}
    world = live(scenario(**offer(**window)), "tries_99")
    age = np.array([31.0, 59.0, 90.0, 120.0])[:, None] - world.customers["lost_at"]
    due = ((age >= 45) & (age < 92)).sum(axis=0)
    assert (world.customers["attempts"] == due).all()
    assert (due == 2).sum() > 250
    other = scenario(leaving={**ONCE, "variety": {"per_month": {"growth": 0.0}}}, **offer(reasons=["variety"]))
    assert attempts(live(other, "tries_99")) == 0


def test_the_next_life_begins_anew_with_the_same_character():
    """Fee, satisfaction, tenure and stage as stated; nothing is left of contacts, and no commission is paid."""
    blocks = {
        "segments": {"all": {"share": 1.0, "price_sensitivity": {"mean": 1, "sd": 0.5}}},
        "base": {"frailty_variance": 0.5, "commission_yuan": 50},
        "satisfaction": {
            "joining_share": {"very": 0.0, "satisfied": 0.0, "dissatisfied": 1.0},
            "risk_ratio": {"very": 1, "satisfied": 1, "dissatisfied": 1},
        },
        "stages": {"growth_months": 4},
        **offer(success_share=1.0, returned={"fee_change_share": 0.1, "very_share": 0.5}),
    }
    begun = day_zero(scenario(2_000, **blocks), "tries_1")
    before = begun.customers.copy()
    begun.begin()
    begun.live(80.0)
    c = begun.customers
    came = c["returned_at"] == 31.0
    assert came.mean() > 0.9
    for name in ("price_sensitivity", "frailty", "growth", "segment", "first_joined"):
        assert (c[name] == before[name]).all(), name
    assert (c["fee"][came] == 11_000).all()
    assert (c["life"][came] == before["life"][came] + 1).all()
    assert (c["joined"][came] == 31.0).all()
    assert set(np.unique(c["satisfaction"][came])) == {VERY - 1, VERY}
    assert 0.45 < (c["satisfaction"][came] == VERY).mean() < 0.55
    assert not c["ledger"][:, Line.COMMISSION].any()
    assert (c["state"][came] == WON_BACK).all()
    owed = np.floor(11_000 * (80.0 - 59.0) / MONTH + 0.5) + np.floor(11_000 * (59.0 - 31.0) / MONTH + 0.5)
    begun.live(81.0)  # nothing is booked between: the last account was closed on 1 March
    first_life = np.floor(10_000 * c["left_at"][came] / MONTH + 0.5)
    begun.live(HORIZON)
    assert (c["ledger"][came, Line.LIST] > first_life + owed).all()
    assert (c["state"][came] == STABLE).all()  # after four months; in `stable` nobody leaves here
    assert (c["away"] == c["returned_at"] - c["left_at"])[came].all()


def test_the_luck_of_the_next_life_is_its_own():
    """Catches a clock that goes on with the threshold of the life before: two lives of one customer hang together."""
    once = offer(success_share=1.0, not_worth={"returns_at_least": 1})
    world = live(scenario(3_000, leaving=leaving(competitor=2.0), **once), "tries_1")
    ended = np.concatenate(world.ended)
    now = world.customers[ended["position"]]
    first, second = ended["lost_at"] - ended["joined"], now["lost_at"] - now["joined"]
    both = (first < 60.0) & np.isfinite(second)
    assert both.sum() > 2_500
    assert abs(np.corrcoef(first[both], second[both])[0, 1]) < 4 / np.sqrt(both.sum())


def test_whom_nobody_wants_back():
    """M-05: worth too little, gone with debts, swindlers, back too often; and who has opted out of all contact."""
    rich = {"poor": {"share": 0.5, "fee_relative": 1}, "rich": {"share": 0.5, "fee_relative": 3}}
    valued = offer(not_worth={"value_below_yuan_per_year": 1_200.0}, success_share=0.0)
    world = live(scenario(segments=rich, **valued), "tries_1")
    assert (world.customers["attempts"] == (world.customers["segment"] == 1)).all()
    again = {"leaving": leaving(competitor=5.0), **offer(success_share=1.0, not_worth={"returns_at_least": 2})}
    often = live(scenario(**again), "tries_99")
    assert often.customers["returns"].max() == 2
    free = live(scenario(**again | offer(success_share=1.0)), "tries_99")
    assert free.customers["returns"].max() > 5


BILLS = {
    "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
    "one_way_stop_days": 5,
    "two_way_stop_days": 10,
    "cancel_days": 20,
}


def test_who_left_a_debt_is_wanted_only_where_it_was_collected():
    """Of those cancelled a third was made to pay: they are approached, the others only where `owes` is false."""
    forgetful = {"all": {"share": 1.0, "forgets_bill_share": 1.0}}
    blocks = {
        "leaving": {},
        "segments": forgetful,
        "billing": BILLS | {"fraud_share": 0.2, "collection": {"success_share": 0.3, "cost_share": 0.1}},
    }
    strict = live(scenario(2_000, **blocks, **offer(success_share=0.0, to_days=60)), "tries_1").customers
    assert (strict["reason"] == Clock.PAYMENT).all()
    collected = strict["ledger"][:, Line.BAD_DEBT] == 0
    assert (strict["attempts"] == (collected & (strict["fraud"] == 0))).all()
    assert 0.15 < strict["attempts"].mean() < 0.35
    generous = offer(success_share=0.0, to_days=60, not_worth={"owes": False})
    assert (live(scenario(2_000, **blocks, **generous), "tries_1").customers["attempts"] == 1).all()


def test_who_cannot_be_reached_is_approached_in_vain():
    """Contact rules hold: no channel, no return; who has opted out is left alone."""
    rules = {"unreachable_share": 0.4, "opt_out_share": 0.0}
    world = live(scenario(contact_rules=rules, **offer(success_share=1.0)), "tries_3")
    c = world.customers
    assert (back(world) == (c["unreachable"] == 0)).all()
    assert (c["attempts"][c["unreachable"] == 1] == 3).all()
    begun = day_zero(scenario(contact_rules={"opt_out_share": 0.0}, **offer(success_share=1.0)), "tries_3")
    begun.customers["opted_out"][::2] = 1
    begun.begin()
    begun.live(HORIZON)
    assert (back(begun) == (begun.customers["opted_out"] == 0)).all()


def test_an_arm_overrides_the_policy_until_the_horizon():
    """After it who is lost gets what the policy gives, as contacts go on: so an arm of 0 delays, it does not end."""
    effort = [Arm(win_back=WinBackEffort(attempts=number)) for number in (0, 2)]
    world = day_zero(scenario(**offer(success_share=0.0)), "tries_1", arms=[*effort, Arm()])
    who = base_of(world)
    world.enrol(who, who % 3)
    world.begin()
    world.live(182.0)
    arm = world.customers["arm"]
    assert (world.customers["attempts"] == np.array([0, 2, 1])[arm]).all()
    world.end_campaign("tries_3")
    world.live(HORIZON)
    assert (world.customers["attempts"] == 3).all()


def test_free_days_on_returning_are_a_reward():
    """Forgone for 30 days, with the reward's effect on rates; a policy's reward is not given besides."""
    reward = {
        "max_reduction": 0.5,
        "half_dose_days": 10,
        "half_life_days": 90,
        "lasts_days": 365,
        "acts_on": ["variety"],
    }
    more = {"variety": {"per_month": {"growth": 0.0, "won_back": 0.001}}}
    tries = {"before": {}, "both": {"others": {"win_back": {"attempts": 1}, "reward": {"free_days": 7}}}}
    blocks = {"reward": reward, "leaving": ONCE | more, "policies": tries, **offer(success_share=1.0, free_days=30)}
    world = day_zero(scenario(**blocks), "both", without=["reward"])
    world.begin()
    world.live(40.0)
    c = world.customers[world.customers["returned_at"] == 31.0]
    assert (c["free_until"] == 61.0).all()
    assert (c["reward_effect"] > 0.3).all()
    world.live(100.0)
    c = world.customers[world.customers["returned_at"] == 31.0]
    assert (
        c["ledger"][:, Line.FORGONE] == np.floor(10_000 * 28 / MONTH + 0.5) + np.floor(10_000 * 2 / MONTH + 0.5)
    ).all()
    full = live(scenario(**blocks), "both")
    assert not differing(full.customers, full.customers).any()
    assert (full.customers["rewarded"] == 1).all()


def test_lives_know_who_was_there_when():
    """Days, losses and presence over all lives, against the records of one who left and came back."""
    world = live(scenario(**offer(success_share=1.0)), "tries_1")
    c, lives = world.customers, world.lives()
    assert len(lives.position) == 600
    days = lives.sums(lives.days(0.0, HORIZON))
    np.testing.assert_allclose(days, HORIZON - c["away"])
    assert lives.ended(0.0, HORIZON).sum() == 300
    assert lives.of_customers(lives.covers(HORIZON)).all()
    gone = (c["left_at"] < 20.0) & (c["returned_at"] > 20.0)
    assert (lives.of_customers(lives.covers(20.0)) == ~gone).all()
