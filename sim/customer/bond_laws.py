"""A scenario's contracts and agreements compiled for the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.record import Bond
from sim.customer.states import Clock

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

FEN = 100
_MONTH = 365.0 / 12


def compile_bonds(scenario: Scenario) -> dict[str, Any]:
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
    return fields | {"binds": binds} if fields else {}


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
