"""The block of points: earned by bills, lapsing on a date (X-06, W-07)."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, DateOfEveryYear, Many, Name, PositiveYuan, Reduction, Share, Yuan


class PointsEffect(Block):
    """Dose-response of a balance of which the customer knows."""

    max_reduction: Reduction
    half_balance_yuan: PositiveYuan
    acts_on: Many[BoundClock]


class PointsReminder(Block):
    """A reminder before the date: when, what it costs, and how often it is followed by redeeming at once."""

    days_before: float = Field(gt=0, le=364)
    cost_yuan: Yuan
    redeems_share: Share


class Points(Block):
    """A share of every bill as points, for those segments that get them."""

    segments: Many[Name] | None = Field(default=None, min_length=1)
    accrual_share: Share
    known_share: Share
    effect: PointsEffect
    expires: DateOfEveryYear
    reminder: PointsReminder | None = None
    remembers_share: Share
    pleases_share: Share = 0.0
