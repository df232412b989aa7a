"""What is known of customers on day 0: by their firm, and by who knows everything about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.record import SATISFACTION_NAMES, TIER_NAMES
from sim.customer.states import State
from sim.experiment.outcomes import FEN

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]


def monthly_fee(customers: Customers) -> np.ndarray:
    """List fee, yuan a month, at least a fen: the measure in which what customers bring is compared; shape (n,)."""
    fee: np.ndarray = np.maximum(customers["fee"], 1) / FEN
    return fee


def visible(scenario: Scenario, customers: Customers, starts: tuple[float, ...]) -> np.ndarray:
    """What a firm sees: tier, tenure, segment, the fee and its growth; and price sensitivity where it rates it (H-07).

    Parameters
    ----------
    scenario : Scenario
    customers : customer_dtype array, shape (n,)
        On day 0, scored.
    starts : tuple of float
        Months at which bands of tenure start.

    Returns
    -------
    float64 array, shape (n, columns)
    """
    band = np.searchsorted(np.array(starts) * MONTH, -customers["joined"], side="right") - 1
    columns = [
        *_levels(customers["tier"], len(TIER_NAMES)),
        *_levels(np.maximum(band, 0), len(starts)),
        *_levels(customers["segment"], len(scenario.segments)),
        np.log(monthly_fee(customers)),
        customers["growth"],
    ]
    if scenario.ngtp is not None:
        columns.append(customers["price_sensitivity"])
    return np.stack(columns, axis=1).astype(float)


def everything(scenario: Scenario, customers: Customers, starts: tuple[float, ...]) -> np.ndarray:
    """What the firm sees and what it does not: frailty, price sensitivity, satisfaction, state; shape (n, columns)."""
    frailty, sensitivity = customers["frailty"], customers["price_sensitivity"]
    states = _levels(customers["state"], len(State))
    hidden = [
        *states,
        *_levels(customers["satisfaction"], len(SATISFACTION_NAMES)),
        frailty,
        sensitivity,
        frailty * sensitivity,  # rates multiply
        *(state * frailty for state in states),
    ]
    return np.concatenate([visible(scenario, customers, starts), np.stack(hidden, axis=1)], axis=1)


def _levels(number: np.ndarray, levels: int) -> list[np.ndarray]:
    """A column of 0 and 1 for each level but the first."""
    return [(number == level).astype(float) for level in range(1, levels)]


@dataclass(frozen=True, eq=False)
class Scale:
    """Centre and spread of columns, as the customers of whom the firm has records show them."""

    centre: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray) -> Scale:
        """Take centre and spread from columns, shape (n, columns)."""
        return cls(columns.mean(axis=0), columns.std(axis=0))

    def __call__(self, columns: np.ndarray) -> np.ndarray:
        """The columns in units of their spread; 0 where there is none."""
        varies = self.spread > 1e-9 * np.maximum(np.abs(self.centre), 1.0)
        scaled: np.ndarray = np.where(varies, (columns - self.centre) / np.where(varies, self.spread, 1.0), 0.0)
        return scaled
