"""The block of a campaign's budget that runs out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.kinds import Block, Many, Yuan

Spender = Literal["reward", "agreement", "bundle", "warning_call", "win_back"]
"""What is given at an epoch, and so can find the purse empty."""


class CampaignBudget(Block):
    """What may be spent in a time: in cash, or in cash and forgone fees. What it covers is refused when it is gone."""

    yuan: Yuan
    per: Literal["month", "quarter", "year", "horizon"] = "horizon"
    counts: Literal["cash", "cash_and_forgone"]
    covers: Many[Spender] = Field(min_length=1)
