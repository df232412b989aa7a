"""Campaign budgets that run out (model.md section 22): who is given what while there is money for it, to the fen."""

from typing import Any

import numpy as np
import pytest

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import GOLD, PLATINUM, Count, Line
from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm, FreeDays
from sim.scenario.returns import WinBackEffort
from sim.scenario.schema import Scenario
from sim.world.world import World
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, quiet, tenure

DAYS = 30.0
PRICE = round(DAYS * 10_000 / MONTH)  # fen that 30 free days forgo at 100 yuan a month
REWARD = {"max_reduction": 0.5, "half_dose_days": 5, "half_life_days": 60, "lasts_days": 200, "acts_on": ["competitor"]}
AGREEMENTS = {
    "accept_share": 0.5,
    "effect": {"max_reduction": 0.8, "half_credit_yuan": 10, "acts_on": ["competitor"]},
}
GIVEN = Arm(reward=FreeDays(free_days=DAYS))
SIX = Agreement(monthly_credit_yuan=5, months=6)


def budget(yuan: float, *covers: str, per: str = "horizon") -> dict[str, Any]:
    return {"yuan": yuan, "per": per, "counts": "cash_and_forgone", "covers": list(covers)}


def scenario(yuan: float, *covers: str, per: str = "horizon", **blocks: Any) -> Scenario:
    base = {
        "customers": 100,
        "reward": REWARD,
        "agreements": AGREEMENTS,
        "campaign_budget": budget(yuan, *(covers or ("reward",)), per=per),
        "policies": {"before": {}, "rewarding": {"others": {"reward": {"free_days": DAYS}}}},
    }
    return quiet(**base | blocks)


def for_rewards(count: float) -> float:
    """Yuan that suffice for so many rewards."""
    return count * PRICE / 100


def refused(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.REFUSED].sum())


def in_arm(world: World, arm: int = 0) -> World:
    world.enrol(base_of(world), arm)
    world.begin()
    return world


@pytest.mark.parametrize(("yuan", "given"), [(0.0, 0), (for_rewards(1) - 0.01, 0), (for_rewards(7) + 1, 7), (1e6, 100)])
def test_rewards_are_given_by_id_while_their_price_fits(yuan: float, given: int) -> None:
    """Catches a purse that goes below nothing, one that is a fen off, and an order that is not that of ids."""
    world = in_arm(day_zero(scenario(yuan), arms=[GIVEN], replications=2))
    for row in range(2):
        c = world.customers[world.customers["row"] == row]
        assert (c["id"][c["rewarded"] == 1] == np.arange(given)).all()
    assert world.shared.purse.tolist() == [round(yuan * 100) - given * PRICE] * 2
    assert refused(world) == 2 * (100 - given)
    world.live(HORIZON)
    assert (world.customers["ledger"][:, Line.FORGONE].sum() <= 2 * given * PRICE + 100 * 13).all()


def test_the_best_tier_is_served_first() -> None:
    """Catches an order by id across tiers: platinum, then gold, then all others, each by id."""
    segments = {"all": {"share": 1.0, "fee_sigma": 0.5}}
    tiers = {"rule": "quota", "platinum": {"share": 0.1}, "gold": {"share": 0.2}}
    rich = scenario(600.0, tiers=tiers, segments=segments)
    c = in_arm(day_zero(rich, arms=[GIVEN])).customers
    prices = np.floor(c["fee"] * DAYS / MONTH + 0.5)
    left, expected = 60_000, np.zeros(100, dtype=bool)
    for i in np.lexsort((c["id"], -c["tier"])):
        if prices[i] <= left:
            expected[i], left = True, left - prices[i]
    assert ((c["rewarded"] == 1) == expected).all()
    assert 0 < expected.sum() < 100
    plenty = in_arm(day_zero(scenario(2_500.0, tiers=tiers, segments=segments), arms=[GIVEN])).customers
    assert (plenty["rewarded"][plenty["tier"] == PLATINUM] == 1).all()
    assert 0 < (plenty["rewarded"][plenty["tier"] == GOLD] == 1).sum() < 20


