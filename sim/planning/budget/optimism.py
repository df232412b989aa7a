"""Optimism: how much more a chosen mix promises than it gives, because the best of noisy numbers was taken.

Replications are cut into folds; each mix is chosen on all folds but one and valued on that one. So value and promise
come from different luck, and their mean difference is the optimism of choosing with that many replications
(cross-validation, Stone 1974; the 'optimizer's curse' of Smith and Winkler 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.planning.budget.mix import Mix

if TYPE_CHECKING:
    from sim.planning.budget.responses import Responses

FOLDS = 10
Choose = Callable[["Responses", Sequence[float]], list[Mix]]
"""Chooses the best mix for each cap, from some replications alone."""


@dataclass(frozen=True, eq=False)
class Optimism:
    """Means over folds of what was promised less what the fold left out gives, yuan.

    Value has shape (caps,), spend, the other way round, (caps, periods): by account.
    """

    value: np.ndarray
    spend: np.ndarray


def mix_sums(mix: Mix, sizes: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Sums of a mix, a replication, if shares of each cell get what the mix says.

    Parameters
    ----------
    mix : Mix
    sizes : int64 array, shape (cells,)
    sums : float64 array, shape (..., replications, actions, cells)
        Of everybody in a cell under each action.

    Returns
    -------
    float64 array, shape (..., replications)
    """
    shares = np.divide(mix.customers, sizes, out=np.zeros(mix.customers.shape), where=sizes > 0)
    total: np.ndarray = np.einsum("...rac,ac->...r", sums, shares)
    return total


def cross_optimism(
    responses: Responses,
    value: np.ndarray,
    accounts: np.ndarray,
    sizes: np.ndarray,
    caps: Sequence[float],
    choose: Choose,
) -> Optimism:
    """Estimate the optimism of choosing, for each cap.

    Parameters
    ----------
    responses : Responses
    value : float64 array, shape (replications, actions, cells)
    accounts : float64 array, shape (periods, replications, actions, cells)
        Their sums: of value, and of what each account pays.
    sizes : int64 array, shape (cells,)
    caps : sequence of float
    choose : callable
    """
    folds = fold_of(len(responses))
    differences = []
    for fold in np.unique(folds):
        held = folds == fold
        mixes = choose(responses.where(~held), caps)
        promised = np.array([[mix.value, *mix.accounts] for mix in mixes])
        both = np.concatenate([value[None], accounts])[:, held]
        given = np.array([mix_sums(mix, sizes, both).mean(axis=1) for mix in mixes])
        differences.append(promised - given)
    mean = np.mean(differences, axis=0)
    return Optimism(mean[:, 0], -mean[:, 1:])


def fold_of(replications: int) -> np.ndarray:
    """Number of each replication's fold; shape (replications,)."""
    return np.arange(replications) % min(FOLDS, replications)
