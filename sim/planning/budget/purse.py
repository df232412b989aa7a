"""The purse: what part of a budget may be spent in each period, and whether what is left of it may be spent later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Purse:
    """A budget over periods.

    The purse keeps one *account* a period: what is spent in it or, where money is carried over, up to its end.

    Attributes
    ----------
    shares : tuple of float
        Of the whole budget, a period; they add up to 1.
    carry_over : bool
        Whether what a period leaves of its budget may be spent in a later one.
    """

    shares: tuple[float, ...] = (1.0,)
    carry_over: bool = False

    def accounts(self, by_period: np.ndarray) -> np.ndarray:
        """Turn amounts by period into amounts by account; shape (periods, ...) both."""
        return np.cumsum(by_period, axis=0) if self.carry_over else by_period

    @property
    def parts(self) -> np.ndarray:
        """Share of the whole budget that each account may hold."""
        return self.accounts(np.array(self.shares))

    def caps(self, budget: float) -> np.ndarray:
        """What each account may hold, also where there is no end of money; shape (periods,)."""
        return np.array([budget * part if part > 0 else 0.0 for part in self.parts])

    def need(self, accounts: np.ndarray) -> float:
        """The whole budget that it takes for accounts to hold these amounts; infinite where a period has no money."""
        needs = [
            amount / part if part > 0 else (np.inf if amount > 0 else 0.0)
            for amount, part in zip(accounts, self.parts, strict=True)
        ]
        return float(max(needs))

    def total(self, accounts: np.ndarray) -> float:
        """The sum over periods of what accounts hold."""
        return float(accounts[-1] if self.carry_over else accounts.sum())
