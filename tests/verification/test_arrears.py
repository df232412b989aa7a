"""Mobile mechanisms against closed forms (model.md section 12).

Customers share nothing here, so a share over customers is binomial and a count of a clock Poisson.
"""

from typing import Any

import numpy as np

from sim.customer.life import LOST, SUSPENDED
from sim.customer.record import Line
from sim.customer.states import Clock, State
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, live, quiet

SIZE = 50_000
STEPS = {"one_way_stop_days": 20, "two_way_stop_days": 40, "cancel_days": 90}
FIRST_STOPS_OVER, SECOND_BILLS_BEGIN = 51.5, 31.5
"""First bills fall on days 1 to 31: by 51.5 all first stops have come and no second, by 31.5 no second bill."""


def debtors(check: str, policy: str = "before", *, forgets: float = 1.0, until: float, **billing: Any) -> World:
    """Customers who join on day 0 and forget bills with a chance."""
    billing = STEPS | {"pays_per_month": {"overdue": 0.0, "suspended": 0.0}} | billing
    part = {"reminders": "reminder" in billing, "reactivation": {"credit_yuan": 10}}
    segments = {"all": {"share": 1.0, "forgets_bill_share": forgets}}
    policies = {"before": {}, "dunning": {"others": part}}
    scenario = quiet(customers=SIZE, segments=segments, billing=billing, policies=policies)
    return live(scenario, policy, seed=seed(check), until=until)


def first_bill(customers: np.ndarray) -> np.ndarray:
    return np.where(customers["bill_day"] > 0, customers["bill_day"], 31.0)


def test_the_stated_share_forgets_a_bill(family: Family):
    """Catches a chance that is drawn another time, or once a life."""
    check = "arrears: forgot the first bill"
    world = debtors(check, forgets=0.1, until=SECOND_BILLS_BEGIN)
    family.rate(check, np.isfinite(world.customers["arrears_at"]), "is", 0.1)


def test_payment_before_a_stop_is_exponential(family: Family):
    """Catches a payment clock of another unit, or one that starts before the bill."""
    check = "arrears: stopped after the first bill"
    world = debtors(check, until=FIRST_STOPS_OVER, pays_per_month={"overdue": 1.2, "suspended": 0.0})
    family.rate(check, world.customers["state"] == SUSPENDED, "is", np.exp(-1.2 * 20 / MONTH))


def test_payment_after_a_stop_has_a_rate_of_its_own_that_a_credit_raises(family: Family):
    """Catches a credit that does nothing, or that acts before the stop."""
    pays = {"overdue": 0.0, "suspended": 0.3}
    for policy, raised in (("before", 1.0), ("dunning", 2.0)):
        check = f"arrears: cancelled after the first bill, {policy}"
        c = debtors(check, policy, until=130.0, pays_per_month=pays, reactivation_raises=1.0).customers
        cancelled = c["lost_at"] == first_bill(c) + 90
        family.rate(check, cancelled, "is", np.exp(-raised * 0.3 * 70 / MONTH))


def test_each_reminder_is_followed_by_payment_with_its_chance(family: Family):
    """Catches reminders that share their luck: those who ignored the first would ignore the second."""
    check = "arrears: stopped in spite of two reminders"
    reminder = {"cost_yuan": 0.1, "pays_share": 0.3}
    world = debtors(check, "dunning", until=FIRST_STOPS_OVER, reminder_days=[5, 12], reminder=reminder)
    family.rate(check, world.customers["state"] == SUSPENDED, "is", 0.7**2)


def test_swindlers_are_the_stated_share_and_all_are_cancelled(family: Family):
    """Catches a swindler who pays, or an honest customer who is taken for one."""
    check = "arrears: swindlers"
    c = debtors(check, forgets=0.0, until=130.0, fraud_share=0.05).customers
    family.rate(check, c["state"] == LOST, "is", 0.05)
    assert ((c["lost_at"] == first_bill(c) + 90) == (c["fraud"] == 1)).all()


def test_collection_deters_its_share_of_swindlers(family: Family):
    """Catches a deterrence that does not go with the chance of being made to pay (W-10): 0.1 x (1 - 0.5 x 0.6)."""
    check = "arrears: swindlers whom collection does not deter"
    collection = {"success_share": 0.6, "cost_share": 0.5, "deters_share": 0.5}
    c = debtors(check, forgets=0.0, until=1.0, fraud_share=0.1, collection=collection).customers
    family.rate(check, c["fraud"] == 1, "is", 0.07)


def test_the_stated_share_of_debts_is_collected(family: Family):
    """Catches a collection that succeeds or fails for all."""
    check = "arrears: collected"
    c = debtors(check, until=130.0, collection={"success_share": 0.25, "cost_share": 0.5}).customers
    assert (c["state"] == LOST).all()
    family.rate(check, c["ledger"][:, Line.BAD_DEBT] == 0, "is", 0.25)


def test_changes_of_number_have_the_rate_that_own_offers_raise(family: Family):
    """Catches a rate of another unit, and an own offer whose strength is not times the sensitivity."""
    law = {"per_month": {"growth": 0.05, "stable": 0.05}, "fee_drop_share": 0.1}
    segments = {"all": {"share": 1.0, "price_sensitivity": {"mean": 2.0, "sd": 0.0}}}
    offer = {"strength": 0.25, "ours": True, "dated": {"from": "2009-01-01", "to": "2012-01-01"}}
    for name, promotions, factor in (("without an offer", {}, 1.0), ("with an offer", {"offer": offer}, 1.5)):
        check = f"changes of number: {name}"
        scenario = quiet(customers=SIZE, number_change=law, segments=segments, promotions=promotions)
        world = live(scenario, seed=seed(check))
        family.mean(check, world.customers["changes"], factor * 0.05 * HORIZON / MONTH)


def test_a_declining_fee_has_its_rate(family: Family):
    """Catches a rate of another unit."""
    check = "fee decline: times a year"
    law = {"per_month": {"growth": 0.05, "stable": 0.05}, "drop_share": 0.1}
    world = live(quiet(customers=SIZE, fee_decline=law), seed=seed(check))
    family.mean(check, world.customers["firings"][:, Clock.FEE_DECLINE] - 1, 0.05 * HORIZON / MONTH)


def test_silence_is_a_chain_of_two_states(family: Family):
    """Catches a waking rate that is not that of the file, and clocks that fire in the wrong state."""
    falls, wakes = 0.3, 0.6
    law = {"per_month": {"growth": falls, "stable": falls}, "wakes_per_month": wakes, "fee_share": 0.2}
    for day in (30.0, 300.0):
        check = f"silence: on day {day:g}"
        world = live(quiet(customers=SIZE, dormancy=law), seed=seed(check), until=day)
        share = falls / (falls + wakes) * (1 - np.exp(-(falls + wakes) * day / MONTH))
        family.rate(check, world.customers["state"] == State.DORMANT, "is", share)


def test_the_unreachable_are_the_stated_share(family: Family):
    """Catches a share that is drawn a contact in place of once a life."""
    check = "contact rules: unreachable"
    world = live(quiet(customers=SIZE, contact_rules={"unreachable_share": 0.1}), seed=seed(check), until=1.0)
    family.rate(check, world.customers["unreachable"] == 1, "is", 0.1)
