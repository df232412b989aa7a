"""What an experiment may say; rules that tie it to its scenario are in `experiment_rules.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.kinds import Block, Many, Name, Share, Text, Tier
from sim.scenario.offers import Arm
from sim.scenario.schema import HorizonDays

NO_CADENCE = "none"
"""What an arm writes as its cadence to say: no contacts. So no cadence can have this name."""

Metric = Literal[
    "churn_rate",
    "revenue_per_customer",
    "cost_per_customer",
    "net_value_per_customer",
    "net_value_with_residual_per_customer",
]
Choice = Literal["highest", "lowest"]
TrialChoice = Literal["cheapest_below_reference", "cheapest_above_reference"]


class Background(Block):
    """The policy under which everybody lives, apart from what an arm changes."""

    policy: Name
    without: Many[Literal["cadence", "complaint_line", "reward", "reminders", "reactivation"]] = ()


class Eligible(Block):
    """Who takes part, by the tier on day 0; without `tiers` everybody of the base does."""

    tiers: Many[Tier] | None = Field(default=None, min_length=1)


class Assignment(Block):
    """How customers come into arms."""

    method: Literal["simple", "complete", "stratified"]
    strata: Many[Literal["tier", "tenure_band", "segment"]] = ()


class Contrast(Block):
    """A comparison of two arms."""

    arm: Name
    against: Name


class Equivalence(Block):
    """A claim that two arms differ by less than a margin."""

    metric: Literal["churn_rate"]
    arm: Name
    against: Name
    margin: float = Field(gt=0, lt=1)


class Decision(Block):
    """The rule by which the truth, or a wholly known world, decides."""

    metric: Metric
    choose: Choice
    indifferent_within: Share = 0.0


class TrialDecision(Block):
    """The rule by which a firm decides after one trial."""

    metric: Metric
    choose: TrialChoice
    if_inconclusive: Name


class Experiment(Block):
    """A question, the arms that answer it, and the rules by which they do."""

    name: Name
    question: Text
    unit: Literal["customer"] = "customer"
    horizon_days: HorizonDays | None = None
    background: Background
    eligible: Eligible = Eligible()
    assignment: Assignment
    arms: dict[Name, Arm] = Field(min_length=2, max_length=16)
    reference: Name
    metrics: Many[Metric] = Field(min_length=1)
    contrasts: Many[Contrast] = Field(min_length=1)
    equivalence: Many[Equivalence] = ()
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    decision: Decision
    trial_decision: TrialDecision
    doubt: Many[Text] = ()
