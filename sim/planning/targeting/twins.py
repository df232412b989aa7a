"""A base whose every customer lives many futures, under nothing and under the action with the same luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.life import PROSPECT
from sim.experiment.futures import futures
from sim.experiment.start import draw_start
from sim.planning.blocks import BLOCK_CUSTOMERS
from sim.planning.budget.lives import VALUE, live_base, spend_columns
from sim.planning.budget.shrinkage import shrink
from sim.planning.targeting.features import Scale, everything, monthly_fee

if TYPE_CHECKING:
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

FOLDS = 4
"""Futures are cut into so many parts: who is chosen by three of them is valued by the fourth, each in turn."""
QUIETEST = 0.1
"""Least variance of a customer's mean, as a part of that of all: a linear fit may fall below 0."""


@dataclass(frozen=True, eq=False)
class Twins:
    """What everybody of one base did in every future.

    Attributes
    ----------
    base : customer_dtype array, shape (n,)
        On day 0, scored.
    value, spend : float64 arrays, shape (futures, n)
        Of the action less nothing, yuan.
    known : float64 array, shape (n, columns)
        Everything about each customer, in units of its spread.
    lived : int
    years : float
        Customer-years lived.
    """

    base: Customers
    value: np.ndarray
    spend: np.ndarray
    known: np.ndarray
    lived: int
    years: float

    def fold(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Futures that choose and futures that value, in turn `number`; bool arrays, shape (futures,)."""
        values = np.arange(len(self.value)) % FOLDS == number
        return ~values, values

    def expected(self, chosen: np.ndarray) -> np.ndarray:
        """What each customer's uplift is expected to be, by everything about it and by some of its futures.

        A mean over few futures is noisy, and whoever ranks by it ranks by luck. So each is drawn towards a fit on all
        that is true of the customer, by the area model of the budget (`shrink`), an area being a customer; before the
        action's cost, in monthly fees. How noisy a mean is, is smoothed over customers by a fit as well (a generalised
        variance function, Wolter 2007, chapter 7): of who never left in so few futures it is not 0.

        Parameters
        ----------
        chosen : bool array, shape (futures,)

        Returns
        -------
        float64 array, shape (n,), yuan
        """
        fee = monthly_fee(self.base)
        gross = (self.value + self.spend)[chosen] / fee
        design = np.concatenate([np.ones((len(fee), 1)), self.known], axis=1)
        own = gross.var(axis=0, ddof=1) / len(gross)
        noise = np.maximum(design @ np.linalg.lstsq(design, own, rcond=None)[0], QUIETEST * own.mean())
        drawn = shrink(gross.mean(axis=0), noise, design, fee)
        expected: np.ndarray = drawn * fee - self.spend[chosen].mean(axis=0)
        return expected


def live_twins(
    scenario: Scenario,
    rule: Arm,
    starts: tuple[float, ...],
    seed: int,
    replication: int,
    number: int,
    *,
    cash_only: bool,
) -> Twins:
    """Live one base `number` times under nothing and under the action.

    Parameters
    ----------
    scenario : Scenario
    rule : Arm
    starts : tuple of float
        Months at which bands of tenure start.
    seed, replication : int
    number : int
        Futures.
    cash_only : bool
        Whether fees that are not billed are left out of spend.
    """
    start = draw_start(scenario, seed, np.array([replication]))
    day_zero = start.world(scenario.baseline_policy).customers
    base = day_zero[day_zero["state"] != PROSPECT]
    known = everything(scenario, base, starts)
    rows = max(1, BLOCK_CUSTOMERS // len(start.customers))
    parts, years, columns = [], 0.0, list(spend_columns(cash_only))
    for first in range(1, number + 1, rows):
        block = futures(start, np.arange(first, min(first + rows, number + 1)))
        who = np.flatnonzero(block.customers["state"] != PROSPECT)
        nothing, action = live_base(block, who), live_base(block, who, [rule])
        parts.append((action.books - nothing.books).reshape(-1, len(base), nothing.books.shape[1]))
        years += nothing.years + action.years
    books = np.concatenate(parts)
    value, spend = books[:, :, VALUE], books[:, :, columns].sum(axis=2)
    return Twins(base, value, spend, Scale.of(known)(known), 2 * number * len(base), years)
