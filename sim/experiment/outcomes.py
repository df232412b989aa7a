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
"""Wording and unit of the metrics that an experiment can name."""

WIN_BACK_RATE = "win_back_rate"
OF_LEAVERS = {
    WIN_BACK_RATE: "of those enrolled who left within the horizon, the share who came back within it (挽回率)",
}
"""Wording of the metrics that are a share of those who left: an experiment can name them in a world that wins back."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Customers who take part in an experiment, at its horizon; every array has shape (n, ...).

    Attributes
    ----------
    replication : number of the replication
    stratum, arm : numbers
    days : day of leaving for the first time, or the horizon
    left : whether it left the operator within the horizon, also where it came back
    reason : number of the clock for which it left, -1 for who did not
    active : days on which it was a customer, within the horizon
    returned : whether it came back within the horizon, also where it left again
    circle : number of its circle in the replication, -1 for who is alone
    ledger : fen within the horizon, (n, lines)
    residual : fen, discounted net value after the horizon (0 where the world was not lived on)
    cell : tier x tenure band at the horizon, `NO_CELL` for who is not there
    answer : satisfaction at the last survey answer, -1 never answered
    before : what was so on day 0, of `before_dtype`
    lost_at : day of leaving for the first time as far as the world was lived, also after the horizon; inf for who never
        left
    net_at : fen, net value by each day of the follow-up, (n, days)
    """

    replication: np.ndarray
    id: np.ndarray
    stratum: np.ndarray
    arm: np.ndarray
    days: np.ndarray
    left: np.ndarray
    reason: np.ndarray
    active: np.ndarray
    returned: np.ndarray
    ledger: np.ndarray
    residual: np.ndarray
    cell: np.ndarray
    answer: np.ndarray
    before: np.ndarray
    lost_at: np.ndarray
    net_at: np.ndarray
    circle: np.ndarray

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


def concatenate(parts: Iterable[Outcomes]) -> Outcomes:
    """Blocks of replications, one after the other."""
    parts = list(parts)
    return Outcomes(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Outcomes)))


def read_outcomes(
    scenario: Scenario, customers: Customers, stratum: np.ndarray, before: np.ndarray, horizon: float
) -> Outcomes:
    """Read the outcomes of customers (already chosen, in the order of `stratum` and `before`) at the horizon."""
    gone, left_at = customers["lost_at"] < horizon, first_leaving(customers)
    left = left_at < horizon
    returns, away = (
        customers[name] if name in (customers.dtype.names or ()) else np.zeros(len(customers))
        for name in ("returns", "away")
    )
    bands = len(tenure_bands(scenario))
    cell = customers["tier"] * bands + tenure_band(scenario, customers, horizon)
    return Outcomes(
        replication=customers["replication"].astype(np.int64),
        id=customers["id"].astype(np.int64),
        stratum=stratum,
        arm=customers["arm"].astype(np.int64),
        days=np.minimum(left_at, horizon),
        left=left,
        reason=np.where(left, first_reason(customers), -1).astype(np.int64),
        active=np.minimum(customers["lost_at"], horizon) - away,
        returned=returns > 0,
        ledger=customers["ledger"].copy(),
        residual=customers["residual"].copy(),
        cell=np.where(gone, NO_CELL, cell).astype(np.int64),
        answer=customers["answer"].astype(np.int64),
        before=before,
        lost_at=left_at.copy(),
        net_at=np.zeros((len(customers), 0)),
        circle=circles_of(customers),
    )


def cells(scenario: Scenario) -> int:
    """Number of cells of the residual table."""
    return len(TIER_NAMES) * len(tenure_bands(scenario))


def metric(outcomes: Outcomes, name: str, margin: float, residual: np.ndarray | None = None) -> np.ndarray:
    """One number a customer: a share, or yuan.

    Parameters
    ----------
    outcomes : Outcomes
    name : str
        One of `DEFINITIONS` or `OF_LEAVERS`; those of leavers say something of them alone, see `counted`.
    margin : float
        Share of the list fee that is margin.
    residual : float64 array, shape (n,), optional
        Residual value in fen where it is not the lived one.
    """
    ledger = outcomes.ledger
    if name == "churn_rate":
        return outcomes.left.astype(np.float64)
    if name == WIN_BACK_RATE:
        return outcomes.returned.astype(np.float64)
    if name == "revenue_per_customer":
        return np.asarray(revenue(ledger) / FEN)
    if name == "cost_per_customer":
        return np.asarray(cost(ledger) / FEN)
    net = net_value(ledger, margin)
    if name == "net_value_with_residual_per_customer":
        net = net + (outcomes.residual if residual is None else residual)
    return np.asarray(net / FEN)


def is_counted(outcomes: Outcomes, name: str) -> np.ndarray:
    """Of whom a metric speaks: everybody, or those who left; shape (n,)."""
    return outcomes.left if name in OF_LEAVERS else np.ones(len(outcomes), dtype=bool)


def counted(outcomes: Outcomes, name: str) -> Outcomes:
    """The customers of whom a metric speaks."""
    return outcomes.where(is_counted(outcomes, name)) if name in OF_LEAVERS else outcomes


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
