"""What was done in the world of each arm's roll-out, and what passed between its customers: counts of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.moves import COUNT_COLUMN, MOVE_COLUMN
from sim.customer.prospects import calls, won
from sim.customer.record import Count
from sim.customer.states import State, move_numbers
from sim.evidence.paired import run_mean
from sim.experiment.rollout import FirmTruth
from sim.scenario.experiment_schema import FirmQuestion
from sim.scenario.terms import under_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.truth import RolloutBlock, Truth
    from sim.scenario.schema import Scenario

Counts = dict[str, np.ndarray]
"""By name; float64, shape (replications,)."""
_ENROLLED = 1
_MOVES = {"joined": (State.PROSPECT, State.GROWTH), "won_back": (State.LOST, State.WON_BACK)}


def counts_part(
    scenario: Scenario, truth: Truth, blocks: Sequence[RolloutBlock], seed: int
) -> dict[str, dict[str, Any]]:
    """The keys `counts` and `counts_of_others` of every arm, without what is 0 in all of them.

    Parameters
    ----------
    scenario : Scenario
    truth : Truth
        What the blocks come to; a firm's books are those of all its customers, an experiment's those of who is
        enrolled, with everybody else's beside.
    blocks : sequence of RolloutBlock
    seed : int
        Prospects are called by its draws.

    Returns
    -------
    dict by arm
        Of a dict each: name of what is counted to its mean over replications with run doubt.
    """
    whole = isinstance(truth, FirmTruth)
    found: dict[str, dict[str, Counts]] = {}
    for arm in truth.arms:
        books = np.concatenate([block.tallies[arm].sum(axis=2) for block in blocks])  # (replications, who, columns)
        if whole:
            found[arm] = {"counts": _counted(books.sum(axis=1)) | _prospects(scenario, truth, arm, seed)}
        else:
            enrolled = _counted(books[:, _ENROLLED]) | _at_desk(truth, arm)
            found[arm] = {"counts": enrolled, "counts_of_others": _counted(books[:, 0])}
    return {arm: {key: _told(found, key, of) for key, of in parts.items()} for arm, parts in found.items()}


def _told(found: dict[str, dict[str, Counts]], key: str, of: Counts) -> dict[str, Any]:
    """Means of what happens in any arm."""
    happens = [name for name in of if any(parts[key][name].any() for parts in found.values() if name in parts[key])]
    return {name: run_mean(of[name]).plain() for name in happens}


def _counted(books: np.ndarray) -> Counts:
    """What the books count, and moves in and back; `books` has shape (replications, columns)."""
    counted = {count.name.lower(): books[:, COUNT_COLUMN + count].astype(float) for count in Count}
    numbers = move_numbers()
    moved = {name: books[:, MOVE_COLUMN + numbers[move]].astype(float) for name, move in _MOVES.items()}
    return counted | moved


def _at_desk(truth: Truth, arm: str) -> Counts:
    """Calls at the save desk that were answered, and that made a customer stay."""
    of = truth.rollouts[arm]
    return {
        name: np.bincount(of.replication, weights=calls, minlength=truth.replications)
        for name, calls in (("desk_answered", of.answered), ("desk_saved", of.saved))
    }


def _prospects(scenario: Scenario, truth: Truth, arm: str, seed: int) -> Counts:
    """Calls to prospects, and customers won by them, within the horizon."""
    question = truth.question
    assert isinstance(question, FirmQuestion)
    law = under_terms(scenario, question.arms[arm].set).prospects
    if law is None:
        return {}
    numbers = np.arange(truth.replications)
    made = calls(law, seed, np.array([0.0, truth.horizon]), numbers)[:, 0]
    _, _, rows = won(law, seed, truth.horizon, numbers)
    return {
        "prospects_called": made.astype(float),
        "prospects_won": np.bincount(rows, minlength=truth.replications).astype(float),
    }
