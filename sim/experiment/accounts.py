"""Revenue, cost and net value of a ledger (model.md section 8): the one place that says which line is which."""

from __future__ import annotations

import numpy as np

from sim.customer.record import Line

INCOME = (Line.LIST, Line.PENALTY)
"""Lines that come in; all others are spent, and *forgone* is both spent and no revenue."""


def revenue(ledger: np.ndarray) -> np.ndarray:
    """List fees less what was forgone of them, and penalties; fen, shape of the ledger without its last axis."""
    total: np.ndarray = ledger[..., Line.LIST] - ledger[..., Line.FORGONE] + ledger[..., Line.PENALTY]
    return total


def cost(ledger: np.ndarray) -> np.ndarray:
    """All lines that are no income; fen, shape of the ledger without its last axis."""
    total: np.ndarray = ledger.sum(axis=-1) - ledger[..., INCOME].sum(axis=-1)
    return total


def net_value(ledger: np.ndarray, margin: float) -> np.ndarray:
    """Margin on list fees, and penalties, less cost; fen, shape of the ledger without its last axis.

    Parameters
    ----------
    ledger : int64 array, (..., lines), fen
    margin : float
        Share of the list fee that is margin.
    """
    total: np.ndarray = np.rint(margin * ledger[..., Line.LIST]) + ledger[..., Line.PENALTY] - cost(ledger)
    return total
