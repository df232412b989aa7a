"""The early-warning list: everybody is scored at the start of each month, and the highest are called (model.md 17)."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from scipy import special

from sim.customer.calls import arrange_calls
from sim.customer.laws import month_starts
from sim.customer.record import GOLD, NO_TIER, PLATINUM, ContestMoment
from sim.customer.risk import is_anybody_called, read_risks

if TYPE_CHECKING:
    from sim.customer.laws import Laws
    from sim.scenario.early_warning import EarlyWarning
    from sim.world.world import World

Customers = np.ndarray[Any, Any]

listed_dtype = np.dtype([("position", np.int64), ("day", np.float64)])
"""Who stood on a list (position in the world's array), and the list's day."""

_CALL = int(ContestMoment.CALL)
_TIERS = {"others": NO_TIER, "gold": GOLD, "platinum": PLATINUM}
_BELOW_ONE = 1.0 - 2.0**-53
"""A uniform of 1 (one draw in 2^53) has no finite normal score."""


class Scores(NamedTuple):
    """Who was scored, and how.

    Attributes
    ----------
    who : int64 array, shape (scored,)
        Positions in the array of customers, ascending.
    row : int64 array, shape (scored,)
        The replication's place.
    normal_risk : float64 array, shape (scored,)
        Normal score of the true risk among those of its replication.
    score : float64 array, shape (scored,)
    listed_at : float64 array, shape (scored,)
        Day on which each last stood on a list, -inf never.
    awaits : bool array, shape (scored,)
        Whether a call is still to come.
    """

    who: np.ndarray
    row: np.ndarray
    normal_risk: np.ndarray
    score: np.ndarray
    listed_at: np.ndarray
    awaits: np.ndarray


def read_scores(customers: Customers, laws: Laws, law: EarlyWarning, t: float, weight: float) -> Scores:
    """Score everybody who is there, but neither at the desk nor stopped.

    Parameters
    ----------
    customers : contested_customer_dtype array, sorted by row
        Lived up to `t`; only read.
    laws : Laws
    law : EarlyWarning
    t : float
        Day of the list.
    weight : float
        Of true risk in the score, 0 to 1.
    """
    who, row, risk, noise, listed_at, awaits = read_risks(customers, laws.table, t, float(law.within_days))
    normal_risk = normal_scores(risk, row)
    blur = special.ndtri(np.minimum(noise, _BELOW_ONE, out=noise), out=noise)
    score = weight * normal_risk
    score += math.sqrt(1.0 - weight * weight) * blur
    return Scores(who, row, normal_risk, score, listed_at, awaits)


def normal_scores(values: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Normal scores of values among those of their row: the quantile of (rank - 1/2) / n, equal values alike.

    Parameters
    ----------
    values : float64 array, shape (n,)
    row : int64 array, shape (n,), ascending
    """
    found = np.empty(len(values))
    for part in parts(row):
        _rank(values[part], np.argsort(values[part]), found[part])
        found[part] -= 0.5
        found[part] /= part.stop - part.start
    return np.asarray(special.ndtri(found, out=found))


@njit(cache=True)
def _rank(values: np.ndarray, order: np.ndarray, rank: np.ndarray) -> None:
    """Write ranks from 1 in ascending order, equal values at their mean rank; in place, as lists are long and frequent.

    Parameters
    ----------
    values : float64 array, shape (n,)
    order : int64 array, shape (n,)
        Positions by ascending value.
    rank : float64 array, shape (n,)
    """
    first = 0
    while first < order.shape[0]:
        behind = first + 1
        while behind < order.shape[0] and values[order[behind]] == values[order[first]]:
            behind += 1
        for place in range(first, behind):
            rank[order[place]] = (first + behind + 1) / 2.0
        first = behind


def highest(values: np.ndarray, k: int) -> np.ndarray:
    """Places of the k highest values, ties by place; int64 array, shape (k,), ascending."""
    if k == 0:
        return np.zeros(0, dtype=np.int64)
    cut = np.partition(values, len(values) - k)[len(values) - k]
    above, at = np.flatnonzero(values > cut), np.flatnonzero(values == cut)
    return np.sort(np.concatenate([above, at[: k - len(above)]]))


def parts(row: np.ndarray) -> list[slice]:
    """Where each row that somebody is in begins and ends; `row` ascends."""
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return [slice(first, last) for first, last in itertools.pairwise(edges) if last > first]


class WarningList:
    """The monthly list, day 0 included.

    Parameters
    ----------
    world : World
    law : EarlyWarning
    weight : float
        Of true risk in the score.
    """

    def __init__(self, world: World, law: EarlyWarning, weight: float) -> None:
        self.world, self.law, self.weight = world, law, weight

    def epochs(self, until: float) -> list[float]:
        """Day 0 and starts of months after it."""
        return [0.0, *(float(day) for day in month_starts(self.world.scenario.start, until))] if until > 0 else []

    def act(self, t: float) -> None:
        """Score everybody, list the highest, and arrange their calls; where nobody is called there is no list."""
        customers = self.world.customers
        if not is_anybody_called(customers):
            return
        scores = read_scores(customers, self.world.laws, self.law, t, self.weight)
        listed = self.choose(scores, t)
        customers["listed_at"][listed] = t
        noted = np.zeros(len(listed), dtype=listed_dtype)
        noted["position"], noted["day"] = listed, t
        self.world.listed.append(noted)
        called = listed[customers["called"][listed] == 1]
        fellows = self.fellows_of(called, scores, t)
        customers["listed_at"][fellows] = t
        best_first = np.argsort(-scores.score[np.searchsorted(scores.who, called)], kind="stable")
        self.arrange(np.concatenate([called[best_first], fellows]), t)

    def choose(self, scores: Scores, t: float) -> np.ndarray:
        """Who stands on the list of day `t`: the first of each replication by score, ties by id; positions."""
        customers, chosen = self.world.customers, [np.zeros(0, dtype=np.int64)]
        may_stand = np.ones(len(scores.who), dtype=bool)
        if self.law.tiers is not None:
            may_stand = np.isin(customers["tier"][scores.who], [_TIERS[tier] for tier in self.law.tiers])
        rests = self._rests(scores.listed_at, t) | scores.awaits  # a call that is still to come is not put off
        for part in parts(scores.row):
            there = np.flatnonzero(may_stand[part]) + part.start
            ready = there[~rests[there]]
            length = min(self._length(len(there)), len(ready))
            chosen.append(scores.who[ready[highest(scores.score[ready], length)]])
        return np.concatenate(chosen)

    def fellows_of(self, called: np.ndarray, scores: Scores, t: float) -> np.ndarray:
        """Who is called for the sake of another (P-02): others of its circle, where the firm says so; positions."""
        customers, firm = self.world.customers, self.world.firm
        said = firm["circle_call"][0, customers["tier"][called]]
        arm = customers["arm"][called]
        of_arm = np.where(arm >= 0, firm["arm_circle_call"][0, np.maximum(arm, 0)], -1)
        asking: np.ndarray = called[(np.where(of_arm >= 0, of_arm, said) == 1) & (customers["circle"][called] >= 0)]
        if len(asking) == 0:
            return asking
        circles = np.int64(customers["circle"].max(initial=0)) + 1
        of = customers["row"][scores.who] * circles + customers["circle"][scores.who]
        near = (customers["circle"][scores.who] >= 0) & np.isin(
            of, customers["row"][asking] * circles + customers["circle"][asking]
        )
        near &= ~self._rests(customers["listed_at"][scores.who], t)
        near &= (customers["due"][scores.who, _CALL] == np.inf) & ~np.isin(scores.who, called)
        found: np.ndarray = scores.who[near]
        return found

    def arrange(self, called: np.ndarray, t: float) -> None:
        """Arrange the calls of customers (positions) of the list of day `t`, in their order while money lasts."""
        world = self.world
        arrange_calls(world.customers, called, t + self.law.call.delay_days, world.laws.table, world.shared)

    def fork(self, world: World) -> WarningList:
        """The list of a world that goes on from here."""
        return WarningList(world, self.law, self.weight)

    def _length(self, there: int) -> int:
        if self.law.list_length is not None:
            return self.law.list_length
        return math.floor((self.law.list_share or 0.0) * there + 0.5)

    def _rests(self, listed_at: np.ndarray, t: float) -> np.ndarray:
        """Whether customers rest on the list of day `t`, by the number of lists since they stood on one."""
        if self.law.rests_months == 0:
            return np.zeros(len(listed_at), dtype=bool)
        days = np.array(self.epochs(t + 1.0))
        since = np.searchsorted(days, t) - np.searchsorted(days, listed_at)
        rests: np.ndarray = (listed_at >= 0.0) & (since <= self.law.rests_months)
        return rests
