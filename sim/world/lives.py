"""Who was a customer when: the lives that customers live now, and those that ended before they came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.returns import ended_dtype

if TYPE_CHECKING:
    from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Lives:
    """All lives of a world up to now, those of prospects who have yet to join among them; arrays of shape (lives,).

    Attributes
    ----------
    position : of the customer in the world's array
    row : place of its replication
    joined, lost_at : days; a life ends at `lost_at`, inf while it lasts
    reason : number of the clock that ended it, -1 none
    customers : how many there are
    """

    position: np.ndarray
    row: np.ndarray
    joined: np.ndarray
    lost_at: np.ndarray
    reason: np.ndarray
    customers: int

    def days(self, begin: float, end: float) -> np.ndarray:
        """Days of each life between two days."""
        days: np.ndarray = np.maximum(0.0, np.minimum(self.lost_at, end) - np.maximum(self.joined, begin))
        return days

    def ended(self, begin: float, end: float) -> np.ndarray:
        """Whether each life ended in [begin, end)."""
        ended: np.ndarray = (self.lost_at >= begin) & (self.lost_at < end)
        return ended

    def covers(self, day: float) -> np.ndarray:
        """Whether each life had begun before a day and lasted to it; on day 0 who joins then is there."""
        begun = (self.joined < day) | ((day == 0.0) & (self.joined <= 0.0))
        return np.asarray(begun & (self.lost_at >= day))

    def of_customers(self, lives: np.ndarray) -> np.ndarray:
        """Whether any of a customer's lives is among some of them; shape (customers,)."""
        return np.bincount(self.position, weights=lives, minlength=self.customers) > 0

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums of one number a life over each customer's lives; shape (customers,)."""
        return np.bincount(self.position, weights=values, minlength=self.customers)


def lives_of(world: World) -> Lives:
    """Collect the lives of a world: customers' own in their order, then those that were followed by another."""
    customers: Any = world.customers
    ended: Any = np.concatenate(world.ended) if world.ended else np.zeros(0, dtype=ended_dtype)
    position = np.concatenate([np.arange(len(customers)), ended["position"]])
    joined, lost_at, reason = (np.concatenate([customers[n], ended[n]]) for n in ("joined", "lost_at", "reason"))
    return Lives(position, customers["row"][position], joined, lost_at, reason, len(customers))


def first_leaving(customers: np.ndarray[Any, Any]) -> np.ndarray:
    """Day on which each customer left for the first time, inf while it has not; shape (n,)."""
    return _first(customers, "left_at", "lost_at")


def first_reason(customers: np.ndarray[Any, Any]) -> np.ndarray:
    """Number of the clock that ended the relation then, -1 none; shape (n,)."""
    return _first(customers, "left_for", "reason")


def first_joining(customers: np.ndarray[Any, Any]) -> np.ndarray:
    """Day on which each customer first joined; shape (n,)."""
    return _first(customers, "first_joined", "joined")


def _first(customers: np.ndarray[Any, Any], field: str, otherwise: str) -> np.ndarray:
    found: np.ndarray = customers[field if field in (customers.dtype.names or ()) else otherwise]
    return found
