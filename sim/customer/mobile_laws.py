"""A mobile scenario's bills, arrears and contact rules compiled for the kernel."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.bond_laws import has_bonds
from sim.customer.states import RUNS, Clock, State

if TYPE_CHECKING:
    from sim.scenario.mobile import Billing, Collection
    from sim.scenario.schema import Scenario

FEN = 100
NO_CAP = 1 << 30
REMINDER, ONE_WAY, TWO_WAY, CANCEL = 0, 1, 2, 3
PAST_MONTHS = 1201
"""Calendar months before the start for which bills can fall due: longer than any tenure of a mix can be."""


def is_mobile_world(scenario: Scenario) -> bool:
    """Whether any mechanism that only mobile customers carry is on."""
    blocks = (
        scenario.number_change,
        scenario.fee_decline,
        scenario.billing,
        scenario.dormancy,
        scenario.contact_rules,
    )
    return has_bonds(scenario) or any(block is not None for block in blocks)


def compile_mobile(scenario: Scenario, end: float) -> dict[str, Any]:
    """Fields of the laws' record that mobile mechanisms fill; empty where there are none."""
    if not is_mobile_world(scenario):
        return {}
    fields: dict[str, Any] = {"touches_a_month": NO_CAP, "dormant_fee": 1.0}
    if scenario.number_change is not None:
        fields["change_drop"] = scenario.number_change.fee_drop_share
        fields["change_commission"] = round(scenario.number_change.commission_yuan * FEN)
    if scenario.fee_decline is not None:
        fields["fee_decline"] = scenario.fee_decline.drop_share
    if scenario.dormancy is not None:
        fields["dormant_fee"] = scenario.dormancy.fee_share
    if scenario.contact_rules is not None:
        rules = scenario.contact_rules
        fields["opts_out"] = rules.opt_out_share
        if rules.touches_a_month is not None:
            fields["touches_a_month"] = rules.touches_a_month
    if scenario.billing is not None:
        fields |= _billing(scenario, scenario.billing, end)
    return fields


def _billing(scenario: Scenario, billing: Billing, end: float) -> dict[str, Any]:
    steps = sorted(
        [(day, REMINDER) for day in billing.reminder_days]
        + [
            (billing.one_way_stop_days, ONE_WAY),
            (billing.two_way_stop_days, TWO_WAY),
            (billing.cancel_days, CANCEL),
        ]
    )
    reminder, collection = billing.reminder, billing.collection
    return {
        "bills": 1,
        "month_starts": _month_starts(scenario.start, end),
        "forgets": [segment.forgets_bill_share for segment in scenario.segments.values()],
        "dunning_day": [day for day, _ in steps],
        "dunning_kind": [kind for _, kind in steps],
        "reminder_cost": round(reminder.cost_yuan * FEN) if reminder else 0,
        "reminder_pays": reminder.pays_share if reminder else 0.0,
        "reactivation_raises": billing.reactivation_raises,
        "swindles": billing.fraud_share * (1.0 - _deterred(collection)),
        "collects": collection.success_share if collection else 0.0,
        "collection_cost": collection.cost_share if collection else 0.0,
    }


def _deterred(collection: Collection | None) -> float:
    """Share of those who would run up debts on purpose whom the chance of being made to pay keeps from it (W-10)."""
    return collection.deters_share * collection.success_share if collection is not None else 0.0


def _month_starts(start: datetime.date, end: float) -> list[float]:
    """Days of calendar months' starts, from `PAST_MONTHS` before the start to two months beyond `end`."""
    year, month = divmod(start.year * 12 + start.month - 1 - PAST_MONTHS, 12)
    days: list[float] = []
    while not days or days[-1] <= end + 62:
        days.append(float((datetime.date(year, month + 1, 1) - start).days))
        year, month = divmod(year * 12 + month + 1, 12)
    return days


def set_mobile_clocks(scenario: Scenario, set_clock: Callable[..., None]) -> None:
    """Rates of the clocks that only mobile worlds have."""
    ones = np.ones(len(scenario.segments))
    for clock, law in ((Clock.NUMBER_CHANGE, scenario.number_change), (Clock.FEE_DECLINE, scenario.fee_decline)):
        if law is not None:
            rates = {state: law.per_month.of(state.name.lower()) for state in RUNS[clock]}
            set_clock(clock, rates, ones, law)
    if scenario.dormancy is not None:
        dormancy = scenario.dormancy
        rates = {state: dormancy.per_month.of(state.name.lower()) for state in RUNS[Clock.DORMANCY]}
        set_clock(Clock.DORMANCY, rates, ones, dormancy)
        set_clock(Clock.WAKING, {State.DORMANT: dormancy.wakes_per_month}, ones, None)
    if scenario.agents is not None and scenario.agents.resale is not None:
        drop = scenario.agents.resale.drop_per_month
        set_clock(Clock.RESALE, dict.fromkeys(RUNS[Clock.RESALE], drop), ones, None)
    if scenario.billing is not None:
        pays = scenario.billing.pays_per_month
        rates = {state: pays.suspended if state is State.SUSPENDED else pays.overdue for state in RUNS[Clock.PAYMENT]}
        set_clock(Clock.PAYMENT, rates, ones, None)
