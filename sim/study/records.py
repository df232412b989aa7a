"""The records of one real trial as plain columns, whatever file they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Groups:
    """Which of some named groups each customer belongs to; ``number`` has shape (n,)."""

    number: Whole
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lives:
    """How long each customer was followed, and whether and why it then left; arrays of shape (n,).

    ``reason`` is 0 for who was still there, else its place in ``reasons`` counted from 1; None where the
    data have none.
    """

    days: Numbers
    left: Flags
    reason: Whole | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Records:
    """A row a customer; arrays have shape (n,), what the data do not hold is None or empty.

    Attributes
    ----------
    arm : number of the arm, in the order of the experiment's file
    values : by metric of the file; shares as 0 and 1, money in the file's currency
    per : denominators of the metrics that are ratios of totals, whose `values` are the numerators
    cost : of each customer, whether it is a metric of the file or not
    stratum, circle : what was assigned within, and what was assigned as a whole
    lives : where the data tell days
    covariates, subgroups : known before the trial
    received : number of the arm whose treatment the customer got
    exposed_day : day of the first exposure, NaN where there was none
    redeemed : amount logged as redeemed
    answered : whether the customer ever answered
    """

    arm: Whole
    values: Mapping[str, Numbers]
    per: Mapping[str, Numbers] = field(default_factory=dict)
    cost: Numbers | None = None
    stratum: Groups | None = None
    circle: Whole | None = None
    lives: Lives | None = None
    covariates: Mapping[str, Numbers] = field(default_factory=dict)
    subgroups: Mapping[str, Groups] = field(default_factory=dict)
    received: Whole | None = None
    exposed_day: Numbers | None = None
    redeemed: Numbers | None = None
    answered: Flags | None = None

    def __len__(self) -> int:
        return len(self.arm)
