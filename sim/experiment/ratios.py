"""Metrics that are ratios of totals: what all of an arm's customers came to, over what it is counted by.

A metric of this kind is one entry of `PARTS`; everything else (truth, trials, power, guardrails) follows from it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.record import NO_TIER
from sim.experiment.accounts import revenue
from sim.experiment.outcomes import FEN, NO_CELL, Outcomes

WIN_BACK_RATE = "win_back_rate"
Parts = tuple[np.ndarray, np.ndarray]
"""Numerator and denominator, one entry a customer."""


def _by_month(of: Outcomes) -> Parts:
    return np.asarray(revenue(of.ledger) / FEN), of.active / MONTH


def _kept_revenue(of: Outcomes) -> Parts:
    fee = of.before["fee"] / FEN
    return np.where(of.cell == NO_CELL, 0.0, fee), fee


def _valued(parts: Parts, of: Outcomes) -> Parts:
    """The same of those alone who were gold or platinum when they began."""
    valued = of.before["tier"] != NO_TIER
    return parts[0] * valued, parts[1] * valued


def _kept_valued(of: Outcomes) -> Parts:
    return _valued(((of.cell != NO_CELL) * 1.0, np.ones(len(of))), of)


def _kept_revenue_valued(of: Outcomes) -> Parts:
    return _valued(_kept_revenue(of), of)


def _saved(of: Outcomes) -> Parts:
    return of.saved * 1.0, of.answered * 1.0


def _won_back(of: Outcomes) -> Parts:
    return (of.left & of.returned) * 1.0, of.left * 1.0


PARTS: dict[str, Callable[[Outcomes], Parts]] = {
    "revenue_per_customer_month": _by_month,
    "kept_revenue_share": _kept_revenue,
    "kept_share_middle_and_high": _kept_valued,
    "kept_revenue_share_middle_and_high": _kept_revenue_valued,
    "save_rate": _saved,
    WIN_BACK_RATE: _won_back,
}

DEFINITIONS = {
    "revenue_per_customer_month": ("revenue / months that anybody was a customer", "yuan a month"),
    "kept_revenue_share": (
        "share of monthly list fees at the start whose customers are there at the horizon, at those fees (收入保有率)",
        "share",
    ),
    "kept_share_middle_and_high": (
        "kept share of those who were gold or platinum at the start (中高端保有率)",
        "share",
    ),
    "kept_revenue_share_middle_and_high": (
        "kept revenue share of those who were gold or platinum at the start",
        "share",
    ),
    "save_rate": ("callers who were talked into staying, of those who were answered (挽留成功率)", "share"),
    WIN_BACK_RATE: ("of those who left within the horizon, the share who came back within it (挽回率)", "share"),
}
"""Wording and unit."""


def ratio_by(row: np.ndarray, parts: Parts, rows: int) -> np.ndarray:
    """Total of the numerators by total of the denominators in each of `rows` groups; NaN where that is 0."""
    numerator, denominator = (np.bincount(row, weights=part, minlength=rows) for part in parts)
    known = denominator > 0
    found: np.ndarray = np.divide(numerator, denominator, out=np.full(rows, np.nan), where=known)
    return found
