"""A scenario's contracts, agreements, points and agents compiled for the kernel."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.contest_laws import compile_contest, contest_binds
from sim.customer.record import Bond
from sim.customer.states import Clock

if TYPE_CHECKING:
    from sim.scenario.agents import Agents
    from sim.scenario.points import Points
    from sim.scenario.schema import Scenario

FEN = 100
_MONTH = 365.0 / 12
_PAST_YEARS = 101
"""Years before the start in which points can lapse: longer than any tenure of a mix can be."""


def has_bonds(scenario: Scenario) -> bool:
    """Whether anything ties customers by terms: a contract, an agreement, points, an agent."""
    blocks = (scenario.contracts, scenario.agreements, scenario.points, scenario.agents)
    return any(block is not None for block in blocks)


def compile_bonds(scenario: Scenario, end: float) -> dict[str, Any]:
    """Fields of the laws' record that bonds fill; empty where there are none."""
    binds = np.zeros((len(Bond), len(Clock)), dtype=np.int64)
    fields: dict[str, Any] = {}

    def bind(bond: Bond, clocks: Iterable[str]) -> None:
        binds[bond, [Clock[name.upper()] for name in clocks]] = 1

    if scenario.contracts is not None:
        bind(Bond.CONTRACT, scenario.contracts.acts_on)
        fields |= _contracts(scenario)
    if scenario.agreements is not None:
        bind(Bond.AGREEMENT, scenario.agreements.effect.acts_on)
        fields |= _agreements(scenario)
    if scenario.points is not None:
        bind(Bond.POINTS, scenario.points.effect.acts_on)
        fields |= _points(scenario, scenario.points, end)
    if scenario.agents is not None:
        bind(Bond.AGENT, scenario.agents.acts_on)
        fields |= _agents(scenario.agents)
    for contested, clocks in contest_binds(scenario).items():
        bind(contested, clocks)
    fields |= compile_contest(scenario)
    return fields | {"binds": binds}


def _contracts(scenario: Scenario) -> dict[str, Any]:
    law = scenario.contracts
    assert law is not None
    return {
        "contract_share": [segment.contract_share for segment in scenario.segments.values()],
        "contract_days": law.months * _MONTH,
        "contract_subsidy": round(law.subsidy_yuan * FEN),
        "contract_renews": law.renews_share,
        "contract_reduction": law.reduction,
        "contract_after_factor": law.after.factor if law.after else 1.0,
        "contract_after_days": law.after.lasts_days if law.after else 0.0,
        "contract_penalty": law.penalty_share,
    }


def _agreements(scenario: Scenario) -> dict[str, Any]:
    law = scenario.agreements
    assert law is not None
    return {
        "agreement_accepts": law.accept_share,
        "agreement_max": law.effect.max_reduction,
        "agreement_half": law.effect.half_credit_yuan * FEN,
    }


def _points(scenario: Scenario, law: Points, end: float) -> dict[str, Any]:
    earning = law.segments if law.segments is not None else tuple(scenario.segments)
    reminder = law.reminder
    return {
        "points_segment": [int(segment in earning) for segment in scenario.segments],
        "points_accrual": law.accrual_share,
        "points_known": law.known_share,
        "points_max": law.effect.max_reduction,
        "points_half": law.effect.half_balance_yuan * FEN,
        "points_date": _dates(scenario.start, law.expires, end),
        "points_before": reminder.days_before if reminder else 0.0,
        "points_reminder_cost": round(reminder.cost_yuan * FEN) if reminder else 0,
        "points_redeems": reminder.redeems_share if reminder else 0.0,
        "points_remembers": law.remembers_share,
        "points_pleases": law.pleases_share,
    }


def _dates(start: datetime.date, month_day: str, end: float) -> list[float]:
    """Days of one date of every year, from `_PAST_YEARS` before the start to a year beyond `end`."""
    month, day = (int(part) for part in month_day.split("-"))
    days: list[float] = []
    year = start.year - _PAST_YEARS
    while not days or days[-1] <= end + 366:
        days.append(float((datetime.date(year, month, day) - start).days))
        year += 1
    return days


def _agents(law: Agents) -> dict[str, Any]:
    lets_go, resale = law.lets_go, law.resale
    return {
        "agent_share": law.share,
        "agent_commission": round(law.commission_yuan * FEN),
        "assessment_days": law.assessment_months * _MONTH,
        "agent_assessed": round(law.assessed_yuan * FEN),
        "agent_bill_share": law.bill_share,
        "agent_clawback": round(law.clawback_share * law.commission_yuan * FEN),
        "agent_keeps": law.keeps,
        "let_go_days": lets_go.lasts_days if lets_go else 0.0,
        "let_go_max": lets_go.max_raise if lets_go else 0.0,
        "let_go_half": lets_go.half_commission_yuan * FEN if lets_go else 0.0,
        "resale_share": resale.share if resale else 0.0,
    }
