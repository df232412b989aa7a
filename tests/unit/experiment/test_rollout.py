"""Questions about the firm: arms that change what all customers share, lived from one day 0."""

from typing import Any

import numpy as np
import pytest

from sim.customer.clocks import place
from sim.customer.laws import FEN, MONTH
from sim.customer.record import CORE_DUE, LINES, Line, MobileMoment
from sim.customer.states import Clock, State
from sim.experiment.rollout import begin_firm, live_firm
from sim.experiment.start import Start, draw_start, residual_end
from sim.scenario.load import load_scenario
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario
from sim.scenario.terms import under_terms
from tests.worlds import ROOT, differing, firm_question, leaving, load_quiet, load_with_desk, tenure

ROWS = np.arange(3)
DUNNING = CORE_DUE + MobileMoment.DUNNING
"""Place of the next step against a debtor in `due`."""


def start_of(scenario: Loaded[Scenario], rows: np.ndarray = ROWS, horizon: float | None = None) -> Start:
    return draw_start(scenario.value, 1, rows, horizon)


def live(scenario: Loaded[Scenario], arms: dict[str, Any], rows: np.ndarray = ROWS, **keys: Any):
    question = firm_question(scenario, arms, **keys).value
    return live_firm(start_of(scenario, rows, question.horizon_days), question)


def mobile() -> Loaded[Scenario]:
    """The shipped mobile county, small: bills, debtors, own offers."""
    return load_scenario(ROOT / "scenarios" / "x_county_mobile.yaml").with_value("customers", 400)


@pytest.fixture(scope="module")
def seats():
    """One, two and fifty seats, of which nothing costs anything but the seats."""
    scenario = load_with_desk(cost_yuan_per_minute=0.0)
    return live(scenario, {f"seats_{n}": {"set": {"desk.seats": n}} for n in (1, 2, 50)})


# --- nothing changed ------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_with_desk, mobile])
def test_an_arm_that_sets_nothing_is_the_plain_world_to_the_byte(load):
    """Catches new terms that disturb who has none: a clock rebased, a step taken twice, a promotion seen late."""
    scenario = load()
    start = start_of(scenario)
    question = firm_question(scenario, {"as_is": {}, "too": {}}).value
    world, _ = begin_firm(start, question, question.arms["as_is"])
    plain = start.world("before")
    plain.begin()
    for one in (world, plain):
        one.live(residual_end(scenario.value, 365.0))
    assert not differing(world.customers, plain.customers, "arm").any()


def test_arms_that_set_what_stands_there_are_equal_to_the_byte():
    block = live(load_with_desk(), {"as_is": {}, "same": {"set": {"desk.seats": 2, "desk.priority": "none"}}})
    for name, values in block.measures["as_is"].items():
        np.testing.assert_array_equal(values, block.measures["same"][name])
    assert not differing(block.customers["as_is"], block.customers["same"]).any()
    assert (block.tallies["as_is"] == block.tallies["same"]).all()


def test_an_arm_that_the_world_has_not_is_refused():
    """Catches books that are written beyond their end, which nothing else would notice."""
    world = start_of(load_with_desk()).world("before")
    with pytest.raises(ValueError, match="was made with 0 arms"):
        world.enrol(np.arange(3), 0)


# --- direction and extremes -----------------------------------------------------------------------


def test_more_seats_less_waiting_less_churn(seats):
    """Catches seats that do not reach the desk. The luck of all arms is the same, so the order is strict."""
    one, two, fifty = (seats.measures[arm] for arm in seats.measures)
    for metric, sign in (("mean_wait_minutes", -1), ("abandoned_share", -1), ("churn_rate", -1)):
        assert (sign * one[metric] < sign * two[metric]).all(), metric
        assert (sign * two[metric] <= sign * fifty[metric]).all(), metric
    saved = [(m["save_rate"] * m["calls_per_customer"] * (1 - m["abandoned_share"])).mean() for m in (one, two, fifty)]
    assert saved[0] < saved[1] < saved[2]


def test_seats_cost_their_price_and_nothing_else_does(seats):
    """300 yuan a seat and month, twelve months, over 600 customers of day 0, to the fen."""
    commission = seats.tallies["seats_1"][..., Line.COMMISSION].sum(axis=(1, 2))
    for number, arm in ((1, "seats_1"), (2, "seats_2"), (50, "seats_50")):
        fen = np.rint(seats.measures[arm]["cost_per_customer"] * 600 * FEN)
        assert (fen - commission == number * 300 * 12 * FEN).all()
    cost = [seats.measures[f"seats_{n}"]["cost_per_customer"] for n in (1, 2)]
    np.testing.assert_allclose(cost[1] - cost[0], 300 * 12 / 600, atol=1e-9)


