"""Blocks of the contest with rivals: reactions to our campaign, our answers to theirs, and portable numbers (V-04)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.early_warning import LagDays
from sim.scenario.kinds import Block, Date, Factor, PositiveDays, Share, Yuan

Campaign = Literal["reward", "contact", "agreement", "bundle", "warning_call", "win_back"]
"""What a rival can see of the firm's campaign."""


class Reaction(Block):
    """A promotion that answers our campaign: it starts `after_days` after the epoch at which the rival sees that in the
    time since the last epoch at least `above_share` of the firm's customers were given `to`.
    """

    to: Campaign
    above_share: Share
    looks: Literal["weekly", "monthly"] = "monthly"
    after_days: LagDays
    lasts_days: PositiveDays


class Answer(Block):
    """What the firm sets against a rival's promotion: it takes off a part of the pull, for a price a customer."""

    after_days: LagDays
    weakens_share: Share
    lasts_days: PositiveDays | None = None
    credit_yuan: Yuan


class Intelligence(Block):
    """Market intelligence: a rival's promotion is seen some days after its start, and answered some days after that."""

    seen_after_days: LagDays
    answer: Answer


class Portability(Block):
    """Numbers can be taken along (携号转网): switching costs less, and one reason to change number goes.

    `from` is the day on which it comes; left out, it has always been so.
    """

    from_: Date | None = Field(default=None, alias="from")
    competitor_ratio: Factor = 1.0
    number_change_ratio: Factor = 1.0
