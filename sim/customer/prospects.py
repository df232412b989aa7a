"""Prospects: numbered calls to those who were never customers, and who of them joins (model.md section 20, M-02).

Call `j` of month `m` is a prospect with a number of its own, so fewer calls, or calls that succeed less often, reach
and win a part of those whom more do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.customer.draws import Decision, uniform

if TYPE_CHECKING:
    from sim.scenario.returns import Prospects

PROSPECT_FIRST = 1 << 30
"""Ids of prospects start here; those of other joiners stand below."""
MOST_CALLS = 1 << 20
"""Most calls in a month."""
MOST_MONTHS = 1 << 10
MONTH = 365.0 / 12.0
_CALLED, _WON = int(Decision.CALLED), int(Decision.CALL_WON)


def calls(law: Prospects, seed: int, marks: np.ndarray, replications: np.ndarray) -> np.ndarray:
    """Count calls by accounting period; int64 array, shape (rows, periods)."""
    found: np.ndarray = _calls(law.calls_per_month, np.uint64(seed), marks, replications)
    return found


def won(law: Prospects, seed: int, end: float, replications: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find who joins before `end`: ids, days and places of the replication, by row and id.

    Returns
    -------
    uint32, float64 and int64 arrays, shape (n,)
    """
    ids, days, rows = _won(law.calls_per_month, law.success_share, np.uint64(seed), end, replications)
    return ids, days, rows


@njit
def _day(seed, prospect, month, replication):
    """When a prospect is called: at a moment of its month."""
    return (month + 1.0 - uniform(seed, prospect, _CALLED, 0, 0, replication)) * MONTH


@njit(cache=True)
def _calls(calls_per_month, seed, marks, replications):
    found = np.zeros((replications.shape[0], marks.shape[0] - 1), dtype=np.int64)
    end = marks[-1]
    for row in range(replications.shape[0]):
        month = 0
        while month * MONTH < end and month < MOST_MONTHS:
            for j in range(calls_per_month):
                day = _day(seed, PROSPECT_FIRST + month * MOST_CALLS + j, month, replications[row])
                if day < end:
                    found[row, np.searchsorted(marks, day, side="right") - 1] += 1
            month += 1
    return found


@njit(cache=True)
def _won(calls_per_month, success_share, seed, end, replications):
    ids = []
    days = []
    rows = []
    for row in range(replications.shape[0]):
        month = 0
        while month * MONTH < end and month < MOST_MONTHS:
            for j in range(calls_per_month):
                prospect = PROSPECT_FIRST + month * MOST_CALLS + j
                if uniform(seed, prospect, _WON, 0, 0, replications[row]) <= success_share:
                    day = _day(seed, prospect, month, replications[row])
                    if day < end:
                        ids.append(np.uint32(prospect))
                        days.append(day)
                        rows.append(row)
            month += 1
    return np.array(ids, dtype=np.uint32), np.array(days, dtype=np.float64), np.array(rows, dtype=np.int64)
