"""Several periods: caps by period, campaigns that begin and stop, whoever is still there, dates known or not."""

import datetime
import itertools
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.customer.record import NOT_ENROLLED
from sim.planning.budget.cells import Division
from sim.planning.budget.estimate import Estimates
from sim.planning.budget.foresight import undated
from sim.planning.budget.fresh import live_fresh
from sim.planning.budget.frontier import Planner
from sim.planning.budget.lives import COLUMNS, CONTACTS, FORGONE, VALUE, Twins
from sim.planning.budget.mix import LimitsContradict, Programme
from sim.planning.budget.plan import Plan, plan
from sim.planning.budget.purse import Purse
from sim.planning.budget.question import ask
from sim.planning.budget.summary import summarise
from sim.scenario.loaded import Loaded
from sim.scenario.planning_schema import Limits, period_days
from sim.scenario.schema import Scenario
from tests.plans import question, responses
from tests.worlds import company, leaving, load_company, load_quiet, tenure

TWO_DAYS = Division(("period", "segment"), (("2010-01", "2010-07"), ("a", "b")), (0.0,), (0.0, 181.0))
SIZES = (3, 2, 2, 2)
ACTIONS = ("a0", "a1")


def test_periods_begin_with_calendar_months() -> None:
    assert period_days(datetime.date(2010, 1, 1), 3, 365) == (0, 90, 181, 273)
    # the days of July before the first whole month belong to the first period
    assert period_days(datetime.date(2010, 7, 15), 3, 365) == (0, 109, 201, 290)
    assert period_days(datetime.date(2010, 1, 1), 12, 365) == (0,)


def test_a_purse_keeps_an_account_a_period() -> None:
    apart, carried = Purse((0.5, 0.0, 0.5)), Purse((0.5, 0.0, 0.5), carry_over=True)
    assert apart.caps(100.0).tolist() == [50.0, 0.0, 50.0]
    assert carried.caps(100.0).tolist() == [50.0, 50.0, 100.0]
    assert apart.caps(np.inf).tolist() == [np.inf, 0.0, np.inf]
    spent = np.array([10.0, 0.0, 40.0])
    assert apart.need(apart.accounts(spent)) == 80.0
    assert carried.need(carried.accounts(spent)) == 50.0
    assert apart.need(np.array([0.0, 1.0, 0.0])) == np.inf
    assert apart.total(apart.accounts(spent)) == carried.total(carried.accounts(spent)) == 50.0


def two_periods(random: np.random.Generator) -> Estimates:
    """Whole prices; what is begun in the first period costs something in the second, too."""
    spends = random.integers(1, 20, (2, 2, 4)).astype(float)
    spends[1, :, :2] = random.integers(0, 5, (2, 2))
    spends[0, :, 2:] = 0.0
    value = random.integers(-10, 60, (2, 4)) + random.random((2, 4))
    return Estimates(value, spends, np.ones((2, 4)), np.array(SIZES))


def all_mixes() -> list[np.ndarray]:
    ways = [[(a, b) for a in range(size + 1) for b in range(size + 1 - a)] for size in SIZES]
    return [np.array(mix, dtype=float).T for mix in itertools.product(*ways)]


def pays(mix: np.ndarray, of: Estimates, caps: list[float], *, carry_over: bool) -> bool:
    first, second = (of.spends * mix).sum(axis=(1, 2))
    return bool(first <= caps[0] and (first + second <= caps[0] + caps[1] if carry_over else second <= caps[1]))


