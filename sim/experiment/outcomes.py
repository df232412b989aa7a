"""What became of the customers who take part: records turned into plain columns and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.record import TIER_NAMES
from sim.experiment.accounts import cost, net_value, revenue
from sim.experiment.assignment import circles_of, tenure_band, tenure_bands, units
from sim.world.lives import first_leaving, first_reason

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

FEN = 100.0
NO_CELL = -1

DEFINITIONS = {
    "churn_rate": "share of those enrolled who left the operator within the horizon (流失率)",
    "revenue_per_customer": "list fee of the days served less what was forgone of it, and penalties, yuan a customer "
    "enrolled",
    "cost_per_customer": "forgone fees, contacts, gifts, team, desk, commission, bad debt, collection, subsidies and "
    "points, yuan a customer enrolled",
    "net_value_per_customer": "margin share x list fee of the days served + penalties - cost, within the horizon, yuan "
    "a customer",
    "net_value_with_residual_per_customer": "net value and the discounted net value of those still there after the "
    "horizon, yuan a customer enrolled",
}
"""Wording of the metrics that are told of every arm."""
WITH_REFERRED = "net_value_with_referred_per_customer"
NAMED = {
    "kept_share": ("share of those enrolled who are still there at the horizon (保有率)", "share"),
    "contacts_per_customer": ("contacts within the horizon that reached the customer", "contacts"),
    WITH_REFERRED: (
        "net value within the horizon of the customer and of whom it brought by vouching, yuan a customer enrolled",
        "yuan",
    ),
}
"""Wording and unit of those that are told where an experiment names them, besides ratios of totals (`ratios.py`)."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Customers who take part in an experiment, at its horizon; every array has shape (n, ...).

    Attributes
    ----------
    replication : number of the replication
    stratum, arm : numbers
    began : day on which the customer began; all other days here count from it
    days : day of leaving for the first time, or the horizon
    left : whether it left the operator within the horizon, also where it came back
    reason : number of the clock for which it left, -1 for who did not
    active : days on which it was a customer, within the horizon
    returned : whether it came back within the horizon, also where it left again
    circle : number of its circle in the replication, -1 for who is alone
    ledger : fen within the horizon, (n, lines)
    residual : fen, discounted net value after the horizon (0 where the world was not lived on)
    cell : tier x tenure band at the horizon, `NO_CELL` for who is not there
    contacts : contacts within the horizon that reached it
    answered, saved : calls at the save desk within the horizon that were answered, and that made it stay
    answer : satisfaction at the last survey answer, -1 never answered
    before : what was so on the day it began, of `before_dtype`
    lost_at : day of leaving for the first time as far as the world was lived, also after the horizon; inf for who never
        left
    net_at : fen, net value by each day of the follow-up, (n, days)
    cost_at : fen, cost by each look of the calendar, 0 for who had not begun, (n, looks)
    referred : fen, net value within the horizon of those who joined because it vouched for them
    """

    replication: np.ndarray
    id: np.ndarray
    stratum: np.ndarray
    arm: np.ndarray
    began: np.ndarray
    days: np.ndarray
    left: np.ndarray
    reason: np.ndarray
    active: np.ndarray
    returned: np.ndarray
    ledger: np.ndarray
    residual: np.ndarray
    cell: np.ndarray
    contacts: np.ndarray
    answered: np.ndarray
    saved: np.ndarray
    answer: np.ndarray
    before: np.ndarray
    lost_at: np.ndarray
    net_at: np.ndarray
    circle: np.ndarray
    cost_at: np.ndarray
    referred: np.ndarray

    def __len__(self) -> int:
        return len(self.replication)

    def where(self, mask: np.ndarray) -> Outcomes:
        """The customers for whom `mask` holds."""
        return Outcomes(*(getattr(self, field.name)[mask] for field in fields(self)))

    @property
    def unit(self) -> np.ndarray:
        """Number of the circle in the replication, where who is alone is a circle of one."""
        return units(self.circle, self.id)

    def keys(self) -> np.ndarray:
        """By what arms are dealt to these customers: a structured array of id, replication and circle, shape (n,)."""
        keys = np.zeros(len(self), dtype=[("id", np.uint32), ("replication", np.uint32), ("circle", np.int32)])
        keys["id"], keys["replication"], keys["circle"] = self.id, self.replication, self.circle
        return keys


def sorted_by_customer(outcomes: Outcomes) -> Outcomes:
    """The same, replication by replication and there by customer."""
    order = np.lexsort((outcomes.id, outcomes.replication))
    return Outcomes(*(getattr(outcomes, field.name)[order] for field in fields(outcomes)))


def concatenate(parts: Iterable[Outcomes]) -> Outcomes:
    """Blocks of replications, one after the other."""
    parts = list(parts)
    return Outcomes(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Outcomes)))


def read_outcomes(
    scenario: Scenario,
    customers: Customers,
    stratum: np.ndarray,
    before: np.ndarray,
    horizon: float,
    began: float = 0.0,
    then: Customers | None = None,
    calls: tuple[np.ndarray, np.ndarray] | None = None,
    referred: np.ndarray | None = None,
) -> Outcomes:
    """Read the outcomes of customers (already chosen, in the order of `stratum` and `before`) at their horizon.

    Parameters
    ----------
    scenario, customers, stratum, before
    horizon : float
        Days that they were followed.
    began : float
        Day on which they began.
    then : customer_dtype array, (n,), optional
        What they were like on that day; left out, nothing was booked and nobody reached.
    calls : two int64 arrays, (n,), optional
        Their calls at the save desk that were answered, and that made them stay; left out, none.
    referred : float64 array, (n,), optional
        Net value, fen, of those whom they brought; left out, nobody.
    """
    ledger, contacts = customers["ledger"].copy(), customers["contacts"].astype(np.int64)
    if then is not None:
        ledger, contacts = ledger - then["ledger"], contacts - then["contacts"]
    none = np.zeros(len(customers), dtype=np.int64)
    answered, saved = (none, none.copy()) if calls is None else calls
    gone_at, left_at = customers["lost_at"] - began, first_leaving(customers) - began
    left = left_at < horizon
    returns, away = (_since(name, customers, then) for name in ("returns", "away"))
    bands = len(tenure_bands(scenario))
    cell = customers["tier"] * bands + tenure_band(scenario, customers, began + horizon)
    return Outcomes(
        replication=customers["replication"].astype(np.int64),
        id=customers["id"].astype(np.int64),
        stratum=stratum,
        arm=customers["arm"].astype(np.int64),
        began=np.full(len(customers), began),
        days=np.minimum(left_at, horizon),
        left=left,
        reason=np.where(left, first_reason(customers), -1).astype(np.int64),
        active=np.minimum(gone_at, horizon) - away,
        returned=returns > 0,
        ledger=ledger,
        residual=customers["residual"].copy(),
        cell=np.where(gone_at < horizon, NO_CELL, cell).astype(np.int64),
        contacts=contacts,
        answered=answered,
        saved=saved,
        answer=customers["answer"].astype(np.int64),
        before=before,
        lost_at=left_at.copy(),
        net_at=np.zeros((len(customers), 0)),
        circle=circles_of(customers),
        cost_at=np.zeros((len(customers), 0)),
        referred=np.zeros(len(customers)) if referred is None else referred,
    )


def _since(name: str, customers: Customers, then: Customers | None) -> np.ndarray:
    """What a counter of contested worlds has come to since `then`; 0 where there is none."""
    if name not in (customers.dtype.names or ()):
        return np.zeros(len(customers))
    return np.asarray(customers[name] - (0 if then is None else then[name]))


def cells(scenario: Scenario) -> int:
    """Number of cells of the residual table."""
    return len(TIER_NAMES) * len(tenure_bands(scenario))


def metric(outcomes: Outcomes, name: str, margin: float, residual: np.ndarray | None = None) -> np.ndarray:
    """One number a customer: a share, or yuan.

    Parameters
    ----------
    outcomes : Outcomes
    name : str
        One of `DEFINITIONS` or `NAMED`.
    margin : float
        Share of the list fee that is margin.
    residual : float64 array, shape (n,), optional
        Residual value in fen where it is not the lived one.
    """
    ledger = outcomes.ledger
    if name == "churn_rate":
        return outcomes.left.astype(np.float64)
    if name == "kept_share":
        return np.asarray(outcomes.cell != NO_CELL, dtype=np.float64)
    if name == "contacts_per_customer":
        return outcomes.contacts.astype(np.float64)
    if name == "revenue_per_customer":
        return np.asarray(revenue(ledger) / FEN)
    if name == "cost_per_customer":
        return np.asarray(cost(ledger) / FEN)
    net = net_value(ledger, margin)
    if name == WITH_REFERRED:
        net = net + outcomes.referred
    if name == "net_value_with_residual_per_customer":
        net = net + (outcomes.residual if residual is None else residual)
    return np.asarray(net / FEN)


def mean_by(row: np.ndarray, values: np.ndarray, rows: int) -> np.ndarray:
    """Mean of `values` in each of `rows` groups; NaN where a group is empty."""
    n = np.bincount(row, minlength=rows)
    total = np.bincount(row, weights=values, minlength=rows)
    mean: np.ndarray = np.divide(total, n, out=np.full(rows, np.nan), where=n > 0)
    return mean


def residual_table(scenario: Scenario, background: Outcomes) -> np.ndarray:
    """Mean residual value by cell in the background world, fen: all that a firm could know; shape (cells,)."""
    there = background.cell >= 0
    size = cells(scenario)
    count = np.bincount(background.cell[there], minlength=size)
    total = np.bincount(background.cell[there], weights=background.residual[there], minlength=size)
    overall = total.sum() / max(count.sum(), 1)
    return np.where(count > 0, total / np.maximum(count, 1), overall)
