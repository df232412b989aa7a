"""A campaign's budget compiled for the kernel (model.md section 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.customer.record import Spender

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

FEN = 100


def compile_purse(scenario: Scenario) -> dict[str, Any]:
    """Fields of the laws' record that a campaign's budget fills; empty where there is none."""
    budget = scenario.campaign_budget
    if budget is None:
        return {}
    return {
        "purse": 1,
        "covers": [int(spender.name.lower() in budget.covers) for spender in Spender],
        "purse_forgone": int(budget.counts == "cash_and_forgone"),
    }


def full_purse(scenario: Scenario) -> int:
    """Fen in a purse that has just been filled; 0 where there is none."""
    return round(scenario.campaign_budget.yuan * FEN) if scenario.campaign_budget is not None else 0
