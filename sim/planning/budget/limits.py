"""Limits of a mix as linear rows over the customers of each cell who get each action."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.planning.budget.cells import TIERS

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.planning.budget.estimate import Estimates
    from sim.planning.budget.responses import Begun
    from sim.scenario.planning_schema import Limits


@dataclass(frozen=True, eq=False)
class Limit:
    """Rows that hold together or not at all: `low <= rows x <= high`.

    Attributes
    ----------
    name : str
        Where it stands under `planning.limits`, or 'budget'.
    rows : float64 array, shape (rows, actions, cells)
    low, high : float64 arrays, shape (rows,)
    """

    name: str
    rows: np.ndarray
    low: np.ndarray
    high: np.ndarray


def scaled(limit: Limit) -> Limit:
    """The same limit with coefficients of at most 1: the solver's tolerances are absolute."""
    by = np.array([largest(row) for row in limit.rows])
    return Limit(limit.name, limit.rows / by[:, None, None], limit.low / by, limit.high / by)


def largest(row: np.ndarray) -> float:
    """The largest coefficient of a row, 1 where all are 0."""
    return float(np.abs(row).max(initial=0.0)) or 1.0


def linear_limits(limits: Limits, division: Division, of: Estimates) -> list[Limit]:
    """The limits that rows can say; `no_overlap` needs choices and stands in `overlaps`."""
    return [
        *_spend_shares(limits, division, of),
        *_pressure(limits, of),
        *_seats(limits, division, of),
        *_fairness(limits, division, of),
    ]


def not_offered(begun: Begun, division: Division, actions: Sequence[str]) -> list[Limit]:
    """The limit that actions begin in their own periods only; nothing where each may begin in all."""
    closed = np.array([[period not in begun[name] for period in division.period] for name in actions])
    return [_one("periods.offered", closed.astype(float), high=0.0)] if closed.any() else []


def overlaps(limits: Limits, actions: Sequence[str]) -> list[list[int]]:
    """Numbers of the actions of which a cell may get only one, a list a group."""
    known = list(actions)
    groups = [[known.index(name) for name in group if name in known] for group in limits.no_overlap]
    return [group for group in groups if len(group) > 1]


def _one(name: str, row: np.ndarray, low: float = -np.inf, high: float = np.inf) -> Limit:
    return Limit(name, row[None], np.array([low]), np.array([high]))


def _spend_shares(limits: Limits, division: Division, of: Estimates) -> Iterator[Limit]:
    for tier, share in limits.spend_share.items():
        inside = division.level("tier") == TIERS.index(tier)
        for key, part in (("least", share.least), ("most", share.most)):
            if (key, part) in (("least", 0.0), ("most", 1.0)):
                continue
            row = of.spend * (inside[None, :] - part)
            low, high = (0.0, np.inf) if key == "least" else (-np.inf, 0.0)
            yield _one(f"spend_share.{tier}.{key}", row, low, high)


def _pressure(limits: Limits, of: Estimates) -> Iterator[Limit]:
    """No cell is contacted more often, on average over those in it who get something."""
    most = limits.contacts_a_customer
    if most is not None:
        cells = len(of.sizes)
        rows = np.zeros((cells, *of.contacts.shape))
        rows[np.arange(cells), :, np.arange(cells)] = (of.contacts - most).T
        yield Limit("contacts_a_customer", rows, np.full(cells, -np.inf), np.zeros(cells))


def _seats(limits: Limits, division: Division, of: Estimates) -> Iterator[Limit]:
    """So many contacts in each period, by the campaigns that begin in it."""
    if limits.seats is not None:
        periods = len(division.days)
        rows = np.stack([of.contacts * (division.period == period) for period in range(periods)])
        high = np.full(periods, limits.seats.number * limits.seats.contacts_each)
        yield Limit("seats", rows, np.full(periods, -np.inf), high)


def _fairness(limits: Limits, division: Division, of: Estimates) -> Iterator[Limit]:
    if limits.fairness is None or limits.fairness.least_share == 0:
        return
    tier = division.level("tier")
    present = [number for number in np.unique(tier) if of.sizes[tier == number].sum() > 0]
    rows = np.stack([np.broadcast_to(tier == number, of.value.shape).astype(float) for number in present])
    low = np.array([limits.fairness.least_share * of.sizes[tier == number].sum() for number in present])
    yield Limit("fairness.least_share", rows, low, np.full(len(present), np.inf))
