"""How customers go in a year: where to, for which reason, at which tenure; who fell silent, and whom the desk kept.

Quantities of `sim.experiment.history` for worlds with the mechanism; shape (replications,), NaN where nobody could be
counted.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.life import DORMANT
from sim.customer.moves import LOSS_COLUMN
from sim.customer.states import REASONS, Clock
from sim.experiment.assignment import tenure_bands

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world.world import World

Quantities = dict[str, np.ndarray]


def ways_out(scenario: Scenario, world: World, year: str, begin: float, end: float) -> Quantities:
    """Give the quantities of a year that has just ended.

    Parameters
    ----------
    scenario : Scenario
    world : World
        Lived to `end`.
    year : str
        What the names begin with.
    begin, end : float
        Days.

    Returns
    -------
    dict of float64 arrays, shape (replications,)
        `leavers_tenure_from_<month>`: share of the leavers whose tenure lay in a band of the tenure mix. In mobile
        worlds `share_<destination>` of those who decide to go (X-02), `annual_churn.<segment>.<reason>` (losses for
        a reason over the segment's mean base), `silent_share` at the end of the year (W-01), and `save_rate` at the
        desk (W-03) of calls made in the year and answered by its end.
    """
    customers = world.customers
    left = (customers["lost_at"] >= begin) & (customers["lost_at"] < end)
    of = _by_tenure(scenario, world, left)
    if scenario.number_change is not None:
        of |= _destinations(world, begin, end)
    if scenario.billing is not None or scenario.agents is not None:
        of |= _by_reason(scenario, world, left, begin, end)
    if scenario.dormancy is not None:
        there = (customers["joined"] < end) & (customers["lost_at"] >= end)
        of["silent_share"] = ratio(_count(world, there & (customers["state"] == DORMANT)), _count(world, there))
    if scenario.desk is not None:
        of["save_rate"] = _save_rate(world, begin, end)
    return {f"{year}.{name}": values for name, values in of.items()}


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """NaN where the whole is 0."""
    found: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole != 0)
    return found


def _count(world: World, which: np.ndarray[Any, Any]) -> np.ndarray:
    return np.bincount(world.customers["row"], weights=which, minlength=world.rows)


def _by_tenure(scenario: Scenario, world: World, left: np.ndarray) -> Quantities:
    """Leavers by tenure (W-05): a composition; as a hazard it would need those who were there."""
    tenure = (world.customers["lost_at"] - world.customers["joined"]) / MONTH
    leavers = _count(world, left)
    return {
        f"leavers_tenure_from_{low:g}": ratio(_count(world, left & (tenure >= low) & (tenure < high)), leavers)
        for low, high in itertools.pairwise([*tenure_bands(scenario), np.inf])
    }


def _destinations(world: World, begin: float, end: float) -> Quantities:
    """Where those go who decide to give up their number (X-02); who is cancelled for arrears has not decided."""
    first, last = np.searchsorted(world.laws.marks, [begin, end])
    counts = world.shared.tally[:, :, first:last, LOSS_COLUMN:].sum(axis=(1, 2)).astype(float)
    parts = {
        "external": counts[:, [Clock.COMPETITOR, Clock.VARIETY]].sum(axis=1),
        "internal": counts[:, Clock.NUMBER_CHANGE],
        "need_gone": counts[:, Clock.NEED_GONE],
    }
    whole = np.sum(list(parts.values()), axis=0)
    return {f"share_{name}": ratio(part, whole) for name, part in parts.items()}


def _by_reason(scenario: Scenario, world: World, left: np.ndarray, begin: float, end: float) -> Quantities:
    """Annual churn of each segment, reason by reason: they add up to the segment's annual churn."""
    customers = world.customers
    days = np.maximum(0.0, np.minimum(customers["lost_at"], end) - np.maximum(customers["joined"], begin))
    of = {}
    for number, segment in enumerate(scenario.segments):
        inside = customers["segment"] == number
        mean_base = _count(world, days * inside) / (end - begin)
        for clock, reason in REASONS.items():
            lost = _count(world, left & inside & (customers["reason"] == clock))
            of[f"annual_churn.{segment}.{reason}"] = ratio(lost, mean_base)
    return of


def _save_rate(world: World, begin: float, end: float) -> np.ndarray:
    """Talked into staying, of those whom the desk talked to (挽留成功率)."""
    answered, saved = np.zeros(world.rows), np.zeros(world.rows)
    for row, desk in enumerate(world.desks):
        talks = [call for call in desk.calls if begin <= call.asked < end and call.outcome != "tired"]
        answered[row] = len(talks)
        saved[row] = sum(call.outcome == "saved" for call in talks)
    return ratio(saved, answered)
