"""Who takes part and who gets which arm, by keyed draws (model.md section 10)."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.customer.laws import MONTH
from sim.customer.life import LOST, PROSPECT
from sim.customer.record import TIER_NAMES

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]


def eligible(experiment: Experiment, customers: Customers) -> np.ndarray:
    """Positions of the customers who take part: of the base, of an eligible tier on day 0."""
    present = (customers["state"] != PROSPECT) & (customers["state"] != LOST)
    if experiment.eligible.tiers is not None:
        numbers = [TIER_NAMES.index(tier) for tier in experiment.eligible.tiers]
        present &= np.isin(customers["tier"], numbers)
    return np.flatnonzero(present)


def tenure_band(scenario: Scenario, customers: Customers, t: float) -> np.ndarray:
    """Number of the tenure mix's band in which each customer is at `t`; the last is open."""
    starts = np.array(tenure_bands(scenario)) * MONTH
    band: np.ndarray = np.maximum(np.searchsorted(starts, t - customers["joined"], side="right") - 1, 0)
    return band


def tenure_bands(scenario: Scenario) -> list[float]:
    """Months of tenure at which the tenure mix's bands start; one band where there is no mix."""
    mix = scenario.base.tenure_mix
    return [band.from_month for band in mix.bands] if mix is not None else [0.0]


def strata(scenario: Scenario, experiment: Experiment, customers: Customers, t: float = 0.0) -> np.ndarray:
    """Stratum of each customer on day `t`; all 0 where assignment is not stratified."""
    stratum = np.zeros(len(customers), dtype=np.int64)
    levels = _levels(scenario)
    columns = {
        "tier": customers["tier"],
        "tenure_band": tenure_band(scenario, customers, t),
        "segment": customers["segment"],
    }
    for name in experiment.assignment.strata:
        stratum = stratum * levels[name] + columns[name]
    return stratum


def strata_count(scenario: Scenario, experiment: Experiment) -> int:
    """How many strata there can be, in all waves; 1 where arms are not compared within any."""
    levels = _levels(scenario)
    return math.prod(levels[name] for name in experiment.assignment.strata) * len(experiment.start_days)


def _levels(scenario: Scenario) -> dict[str, int]:
    return {
        "tier": len(TIER_NAMES),
        "tenure_band": len(tenure_bands(scenario)),
        "segment": len(scenario.segments),
    }


def turn_of(experiment: Experiment) -> np.ndarray:
    """Numbers of the arms in the order in which they are dealt: each as often as its share says, else once.

    An arm's places are spread over the turn, so that a turn that is cut short is near the plan as well.
    """
    shares = experiment.assignment.shares or dict.fromkeys(experiment.arms, 1)
    at = [
        ((place + 0.5) / shares[arm], number)
        for number, arm in enumerate(experiment.arms)
        for place in range(shares[arm])
    ]
    return np.array([number for _, number in sorted(at)], dtype=np.int64)


def assign(
    experiment: Experiment, seed: int, customers: Customers, stratum: np.ndarray, *, again: bool = False
) -> np.ndarray:
    """Deal the arms.

    Parameters
    ----------
    experiment : Experiment
    seed : int
    customers : customer_dtype array, shape (n,)
        Those who take part.
    stratum : int64 array, shape (n,)
    again : bool
        Deal a second time, independently: arms without any effect, to measure the level of a test.

    Returns
    -------
    int64 array, shape (n,)
        Number of the arm. `simple`: independent draws. `complete` and `stratified`: customers of a replication (and
        stratum) in random order are dealt the arms in turn, from a random place in the turn on, so that sizes differ
        from the plan by less than one turn, which holds every arm as often as its share says.
    """
    turn = turn_of(experiment)
    who, where = (Decision.REASSIGNMENT, Decision.RESTRATUM) if again else (Decision.ASSIGNMENT, Decision.STRATUM)
    if experiment.assignment.method == "simple":
        u = uniforms(seed, customers["id"], int(who), 0, zlib.crc32(experiment.name.encode()), customers["replication"])
        return np.asarray(turn[np.minimum((u * len(turn)).astype(np.int64), len(turn) - 1)])
    return _dealt(turn, experiment.name, seed, customers, stratum, who, where)


def deal_waves(experiment: Experiment, seed: int, customers: Customers, stratum: np.ndarray) -> np.ndarray:
    """Number of each customer's wave, shape (n,): dealt on day 0 within strata, in sizes that differ by at most one."""
    waves = np.arange(len(experiment.start_days))
    return _dealt(waves, experiment.name, seed, customers, stratum, Decision.WAVE, Decision.FIRST_WAVE)


def _dealt(
    turn: np.ndarray,
    name: str,
    seed: int,
    customers: Customers,
    stratum: np.ndarray,
    who: Decision,
    where: Decision,
) -> np.ndarray:
    """Deal the numbers of a turn to customers in random order, within replication and stratum."""
    occurrence = zlib.crc32(name.encode())
    u = uniforms(seed, customers["id"], int(who), 0, occurrence, customers["replication"])
    order = np.lexsort((u, stratum, customers["replication"]))
    group = np.stack([customers["replication"][order].astype(np.int64), stratum[order]])
    new = np.ones(len(order), dtype=bool)
    new[1:] = (group[:, 1:] != group[:, :-1]).any(axis=0)
    first = np.flatnonzero(new)
    number = np.cumsum(new) - 1
    begin = uniforms(seed, group[1, first], int(where), 0, occurrence, group[0, first])
    place = np.arange(len(order)) - first[number] + (begin * len(turn)).astype(np.int64)[number]
    dealt = np.empty(len(order), dtype=np.int64)
    dealt[order] = turn[place % len(turn)]
    return dealt