@pytest.mark.parametrize("carry_over", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_the_mix_over_periods_equals_brute_force(carry_over: bool, share: float) -> None:
    random = np.random.default_rng(13)
    purse = Purse((share, 1 - share), carry_over)
    for budget in (15.0, 40.0, 75.0):
        of = two_periods(random)
        caps = [budget * share, budget * (1 - share)]
        kept = [mix for mix in all_mixes() if pays(mix, of, caps, carry_over=carry_over)]
        found = Programme(of, Limits(), TWO_DAYS, ACTIONS, purse).best(budget)
        assert found.value == pytest.approx(max(float((of.value * mix).sum()) for mix in kept), rel=1e-6)
        assert pays(found.customers, of, caps, carry_over=carry_over)


def test_a_campaign_begins_only_where_it_is_offered() -> None:
    of = two_periods(np.random.default_rng(3))
    begun = {"a0": frozenset({1}), "a1": frozenset({0, 1})}
    found = Programme(of, Limits(), TWO_DAYS, ACTIONS, Purse((0.5, 0.5)), begun).best(1000.0)
    assert not found.customers[0, :2].any()
    closed = {name: frozenset[int]() for name in ACTIONS}
    fair = Limits.model_validate({"fairness": {"least_share": 0.5}})
    by_tier = Division(("period", "tier"), (("2010-01", "2010-07"), ("others", "gold")), (0.0,), (0.0, 181.0))
    with pytest.raises(LimitsContradict) as failed:
        Programme(of, fair, by_tier, ACTIONS, Purse((0.5, 0.5)), closed).best(1000.0)
    assert failed.value.names == ("fairness.least_share", "periods.offered")


@pytest.mark.parametrize("carry_over", [False, True])
def test_the_least_budget_that_keeps_a_floor(carry_over: bool) -> None:
    of = two_periods(np.random.default_rng(5))
    by_tier = Division(("period", "tier"), (("2010-01", "2010-07"), ("others", "gold")), (0.0,), (0.0, 181.0))
    fair = Limits.model_validate({"fairness": {"least_share": 0.6}})
    purse = Purse((0.7, 0.3), carry_over)
    needs = [
        purse.need(purse.accounts((of.spends * mix).sum(axis=(1, 2))))
        for mix in all_mixes()
        if all(mix[:, tier::2].sum() >= 0.6 * of.sizes[tier::2].sum() for tier in range(2))
    ]
    assert Programme(of, fair, by_tier, ACTIONS, purse).least_budget() == pytest.approx(min(needs), rel=1e-5)


def test_the_next_yuan_is_shared_out_as_the_budget_is() -> None:
    random = np.random.default_rng(17)
    for carry_over in (False, True):
        chosen = Programme(two_periods(random), Limits(), TWO_DAYS, ACTIONS, Purse((0.4, 0.6), carry_over))
        value, price = chosen.relaxed(30.0)
        more, _ = chosen.relaxed(30.0 + 1e-4)
        less, _ = chosen.relaxed(30.0 - 1e-4)
        assert more - value <= price * 1e-4 + 1e-9
        assert value - less >= price * 1e-4 - 1e-9


def test_the_frontier_over_periods_rises_and_its_relaxation_is_concave() -> None:
    random = np.random.default_rng(19)
    sizes = np.array([30, 40, 25, 35])
    made = responses(
        random, random.normal(5, 20, (2, 4)), random.uniform(1, 20, (2, 4)), sizes, replications=30, noise=40
    )
    books = {}
    for name, of in made.books.items():  # a campaign is paid in the period in which it begins
        by_period = np.zeros((*of.shape[:2], 4))
        by_period[:, :2, 0], by_period[:, 2:, 1] = of[:, :2, 1], of[:, 2:, 1]
        books[name] = np.concatenate([of, by_period], axis=2)
    asked = question(["a0", "a1"], 400.0, division=TWO_DAYS, purse=Purse((0.3, 0.7)))
    planner = Planner(asked, replace(made, books=books), checked_on=30)
    points = planner.points(planner.budgets(400.0))
    for one, other in pairwise(points):
        assert other.mix.value >= one.mix.value
        assert other.relaxed >= one.relaxed - 1e-6
        assert (other.mix.accounts <= planner.purse.caps(other.budget) - other.reserves + 1e-6).all()
    slopes = [(b.relaxed - a.relaxed) / (b.budget - a.budget) for a, b in pairwise(points)]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(slopes))
    most = planner.saturation()
    assert points[-1].mix.value == pytest.approx(most.value, rel=1e-6)


def quarters(**planning: Any) -> Loaded[Scenario]:
    """A firm that calls every month, with budgets by quarter."""
    block = {
        "by": ["segment"],
        "actions": {"call": {"cadence": "monthly"}, "days": {"reward": {"free_days": 10.0}}},
        "periods": {"months": 3, "budgets_yuan": [300.0, 300.0, 300.0, 300.0], "carry_over": True},
    }
    touches = {f"month_{month}": {"tenure_months": float(month) + 0.5, "channels": ["call"]} for month in range(60)}
    return load_quiet(
        base=tenure(6.0, 18.0),
        leaving=leaving(competitor=0.03),
        contacts={
            "channels": {"call": {"cost_yuan": 1.0, "reach_share": 1.0, "strength": 1.0}},
            "effect": {"max_reduction": 0.4, "acts_on": ["competitor"], "half_life_days": 20.0, "lasts_days": 60.0},
        },
        reward={
            "max_reduction": 0.5,
            "half_dose_days": 5.0,
            "half_life_days": 30.0,
            "lasts_days": 90.0,
            "acts_on": ["competitor"],
        },
        cadences={"monthly": {"touches": touches}},
        planning=block | planning,
    )