def test_where_nobody_waits_more_seats_change_only_the_cost():
    scenario = load_with_desk(hours=None)
    block = live(scenario, {f"seats_{n}": {"set": {"desk.seats": n}} for n in (300, 600)})
    for measures in block.measures.values():
        assert (measures["mean_wait_minutes"] == 0).all()
        assert (measures["abandoned_share"] == 0).all()
    assert not differing(block.customers["seats_300"], block.customers["seats_600"]).any()


def test_priority_by_tier_is_paid_for_by_the_others():
    """Catches a priority that is read from the scenario as it stands."""
    scenario = load_with_desk(seats=1)
    start = start_of(scenario)
    question = firm_question(scenario, {"none": {}, "tier": {"set": {"desk.priority": "tier"}}}).value
    waits = {}
    for name, arm in question.arms.items():
        world, _ = begin_firm(start, question, arm)
        world.live(365.0)
        waits[name] = [np.nanmean(world.desk_measures(tier).mean_wait_minutes) for tier in (0, 2)]
    assert waits["tier"][1] < waits["none"][1]
    assert waits["tier"][0] > waits["none"][0]


def test_a_policy_gives_its_rewards_on_day_zero():
    reward = {
        "max_reduction": 0.5,
        "half_dose_days": 10,
        "half_life_days": 90,
        "lasts_days": 365,
        "acts_on": ["competitor"],
    }
    scenario = load_quiet(
        base=tenure(3),
        leaving=leaving(competitor=0.05),
        reward=reward,
        residual={"months": 0, "discount_per_year": 0},
        policies={"before": {}, "programme": {"others": {"reward": {"free_days": 30}}}},
    )
    block = live(scenario, {"before": {}, "programme": {"policy": "programme"}})
    forgone = {arm: tally[..., Line.FORGONE].sum() for arm, tally in block.tallies.items()}
    assert forgone["before"] == 0 < forgone["programme"]
    assert block.measures["programme"]["churn_rate"].mean() < block.measures["before"]["churn_rate"].mean()
    assert "mean_wait_minutes" not in block.measures["before"]


# --- books ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [365, 100])
def test_the_books_add_up_with_the_seats(horizon):
    """Every fen of the tally is a customer's or a seat's, within the horizon, and discounted after it."""
    scenario = load_with_desk()
    start = start_of(scenario, horizon=float(horizon))
    question = firm_question(scenario, {"as_is": {}, "three": {"set": {"desk.seats": 3}}}, horizon_days=horizon).value
    world, _ = begin_firm(start, question, question.arms["three"])
    end = residual_end(scenario.value, float(horizon))
    world.live(float(horizon))
    world.live(end)
    period = world.laws.horizon_period
    within = world.shared.tally[:, :, :period, :LINES].sum(axis=(1, 2))
    for row in range(world.rows):
        ledger = world.customers["ledger"][world.customers["row"] == row].sum(axis=0)
        ledger[Line.DESK] += round(3 * 300 * FEN * horizon / MONTH)
        assert (within[row] == ledger).all()
    later = world.shared.tally[:, 0, period:, Line.DESK]
    marks = world.laws.marks[period:]
    marks = marks[marks <= end]
    a_day = 3 * 300 * FEN / MONTH
    worth = -(a_day * np.diff(marks) * 1.1 ** (-(marks[1:] - horizon) / 365)).sum()
    assert world.residual == pytest.approx(worth, abs=len(marks))
    assert later.sum() > 0
    assert start.laws.marks[-1] >= end


def test_windows_and_blocks_change_nothing():
    """Catches seats paid twice or not at all where a life is cut, and a desk that is shared by replications."""
    scenario = load_with_desk()
    arms = {"as_is": {}, "three": {"set": {"desk.seats": 3}}}
    together = live(scenario, arms)
    for row in ROWS:
        alone = live(scenario, arms, np.array([row]))
        for arm, measures in together.measures.items():
            for name, values in measures.items():
                assert values[row] == alone.measures[arm][name][0], (arm, name)
    question = firm_question(scenario, arms).value
    cut, whole = (begin_firm(start_of(scenario), question, question.arms["three"])[0] for _ in range(2))
    whole.live(365.0)
    for day in (10.5, 31.0, 200.0, 200.25, 365.0):
        cut.live(day)
    assert (cut.tally_to(365.0) == whole.tally_to(365.0)).all()
    assert (cut.fork().residual == cut.residual).all()


# --- new terms in the middle of a life ------------------------------------------------------------


