"""Bills, steps against debtors, silent lines, changes of number and contact rules (model.md section 12), to the fen."""

from typing import Any

import numpy as np
import pytest

from sim.customer.life import LOST, STABLE, SUSPENDED
from sim.customer.moves import LOSS_COLUMN, MOVE_COLUMN
from sim.customer.record import Line, customer_dtype, mobile_customer_dtype
from sim.customer.states import MOVES, Clock, State
from sim.world.world import World
from tests.worlds import HORIZON, MONTH, day_zero, leaving, live, quiet, tenure

EVERYBODY, NOBODY = {"all": {"share": 1.0, "forgets_bill_share": 1.0}}, {"all": {"share": 1.0}}
NEVER_PAYS = {"overdue": 0.0, "suspended": 0.0}
BILLING = {"pays_per_month": NEVER_PAYS, "one_way_stop_days": 20, "two_way_stop_days": 40, "cancel_days": 90}
REMINDED = {"reminder_days": [5, 12], "reminder": {"cost_yuan": 0.1, "pays_share": 1.0}}
CALL = {"cost_yuan": 3.0, "reach_share": 1.0, "strength": 1.0}
FOREVER = {"from": "2009-01-01", "to": "2012-01-01"}


def debtors(policy: str = "before", *, until: float = HORIZON, segments: Any = EVERYBODY, **changes: Any) -> World:
    """A year of customers who forget every bill, under a policy or its part for everybody."""
    more = changes.pop("blocks", {})
    policies = {"before": {}, "dunning": {"others": {"reminders": "reminder" in changes}}} | more.pop("policies", {})
    billing = BILLING | changes
    scenario = quiet(customers=300, segments=segments, billing=billing, policies=policies, **more)
    return live(scenario, policy, until=until)


def first_bill(customers: np.ndarray) -> np.ndarray:
    """Day of the first bill of those who join on day 0: a bill of that very day is the next month's."""
    return np.where(customers["bill_day"] > 0, customers["bill_day"], 31.0)


def count_of(world: World, start: State, end: State) -> int:
    return int(world.shared.tally[..., MOVE_COLUMN + list(MOVES).index((start, end))].sum())


# --- bills and steps ------------------------------------------------------------------------------


def test_a_world_without_these_mechanisms_carries_plain_customers():
    """Catches a world that pays for what it leaves out."""
    assert live(quiet(), until=1.0).customers.dtype == customer_dtype
    assert debtors(until=1.0).customers.dtype == mobile_customer_dtype


def test_who_forgets_nothing_owes_nothing():
    """Catches a bill that is not paid without a reason."""
    world = debtors(segments=NOBODY)
    assert (world.customers["state"] == STABLE).all()
    assert not world.customers["unpaid"].any()
    assert not world.customers["ledger"][:, Line.LIST + 1 :].any()


def test_who_never_pays_is_stopped_and_cancelled_on_the_stated_days():
    """Catches a step on another day, and a two-way stop that is billed: the list fee ends 40 days after the bill."""
    c = debtors().customers
    assert (c["lost_at"] == first_bill(c) + 90).all()
    assert (c["reason"] == Clock.PAYMENT).all()
    owed = c["fee"] * (first_bill(c) + 40) / MONTH
    assert np.abs(c["ledger"][:, Line.LIST] - owed).max() < 6  # a rounding a booking
    # nothing was ever paid, so every fen of it is bad debt
    assert (c["ledger"][:, Line.BAD_DEBT] == c["ledger"][:, Line.LIST]).all()


def test_the_steps_stand_in_the_books():
    """Catches a loss of arrears that the books count for another reason, or a move that they miss."""
    world = debtors()
    assert count_of(world, State.STABLE, State.SUSPENDED) == 300
    assert count_of(world, State.SUSPENDED, State.LOST) == 300
    assert world.shared.tally[..., LOSS_COLUMN + Clock.PAYMENT].sum() == 300


def test_a_one_way_stop_suspends_and_payment_opens_the_line_again():
    """Catches a stop a day off, and a line that stays closed; the later step of a paid debt must not come."""
    c = debtors(until=30.5).customers
    assert ((c["state"] == SUSPENDED) == (first_bill(c) + 20 < 30.5)).all()
    world = debtors(pays_per_month={"overdue": 0.0, "suspended": 1000.0})
    assert (world.customers["state"] != LOST).all()
    assert count_of(world, State.SUSPENDED, State.STABLE) > 2_000
    c = world.customers
    assert np.abs(c["ledger"][:, Line.LIST] - c["fee"] * HORIZON / MONTH).max() < 60