def test_a_campaign_begins_for_who_is_still_there_and_stops_with_its_period() -> None:
    asked = ask(quarters())
    days = asked.division.days
    twins = Twins(quarters().value, asked.division, 1, np.arange(3), list(asked.actions.values()))
    there = [len(moment.there) for moment in twins.moments]
    assert there[0] == 300
    assert all(later < earlier for earlier, later in pairwise(there))
    assert twins.counts.sum() == sum(there)
    assert len(days) == 4
    for period in range(4):
        own = twins.campaign(0, period).books - twins.nothing.books
        paid = own[:, COLUMNS : COLUMNS + 4].sum(axis=0)
        assert paid[period] > 2 * there[period]
        assert paid[period] == own[:, CONTACTS].sum()  # a yuan a call: nobody is called after it, or before it
        assert not np.delete(paid, period).any()
        assert not own[np.setdiff1d(np.arange(300), twins.moments[period].there)].any()


def test_what_is_given_in_one_period_alone_adds_up_in_the_whole() -> None:
    loaded = quarters()
    asked = ask(loaded)
    for period in range(4):
        shares = np.where(asked.division.period == period, 0.4, 0.0)[None] * np.ones((2, 1))
        lived = live_fresh(loaded.value, asked.division, asked.actions, shares, [], 3, np.arange(3))
        assert np.allclose(lived.whole, lived.cells, atol=1e-9)
        assert (lived.whole[:, VALUE] != 0).all()


def test_campaigns_that_follow_each_other_do_not_add_up_and_the_gap_is_shown() -> None:
    loaded = quarters()
    asked = ask(loaded)
    shares = np.full((2, len(asked.division)), 0.5)
    lived = live_fresh(loaded.value, asked.division, asked.actions, shares, [], 3, np.arange(3))
    assert not np.allclose(lived.whole[:, VALUE], lived.cells[:, VALUE])
    # who was kept by one campaign is there for the next, and is given something, too
    assert (lived.whole[:, FORGONE] > lived.cells[:, FORGONE]).all()


def test_company_h_by_quarter_keeps_its_customers_in_todays_bands_and_tiers() -> None:
    world = company({"customers": 150})
    base = ask(load_company().with_values({"customers": 150}), actions="platinum")
    division = replace(
        base.division,
        by=("period", *base.division.by),
        levels=(("2010-01", "2010-07"), *base.division.levels),
        days=(0.0, 181.0),
    )
    twins = Twins(world, division, 2, np.arange(2), list(base.actions.values()))
    first, second = twins.moments
    moved = twins.counts.sum(axis=0).reshape(2, 3, 5)
    assert moved[0].sum() == len(first.there) > moved[1].sum() == len(second.there)
    young = (slice(None), slice(0, 3))  # under 9 months: half a year later these bands have grown old
    assert moved[0][young].sum() > moved[1][young].sum()
    customers = second.world.customers[twins.who][second.there]
    months = (181.0 - customers["joined"]) / (365 / 12)
    band = np.searchsorted([0, 3, 5, 9, 12], months, side="right") - 1
    assert np.array_equal(second.cell, 15 + customers["tier"] * 5 + band)


def planned(loaded: Loaded[Scenario], **options: int) -> Plan:
    return plan(loaded, ask(loaded), **({"seed": 1, "replications": 20, "fresh": 20, "draws": 0} | options))


def test_a_plan_by_quarter_keeps_every_cap_and_says_what_it_does_when() -> None:
    found = planned(quarters())
    summary = summarise(found)
    assert summary["answer"]["cap_holds"]
    rows = summary["periods"]
    assert [row["period"] for row in rows] == ["2010-01", "2010-04", "2010-07", "2010-10"]
    assert [row["cap"] for row in rows] == [300.0, 600.0, 900.0, 1200.0]
    assert all(row["account"]["value"] <= row["cap"] and row["cap_holds"] for row in rows)
    assert sum(row["spend"]["value"] for row in rows) == pytest.approx(summary["answer"]["spend"]["value"], abs=1e-2)
    assert {row["cell"]["period"] for row in summary["mix"]} == {row["period"] for row in rows}
    assert summary["lived"]["periods"] == 4


