"""One number of a study of a design."""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence.results import Interval, Refused

Number = Interval | Refused | float


@dataclass(frozen=True)
class Point:
    """One number of a study: a measure of a contrast in a metric (or of the whole trial) at a size and effect.

    Attributes
    ----------
    axis : 'design' (as planned), 'customers' (larger trials), 'effect' (put in at the planned size), 'looks' (the
        metric is then the way of looking)
    customers : in the arm and in the one it is compared with; of a trial, in all arms
    effect : the true one, in the metric's unit
    """

    axis: str
    measure: str
    value: Number
    metric: str = ""
    arm: str = ""
    against: str = ""
    times: int = 1
    customers: tuple[float, ...] = ()
    effect: float | None = None
    formula: Number | None = None