def test_reminders_that_always_work_keep_everybody():
    """Catches a reminder that is not sent, that is free, or that is sent where the policy sends none."""
    reminded, unreminded = (debtors(policy, **REMINDED) for policy in ("dunning", "before"))
    assert not (reminded.customers["state"] == LOST).any()
    # bills of which the fifth day after lies within the year, at 10 fen each
    bills = [sum(1 for m in STARTS if m + d > 0 and m + d + 5 < HORIZON) for d in reminded.customers["bill_day"]]
    assert (reminded.customers["ledger"][:, Line.CONTACT] == 10 * np.array(bills)).all()
    assert (unreminded.customers["state"] == LOST).all()
    assert not unreminded.customers["ledger"][:, Line.CONTACT].any()


STARTS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def test_who_cannot_be_reached_is_reminded_in_vain():
    """Catches a reminder that works on the unreachable, or one that costs nothing there."""
    world = debtors("dunning", blocks={"contact_rules": {"unreachable_share": 1.0}}, **REMINDED)
    assert (world.customers["state"] == LOST).all()
    assert (world.customers["ledger"][:, Line.CONTACT] == 20).all()


def test_a_swindler_never_pays_and_all_others_do():
    """Catches a swindler whom a reminder or the payment clock moves; honest customers forget nothing here."""
    eager = {"overdue": 1000.0, "suspended": 1000.0}
    world = debtors("dunning", segments=NOBODY, pays_per_month=eager, fraud_share=0.3, **REMINDED)
    c = world.customers
    fraud = c["fraud"] == 1
    assert 40 < fraud.sum() < 140
    assert (c["lost_at"][fraud] == (first_bill(c) + 90)[fraud]).all()
    assert (c["state"][~fraud] == STABLE).all()
    assert not c["ledger"][~fraud, Line.BAD_DEBT].any()


def test_a_collection_that_always_succeeds_can_deter_all_swindlers():
    """Catches a deterrence without collection's success, and one that moves the luck of those who are not deterred."""
    swindlers = {
        (deters, success): debtors(
            segments=NOBODY,
            fraud_share=0.3,
            until=1.0,
            collection={"success_share": success, "cost_share": 0.3, "deters_share": deters},
        ).customers["fraud"]
        for deters, success in ((0.0, 1.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0))
    }
    everybody, without_success, half, nobody = swindlers.values()
    assert (everybody == without_success).all()
    assert 0 < half.sum() < everybody.sum()
    assert (half <= everybody).all()
    assert not nobody.any()


def test_collection_turns_bad_debt_into_its_price():
    """Catches a debt that is collected and lost, and a price of anything but the sum owed."""
    c = debtors(collection={"success_share": 1.0, "cost_share": 0.3}).customers
    assert not c["ledger"][:, Line.BAD_DEBT].any()
    owed = c["ledger"][:, Line.LIST]
    assert (c["ledger"][:, Line.COLLECTION] == np.floor(owed * 0.3 + 0.5)).all()


def test_a_leaver_leaves_the_debt_behind():
    """Catches a debt that is forgotten when its debtor leaves for a rival; who owes nothing pays the last bill."""
    c = debtors(blocks={"leaving": leaving(competitor=0.5)}).customers
    rival = c["reason"] == Clock.COMPETITOR
    in_debt = rival & (c["lost_at"] > first_bill(c))
    assert in_debt.sum() > 50
    assert (c["ledger"][in_debt, Line.BAD_DEBT] == c["ledger"][in_debt, Line.LIST]).all()
    clear = rival & ~in_debt
    assert clear.sum() > 20
    assert not c["ledger"][clear, Line.BAD_DEBT].any()


def test_a_credit_is_given_once_for_each_payment_after_a_stop():
    """Catches a credit for paying in time, and one that is not booked."""
    pays = {"overdue": 0.5, "suspended": 0.5}
    credit = {"policies": {"credit": {"others": {"reactivation": {"credit_yuan": 10}}}}}
    world = debtors("credit", pays_per_month=pays, blocks=credit)
    paid = count_of(world, State.SUSPENDED, State.STABLE)
    assert paid > 100
    assert world.customers["ledger"][:, Line.FORGONE].sum() == 1_000 * paid
    assert not debtors(pays_per_month=pays).customers["ledger"][:, Line.FORGONE].any()


