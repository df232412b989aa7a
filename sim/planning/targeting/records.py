"""What a firm knows without a trial: who left, what an action costs, what who is still there goes on to be worth.

From records of other bases of the same world, lived once under nothing and (for the price list) under the action.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.life import PROSPECT
from sim.experiment.outcomes import FEN, cells
from sim.experiment.start import draw_start
from sim.planning.budget.lives import CASH, FORGONE, VALUE, Life, live_base
from sim.planning.targeting.features import Scale, monthly_fee, visible
from sim.planning.targeting.mixed import Mixed, fit_mixed

if TYPE_CHECKING:
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Records:
    """A firm's records.

    Attributes
    ----------
    scale : Scale
        Of what the firm sees of its customers.
    risk : Mixed
        Chance to leave within the horizon, by that.
    price : float64 array, shape (columns,)
        Of what the action costs, in monthly fees.
    brings, differs : float
        What the action brings a customer before its cost, in monthly fees, on average; and the variance of what that
        changes by with a column of what is seen. No firm knows them; drawn over the assumptions they are believed.
    residual : float64 array, shape (cells,)
        What those in a cell (tier x tenure) at the horizon go on to be worth, in monthly fees of day 0.
    lived : int
        Customers lived, each in each world once.
    years : float
        Customer-years lived.
    """

    scale: Scale
    risk: Mixed
    price: np.ndarray
    brings: float
    differs: float
    residual: np.ndarray
    lived: int
    years: float

    def risk_of(self, seen: np.ndarray) -> np.ndarray:
        """Chance that each leaves; `seen` in units of its spread, shape (n, columns)."""
        risk: np.ndarray = self.risk.fixed[0] + seen @ self.risk.drawn
        return risk

    def price_of(self, seen: np.ndarray, fee: np.ndarray) -> np.ndarray:
        """What the action is expected to cost for each, yuan; shape (n,)."""
        price: np.ndarray = _price_columns(seen, fee) @ self.price * fee
        return price

    def residual_of(self, life: Life, fee: np.ndarray) -> np.ndarray:
        """What the firm takes those who are still there at the horizon to be worth, yuan; shape (n,)."""
        cell = life.outcomes.cell
        worth: np.ndarray = np.where(cell >= 0, self.residual[cell], 0.0) * fee
        return worth


def keep_records(
    scenario: Scenario, rule: Arm, starts: tuple[float, ...], seed: int, replications: np.ndarray
) -> Records:
    """Live bases of which a firm has records.

    Parameters
    ----------
    scenario : Scenario
    rule : Arm
        The action whose price is listed.
    starts : tuple of float
        Months at which bands of tenure start.
    seed : int
    replications : int64 array, shape (rows,)
    """
    start = draw_start(scenario, seed, replications)
    day_zero = start.world(scenario.baseline_policy).customers
    who = np.flatnonzero(day_zero["state"] != PROSPECT)
    base = day_zero[who]
    columns, fee = visible(scenario, base, starts), monthly_fee(base)
    scale = Scale.of(columns)
    seen = scale(columns)
    nothing, action = live_base(start, who), live_base(start, who, [rule])
    more = action.books - nothing.books
    spend = more[:, [CASH, FORGONE]].sum(axis=1)
    brings = fit_mixed((more[:, VALUE] + spend) / fee, np.ones((len(base), 1)), seen)
    return Records(
        scale,
        fit_mixed(nothing.outcomes.left.astype(float), np.ones((len(base), 1)), seen),
        np.linalg.lstsq(_price_columns(seen, fee), spend / fee, rcond=None)[0],
        float(brings.fixed[0]),
        brings.variance,
        _residual_table(scenario, nothing, fee),
        2 * len(base),
        nothing.years + action.years,
    )


def _price_columns(seen: np.ndarray, fee: np.ndarray) -> np.ndarray:
    """Costs come in yuan (a call) and in fees (free days), and differ by what is seen; shape (n, columns)."""
    ones = np.concatenate([np.ones((len(seen), 1)), seen], axis=1)
    return np.concatenate([ones, ones / fee[:, None]], axis=1)


def _residual_table(scenario: Scenario, life: Life, fee: np.ndarray) -> np.ndarray:
    """Residual value by cell in monthly fees; where nobody was seen, that of everybody still there; shape (cells,)."""
    outcomes, size = life.outcomes, cells(scenario)
    there = outcomes.cell >= 0
    worth = np.bincount(outcomes.cell[there], weights=outcomes.residual[there] / FEN, minlength=size)
    fees = np.bincount(outcomes.cell[there], weights=fee[there], minlength=size)
    overall = worth.sum() / max(float(fees.sum()), 1.0)
    return np.where(fees > 0, worth / np.where(fees > 0, fees, 1.0), overall)
