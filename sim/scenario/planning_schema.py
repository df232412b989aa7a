"""What a scenario may say about planning a budget (`sim budget`): actions, what the budget counts, periods, limits."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.kinds import Block, Many, Months, Name, PositiveDays, Served, Share, Whole
from sim.scenario.offers import Arm

MOST_YUAN = 1e13
MOST_PERIODS = 24
NOTHING = "nothing"
"""The action that is always there; so no other can have this name."""

Part = Literal["tier", "tenure", "segment", "priority"]
"""What customers can be told apart by on day 0."""


class Between(Block):
    """A least and a greatest share."""

    least: Share = 0.0
    most: Share = 1.0


class Seats(Block):
    """How many people contact customers, and how many contacts each can make in the budget's time."""

    number: Whole = Field(ge=0, le=1_000_000)
    contacts_each: Annotated[float, Field(ge=0, le=1e9)]


class Fairness(Block):
    """A floor: at least this share of every tier's customers gets something."""

    least_share: Share


class Limits(Block):
    """What a mix may not do, whatever it is worth."""

    spend_share: dict[Served, Between] = Field(default_factory=dict)
    contacts_a_customer: Annotated[float, Field(ge=0, le=1e6)] | None = None
    seats: Seats | None = None
    no_overlap: Many[Many[Name]] = ()
    fairness: Fairness | None = None


Budget = Annotated[float, Field(ge=0, le=MOST_YUAN)]


class Periods(Block):
    """A budget a period: a campaign begins with a period and stops at its end.

    `months`: calendar months of a period. `budgets_yuan`: one a period; together they are the budget. `carry_over`:
    what a period leaves may be spent in a later one. `offered`: numbers of the periods, from 1, in which an action may
    begin; an action left out may begin in each.
    """

    months: Whole = Field(ge=1, le=120)
    budgets_yuan: Many[Budget] = Field(min_length=1, max_length=MOST_PERIODS)
    carry_over: bool = False
    offered: dict[Name, Many[Annotated[Whole, Field(ge=1, le=MOST_PERIODS)]]] = Field(default_factory=dict)


def period_days(start: datetime.date, months: int, horizon_days: float) -> tuple[float, ...]:
    """Days on which periods of so many calendar months begin, the first on day 0.

    Where `start` is no month's first day, the days up to the next one belong to the first period.
    """
    first = start.year * 12 + start.month - (1 if start.day == 1 else 0)
    days = [0.0]
    while True:
        year, month = divmod(first + months * len(days), 12)
        day = float((datetime.date(year, month + 1, 1) - start).days)
        if day >= horizon_days:
            return tuple(days)
        days.append(day)


class Planning(Block):
    """Actions among which a budget is shared out, and by what rules.

    `per_days`: the time for which the budget is stated, the horizon if left out. `periods`: a budget a period, in place
    of `budget_yuan`. `promotions`: whether rivals' dated promotions are known in advance; where it is said, a plan
    with and one without that knowledge are compared. `tenure_from_months`: where the tenure bands of cells start,
    those of the base's tenure mix if left out. `against`: the policy that the mix is compared with.
    """

    budget_yuan: Budget | None = None
    counts: Literal["cash", "cash_and_forgone"] = "cash_and_forgone"
    per_days: PositiveDays | None = None
    periods: Periods | None = None
    promotions: Literal["known", "unknown"] | None = None
    by: Many[Part] = Field(default=("tier", "tenure"), min_length=1)
    tenure_from_months: Many[Months] = Field(default=(), max_length=24)
    against: Name | None = None
    actions: dict[Name, Arm] = Field(min_length=1, max_length=24)
    limits: Limits = Limits()