def test_the_past_is_lived_under_the_scenario_as_it_stands():
    """Catches an arm whose base has survived under its own terms."""
    scenario = load_with_desk()
    start = start_of(scenario)
    other = start.under(under_terms(scenario.value, {"desk.success_share": 0.9, "desk.reasons": ("need_gone",)}))
    assert not differing(start.customers, other.customers).any()
    assert other.laws.table["saved_share"][0] == 0.9


def own_offers(strength: float) -> Loaded[Scenario]:
    """Customers who change numbers for the firm's own offer, which began long ago and does not end."""
    offer = {"ours": True, "strength": strength, "dated": {"from": "2005-01-01", "to": "2015-01-01"}}
    return load_quiet(
        base=tenure(12),
        segments={"all": {"share": 1.0, "price_sensitivity": {"mean": 1.0, "sd": 0.0}}},
        number_change={"per_month": dict.fromkeys(("growth", "stable", "warning"), 0.1), "fee_drop_share": 0.1},
        promotions={"newcomers": offer},
    )


def test_a_changed_own_offer_moves_the_clocks_that_have_run_for_long():
    """What is left of each threshold on day 0 stays; it is run down at the new rate: 1 + 3 instead of 1 + 1."""
    scenario = own_offers(1.0)
    start = start_of(scenario)
    other = start.under(under_terms(scenario.value, {"promotions.newcomers.strength": 3.0}))
    rates = [one.customers["rate"][:, Clock.NUMBER_CHANGE] for one in (start, other)]
    np.testing.assert_allclose(rates[0], 2 * 0.1 / MONTH)
    np.testing.assert_allclose(rates[1], 2 * rates[0])
    due = [one.customers["due"][:, place(Clock.NUMBER_CHANGE)] for one in (start, other)]
    assert np.isfinite(due[0]).all()
    np.testing.assert_allclose(due[1], due[0] / 2)


def test_an_own_offer_that_ends_before_day_zero_ends_for_everybody():
    scenario = own_offers(1.0)
    start = start_of(scenario)
    other = start.under(under_terms(scenario.value, {"promotions.newcomers.dated.to": "2009-06-01"}))
    assert (start.customers["own_offer"] == 1.0).all()
    assert (other.customers["own_offer"] == 0.0).all()


def test_a_better_collection_deters_who_joins_and_changes_nobody_who_is_there():
    """Catches swindlers of the base who turn honest with the terms, and joiners who do not hear of them."""
    scenario = mobile().with_values({"billing.fraud_share": 0.2, "billing.collection.deters_share": 1.0})
    start = start_of(scenario, np.arange(8))
    swindlers = {}
    for success in (0.1, 1.0):
        world = start.under(under_terms(scenario.value, {"billing.collection.success_share": success})).world("before")
        world.begin()
        world.live(120.0)
        swindlers[success] = world.customers["fraud"] == 1
    joined = world.customers["joined"] > 0
    assert (swindlers[0.1] == swindlers[1.0])[~joined].all()
    assert swindlers[0.1][joined].sum() > 20
    assert not swindlers[1.0][joined].any()


def test_debtors_take_the_new_steps_and_none_twice():
    """A stop moved behind today waits; one moved before today comes today; who is stopped stays so."""
    scenario = mobile()
    start = start_of(scenario)
    law = scenario.value.billing
    assert law is not None
    owing = np.isfinite(start.customers["arrears_at"]) & (start.customers["state"] != State.PROSPECT)
    stopped = owing & (start.customers["state"] == State.SUSPENDED)
    days = -start.customers["arrears_at"]
    assert (owing & ~stopped).sum() > 20
    assert stopped.sum() > 5
    early = start.under(under_terms(scenario.value, {"billing.reminder_days": (), "billing.one_way_stop_days": 1.0}))
    due = early.customers["due"][:, DUNNING]
    waiting = owing & ~stopped
    np.testing.assert_allclose(due[waiting], np.maximum(0.0, 1.0 - days[waiting]))
    later = start.under(
        under_terms(
            scenario.value,
            {
                "billing.reminder_days": (),
                "billing.one_way_stop_days": law.one_way_stop_days + 7,
                "billing.two_way_stop_days": law.two_way_stop_days + 14,
                "billing.cancel_days": law.cancel_days + 28,
            },
        )
    )
    due = later.customers["due"][:, DUNNING]
    np.testing.assert_allclose(due[waiting], law.one_way_stop_days + 7 - days[waiting])
    both_ways = stopped & (start.customers["served_share"] == 0.0)
    np.testing.assert_allclose(due[both_ways], law.cancel_days + 28 - days[both_ways])
    assert (later.customers["state"] == start.customers["state"]).all()
