"""What a scenario may say: a frozen model whose attributes are named as the keys of the file.

A block of a mechanism that is left out (None) means that the mechanism does not happen. Rules that tie two
places together are in `rules.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.agents import Agents
from sim.scenario.bonds import Agreement, Agreements, Bundles, Contracts
from sim.scenario.circles import Circles
from sim.scenario.early_warning import EarlyWarning
from sim.scenario.kinds import (
    Block,
    Clock,
    ClockBlock,
    Date,
    DateOfEveryYear,
    Days,
    Factor,
    Level,
    Many,
    Months,
    Name,
    PositiveDays,
    PositiveMinutes,
    PositiveMonths,
    PositiveYuan,
    Rate,
    Reason,
    Reduction,
    Served,
    Share,
    StateRates,
    Text,
    Whole,
    Yuan,
)
from sim.scenario.mobile import Billing, ContactRules, Dormancy, FeeDecline, NumberChange, Reactivation
from sim.scenario.offers import FreeDays
from sim.scenario.planning_schema import Planning
from sim.scenario.points import Points
from sim.scenario.population import Base, LevelShares, Satisfaction, Segment, Stages
from sim.scenario.purse import CampaignBudget
from sim.scenario.returns import Prospects, WinBack, WinBackEffort
from sim.scenario.rivals import Intelligence, Portability, Reaction

MAX_CUSTOMERS = 200_000_000
BYTES_PER_CUSTOMER = 20_000
"""Measured, rounded up: records of those there and those who will join, worlds side by side, outcomes."""

Tolerance = Annotated[float, Field(gt=0)]
HorizonDays = Annotated[Whole, Field(ge=1, le=3650)]


def memory_needed(customers: int) -> int:
    """Estimate the memory that one replication of this many customers takes, in bytes."""
    return customers * BYTES_PER_CUSTOMER


# --- clocks ---------------------------------------------------------------------------------------


class Step(Block):
    """A factor that holds from a month of tenure on."""

    from_month: Months
    factor: Factor


class Steps(Block):
    """A step function of tenure."""

    steps: Many[Step] = Field(min_length=1)


class WarningClock(ClockBlock):
    """Customers begin to leave in their minds, and may come back from it."""

    enter_per_month: Rate
    recover_per_month: Rate = 0.0


class ProblemClock(ClockBlock):
    """Something goes wrong and the customer is dissatisfied."""

    per_month: Rate


class LeavingReason(ClockBlock):
    """A reason to leave, and where to."""

    destination: Text = "not stated"
    per_month: StateRates


# --- what acts on them ----------------------------------------------------------------------------


class DatedPromotion(Block):
    """A promotion from one date to another (the second is the first day without it)."""

    from_: Date = Field(alias="from")
    to: Date


class RecurringPromotion(Block):
    """A promotion that comes back every so many days, in the past too."""

    first: Date
    every_days: PositiveDays = Field(ge=1)
    lasts_days: PositiveDays


class RandomPromotion(Block):
    """Promotions that start at random."""

    per_year: float = Field(ge=0, le=366)
    lasts_days: PositiveDays


class Promotion(Block):
    """A competitor's promotion; exactly one of `dated`, `recurring`, `random` and `reacts` says when."""

    segments: Many[Name] | None = Field(default=None, min_length=1)
    strength: Factor
    ours: bool = False
    dated: DatedPromotion | None = None
    recurring: RecurringPromotion | None = None
    random: RandomPromotion | None = None
    reacts: Reaction | None = None


class Priorities(Block):
    """Bounds of the revenue-risk matrix."""

    a_value_share: Share
    b_value_share: Share
    risk_at_least: Factor


class Ngtp(Block):
    """Value and risk scores."""

    tenure_risk: Steps
    priorities: Priorities


class TierBound(Block):
    """Who belongs to a tier: a share of the members (rule quota) or a least value (rule threshold)."""

    share: Share | None = None
    value_yuan_per_year: Yuan | None = None


