"""Who the customers are: segments, the base on day 0, stages, satisfaction."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.kinds import Block, Factor, Growth, Many, Months, PositiveFactor, Share, Yuan


class Spread(Block):
    """Mean and standard deviation of something that differs between customers."""

    mean: Factor = 0.0
    sd: Factor = 0.0


class GrowthSpread(Block):
    """Mean and standard deviation of the yearly growth of a customer's fee."""

    mean: Growth = 0.0
    sd: Factor = 0.0


class Segment(Block):
    """A kind of customer."""

    share: Share
    fee_relative: PositiveFactor = 1.0
    fee_sigma: Factor = 0.0
    risk_factor: Factor = 1.0
    price_sensitivity: Spread = Spread()
    growth_per_year: GrowthSpread = GrowthSpread()
    forgets_bill_share: Share = 0.0
    contract_share: Share = 0.0


class TenureBand(Block):
    """Share of the base whose tenure on day 0 lies in a band, uniform inside it."""

    from_month: Months
    to_month: float = Field(ge=0, le=600)
    share: Share


class TenureMix(Block):
    """Tenure of the base on day 0."""

    bands: Many[TenureBand] = Field(min_length=1)


class Base(Block):
    """The customers at the start, and those who join; without `tenure_mix` all of the base joins on day 0."""

    tenure_mix: TenureMix | None = None
    joining_share_per_month: Share = 0.0
    commission_yuan: Yuan = 0.0
    frailty_variance: Factor = 0.0


class Stages(Block):
    """Stages of the life cycle; left out, customers are stable from the day they join."""

    growth_months: Months


class LevelShares(Block):
    """A share for each level of satisfaction."""

    very: Share
    satisfied: Share
    dissatisfied: Share


class LevelRatios(Block):
    """A factor on a rate for each level of satisfaction."""

    very: Factor = 1.0
    satisfied: Factor = 1.0
    dissatisfied: Factor = 1.0


class Satisfaction(Block):
    """Satisfaction on joining and what it does; left out, everybody is `satisfied` and it does nothing."""

    joining_share: LevelShares
    risk_ratio: LevelRatios = LevelRatios()
