"""The block of early warning: a score, a list of the likeliest leavers, and a call (W-08, M-01, V-03)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, Days, Many, PositiveDays, Reduction, Served, Share, Whole, Yuan

LagDays = Annotated[float, Field(ge=1, le=36_500)]
"""Days between what happens to one and what that does to others: at least one (influence has a time)."""


class CallEffect(Block):
    """What a warning call does to rates, and how it fades; below 0 it drives off (P-01).

    `asleep` is for those who are not in the stage `warning`, `max_reduction` if left out: who was not thinking of
    leaving may be woken.
    """

    max_reduction: Reduction
    asleep: Reduction | None = None
    acts_on: Many[BoundClock] = Field(min_length=1)
    half_life_days: PositiveDays
    lasts_days: Days


class WarningCall(Block):
    """The call to who stands on the list: when, what it costs, whom it reaches and what it does."""

    delay_days: LagDays
    cost_yuan: Yuan
    reach_share: Share
    effect: CallEffect


class EarlyWarning(Block):
    """A monthly score of stated quality, and the list of those who score highest.

    The score is everybody's; `tiers` says who may stand on the list. Exactly one of `list_share` (of those who may) and
    `list_length` says how long it is.
    """

    auc: float = Field(ge=0.5, lt=1)
    within_days: Annotated[Whole, Field(ge=1, le=365)] = 90
    tiers: Many[Served] | None = Field(default=None, min_length=1)
    list_share: Share | None = None
    list_length: Whole | None = Field(default=None, ge=0)
    rests_months: Annotated[Whole, Field(ge=0, le=1200)] = 0
    """Lists on which somebody does not stand again after one."""
    call: WarningCall
