"""Kinds of numbers and names that the schemas are made of, with the bounds that keep them possible.

The bounds are wide: they refuse what cannot be meant (a thousand leavings a customer and month), not what is
unusual.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError


class Block(BaseModel):
    """A block of a file: strict types, no unknown keys, frozen, no NaN."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=False,
        populate_by_name=True,
    )

    refused_keys: ClassVar[Mapping[str, str]] = {}
    """Keys that make sense in a block like this one but not here, and why."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_wanted", "a date such as 2010-01-31") from None


def _every_year(value: Any) -> Any:
    try:
        return datetime.datetime.strptime(f"2001-{value}", "%Y-%m-%d").strftime("%m-%d")
    except ValueError:
        raise PydanticCustomError("date_of_every_year_wanted", "a date of every year such as 09-30") from None


T = TypeVar("T")

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; 5.0 is taken as 5."""

Many = Annotated[tuple[T, ...], Strict(False)]
"""A list in the file, a tuple in the model."""

Name = Annotated[str, Field(pattern=r"^\w[\w-]{0,63}$")]
"""A name of a thing: letters, digits, _ and -, so that dotted paths stay readable."""

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Date = Annotated[
    datetime.date, BeforeValidator(_date), Field(ge=datetime.date(1900, 1, 1), le=datetime.date(2200, 1, 1))
]

DateOfEveryYear = Annotated[str, BeforeValidator(_every_year)]
"""Month and day, such as 09-30; not 02-29, which most years do not have."""

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=1000)]
Factor = Annotated[float, Field(ge=0, le=1000)]
PositiveFactor = Annotated[float, Field(gt=0, le=1000)]
Reduction = Annotated[float, Field(ge=-10, le=1)]
"""Part of a rate that an effect takes away; below 0 it adds to the rate (a contact can hurt)."""
Growth = Annotated[float, Field(ge=-1, le=10)]
Days = Annotated[float, Field(ge=0, le=36_500)]
PositiveDays = Annotated[float, Field(gt=0, le=36_500)]
Months = Annotated[float, Field(ge=0, le=1200)]
PositiveMonths = Annotated[float, Field(gt=0, le=1200)]
PositiveMinutes = Annotated[float, Field(gt=0, le=525_600)]
Yuan = Annotated[float, Field(ge=0, le=1e8)]
PositiveYuan = Annotated[float, Field(gt=0, le=1e8)]


Clock = Literal["warning", "recovery", "problem", "competitor", "need_gone", "variety"]
Reason = Literal["competitor", "need_gone", "variety"]
Level = Literal["very", "satisfied", "dissatisfied"]
Tier = Literal["platinum", "gold"]
Served = Literal["platinum", "gold", "others"]
"""Whom a policy speaks of: the tiers, and everybody without one."""


class ClockBlock(Block):
    """What the rate of a clock depends on."""

    tenure_shape: Name | None = None
    price_sensitive: bool = False
    frail: bool = False


class StateRates(Block):
    """A rate in each state in which a customer can leave."""

    growth: Rate = 0.0
    stable: Rate = 0.0
    warning: Rate = 0.0
    dormant: Rate = 0.0
    won_back: Rate | None = None
    """Of who has come back, until stable; left out, that of growth."""

    def of(self, state: str) -> float:
        """The rate in a state, by its name in the file."""
        rate: float | None = getattr(self, state)
        return self.growth if rate is None else rate
