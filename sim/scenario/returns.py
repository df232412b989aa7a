"""Blocks of winning back who has left, and of selling to who was never a customer (M-02 to M-05)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.early_warning import LagDays
from sim.scenario.kinds import Block, Days, Growth, Many, PositiveDays, Share, Whole, Yuan

LostFor = Literal["competitor", "need_gone", "variety", "arrears"]
WORTH_A_TRY: tuple[LostFor, ...] = ("competitor", "variety", "arrears")
"""Reasons of those who are approached where nothing is said: who does not need it any more is left alone."""


class NotWorth(Block):
    """Whom nobody tries to win back (M-05): worth less than so much a year, gone with debts, or left too often."""

    value_below_yuan_per_year: Yuan = 0.0
    owes: bool = True
    returns_at_least: Whole | None = Field(default=None, ge=1)


class Returned(Block):
    """What is different after a return (M-03): the fee, and how many are very satisfied."""

    fee_change_share: Growth = 0.0
    very_share: Share = 0.0


class WinBack(Block):
    """Attempts at the start of each month to win back who left between `from_days` and `to_days` ago."""

    reasons: Many[LostFor] | None = Field(default=None, min_length=1)
    from_days: LagDays
    to_days: PositiveDays
    success_share: Share
    cost_yuan: Yuan
    free_days: Days = 0.0
    not_worth: NotWorth = NotWorth()
    returned: Returned = Returned()


class WinBackEffort(Block):
    """What a policy or an arm does for who has left: so many attempts at most, one a month; 0 is none."""

    attempts: Whole = Field(ge=0, le=120)


class Prospects(Block):
    """Selling to prospects: so many calls a month, each of which wins a customer with this chance (M-02)."""

    calls_per_month: Whole = Field(ge=0, le=1_000_000)
    success_share: Share
    cost_yuan: Yuan
