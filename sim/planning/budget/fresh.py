"""The fresh check: the chosen mix lived whole, on replications that chose nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.customer.record import NOT_ENROLLED
from sim.planning.budget.lives import Life, Twins
from sim.planning.budget.responses import Begun, Responses, join, responses_of

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Fresh:
    """Fresh replications of a mix; sums over the base less those of the twin world without anything.

    Attributes
    ----------
    whole : float64 array, shape (replications, columns)
        Books of the world in which everybody gets what the mix says.
    cells : float64 array, shape (replications, columns)
        The same customers with the same actions, each taken from the world in which all get that action alone.
    responses : Responses
        Of the actions and the policy, twins of the assumption draws.
    """

    whole: np.ndarray
    cells: np.ndarray
    responses: Responses


def deal(shares: np.ndarray, twins: Twins, there: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Give each customer who is there an action by a keyed draw.

    There is one draw a customer for all periods: who gets something in one is the first to get something in the next.

    Parameters
    ----------
    shares : float64 array, shape (actions, cells)
        Of each cell that get each action.
    twins : Twins
    there, cell : int64 arrays, shape (m,)
        Who is there (places in `Twins.who`), and in which cell.

    Returns
    -------
    int64 array, shape (n,)
        Number of the action; `NOT_ENROLLED` for nothing.
    """
    u = uniforms(twins.seed, twins.ids[there], int(Decision.PLANNED), 0, 0, twins.replication[there])
    bounds = np.cumsum(shares, axis=0)[:, cell]
    action = (u[None, :] > bounds).sum(axis=0)
    arms = np.full(len(twins.who), NOT_ENROLLED)
    arms[there] = np.where(action < len(shares), action, NOT_ENROLLED)
    return arms


def live_fresh(
    scenario: Scenario,
    division: Division,
    actions: Mapping[str, Arm],
    shares: np.ndarray,
    policies: Sequence[str],
    seed: int,
    replications: np.ndarray,
    begun: Begun | None = None,
) -> Fresh:
    """Live a block of fresh replications: nothing, each action by itself, the policies, and the mix whole.

    Parameters
    ----------
    actions : dict of Arm
        Those of the mix and whatever else is to be looked at, by name.
    shares : float64 array, shape (actions, cells)
    begun : mapping, optional
        In which periods actions are begun; left out, in all.
    """
    twins = Twins(scenario, division, seed, replications, list(actions.values()))
    nothing = twins.nothing

    def dealt(period: int, world: World) -> np.ndarray:
        return deal(shares, twins, *twins.cells_of(world, period))

    whole = twins.whole(dealt) if shares.any() else replace(nothing, lived=0, years=0.0)
    cells = np.zeros_like(nothing.books)
    arms = [deal(shares, twins, moment.there, moment.cell) for moment in twins.moments]

    def add(number: int, period: int, life: Life) -> None:
        inside = arms[period] == number
        cells[inside] += (life.books - nothing.books)[inside]

    alone = responses_of(twins, actions, policies, begun, add)
    alone = replace(alone, lived=alone.lived + whole.lived, years=alone.years + whole.years)
    return Fresh(twins.totals(whole.books - nothing.books), twins.totals(cells), alone)


def join_fresh(parts: Sequence[Fresh]) -> Fresh:
    """Put blocks of replications together, in their order."""
    return Fresh(
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.cells for part in parts]),
        join([part.responses for part in parts]),
    )
