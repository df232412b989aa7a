"""What a scenario may say about planning a budget (`sim budget`): actions, what the budget counts, limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.kinds import Block, Many, Months, Name, PositiveDays, Served, Share, Whole
from sim.scenario.offers import Arm

MOST_YUAN = 1e13
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


class Planning(Block):
    """Actions among which a budget is shared out, and by what rules.

    `per_days`: the time for which the budget is stated, the horizon if left out. `tenure_from_months`: where the
    tenure bands of cells start, those of the base's tenure mix if left out. `against`: the policy that the mix is
    compared with.
    """

    budget_yuan: Annotated[float, Field(ge=0, le=MOST_YUAN)] | None = None
    counts: Literal["cash", "cash_and_forgone"] = "cash_and_forgone"
    per_days: PositiveDays | None = None
    by: Many[Part] = Field(default=("tier", "tenure"), min_length=1)
    tenure_from_months: Many[Months] = Field(default=(), max_length=24)
    against: Name | None = None
    actions: dict[Name, Arm] = Field(min_length=1, max_length=24)
    limits: Limits = Limits()