def test_a_purse_of_a_month_is_full_again_at_the_months_start() -> None:
    """Hand-traced: ten on day 0, and ten more on each first of a month; who was refused is asked again."""
    world = in_arm(day_zero(scenario(for_rewards(10.5), per="month"), arms=[GIVEN]))
    for day, given in ((1, 10), (31, 10), (32, 20), (59, 20), (60, 30), (200, 70), (HORIZON, 100)):
        world.live(day)
        assert (world.customers["rewarded"] == 1).sum() == given, day
        assert (world.customers["rewarded"][:given] == 1).all()


@pytest.mark.parametrize(("per", "given"), [("horizon", 10), ("year", 20), ("quarter", 50), ("month", 100)])
def test_periods_are_those_of_the_calendar(per: str, given: int) -> None:
    """Catches periods counted from day 0: from March on, January 1 comes once and a quarter's start four times."""
    world = in_arm(day_zero(scenario(for_rewards(10), per=per, start="2010-03-02"), arms=[GIVEN]))
    world.live(HORIZON)
    assert (world.customers["rewarded"] == 1).sum() == given


@pytest.mark.parametrize("tiers", [None, {"rule": "threshold", "platinum": {"value_yuan_per_year": 1e8}}])
def test_joiners_are_given_theirs_at_the_next_months_start(tiers: dict[str, Any] | None) -> None:
    """Catches somebody who draws on the purse between epochs, where the order of lives would decide."""
    more = {} if tiers is None else {"tiers": tiers}
    world = live(scenario(1e6, base={"joining_share_per_month": 0.3}, **more), "rewarding", until=200.0)
    c = world.customers
    joined = (c["joined"] > 0) & (c["joined"] < 181)
    starts = np.array([0, 31, 59, 90, 120, 151, 181])
    assert joined.sum() > 100
    assert (c["reward_at"][joined] == starts[np.searchsorted(starts, c["joined"][joined])]).all()
    assert not c["rewarded"][(c["joined"] > 181)].any()
    assert refused(world) == 0


def test_what_it_does_not_cover_is_given_as_ever() -> None:
    """Catches a purse that stands between customers and what it has no business with."""
    world = live(scenario(0.0, "agreement", base={"joining_share_per_month": 0.3}), "rewarding")
    c = world.customers
    there = c["joined"] < HORIZON
    assert (c["rewarded"][there] == 1).all()
    assert (c["reward_at"][there] == np.maximum(c["joined"][there], 0.0)).all()


def test_agreements_cost_all_their_credits_and_only_who_would_accept_is_refused() -> None:
    """Hand-computed: 30 yuan each; who declines costs nothing and is not counted as refused."""
    free = in_arm(day_zero(scenario(1e6, "agreement"), arms=[Arm(agreement=SIX)])).customers["agreed"] == 1
    world = in_arm(day_zero(scenario(305.0, "agreement"), arms=[Arm(agreement=SIX)]))
    accepted = np.flatnonzero(world.customers["agreed"])
    assert accepted.tolist() == np.flatnonzero(free)[:10].tolist()
    assert world.shared.purse.tolist() == [500]
    assert refused(world) == free.sum() - 10 > 20
    world.live(HORIZON)
    assert world.customers["ledger"][:, Line.FORGONE].sum() == 30_000


def test_rewards_and_agreements_draw_on_one_purse() -> None:
    """Catches a purse a spender. The first customers take both until nothing is left."""
    both = Arm(reward=FreeDays(free_days=DAYS), agreement=SIX)
    c = in_arm(day_zero(scenario(500.0, "reward", "agreement"), arms=[both])).customers
    spent = (c["rewarded"] == 1).sum() * PRICE + (c["agreed"] == 1).sum() * 3_000
    assert 50_000 - min(PRICE, 3_000) < spent <= 50_000
    assert (c["agreed"] == 1).any()