class Tiers(Block):
    """Tiers by value."""

    rule: Literal["quota", "threshold"]
    rank_by: Literal["value"] = "value"
    excluded_segments: Many[Name] = ()
    platinum: TierBound
    gold: TierBound | None = None


class Channel(Block):
    """A way to talk to a customer."""

    cost_yuan: Yuan
    reach_share: Share
    strength: Share


class ContactEffect(Block):
    """What a contact does to rates, and how it fades."""

    max_reduction: Reduction
    acts_on: Many[Clock]
    half_life_days: PositiveDays
    lasts_days: Days


class Fatigue(Block):
    """A contact soon after another does less."""

    within_days: Days
    factor: Share


class Contacts(Block):
    """Channels and what contacts do."""

    channels: dict[Name, Channel] = Field(min_length=1)
    effect: ContactEffect | None = None
    explains_share: Share = 0.0
    fatigue: Fatigue | None = None


class Survey(Block):
    """Who answers a survey."""

    answer_share: LevelShares


class Team(Block):
    """A team that solves the problems of customers who told of them."""

    delay_days: Days
    solves_share: Share
    becomes: Level = "satisfied"
    cost_yuan: Yuan = 0.0
    reports_share: Share = 0.0


class CrossSell(Block):
    """An offer that raises the fee, once in a life."""

    accept_share: Share
    fee_increase_share: float = Field(ge=0, le=10)


class Gift(Block):
    """A gift and the share of customers whose interest it meets."""

    cost_yuan: Yuan
    match_share: Share


class Activity(Block):
    """Something that customers may choose to come to (V-07): it costs only for who comes, and may please."""

    cost_yuan: Yuan
    comes_share: Share
    pleases_share: Share


class RewardResponse(Block):
    """Dose-response of free days."""

    max_reduction: Reduction
    half_dose_days: PositiveDays
    half_life_days: PositiveDays
    lasts_days: Days
    acts_on: Many[Clock]
    lock_in: bool = False


class Effects(Block):
    """The lattice on which fading effects step."""

    step_days: PositiveDays = Field(default=7.0, ge=0.1)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hour = Annotated[float, Field(ge=0, le=24)]


class Hours(Block):
    """When the save desk is open: from one hour to another, on some days of the week."""

    opens_hour: Hour
    closes_hour: Hour
    days: Many[Weekday] = Field(default=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), min_length=1)


class Desk(Block):
    """A save desk: who wants to leave asks here first."""

    seats: Whole = Field(ge=1, le=100_000)
    service_minutes: PositiveMinutes
    patience_minutes: PositiveMinutes | None = None
    success_share: Share
    reasons: Many[Reason] = Field(min_length=1)
    cost_yuan_per_minute: Yuan = 0.0
    seat_yuan_per_month: Yuan = 0.0
    hours: Hours | None = None
    priority: Literal["tier", "none"] = "none"


# --- what a firm does -----------------------------------------------------------------------------


class Touch(Block):
    """A contact at a tenure or on a date of every year; exactly one of `tenure_days`, `tenure_months`, `calendar`."""

    tenure_days: PositiveDays | None = None
    tenure_months: PositiveMonths | None = None
    calendar: DateOfEveryYear | None = None
    channels: Many[Name] = ()
    survey: bool = False
    cross_sell: bool = False
    gift: Name | None = None
    activity: Name | None = None
    yearly: bool = False


class Cadence(Block):
    """A list of named touches."""

    touches: dict[Name, Touch] = Field(min_length=1)


class TierPolicy(Block):
    """What a policy does for the customers of a tier."""

    cadence: Name | None = None
    complaint_line: bool = False
    reward: FreeDays | None = None
    reminders: bool = False
    reactivation: Reactivation | None = None
    agreement: Agreement | None = None
    points_reminder: bool = False
    warning_call: bool = False
    circle_call: bool = False
    answers: bool = False
    bundle: bool = False
    win_back: WinBackEffort | None = None


