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
from sim.customer.moves import COUNT_COLUMN, LOSS_COLUMN, MOVE_COLUMN
from sim.customer.prospects import PROSPECT_FIRST, calls
from sim.customer.record import Count
from sim.customer.states import REASONS, Clock, State, move_numbers
from sim.experiment.assignment import tenure_bands
from sim.experiment.flagged import flagged_kept
from sim.world.lives import first_joining

if TYPE_CHECKING:
    from sim.scenario.returns import Prospects
    from sim.scenario.schema import Scenario
    from sim.world.lives import Lives
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
        desk (W-03) of calls made in the year and answered by its end. Where the firm wins back `win_back_success` of
        the year's attempts and `win_back_rate`, of the year's losses that came back by its end; where it calls
        prospects `prospect_success` of the year's calls (M-02); where it has a warning list `flagged_kept` (M-01).
    """
    lives = world.lives()
    of = _by_tenure(scenario, lives, lives.ended(begin, end), world.rows)
    if scenario.number_change is not None:
        of |= _destinations(world, begin, end)
    if scenario.billing is not None or scenario.agents is not None:
        of |= _by_reason(scenario, world, lives, begin, end)
    if scenario.dormancy is not None:
        there = lives.of_customers(lives.covers(end))
        silent = there & (world.customers["state"] == DORMANT)
        of["silent_share"] = ratio(_count(world, silent), _count(world, there))
    if scenario.win_back is not None:
        of |= _won_back(world, lives, begin, end)
    if scenario.prospects is not None:
        of["prospect_success"] = _prospect_success(scenario.prospects, world, begin, end)
    if scenario.early_warning is not None:
        of["flagged_kept"] = flagged_kept(world, begin, end)
    if scenario.desk is not None:
        of["save_rate"] = _save_rate(world, begin, end)
    return {f"{year}.{name}": values for name, values in of.items()}


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """NaN where the whole is 0."""
    found: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole != 0)
    return found


def _count(world: World, which: np.ndarray[Any, Any]) -> np.ndarray:
    return np.bincount(world.customers["row"], weights=which, minlength=world.rows)


def _by_tenure(scenario: Scenario, lives: Lives, ended: np.ndarray, rows: int) -> Quantities:
    """Leavers by tenure (W-05): a composition; as a hazard it would need those who were there."""
    tenure = (lives.lost_at - np.where(ended, lives.joined, 0.0)) / MONTH

    def count(which: np.ndarray) -> np.ndarray:
        return np.bincount(lives.row, weights=which, minlength=rows)

    return {
        f"leavers_tenure_from_{low:g}": ratio(count(ended & (tenure >= low) & (tenure < high)), count(ended))
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


def _by_reason(scenario: Scenario, world: World, lives: Lives, begin: float, end: float) -> Quantities:
    """Annual churn of each segment, reason by reason: they add up to the segment's annual churn."""
    days, ended = lives.days(begin, end), lives.ended(begin, end)
    of = {}
    for number, segment in enumerate(scenario.segments):
        inside = (world.customers["segment"] == number)[lives.position]
        mean_base = np.bincount(lives.row, weights=days * inside, minlength=world.rows) / (end - begin)
        for clock, reason in REASONS.items():
            gone = ended & inside & (lives.reason == clock)
            lost = np.bincount(lives.row, weights=gone, minlength=world.rows)
            of[f"annual_churn.{segment}.{reason}"] = ratio(lost, mean_base)
    return of


def _won_back(world: World, lives: Lives, begin: float, end: float) -> Quantities:
    """What became of the year's attempts, and of the year's losses (M-02)."""
    first, last = np.searchsorted(world.laws.marks, [begin, end])
    books = world.shared.tally[:, :, first:last].sum(axis=(1, 2)).astype(float)
    returns = books[:, MOVE_COLUMN + move_numbers()[State.LOST, State.WON_BACK]]
    lost = lives.ended(begin, end)
    followed = lost & (np.arange(len(lost)) >= lives.customers)  # a life that another followed
    losses, came_back = (np.bincount(lives.row, weights=which, minlength=world.rows) for which in (lost, followed))
    return {
        "win_back_success": ratio(returns, books[:, COUNT_COLUMN + Count.WIN_BACK_ATTEMPTS]),
        "win_back_rate": ratio(came_back, losses),
    }


def _prospect_success(law: Prospects, world: World, begin: float, end: float) -> np.ndarray:
    """Customers won of calls to prospects (M-02)."""
    customers, marks, joined = world.customers, world.laws.marks, first_joining(world.customers)
    won = (customers["id"] >= PROSPECT_FIRST) & (joined >= begin) & (joined < end)
    replications = customers["replication"][world.row_start[:-1]].astype(np.int64)
    first, last = np.searchsorted(marks, [begin, end])
    made = calls(law, world.laws.seed, marks, replications)[:, first:last].sum(axis=1)
    return ratio(_count(world, won), made.astype(float))


def _save_rate(world: World, begin: float, end: float) -> np.ndarray:
    """Talked into staying, of those whom the desk talked to (挽留成功率)."""
    answered, saved = np.zeros(world.rows), np.zeros(world.rows)
    for row, desk in enumerate(world.desks):
        talks = [call for call in desk.calls if begin <= call.asked < end and call.outcome != "tired"]
        answered[row] = len(talks)
        saved[row] = sum(call.outcome == "saved" for call in talks)
    return ratio(saved, answered)
