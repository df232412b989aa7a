"""Which column of a real trial's data is what: the block `data:` of an experiment file (docs/analyse.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from sim.scenario.kinds import Block, Many, Name, PositiveFactor, Text, Whole, Yuan

Column = Annotated[str, Field(min_length=1, max_length=200)]
"""The name of a column, as it stands in the data."""


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Entry = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=200)]
"""What stands in a column of names; a whole number is taken as it is written."""

STANDARD = {
    "churn_rate": "left",
    "revenue_per_customer": "revenue",
    "cost_per_customer": "cost",
    "net_value_per_customer": "net_value",
}
"""Metrics that every experiment can name, and the key of `data:` that each of them needs."""

SHARE = "share"


class MetricColumn(Block):
    """A number that the data hold of each customer."""

    column: Column
    per: Column | None = None
    """What it is counted by, such as months: the metric is the total of `column` over the total of this one."""
    unit: Text | None = None
    wording: Text | None = None
    may_be_negative: bool = False


class Data(Block):
    """Which column is what; what is left out is not in the data."""

    arm: Column
    arms: dict[Name, Entry] = Field(default_factory=dict)
    shares: dict[Name, PositiveFactor] = Field(default_factory=dict)
    enrolled: dict[Name, Annotated[Whole, Field(ge=1)]] = Field(default_factory=dict)
    customer: Column | None = None
    left: Column | None = None
    days: Column | None = None
    reason: Column | None = None
    revenue: Column | None = None
    cost: Column | None = None
    costs: dict[Name, Yuan] = Field(default_factory=dict)
    net_value: Column | None = None
    metrics: dict[Name, MetricColumn] = Field(default_factory=dict)
    covariates: Many[Column] = ()
    subgroups: Many[Column] = ()
    circle: Column | None = None
    received: Column | None = None
    exposed_day: Column | None = None
    redeemed: Column | None = None
    answered: Column | None = None
