"""The fresh check: the chosen mix lived whole, on replications that chose nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.customer.record import NOT_ENROLLED
from sim.planning.budget.responses import Responses, Twins, join, policy_key

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Fresh:
    """Fresh replications of a mix; sums over the base less those of the twin world without anything.

    Attributes
    ----------
    whole : float64 array, shape (replications, 4)
        Books of the world in which everybody gets what the mix says.
    cells : float64 array, shape (replications, 4)
        The same customers with the same actions, each taken from the world in which all get that action.
    responses : Responses
        Of the actions and the policy, twins of the assumption draws.
    """

    whole: np.ndarray
    cells: np.ndarray
    responses: Responses


def deal(shares: np.ndarray, twins: Twins) -> np.ndarray:
    """Give each customer of day 0 an action by a keyed draw.

    Parameters
    ----------
    shares : float64 array, shape (actions, cells)
        Of each cell that get each action.
    twins : Twins

    Returns
    -------
    int64 array, shape (n,)
        Number of the action; `NOT_ENROLLED` for nothing.
    """
    u = uniforms(twins.seed, twins.ids, int(Decision.PLANNED), 0, 0, twins.replication)
    bounds = np.cumsum(shares, axis=0)[:, twins.cell]
    action = (u[None, :] > bounds).sum(axis=0)
    return np.where(action < len(shares), action, NOT_ENROLLED)


def live_fresh(
    scenario: Scenario,
    division: Division,
    actions: Mapping[str, Arm],
    shares: np.ndarray,
    policies: Sequence[str],
    seed: int,
    replications: np.ndarray,
) -> Fresh:
    """Live a block of fresh replications: nothing, each action by itself, the policies, and the mix whole.

    Parameters
    ----------
    actions : dict of Arm
        Those of the mix and whatever else is to be looked at, by name.
    shares : float64 array, shape (actions, cells)
    """
    twins = Twins(scenario, division, seed, replications)
    arm = deal(shares, twins)
    nothing = twins.live()
    whole = twins.live(list(actions.values()), arm) if (arm != NOT_ENROLLED).any() else nothing
    years, cells, books = nothing.years + whole.years, np.zeros_like(nothing.books), {}
    for number, (name, rule) in enumerate(actions.items()):
        life = twins.live([rule])
        own = life.books - nothing.books
        cells[arm == number] = own[arm == number]
        books[name] = twins.sums(own)
        years += life.years
    for policy in policies:
        life = twins.live(policy=policy)
        books[policy_key(policy)] = twins.sums(life.books - nothing.books)
        years += life.years
    lived = (2 + len(actions) + len(policies)) * len(twins.who)
    both = [np.stack([twins.totals(column) for column in of.T], axis=1) for of in (whole.books - nothing.books, cells)]
    return Fresh(both[0], both[1], Responses(twins.counts, books, lived, years))


def join_fresh(parts: Sequence[Fresh]) -> Fresh:
    """Put blocks of replications together, in their order."""
    return Fresh(
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.cells for part in parts]),
        join([part.responses for part in parts]),
    )