# --- the whole ------------------------------------------------------------------------------------


class Money(Block):
    """Level of fees, and what of them is left after serving."""

    mean_fee_yuan_per_month: PositiveYuan
    margin_share: Share


class Residual(Block):
    """How long after the horizon the value of those still there is counted; left out, it is not counted."""

    months: float = Field(ge=0, le=120)
    discount_per_year: float = Field(ge=0, le=10)


class History(Block):
    """Two years of one base, one under each of two policies, as a firm sees a programme."""

    first: Name
    then: Name


class Check(Block):
    """A figure of the register of facts beside the quantity of the simulation that it speaks of.

    `fact` is ``ID.figure``; `quantity` a name of `sim.experiment.history`, or a sum of such names, left out
    where the world does not hold the thing (then `note` says why). `kind`: given (put in as printed), fitted,
    or predicted.
    """

    fact: Text
    name: Text
    quantity: Text | None = None
    kind: Literal["given", "fitted", "predicted"]
    compare: Literal["equal", "at_least", "at_most", "beside"] = "equal"
    note: Text | None = None


class Target(Block):
    """What `sim calibrate` aims at: a quantity, and a figure of the register of facts or a number reported of it.

    `quantity` as in `Check`. Misses are counted in `tolerance`, 1% of what is reported if left out: a target with
    half the tolerance is to be met twice as closely.
    """

    quantity: Text
    fact: Text | None = None
    reported: float | None = None
    tolerance: Tolerance | None = None


def _only_before() -> dict[Name, dict[Served, TierPolicy]]:
    return {"before": {}}


class Scenario(Block):
    """A world in which experiments can be made."""

    name: Name
    title: str = ""
    currency: Name = "yuan"
    start: Date
    horizon_days: HorizonDays
    customers: Whole = Field(ge=1, le=MAX_CUSTOMERS)
    baseline_policy: Name = "before"
    experiments: Many[Text] = ()

    money: Money
    residual: Residual | None = None
    segments: dict[Name, Segment] = Field(min_length=1)
    base: Base
    leaving: dict[Reason, LeavingReason]

    stages: Stages | None = None
    satisfaction: Satisfaction | None = None
    tenure_shapes: dict[Name, Steps] = Field(default_factory=dict)
    warning: WarningClock | None = None
    problem: ProblemClock | None = None
    promotions: dict[Name, Promotion] = Field(default_factory=dict)
    ngtp: Ngtp | None = None
    tiers: Tiers | None = None
    contacts: Contacts | None = None
    survey: Survey | None = None
    team: Team | None = None
    cross_sell: CrossSell | None = None
    gifts: dict[Name, Gift] = Field(default_factory=dict)
    activities: dict[Name, Activity] = Field(default_factory=dict)
    reward: RewardResponse | None = None
    effects: Effects = Effects()
    desk: Desk | None = None
    number_change: NumberChange | None = None
    fee_decline: FeeDecline | None = None
    billing: Billing | None = None
    dormancy: Dormancy | None = None
    contact_rules: ContactRules | None = None
    contracts: Contracts | None = None
    agreements: Agreements | None = None
    points: Points | None = None
    agents: Agents | None = None
    early_warning: EarlyWarning | None = None
    intelligence: Intelligence | None = None
    portability: Portability | None = None
    circles: Circles | None = None
    win_back: WinBack | None = None
    prospects: Prospects | None = None
    bundles: Bundles | None = None
    campaign_budget: CampaignBudget | None = None
    cadences: dict[Name, Cadence] = Field(default_factory=dict)
    policies: dict[Name, dict[Served, TierPolicy]] = Field(default_factory=_only_before)

    history: History | None = None
    planning: Planning | None = None
    targets: Many[Target] = ()
    validation: Many[Check] = ()
