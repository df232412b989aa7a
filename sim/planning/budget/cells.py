"""Cells: customers of day 0 who are alike in what the firm can see of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.record import TIER_NAMES
from sim.experiment.assignment import tenure_bands
from sim.world.tiers import tenure_risk, value_share

if TYPE_CHECKING:
    from sim.scenario.planning_schema import Part
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

TIERS = tuple("others" if name == "none" else name for name in TIER_NAMES)
PRIORITIES = ("C", "B", "A")
"""Of the revenue-risk matrix (H-07), the ones to be left alone first."""


@dataclass(frozen=True)
class Division:
    """How customers are told apart.

    Attributes
    ----------
    by : tuple of str
        Parts, the first one outermost.
    levels : tuple of tuple of str
        Names of each part's levels.
    starts : tuple of float
        Months of tenure at which bands start (used where `by` has 'tenure').
    """

    by: tuple[Part, ...]
    levels: tuple[tuple[str, ...], ...]
    starts: tuple[float, ...]

    def __len__(self) -> int:
        return int(np.prod([len(levels) for levels in self.levels]))

    @property
    def names(self) -> list[tuple[str, ...]]:
        """The levels of each cell, in the order of its number."""
        return list(itertools.product(*self.levels))

    def level(self, part: str) -> np.ndarray:
        """Number of each cell's level of a part; shape (cells,)."""
        place = list(self.by).index(part)  # type: ignore[arg-type]
        return np.array([number[place] for number in self._numbers()], dtype=np.int64)

    def design(self) -> np.ndarray:
        """Columns of an additive fit over cells: 1 and a column for every level of each part but its first.

        One part alone has the column 1 only: with its levels the fit would be the data.

        Returns
        -------
        float64 array, shape (cells, columns)
        """
        columns = [np.ones(len(self))]
        if len(self.by) > 1:
            for part, levels in zip(self.by, self.levels, strict=True):
                columns += [(self.level(part) == number).astype(float) for number in range(1, len(levels))]
        return np.stack(columns, axis=1)

    def cell(self, scenario: Scenario, customers: Customers, rows: int) -> np.ndarray:
        """Number of each customer's cell on day 0.

        Parameters
        ----------
        scenario : Scenario
        customers : customer_dtype array, shape (n,)
            The base on day 0, scored.
        rows : int
            Replications in it.
        """
        cell = np.zeros(len(customers), dtype=np.int64)
        for part, levels in zip(self.by, self.levels, strict=True):
            cell = cell * len(levels) + self._of(part, scenario, customers, rows)
        return cell

    def _of(self, part: str, scenario: Scenario, customers: Customers, rows: int) -> np.ndarray:
        if part == "tier":
            return customers["tier"].astype(np.int64)
        if part == "segment":
            return customers["segment"].astype(np.int64)
        if part == "priority":
            return priority(scenario, customers, rows)
        months = np.array(self.starts) * MONTH
        band: np.ndarray = np.maximum(np.searchsorted(months, -customers["joined"], side="right") - 1, 0)
        return band

    def _numbers(self) -> list[tuple[int, ...]]:
        return list(itertools.product(*(range(len(levels)) for levels in self.levels)))


def divide(scenario: Scenario, by: tuple[Part, ...], starts: tuple[float, ...] = ()) -> Division:
    """Tell customers apart by some parts; `starts` as in `planning.tenure_from_months`."""
    months = starts or tuple(tenure_bands(scenario))
    names = {
        "tier": TIERS if scenario.tiers is not None else TIERS[:1],
        "tenure": _bands(months),
        "segment": tuple(scenario.segments),
        "priority": PRIORITIES,
    }
    return Division(by, tuple(names[part] for part in by), months)


def _bands(starts: tuple[float, ...]) -> tuple[str, ...]:
    ends = [*starts[1:], None]
    return tuple(
        f"{low:g}+ months" if high is None else f"{low:g}-{high:g} months"
        for low, high in zip(starts, ends, strict=True)
    )


def priority(scenario: Scenario, customers: Customers, rows: int) -> np.ndarray:
    """Place in `PRIORITIES` by value and risk (H-07); shape (n,)."""
    assert scenario.ngtp is not None
    law = scenario.ngtp.priorities
    rank = value_share(customers, np.ones(len(customers), dtype=bool), rows)
    risky = tenure_risk(scenario, customers, 0.0) >= law.risk_at_least
    value = np.where(rank <= law.a_value_share, 2, np.where(rank <= law.b_value_share, 1, 0))
    return np.where(risky, value, 0)
