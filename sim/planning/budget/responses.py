"""Responses: what everybody of day 0 brings and costs under an action, against the twin who gets nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.planning.budget.lives import Life, Twins, period_columns, spend_columns

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.planning.budget.cells import Division
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario

Begun = Mapping[str, Collection[int]]
"""Numbers of the periods in which an action may begin, by its name."""


@dataclass(frozen=True, eq=False)
class Responses:
    """Sums over the customers of each cell, by replication; of actions less nothing.

    Attributes
    ----------
    customers : float64 array, shape (replications, cells)
    left : float64 array, shape (replications, cells)
        Of them, those who leave within the horizon under nothing.
    books : dict of float64 arrays, shape (replications, cells, columns)
        By action, begun in the cell's period: net value, cash, forgone fees (yuan) and contacts; where there are
        several periods, what it costs in each, too.
    lived : int
        Customers lived, each in each world once.
    years : float
        Customer-years lived.
    """

    customers: np.ndarray
    left: np.ndarray
    books: dict[str, np.ndarray]
    lived: int
    years: float

    def __len__(self) -> int:
        return len(self.customers)

    def where(self, chosen: np.ndarray) -> Responses:
        """The replications at some places."""
        books = {name: of[chosen] for name, of in self.books.items()}
        return replace(self, customers=self.customers[chosen], left=self.left[chosen], books=books)

    def column(self, actions: Iterable[str], *columns: int) -> np.ndarray:
        """Sums of some columns of the books; shape (replications, actions, cells)."""
        return np.stack([self.books[name][:, :, list(columns)].sum(axis=2) for name in actions], axis=1)

    def spends(self, actions: Iterable[str], *, cash_only: bool, periods: int) -> np.ndarray:
        """What a budget pays, by period; shape (periods, replications, actions, cells)."""
        names = list(actions)
        if periods == 1:
            return self.column(names, *spend_columns(cash_only))[None]
        return np.stack([self.column(names, *period_columns(cash_only, one, periods)) for one in range(periods)])


def join(parts: Sequence[Responses]) -> Responses:
    """Put blocks of replications together, in their order."""
    return Responses(
        np.concatenate([part.customers for part in parts]),
        np.concatenate([part.left for part in parts]),
        {name: np.concatenate([part.books[name] for part in parts]) for name in parts[0].books},
        sum(part.lived for part in parts),
        sum(part.years for part in parts),
    )


def live_responses(
    scenario: Scenario,
    division: Division,
    actions: Mapping[str, Arm],
    policies: Sequence[str],
    seed: int,
    replications: np.ndarray,
    begun: Begun | None = None,
    start: Start | None = None,
) -> Responses:
    """Live a block of replications under nothing, each action begun in each period, and each policy.

    Parameters
    ----------
    begun : mapping, optional
        In which periods actions are begun; left out, in all. Elsewhere their books are 0.
    start : Start, optional
        Day 0 of the block; drawn if left out.
    """
    twins = Twins(scenario, division, seed, replications, list(actions.values()), start)
    return responses_of(twins, actions, policies, begun)


def responses_of(
    twins: Twins,
    actions: Iterable[str],
    policies: Sequence[str],
    begun: Begun | None = None,
    seen: Callable[[int, int, Life], None] | None = None,
) -> Responses:
    """Live each action in each of its periods, and each policy, beside nothing.

    Parameters
    ----------
    seen : callable, optional
        Called with the number of the action, that of its period, and what was lived.
    """
    nothing, books = twins.nothing, {}
    years, lived = nothing.years, nothing.lived
    for number, name in enumerate(actions):
        books[name] = np.zeros((twins.rows, len(twins.division), nothing.books.shape[1]))
        for period in range(len(twins.moments)) if begun is None else sorted(begun[name]):
            life = twins.campaign(number, period)
            books[name] += twins.sums(life.books - nothing.books, period)
            if seen is not None:
                seen(number, period, life)
            years, lived = years + life.years, lived + life.lived
    for policy in policies:
        life = twins.policy(policy)
        books[policy_key(policy)] = twins.sums(life.books - nothing.books)
        years, lived = years + life.years, lived + life.lived
    left = twins.summed(nothing.outcomes.left.astype(float))
    return Responses(twins.counts, left, books, lived, years)


def policy_key(policy: str) -> str:
    """Name under which a policy stands beside actions; none of them can have it."""
    return f"policy {policy}"
