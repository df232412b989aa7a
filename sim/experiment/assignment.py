"""Who takes part and who gets which arm, by keyed draws (model.md section 10)."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.circles import ALONE
from sim.customer.draws import Decision, uniforms
from sim.customer.laws import MONTH
from sim.customer.life import LOST, PROSPECT
from sim.customer.record import TIER_NAMES

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

_ALONE_FROM = 1 << 28
"""Numbers of who lives alone start here, as circles of one; circles' own numbers stand below."""
_UNITS = 1 << 30


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


def circles_of(customers: Customers) -> np.ndarray:
    """Number of each customer's circle in its replication; -1 for who is alone, everybody where there are none."""
    if "circle" not in (customers.dtype.names or ()):
        return np.full(len(customers), ALONE, dtype=np.int64)
    return customers["circle"].astype(np.int64)


def units(circle: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Number of each customer's circle, where who is alone is a circle of one; shape (n,)."""
    return np.where(circle == ALONE, _ALONE_FROM + ids.astype(np.int64), circle)


def assign(
    experiment: Experiment, seed: int, customers: Customers, stratum: np.ndarray, *, again: bool = False
) -> np.ndarray:
    """Deal the arms.

    Parameters
    ----------
    experiment : Experiment
    seed : int
    customers : array with fields `id`, `replication` and, where there are circles, `circle`; shape (n,)
        Those who take part.
    stratum : int64 array, shape (n,)
    again : bool
        Deal a second time, independently: arms without any effect, to measure the level of a test.

    Returns
    -------
    int64 array, shape (n,)
        Number of the arm. `simple`: independent draws. `complete` and `stratified`: customers of a replication (and
        stratum) in random order are dealt the arms in turn, from a random place in the turn on, so that sizes differ
        from the plan by less than one turn, which holds every arm as often as its share says. With `unit: circle`
        circles are dealt in place of customers, and all who take part of one circle get its arm.
    """
    if experiment.unit != "circle":
        return _arms(experiment, _luck(experiment, seed, customers, again), seed, customers, stratum, again)
    circle, replication = circles_of(customers), customers["replication"].astype(np.int64)
    keys = replication * _UNITS + units(circle, customers["id"])
    _, first, unit = np.unique(keys, return_index=True, return_inverse=True)
    chosen = customers[first]
    u = _luck(experiment, seed, chosen, again)
    who, together = circle[first], circle[first] != ALONE
    decision = Decision.CIRCLE_REASSIGNMENT if again else Decision.CIRCLE_ASSIGNMENT
    occurrence = zlib.crc32(experiment.name.encode())
    u[together] = uniforms(
        seed, who[together], int(decision), 0, occurrence, chosen["replication"][together]
    )  # fmt: skip
    of_unit = _arms(experiment, u, seed, chosen, stratum[first], again)
    return np.asarray(of_unit[unit])


def deal_waves(experiment: Experiment, seed: int, customers: Customers, stratum: np.ndarray) -> np.ndarray:
    """Number of each customer's wave, shape (n,): dealt on day 0 within strata, in sizes that differ by at most one."""
    waves, occurrence = np.arange(len(experiment.start_days)), zlib.crc32(experiment.name.encode())
    u = uniforms(seed, customers["id"], int(Decision.WAVE), 0, occurrence, customers["replication"])
    return _dealt(waves, u, experiment.name, seed, customers, stratum, Decision.FIRST_WAVE)


def _luck(experiment: Experiment, seed: int, customers: Customers, again: bool) -> np.ndarray:
    decision = Decision.REASSIGNMENT if again else Decision.ASSIGNMENT
    occurrence = zlib.crc32(experiment.name.encode())
    u: np.ndarray = uniforms(seed, customers["id"], int(decision), 0, occurrence, customers["replication"])
    return u


def _arms(
    experiment: Experiment, u: np.ndarray, seed: int, customers: Customers, stratum: np.ndarray, again: bool
) -> np.ndarray:
    """Arms by each one's luck `u`, shape (n,)."""
    turn = turn_of(experiment)
    if experiment.assignment.method == "simple":
        return np.asarray(turn[np.minimum((u * len(turn)).astype(np.int64), len(turn) - 1)])
    where = Decision.RESTRATUM if again else Decision.STRATUM
    return _dealt(turn, u, experiment.name, seed, customers, stratum, where)


def _dealt(
    turn: np.ndarray,
    u: np.ndarray,
    name: str,
    seed: int,
    customers: Customers,
    stratum: np.ndarray,
    where: Decision,
) -> np.ndarray:
    """Deal the numbers of a turn to customers in the order of `u`, within replication and stratum."""
    occurrence = zlib.crc32(name.encode())
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