def test_a_credit_draws_those_who_are_stopped_when_it_begins():
    """Catches an effect that waits for the customer's next event: here the next would be the cancellation."""
    policies = {"before": {}, "credit": {"others": {"reactivation": {"credit_yuan": 10}}}}
    billing = BILLING | {"pays_per_month": {"overdue": 0.0, "suspended": 0.001}, "reactivation_raises": 100.0}
    billing |= {"two_way_stop_days": 21, "cancel_days": 300}
    scenario = quiet(customers=300, segments=EVERYBODY, billing=billing, policies=policies)
    world = day_zero(scenario)
    world.begin()
    world.live(60.0)
    stopped = world.customers["state"] == SUSPENDED
    assert stopped.all()
    before = world.customers["rate"][:, Clock.PAYMENT].copy()
    world.set_policy("credit")
    world.follow_policy()
    assert np.allclose(world.customers["rate"][:, Clock.PAYMENT], 101 * before)


def test_after_a_long_talk_at_the_desk_no_step_lies_behind():
    """Catches a step that is dated before the moment at which it is taken: days would be billed twice."""
    steps = {"one_way_stop_days": 2, "two_way_stop_days": 2.5, "cancel_days": 3}
    desk = {"seats": 300, "service_minutes": 20_000.0, "success_share": 1.0, "reasons": ["competitor"]}
    c = debtors(blocks={"leaving": leaving(competitor=3.0), "desk": desk}, **steps).customers
    assert (c["calls"] > 0).sum() > 100
    gone = np.minimum(c["lost_at"], HORIZON)
    assert (c["ledger"][:, Line.LIST] <= c["fee"] * gone / MONTH + 30).all()
    assert (c["ledger"][:, Line.BAD_DEBT] <= c["ledger"][:, Line.LIST]).all()


def test_bills_of_the_past_stand_on_the_next_bill():
    """Catches service before day 0 that is never billed: whoever stays away from paying owes it too."""
    c = live(quiet(customers=300, segments=NOBODY, billing=BILLING, base=tenure(590.0)), until=1.0).customers
    assert (c["due"][np.isfinite(c["due"])] > 0).all()
    days = np.where(c["bill_day"] > 0, 31 - c["bill_day"], 0.0)  # since December's bill
    kept = c["bill_day"] > 0
    assert np.abs(c["unbilled"] - c["fee"] * days / MONTH)[kept].max() <= 400  # a day and its rounding


# --- silent lines ---------------------------------------------------------------------------------


def silent(fee_share: float, per_month: float = 1000.0) -> np.ndarray:
    law = {"per_month": {"growth": per_month, "stable": per_month}, "wakes_per_month": 0.0, "fee_share": fee_share}
    customers: np.ndarray = live(quiet(dormancy=law)).customers
    return customers


def test_a_silent_line_pays_its_share_of_the_fee():
    """Catches a share that is not applied, or that stays when nobody is silent."""
    full = live(quiet()).customers["ledger"][:, Line.LIST]
    assert (silent(1.0)["state"] == State.DORMANT).all()
    assert np.abs(silent(1.0)["ledger"][:, Line.LIST] - full).max() < 3
    assert silent(0.0)["ledger"][:, Line.LIST].max() < 0.01 * full.min()
    assert (silent(0.2, per_month=0.0)["ledger"][:, Line.LIST] == full).all()


def test_a_stop_does_not_raise_a_silent_lines_fee():
    """Catches a one-way stop that bills a silent line in full."""
    law = {"per_month": {"growth": 1e3, "stable": 1e3}, "wakes_per_month": 0.0, "fee_share": 0.1}
    c = debtors(blocks={"dormancy": law}).customers
    assert (c["lost_at"] == first_bill(c) + 90).all()
    assert (c["ledger"][:, Line.LIST] < 0.12 * c["fee"] * (first_bill(c) + 40) / MONTH + 100).all()


# --- changes of number ----------------------------------------------------------------------------

