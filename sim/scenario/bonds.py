"""Blocks of what ties a customer to the firm: contracts, agreements and bundles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.kinds import (
    Block,
    Days,
    Factor,
    Growth,
    Many,
    PositiveMonths,
    PositiveYuan,
    Reduction,
    Share,
    Whole,
    Yuan,
)

BoundClock = Literal["warning", "competitor", "need_gone", "variety", "number_change", "fee_decline", "dormancy"]
"""Clocks on which a bond can act: what leads away from the firm, or to less of it."""


class Expiry(Block):
    """What the end of a contract that is not signed again does to rates, and for how long."""

    factor: Factor
    lasts_days: Days


class Contracts(Block):
    """A term for a handset subsidy: who signs stays, and pays for leaving before the end."""

    months: PositiveMonths
    subsidy_yuan: Yuan = 0.0
    renews_share: Share = 0.0
    reduction: Reduction
    acts_on: Many[BoundClock]
    after: Expiry | None = None
    penalty_share: Share = 0.0


class AgreementEffect(Block):
    """Dose-response of monthly credits."""

    max_reduction: Reduction
    half_credit_yuan: PositiveYuan
    acts_on: Many[BoundClock]


class Agreements(Block):
    """Monthly credits in return for staying (X-07): who accepts, and what they do."""

    accept_share: Share
    effect: AgreementEffect


class Agreement(Block):
    """What a policy or an arm offers: a credit a month, for so many months; a credit of 0 is no offer."""

    monthly_credit_yuan: Yuan
    months: Whole = Field(ge=1, le=120)


class Bundles(Block):
    """A converged package (融合): fixed line, broadband and mobile on one bill make a customer stick (V-06, V-09).

    `fee_change_share` is what the package's fee is above (or below) the old one.
    """

    accept_share: Share
    months: PositiveMonths
    subsidy_yuan: Yuan = 0.0
    fee_change_share: Growth = 0.0
    reduction: Reduction
    acts_on: Many[BoundClock] = Field(min_length=1)
