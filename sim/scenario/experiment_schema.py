"""What an experiment may say; rules that tie it to its scenario are in `experiment_rules.py` and `firm_rules.py`.

What every question has is a `Question`; an `Experiment` deals arms to customers, a `FirmQuestion` changes the firm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from sim.scenario.data_schema import Data
from sim.scenario.inject_schema import Inject
from sim.scenario.kinds import Block, Many, Name, Share, Text, Tier, Whole
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
DeskMetric = Literal[
    "save_rate",
    "mean_wait_minutes",
    "abandoned_share",
    "calls_per_customer",
]
FirmMetric = Literal[Metric, "win_back_rate", DeskMetric]
"""What a question about the firm can ask: what is measured at the save desk, and where the firm wins back, too."""
PolicyPart = Literal[
    "cadence",
    "complaint_line",
    "reward",
    "reminders",
    "reactivation",
    "agreement",
    "points_reminder",
    "warning_call",
    "circle_call",
    "answers",
    "bundle",
    "win_back",
]
"""What a policy does for a tier, part by part."""
CustomerMetric = Literal[
    Metric,
    "kept_share",
    "kept_revenue_share",
    "kept_share_middle_and_high",
    "kept_revenue_share_middle_and_high",
    "revenue_per_customer_month",
    "contacts_per_customer",
    "save_rate",
    "win_back_rate",
    "net_value_with_referred_per_customer",
]
"""What an experiment on customers can ask."""
AnyMetric = Literal[FirmMetric, CustomerMetric]
Unit = Literal["customer", "circle", "firm"]
Choice = Literal["highest", "lowest"]
TrialChoice = Literal["cheapest_below_reference", "cheapest_above_reference"]


class Background(Block):
    """The policy under which everybody lives, apart from what an arm changes."""

    policy: Name
    without: Many[PolicyPart] = ()


class Eligible(Block):
    """Who takes part, by the tier on day 0; without `tiers` everybody of the base does."""

    tiers: Many[Tier] | None = Field(default=None, min_length=1)


class Assignment(Block):
    """How customers come into arms."""

    method: Literal["simple", "complete", "stratified"]
    strata: Many[Literal["tier", "tenure_band", "segment"]] = ()
    shares: dict[Name, Annotated[Whole, Field(ge=1, le=100)]] | None = None
    """Parts in which arms are dealt, such as 1 to 4; left out, alike."""


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


class Guardrail(Block):
    """What an arm must not make worse than the reference by a margin, in the metric's unit (shares are fractions)."""

    metric: CustomerMetric
    worse: Literal["higher", "lower"]
    margin: float = Field(gt=0)


Dose = Annotated[float, Field(ge=0)]


class Factorial(Block):
    """Two factors, each given or not, and the plain arms that give neither, one of them, or both."""

    names: Many[Name] = Field(min_length=2, max_length=2)
    neither: Name
    first: Name
    second: Name
    both: Name

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The four arms: neither, the first factor, the second, both."""
        return self.neither, self.first, self.second, self.both


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


class PlannedFutility(Block):
    """Stop when the effect planned for is no longer to be expected; who goes on all the same keeps the level."""

    hazard_ratio: float = Field(gt=0, lt=1)
    beta: float = Field(default=0.2, gt=0, lt=0.5)


class Looks(Block):
    """Days on which a firm looks at churn while the trial runs, and how the error is spent over them."""

    days: Many[HorizonDays] = Field(min_length=2, max_length=60)
    spending: Literal["obrien_fleming", "pocock"] = "obrien_fleming"
    futility: PlannedFutility | None = None


class Starts(Block):
    """Customers do not all begin on one day: waves, dealt by chance, begin so many days after one another."""

    waves: Annotated[Whole, Field(ge=2, le=24)]
    every_days: Annotated[Whole, Field(ge=1, le=365)]


def _setting(value: object) -> object:
    items = value if isinstance(value, list | tuple) else [value]
    if not all(item is None or isinstance(item, bool | int | float | str) for item in items):
        raise PydanticCustomError("setting_wanted", "a number, text, true, false or null, or a list of them")
    return tuple(items) if isinstance(value, list) else value


SetValue = Annotated[Any, PlainValidator(_setting)]
"""A `Setting`; the schema of the place where it is put says which."""


class FirmArm(Block):
    """What the firm does instead of the background: another policy, and other values of what it decides on.

    `set` holds paths of the scenario with their values (model.md section 16).
    """

    refused_keys: ClassVar[Mapping[str, str]] = dict.fromkeys(
        Arm.model_fields, "what single customers get is for an experiment with 'unit: customer'"
    )

    policy: Name | None = None
    set: dict[str, SetValue] = Field(default_factory=dict)


class Question(Block):
    """A question, the arms that answer it, and the rule by which they do."""

    name: Name
    question: Text
    unit: Unit
    horizon_days: HorizonDays | None = None
    background: Background
    arms: Mapping[Name, Arm | FirmArm] = Field(min_length=2, max_length=16)
    reference: Name
    metrics: Many[AnyMetric] = Field(min_length=1)
    contrasts: Many[Contrast] = Field(min_length=1)
    decision: Decision
    doubt: Many[Text] = ()

    @property
    def start_days(self) -> tuple[float, ...]:
        """Days on which customers begin."""
        return (0.0,)


class Experiment(Question):
    """A question that a trial can answer: customers are dealt to arms."""

    unit: Unit = "customer"
    eligible: Eligible = Eligible()
    assignment: Assignment
    arms: dict[Name, Arm] = Field(min_length=2, max_length=16)
    metrics: Many[CustomerMetric] = Field(min_length=1)
    equivalence: Many[Equivalence] = ()
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    multiplicity: Literal["holm", "dunnett", "benjamini_hochberg"] = "holm"
    """How the contrasts of a metric are corrected for being several."""
    trial_decision: TrialDecision
    data: Data | None = None
    inject: Inject | None = None
    guardrails: Many[Guardrail] = ()
    """An arm is used after a trial only if that shows that it keeps to all of them."""
    factorial: Factorial | None = None
    looks: Looks | None = None
    follow_up_days: Many[HorizonDays] = ()
    """Days by which effects are read, besides the horizon; later ones than it are lived without the campaign."""
    doses: dict[Name, Dose] | None = None
    """How much each arm gives: more of it may do more."""
    starts: Starts | None = None
    """Left out, everybody begins on day 0."""

    @property
    def start_days(self) -> tuple[float, ...]:
        """Days on which customers begin, one a wave."""
        if self.starts is None:
            return (0.0,)
        return tuple(float(wave * self.starts.every_days) for wave in range(self.starts.waves))

    @property
    def stratified(self) -> bool:
        """Whether arms are compared within strata: those of the assignment, and waves, in which arms are dealt."""
        return self.assignment.method == "stratified" or self.starts is not None


NO_TRIAL = (
    "what the whole firm does (seats, terms, lists, answers to rivals) meets all its customers: no trial can give it "
    "to some and not to others"
)
"""Why a question about the firm has no trial, and nothing that follows from one."""


class FirmQuestion(Question):
    """A question that only the whole firm can answer: each arm is a firm of its own (model.md section 16)."""

    refused_keys: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "eligible",
            "assignment",
            "equivalence",
            "alpha",
            "trial_decision",
            "follow_up_days",
            "multiplicity",
            "data",
            "inject",
            "looks",
            "guardrails",
            "starts",
            "doses",
        ),
        NO_TRIAL,
    )

    arms: dict[Name, FirmArm] = Field(min_length=2, max_length=16)
    metrics: Many[FirmMetric] = Field(min_length=1)
