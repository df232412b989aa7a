"""How many are treated: a share of the base, a number, or as many as a budget pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["share", "number", "budget"]


@dataclass(frozen=True)
class Reach:
    """A bound on who is treated.

    Attributes
    ----------
    kind : str
    amount : float
        A share, customers, or yuan within the horizon.
    """

    kind: Kind
    amount: float

    def count(self, prices: np.ndarray) -> int:
        """How many of a ranking's first are treated.

        Parameters
        ----------
        prices : float64 array, shape (n,)
            What the firm expects each to cost, yuan, the first of the ranking first. What one saves pays for no other.
        """
        if self.kind == "share":
            return int(np.floor(self.amount * len(prices) + 0.5))
        if self.kind == "number":
            return min(int(self.amount), len(prices))
        # a fen's part of rounding in a long sum must not cost a customer its place
        return int(np.searchsorted(np.cumsum(np.maximum(prices, 0.0)), self.amount * (1 + 1e-12), side="right"))
