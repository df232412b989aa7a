"""Policies: in what order each would treat a base's customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.planning.budget.cells import priority
from sim.world.tiers import value_share

if TYPE_CHECKING:
    from sim.planning.targeting.records import Records
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

CHANCE, RISK, VALUE_RISK, PRIORITY, ORACLE = (
    "by chance",
    "by risk",
    "by value x risk",
    "by priority",
    "by true uplift",
)


def by_trial(size: int) -> str:
    """Name of the policy that a trial of some size teaches."""
    return f"by a trial of {size:,}"


def ties(seed: int, base: Customers) -> np.ndarray:
    """Where each stands among those whom a policy ranks alike, by a keyed draw; shape (n,)."""
    drawn: np.ndarray = uniforms(seed, base["id"], int(Decision.RANKED), 0, 0, base["replication"])
    return drawn


def ranked(score: np.ndarray, tie: np.ndarray) -> np.ndarray:
    """Positions of customers, the highest score first."""
    return np.lexsort((tie, -score))


def without_a_trial(scenario: Scenario, base: Customers, seen: np.ndarray, records: Records) -> dict[str, np.ndarray]:
    """Scores of the policies that need no trial, by name; each of shape (n,).

    `by risk`: the chance to leave within the horizon if nothing is done, as the firm's records have it. `by value x
    risk`: that times a year's cash flow with its growth (H-07's N and G). `by priority`: H-07's matrix, A before B
    before C (H-08), inside a class by value; where the scenario has a block `ngtp`.
    """
    risk = records.risk_of(seen)
    yearly = 12.0 * base["fee"] * (1.0 + base["growth"])
    scores = {CHANCE: np.zeros(len(base)), RISK: risk, VALUE_RISK: np.maximum(risk, 0.0) * yearly}
    if scenario.ngtp is not None:
        one = base.copy()
        one["row"] = 0
        rank = value_share(one, np.ones(len(one), dtype=bool), 1)
        scores[PRIORITY] = priority(scenario, one, 1) + (1.0 - rank) / 2
    return scores
