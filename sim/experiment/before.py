"""What was so of a customer on the day it begins, before any arm did anything: groups to look at, and a covariate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.record import TIER_NAMES
from sim.experiment.assignment import tenure_band, tenure_bands

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

before_dtype = np.dtype(
    [("segment", np.int32), ("tier", np.int32), ("tenure", np.int32), ("promotion", np.int32), ("fee", np.int64)]
)
"""Numbers of segment, tier and tenure band, whether a competitor's promotion ran (0 or 1), list fee (fen a month)."""


def read_before(scenario: Scenario, customers: Customers, t: float = 0.0) -> np.ndarray:
    """Read it of customers as they stand on day `t`, on which they begin; shape (n,)."""
    found = np.zeros(len(customers), dtype=before_dtype)
    found["segment"], found["tier"], found["fee"] = customers["segment"], customers["tier"], customers["fee"]
    found["tenure"] = tenure_band(scenario, customers, t)
    found["promotion"] = customers["promotion"] > 0
    return found


def group_names(scenario: Scenario) -> dict[str, list[str]]:
    """Names of the groups of each column of `before_dtype` that has groups, in the order of their numbers."""
    starts = [f"{month:g}" for month in tenure_bands(scenario)]
    ends = [*(f" to {month}" for month in starts[1:]), " or more"]
    return {
        "segment": list(scenario.segments),
        "tier": list(TIER_NAMES),
        "tenure": [f"{start}{end} months" for start, end in zip(starts, ends, strict=True)],
        "promotion": ["none at the start", "one running at the start"],
    }
