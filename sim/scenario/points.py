"""The block of points: earned by bills, lapsing on a date (X-06, W-07)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, Many, Name, PositiveYuan, Reduction, Share, Yuan

YearlyDate = Annotated[
    str,
    Field(pattern=r"^((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))$"),
]
"""A date that every year has, as MM-DD; so 29 February is none."""


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
    expires: YearlyDate
    reminder: PointsReminder | None = None
    remembers_share: Share
    pleases_share: Share = 0.0
