"""The block of circles: households and firms whose members hold, warn and bring each other (W-09, M-08, P-05)."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, Factor, Many, PositiveDays, Rate, Reduction, Share, Whole


class CircleSize(Block):
    """Which share of the customers lives in circles of this size; who is in none lives alone."""

    size: Whole = Field(ge=2, le=64)
    share: Share


class Holds(Block):
    """Members who are there hold each other: rates are multiplied by `1 - reduction` for each of the others, with
    no more than `at_most` of them counted.
    """

    reduction: Reduction
    at_most: Whole = Field(default=1, ge=1, le=64)
    acts_on: Many[BoundClock] = Field(min_length=1)


class News(Block):
    """A loss is heard of at the next week's start: rates of the others rise by `raises` a loss, for some time.

    A later loss adds to what still holds, and all of it holds anew.
    """

    raises: Factor
    lasts_days: PositiveDays
    acts_on: Many[BoundClock] = Field(min_length=1)


class Cards(Block):
    """Main and secondary cards (主副卡): where the main card has left, each secondary follows with this chance."""

    follows_share: Share


class Referral(Block):
    """Members bring new customers: so many a month for each who is there and not dissatisfied (W-09).

    Who joins belongs to the circle of who brought it; who lives alone brings nobody.
    """

    per_month: Rate


class Circles(Block):
    """Circles of customers, dealt once; news is heard weekly."""

    sizes: Many[CircleSize] = Field(min_length=1)
    holds: Holds | None = None
    news: News | None = None
    cards: Cards | None = None
    referral: Referral | None = None
