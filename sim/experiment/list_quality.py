"""How good the list of day 0 is: whom it finds, and whom a call would keep (model.md section 17, P-04).

Twins show what no firm sees: everybody without any call, and the same customers when everybody is called once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.ranking import concordance
from sim.world.warning_list import Scores, WarningList, read_scores

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.world.world import World

DECILES = 10


@dataclass(frozen=True, eq=False)
class ListQuality:
    """Counts of each replication; leaving is meant within the score's days of day 0.

    Attributes
    ----------
    right, pairs : float64 arrays, shape (rows,)
        Pairs of one who left without calls and one who stayed, and those in which the first scored higher.
    listed, listed_left, listed_saved : int64 arrays, shape (rows,)
        Who stands on the list, those of them who left without calls, and how many fewer did when all were called.
    customers, left, saved : int64 arrays, shape (rows, 10)
        The same of everybody who was scored, by decile of the score, the highest first.
    """

    right: np.ndarray
    pairs: np.ndarray
    listed: np.ndarray
    listed_left: np.ndarray
    listed_saved: np.ndarray
    customers: np.ndarray
    left: np.ndarray
    saved: np.ndarray


def live_list_quality(start: Start) -> ListQuality | None:
    """Live the baseline policy without warning calls, and with a call to everybody; None where there is no score."""
    law, rows = start.scenario.early_warning, len(start.replications)
    if law is None:
        return None
    weight, days = start.score_weight(), float(law.within_days)
    without = start.world(start.scenario.baseline_policy, {"warning_call"})
    without.begin()
    scores = read_scores(without.customers, start.laws, law, 0.0, weight)
    chosen = np.isin(scores.who, WarningList(without, law, weight).choose(scores, 0.0))
    called = without.fork()
    called.customers["listed_at"][scores.who] = 0.0
    called.shared.purse[:] = np.iinfo(np.int64).max // 2  # quality is no matter of money
    WarningList(called, law, weight).arrange(scores.who, 0.0)
    left, left_called = (_left(world, scores, days) for world in (without, called))
    saved = left.astype(np.int64) - left_called
    right, pairs = concordance(scores.score, left, group=scores.row, groups=rows)
    decile = deciles(scores)

    def by_row(what: np.ndarray) -> np.ndarray:
        found = np.zeros(rows, dtype=np.int64)
        np.add.at(found, scores.row, what)
        return found

    def by_decile(what: np.ndarray) -> np.ndarray:
        found = np.zeros((rows, DECILES), dtype=np.int64)
        np.add.at(found, (scores.row, decile), what)
        return found

    return ListQuality(
        right=right,
        pairs=pairs,
        listed=by_row(chosen.astype(np.int64)),
        listed_left=by_row((chosen & left).astype(np.int64)),
        listed_saved=by_row(np.where(chosen, saved, 0)),
        customers=by_decile(np.ones(len(left), dtype=np.int64)),
        left=by_decile(left.astype(np.int64)),
        saved=by_decile(saved),
    )


def deciles(scores: Scores) -> np.ndarray:
    """Each one's decile by score within its replication, 0 the highest, ties by id; int64 array, shape (scored,)."""
    order = np.lexsort((scores.who, -scores.score, scores.row))
    there = np.bincount(scores.row)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - (np.cumsum(there) - there)[scores.row[order]]
    found: np.ndarray = place * DECILES // there[scores.row]
    return found


def join_qualities(parts: Sequence[ListQuality]) -> ListQuality:
    """Put blocks together, in the order of replications."""
    return ListQuality(
        **{of.name: np.concatenate([getattr(part, of.name) for part in parts]) for of in fields(ListQuality)}
    )


def _left(world: World, scores: Scores, days: float) -> np.ndarray:
    world.live(days)
    left: np.ndarray = world.customers["lost_at"][scores.who] < days
    return left
