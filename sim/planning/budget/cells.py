"""Cells: customers of day 0 who are alike in what the firm can see of them, on each day on which it may begin anew."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.record import TIER_NAMES
from sim.experiment.assignment import tenure_bands
from sim.world.tiers import tenure_risk, value_share

if TYPE_CHECKING:
    from datetime import date

    from sim.scenario.planning_schema import Part
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

TIERS = tuple("others" if name == "none" else name for name in TIER_NAMES)
PERIOD = "period"
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
    days : tuple of float
        On which customers are told apart and campaigns begin. Where there are several, the outermost part is `PERIOD`:
        who is still there on a later day stands in a cell of that day, too.
    """

    by: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    starts: tuple[float, ...]
    days: tuple[float, ...] = (0.0,)

    def __len__(self) -> int:
        return int(np.prod([len(levels) for levels in self.levels]))

    @property
    def at_once(self) -> int:
        """Cells of one day."""
        return len(self) // len(self.days)

    @property
    def period(self) -> np.ndarray:
        """Number of each cell's day; shape (cells,)."""
        return np.repeat(np.arange(len(self.days)), self.at_once)

    @property
    def names(self) -> list[tuple[str, ...]]:
        """The levels of each cell, in the order of its number."""
        return list(itertools.product(*self.levels))

    def level(self, part: str) -> np.ndarray:
        """Number of each cell's level of a part; shape (cells,)."""
        place = self.by.index(part)
        return np.array([number[place] for number in self._numbers()], dtype=np.int64)

    def design(self) -> np.ndarray:
        """Columns of an additive fit over one day's cells: 1 and a column for every level of each part but its first.

        One part alone has the column 1 only: with its levels the fit would be the data.

        Returns
        -------
        float64 array, shape (cells of a day, columns)
        """
        columns = [np.ones(self.at_once)]
        parts = [(part, levels) for part, levels in zip(self.by, self.levels, strict=True) if part != PERIOD]
        if len(parts) > 1:
            for part, levels in parts:
                level = self.level(part)[: self.at_once]
                columns += [(level == number).astype(float) for number in range(1, len(levels))]
        return np.stack(columns, axis=1)

    def cell(self, scenario: Scenario, customers: Customers, rows: int, period: int = 0) -> np.ndarray:
        """Number of each customer's cell on one of the days.

        Parameters
        ----------
        scenario : Scenario
        customers : customer_dtype array, shape (n,)
            Those of the base who are there on that day, scored.
        rows : int
            Replications in it.
        period : int
            Number of the day.
        """
        cell = np.zeros(len(customers), dtype=np.int64)
        for part, levels in zip(self.by, self.levels, strict=True):
            cell = cell * len(levels) + self._of(part, scenario, customers, rows, period)
        return cell

    def _of(self, part: str, scenario: Scenario, customers: Customers, rows: int, period: int) -> np.ndarray:
        if part == PERIOD:
            return np.full(len(customers), period, dtype=np.int64)
        if part == "tier":
            return customers["tier"].astype(np.int64)
        if part == "segment":
            return customers["segment"].astype(np.int64)
        now = self.days[period]
        if part == "priority":
            return priority(scenario, customers, rows, now)
        months = np.array(self.starts) * MONTH
        band: np.ndarray = np.maximum(np.searchsorted(months, now - customers["joined"], side="right") - 1, 0)
        return band

    def _numbers(self) -> list[tuple[int, ...]]:
        return list(itertools.product(*(range(len(levels)) for levels in self.levels)))


def divide(
    scenario: Scenario, by: tuple[Part, ...], starts: tuple[float, ...] = (), days: tuple[float, ...] = (0.0,)
) -> Division:
    """Tell customers apart by some parts; `starts` as in `planning.tenure_from_months`, `days` of a `Division`."""
    months = starts or tuple(tenure_bands(scenario))
    names = {
        "tier": TIERS if scenario.tiers is not None else TIERS[:1],
        "tenure": _bands(months),
        "segment": tuple(scenario.segments),
        "priority": PRIORITIES,
    }
    parts: tuple[str, ...] = by
    levels = tuple(names[part] for part in by)
    if len(days) > 1:
        dates = [scenario.start + timedelta(days=day) for day in days]
        parts, levels = (PERIOD, *parts), (tuple(_month(date) for date in dates), *levels)
    return Division(parts, levels, months, days)


def _month(of: date) -> str:
    """Write a period's first day: the month where it is a month's first."""
    return f"{of:%Y-%m}" if of.day == 1 else of.isoformat()


def _bands(starts: tuple[float, ...]) -> tuple[str, ...]:
    ends = [*starts[1:], None]
    return tuple(
        f"{low:g}+ months" if high is None else f"{low:g}-{high:g} months"
        for low, high in zip(starts, ends, strict=True)
    )


def priority(scenario: Scenario, customers: Customers, rows: int, now: float = 0.0) -> np.ndarray:
    """Place in `PRIORITIES` by value and risk (H-07) on day `now`; shape (n,)."""
    assert scenario.ngtp is not None
    law = scenario.ngtp.priorities
    rank = value_share(customers, np.ones(len(customers), dtype=bool), rows)
    risky = tenure_risk(scenario, customers, now) >= law.risk_at_least
    value = np.where(rank <= law.a_value_share, 2, np.where(rank <= law.b_value_share, 1, 0))
    return np.where(risky, value, 0)
