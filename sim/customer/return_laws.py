"""Bundles and attempts to win back, compiled for the kernel (model.md sections 20 and 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.states import REASONS, Clock
from sim.scenario.returns import WORTH_A_TRY

if TYPE_CHECKING:
    from sim.scenario.bonds import Bundles
    from sim.scenario.returns import WinBack

FEN = 100
MONTH = 365.0 / 12.0
NO_CAP = 1 << 30


def compile_bundles(bundles: Bundles) -> dict[str, Any]:
    """Fields of the laws' record that bundles fill."""
    return {
        "bundle_accepts": bundles.accept_share,
        "bundle_days": bundles.months * MONTH,
        "bundle_subsidy": round(bundles.subsidy_yuan * FEN),
        "bundle_fee_change": bundles.fee_change_share,
        "bundle_reduction": bundles.reduction,
    }


def compile_win_back(win_back: WinBack) -> dict[str, Any]:
    """Fields of the laws' record that attempts to win back fill."""
    reasons = np.zeros(len(Clock), dtype=np.int64)
    for clock, reason in REASONS.items():
        reasons[clock] = reason in (win_back.reasons or WORTH_A_TRY)
    not_worth = win_back.not_worth
    often = not_worth.returns_at_least
    return {
        "win_back_for": reasons,
        "win_back_from": win_back.from_days,
        "win_back_to": win_back.to_days,
        "win_back_succeeds": win_back.success_share,
        "win_back_cost": round(win_back.cost_yuan * FEN),
        "win_back_free_days": win_back.free_days,
        "win_back_fee_change": win_back.returned.fee_change_share,
        "win_back_very": win_back.returned.very_share,
        "worth_from": round(not_worth.value_below_yuan_per_year * FEN),
        "worth_debtors": int(not not_worth.owes),
        "worth_returns": NO_CAP if often is None else often,
    }