def test_a_purse_that_is_never_empty_changes_no_life_of_the_base() -> None:
    """Catches a purse that draws, or that puts its customers into another order."""
    blocks = {"leaving": leaving(competitor=0.1), "base": tenure(0, 12)}
    full = in_arm(day_zero(scenario(1e6, **blocks), arms=[GIVEN], replications=2))
    none = in_arm(day_zero(scenario(0.0, "agreement", **blocks), arms=[GIVEN], replications=2))
    for world in (full, none):
        world.live(HORIZON)
    assert not differing(full.customers, none.customers).any()


def test_a_fork_has_a_purse_of_its_own_and_a_restart_a_full_one() -> None:
    """Catches a purse that a twin empties."""
    world = in_arm(day_zero(scenario(for_rewards(10), per="month"), arms=[GIVEN], replications=2))
    fork = world.fork()
    world.live(HORIZON)
    assert (fork.shared.purse < PRICE).all()
    fork.live(HORIZON)
    assert not differing(fork.customers, world.customers).any()
    fork.restart("before", (), [GIVEN])
    assert (fork.shared.purse == round(for_rewards(10) * 100)).all()


def test_after_the_horizon_nothing_is_given() -> None:
    """Catches a refilled purse that goes on rewarding when the campaign is over."""
    world = in_arm(day_zero(scenario(for_rewards(10), per="month"), arms=[GIVEN], until=HORIZON))
    world.live(45.0)
    world.end_campaign("before")
    world.live(HORIZON)
    assert (world.customers["rewarded"] == 1).sum() == 20


@pytest.mark.parametrize("days", [1.0, 0.37])
def test_windows_change_no_byte(days: float) -> None:
    """Catches a purse that is filled, or drawn on, at a window's end."""
    tight = scenario(
        for_rewards(10), per="month", base={"joining_share_per_month": 0.3}, leaving=leaving(competitor=0.1)
    )
    whole, cut = (live(tight, "rewarding", replications=2, window_days=window) for window in (0.0, days))
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert whole.shared.purse.tobytes() == cut.shared.purse.tobytes()
    assert refused(whole) > 100


SPENDERS: dict[str, tuple[float, Arm, Count, Line, dict[str, Any]]] = {
    "bundle": (
        40.0,
        Arm(bundle=True),
        Count.BUNDLES,
        Line.SUBSIDY,
        {
            "bundles": {
                "accept_share": 1.0,
                "months": 12,
                "subsidy_yuan": 40,
                "reduction": 0.5,
                "acts_on": ["competitor"],
            }
        },
    ),
    "warning_call": (
        5.0,
        Arm(warning_call=True),
        Count.WARNING_CALLS,
        Line.CONTACT,
        {
            "early_warning": {
                "auc": 0.5,
                "list_share": 1.0,
                "call": {
                    "delay_days": 3,
                    "cost_yuan": 5,
                    "reach_share": 1.0,
                    "effect": {
                        "max_reduction": 0.0,
                        "acts_on": ["competitor"],
                        "half_life_days": 30,
                        "lasts_days": 60,
                    },
                },
            }
        },
    ),
    "win_back": (
        20.0,
        Arm(win_back=WinBackEffort(attempts=9)),
        Count.WIN_BACK_ATTEMPTS,
        Line.CONTACT,
        {
            "win_back": {
                "reasons": ["competitor"],
                "from_days": 1,
                "to_days": 300,
                "success_share": 0.2,
                "cost_yuan": 20,
            }
        },
    ),
}


@pytest.mark.parametrize("spender", SPENDERS)
def test_every_spender_stops_when_the_purse_is_empty(spender: str) -> None:
    """A purse for seven and a half of each: seven are given and paid for, the rest is refused and counted."""
    price, arm, counted, line, blocks = SPENDERS[spender]
    money = budget(7.5 * price, spender) | {"counts": "cash"}
    world = in_arm(
        day_zero(quiet(customers=100, leaving=leaving(competitor=0.2), campaign_budget=money, **blocks), arms=[arm])
    )
    world.live(HORIZON)
    assert world.shared.tally[..., COUNT_COLUMN + counted].sum() == 7
    assert world.customers["ledger"][:, line].sum() == round(7 * price * 100)
    assert world.shared.purse.tolist() == [round(0.5 * price * 100)]
    assert refused(world) > 0