CHANGE = {"per_month": {"growth": 0.2, "stable": 0.2}, "fee_drop_share": 0.3, "commission_yuan": 20}


def test_every_change_of_number_lowers_the_fee_and_costs_a_commission():
    """Catches a drop that is not taken of the present fee, and a change that the books miss."""
    world = live(quiet(number_change=CHANGE))
    c = world.customers
    fees = [10_000]
    while len(fees) <= c["changes"].max():
        fees.append(int(np.floor(fees[-1] * 0.7 + 0.5)))
    assert c["changes"].sum() > 100
    assert (c["fee"] == np.array(fees)[c["changes"]]).all()
    assert (c["ledger"][:, Line.COMMISSION] == 2_000 * c["changes"]).all()
    assert world.shared.tally[..., LOSS_COLUMN + Clock.NUMBER_CHANGE].sum() == c["changes"].sum()
    assert not (c["state"] == LOST).any()


def test_a_drop_of_nothing_and_of_everything():
    """Catches extremes that the engine cannot live."""
    full = live(quiet()).customers["ledger"][:, Line.LIST]
    assert np.abs(live(quiet(number_change=CHANGE | {"fee_drop_share": 0})).customers["ledger"][:, 0] - full).max() < 15
    c = live(quiet(number_change=CHANGE | {"fee_drop_share": 1})).customers
    assert (c["fee"][c["changes"] > 0] == 0).all()


def test_own_offers_raise_changes_of_number_and_nothing_else():
    """Catches an own offer that acts as a rival's, and a rival's that makes customers change number."""
    sensitive = {"all": {"share": 1.0, "price_sensitivity": {"mean": 1.0, "sd": 0.0}}}
    rival = leaving(competitor=0.05)
    rival["competitor"]["price_sensitive"] = True

    def lived(**promotion: Any) -> np.ndarray:
        promotions = {"p": {"strength": 3.0, "dated": FOREVER} | promotion} if promotion else {}
        blocks = {"segments": sensitive, "leaving": rival, "promotions": promotions, "number_change": CHANGE}
        customers: np.ndarray = live(quiet(customers=300, **blocks)).customers
        return customers

    none, ours, theirs = lived(), lived(ours=True), lived(ours=False)
    assert (ours["lost_at"] == none["lost_at"]).all()
    assert ours["changes"].sum() > 3 * none["changes"].sum()
    assert (theirs["lost_at"] <= none["lost_at"]).all()
    assert (theirs["lost_at"] < none["lost_at"]).any()
    stay = np.isinf(theirs["lost_at"])
    assert (theirs["changes"][stay] == none["changes"][stay]).all()


def test_a_declining_fee_is_counted_and_nobody_leaves():
    """Catches a decline that acts as a loss, or by another share."""
    law = {"per_month": {"growth": 0.3, "stable": 0.3}, "drop_share": 0.5}
    world = live(quiet(fee_decline=law))
    times = world.customers["firings"][:, Clock.FEE_DECLINE] - 1
    assert times.sum() > 100
    assert world.shared.tally[..., LOSS_COLUMN + Clock.FEE_DECLINE].sum() == times.sum()
    assert (world.customers["fee"][times == 1] == 5_000).all()
    assert (world.customers["state"] == STABLE).all()


# --- contact rules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "contacts", "cost"),
    [
        ({}, 3, 900),
        ({"touches_a_month": 0}, 0, 0),
        ({"touches_a_month": 1}, 2, 600),
        ({"opt_out_share": 1.0}, 1, 300),
        ({"unreachable_share": 1.0}, 0, 900),
    ],
)
def test_contact_rules(rules: dict[str, float], contacts: int, cost: int):
    """Catches a cap that counts over two months, an opt-out that is not kept, and a call to nobody that is free."""
    days = {"first": 5, "second": 20, "third": 40}
    touches = {name: {"tenure_days": day, "channels": ["call"]} for name, day in days.items()}
    scenario = quiet(
        contacts={"channels": {"call": CALL}},
        cadences={"all": {"touches": touches}},
        contact_rules=rules,
        policies={"before": {}, "calls": {"others": {"cadence": "all"}}},
    )
    c = live(scenario, "calls").customers
    assert (c["contacts"] == contacts).all()
    assert (c["ledger"][:, Line.CONTACT] == cost).all()
