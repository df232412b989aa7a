"""What an experiment file says to `sim analyse`; rules between its places are in `study_rules.py`.

The same file may serve `sim run`: what only a simulation needs may stand in it and is not used here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.data_schema import Column, Data
from sim.scenario.experiment_schema import (
    Background,
    Contrast,
    Decision,
    Dose,
    Eligible,
    Factorial,
    Guardrail,
    Looks,
    Starts,
    TrialChoice,
)
from sim.scenario.inject_schema import Inject
from sim.scenario.kinds import Block, Many, Name, PositiveDays, Text, Whole
from sim.scenario.offers import Arm
from sim.scenario.schema import HorizonDays


class StudyAssignment(Block):
    """How customers came into arms; strata are columns of the data."""

    method: Literal["simple", "complete", "stratified"]
    strata: Many[Column] = ()
    shares: dict[Name, Annotated[Whole, Field(ge=1, le=100)]] | None = None
    """Not used: of a real trial they stand in `data.shares`."""


class StudyEquivalence(Block):
    """A claim that two arms differ by less than a margin, in the metric's unit."""

    metric: Name
    arm: Name
    against: Name
    margin: float = Field(gt=0)


class StudyDecision(Block):
    """The rule by which the firm decides after the trial."""

    metric: Name
    choose: TrialChoice
    if_inconclusive: Name


class Study(Block):
    """A real trial: its question, its arms, its data, and the rule by which it decides."""

    name: Name
    question: Text
    currency: Text = "yuan"
    unit: Literal["customer", "circle"] = "customer"
    horizon_days: PositiveDays | None = None
    assignment: StudyAssignment
    arms: dict[Name, Arm] = Field(min_length=2, max_length=16)
    reference: Name
    metrics: Many[Name] = Field(min_length=1)
    contrasts: Many[Contrast] = Field(min_length=1)
    correction: Literal["holm", "dunnett", "false_discovery_rate"] = "holm"
    equivalence: Many[StudyEquivalence] = ()
    doses: dict[Name, Dose] | None = None
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    trial_decision: StudyDecision
    data: Data
    # what only a simulation uses
    background: Background | None = None
    eligible: Eligible = Eligible()
    decision: Decision | None = None
    doubt: Many[Text] = ()
    inject: Inject | None = None
    multiplicity: Literal["holm", "dunnett", "benjamini_hochberg"] | None = None
    guardrails: Many[Guardrail] = ()
    factorial: Factorial | None = None
    looks: Looks | None = None
    follow_up_days: Many[HorizonDays] = ()
    starts: Starts | None = None
