"""What a summary says of looking at a trial while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.looking import Looked, looked

if TYPE_CHECKING:
    from sim.experiment.grade import Bench

GRADES = ("power", "harmed", "level", "days", "days_without", "first")


def looks_part(bench: Bench) -> dict[str, Any]:
    """The plan, and a row a contrast and way of looking; empty where no looks are planned."""
    plan = bench.experiment.looks
    if plan is None:
        return {}
    return {
        "days": list(plan.days),
        "spending": plan.spending,
        "futility": None if plan.futility is None else plan.futility.model_dump(),
        "rows": [_row(item) for item in looked(bench)],
    }


def _row(item: Looked) -> dict[str, Any]:
    return {
        "way": item.way,
        "arm": item.arm,
        "against": item.against,
        "alpha": item.alpha,
        **{name: getattr(item, name).plain() for name in GRADES},
        "first_day": item.first_day,
        "first_why": item.first_why,
        "first_p": item.first_p,
        "method": item.method,
    }