def test_a_quarter_without_money_spends_none() -> None:
    periods = {"months": 3, "budgets_yuan": [300.0, 0.0, 300.0, 0.0]}
    rows = summarise(planned(quarters(periods=periods)))["periods"]
    assert [row["spend"]["value"] > 0 for row in rows] == [True, False, True, False]


RAID: dict[str, Any] = {
    "promotions": {"raid": {"strength": 30.0, "dated": {"from": "2010-07-01", "to": "2010-09-01"}}},
    "segments": {"all": {"share": 1.0, "price_sensitivity": {"mean": 1.0, "sd": 0.0}}},
    "base": tenure(6.0, 18.0),
    "leaving": {
        "competitor": {"per_month": {"growth": 0.01, "stable": 0.01, "warning": 0.01}, "price_sensitive": True}
    },
    "reward": {
        "max_reduction": 0.95,
        "half_dose_days": 0.01,
        "half_life_days": 1000.0,
        "lasts_days": 95.0,
        "acts_on": ["competitor"],
    },
    "planning": {
        "by": ["segment"],
        "actions": {"days": {"reward": {"free_days": 3.0}}},
        "periods": {"months": 3, "budgets_yuan": [500.0, 0.0, 0.0, 0.0], "carry_over": True},
        "promotions": "known",
    },
}


def test_who_knows_the_days_of_a_raid_waits_for_it() -> None:
    found = planned(load_quiet(**RAID))
    summary = summarise(found)
    given = [row["gets"].get("days", 0) for row in summary["periods"]]
    assert given[2] > 30
    assert given[0] == given[1] == given[3] == 0
    known = summary["foresight"]
    assert known["planned"] == "known"
    assert known["knowing_is_worth"]["low"] > 0
    assert known["value_known"]["value"] == pytest.approx(
        known["value_unknown"]["value"] + known["knowing_is_worth"]["value"], abs=1e-2
    )
    blind = load_quiet(**RAID | {"planning": RAID["planning"] | {"promotions": "unknown"}})
    other = summarise(planned(blind))["foresight"]
    assert other["planned"] == "unknown"
    assert other["value_known"]["value"] == pytest.approx(known["value_known"]["value"], rel=0.05)


def test_unknown_days_lie_in_the_horizon_and_last_as_long() -> None:
    world = load_quiet(**RAID).value
    days = []
    for replication in range(40):
        moved = undated(world, 1, replication).promotions["raid"].dated
        assert moved is not None
        assert (moved.to - moved.from_).days == 62
        days.append((moved.from_ - world.start).days)
        assert 0 <= days[-1] <= 365 - 62
    assert max(days) - min(days) > 150
    assert days == [
        (undated(world, 1, replication).promotions["raid"].dated.from_ - world.start).days  # type: ignore[union-attr]
        for replication in range(40)
    ]


def test_what_runs_on_day_zero_is_seen_and_runs_on() -> None:
    promotions = {
        "yearly": {"strength": 1.0, "recurring": {"first": "2008-12-01", "every_days": 365, "lasts_days": 60}},
        "over": {"strength": 1.0, "dated": {"from": "2009-11-01", "to": "2010-02-01"}},
        "luck": {"strength": 1.0, "random": {"per_year": 2.0, "lasts_days": 30}},
    }
    world = load_quiet(promotions=promotions).value
    moved = undated(world, 1, 0).promotions
    assert moved["over"] == world.promotions["over"]
    assert moved["luck"] == world.promotions["luck"]
    running = moved["yearly (running on day 0)"].dated
    assert running is not None
    assert (running.from_.isoformat(), running.to.isoformat()) == ("2009-12-01", "2010-01-30")
    assert moved["yearly"].recurring is not None
    assert world.start <= moved["yearly"].recurring.first < world.start + datetime.timedelta(days=365)


def test_nobody_is_dealt_anything_after_leaving() -> None:
    asked = ask(quarters())
    twins = Twins(quarters().value, asked.division, 1, np.arange(2), list(asked.actions.values()))

    def dealt(period: int, world: Any) -> np.ndarray:
        there, _ = twins.cells_of(world, period)
        arms = np.full(len(twins.who), NOT_ENROLLED)
        arms[there] = 0
        gone = np.setdiff1d(np.arange(len(twins.who)), there)
        assert (world.customers["lost_at"][twins.who[gone]] < asked.division.days[period]).all()
        return arms

    assert twins.whole(dealt).books[:, CONTACTS].sum() > 0
