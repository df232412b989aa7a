"""The block of agents: on what terms they recruit, and what they make of it (W-05, X-05, X-10)."""

from __future__ import annotations

from sim.scenario.bonds import BoundClock
from sim.scenario.kinds import Block, Days, Factor, Many, PositiveMonths, PositiveYuan, Rate, Reduction, Share, Yuan


class LetsGo(Block):
    """Dose-response of an agent's letting go after the assessment, to what it has earned with the customer."""

    lasts_days: Days
    max_raise: Factor
    half_commission_yuan: PositiveYuan


class Resale(Block):
    """Cards that are no customers but are kept for their commission (X-10)."""

    share: Share
    drop_per_month: Rate


class Agents(Block):
    """Who recruits customers for the firm: terms, steering and resold cards."""

    share: Share
    commission_yuan: Yuan
    assessment_months: PositiveMonths
    assessed_yuan: Yuan = 0.0
    bill_share: Share = 0.0
    clawback_share: Share = 0.0
    keeps: Reduction = 0.0
    acts_on: Many[BoundClock]
    lets_go: LetsGo | None = None
    resale: Resale | None = None
