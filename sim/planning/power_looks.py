"""What looking while a trial runs does to a design: power, level, and how long and costly the trial becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.experiment.look_sums import courses
from sim.experiment.looking import looked_at
from sim.planning.power_points import Point

if TYPE_CHECKING:
    from sim.experiment.operating import Operating

AXIS = "looks"
PER_CONTRAST = ("power", "harmed", "level", "days", "days_without")
PER_TRIAL = ("days", "customers", "cost")


def look_points(operating: Operating) -> Iterator[Point]:
    """A point each way of looking, measure and contrast; then those of the whole trial. Nothing without looks.

    The way stands in the place of the metric: it is always churn that is looked at.
    """
    plan, sums = operating.experiment, operating.sums.looks
    if sums is None:
        return
    found = list(looked_at(plan, sums.seen, sums.still))
    for item in found:
        for measure in PER_CONTRAST:
            yield Point(AXIS, measure, getattr(item, measure), item.way, item.arm, item.against)
    for course in courses(plan, sums, found):
        for measure in PER_TRIAL:
            yield Point(AXIS, f"trial:{measure}", getattr(course, measure), course.way)
