"""What a bench run leaves, whichever model lived it."""

from dataclasses import dataclass

import numpy as np

LINES = ("list", "forgone", "contact", "gift", "team", "desk", "commission")
REASONS = ("competitor", "need_gone", "variety")


@dataclass(frozen=True)
class Lives:
    """A row a customer, and what it took to live them.

    Attributes
    ----------
    replication, joined, lost_at : ndarray
        `lost_at` is infinite for those who stayed.
    reason : ndarray of str
        Empty for those who stayed.
    lines : dict of ndarray
        Fen within the horizon, by line of the ledger.
    events : int
        From day 0 on.
    seconds, past_seconds : float
        Wall time from day 0 on, and of the start state.
    """

    replication: np.ndarray
    joined: np.ndarray
    lost_at: np.ndarray
    reason: np.ndarray
    lines: dict[str, np.ndarray]
    events: int
    seconds: float
    past_seconds: float

    @property
    def base(self) -> np.ndarray:
        """True for those who were there on day 0."""
        base: np.ndarray = self.joined < 0.0
        return base

    @property
    def revenue(self) -> np.ndarray:
        """Fen billed within the horizon."""
        revenue: np.ndarray = self.lines["list"] - self.lines["forgone"]
        return revenue

    @property
    def cost(self) -> np.ndarray:
        """Fen forgone and spent within the horizon; the commission is not part of it."""
        spent = ("forgone", "contact", "gift", "team", "desk")
        cost: np.ndarray = np.sum([self.lines[name] for name in spent], axis=0)
        return cost
