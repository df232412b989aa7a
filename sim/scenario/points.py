"""The block of points: earned by bills, lapsing on a date (X-06, W-07)."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, Many, Name, PositiveYuan, Reduction, Share, Yuan


def _of_every_year(value: str) -> str:
    try:
        day = datetime.datetime.strptime(f"2001-{value}", "%Y-%m-%d")  # no leap year: 29 February is not in every year
    except ValueError:
        raise PydanticCustomError("yearly_date_wanted", "a date of every year") from None
    return day.strftime("%m-%d")


YearlyDate = Annotated[str, AfterValidator(_of_every_year)]
"""A date that every year has, as MM-DD."""


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
