"""What a summary says of effects by each day of the follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.follow_up import Followed, followed

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def follow_up_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a metric, contrast and day; empty where the experiment names no days."""
    return [_row(item) for item in followed(bench)]


def _row(item: Followed) -> dict[str, Any]:
    shown = item.trials.one()
    return {
        "metric": item.metric,
        "arm": item.arm,
        "against": item.against,
        "day": item.day,
        "customers": item.customers,
        "truth": item.truth.plain(),
        "effect": shown.effect.plain() if isinstance(shown, Estimate) else shown.plain(),
        "p_value": shown.p_value if isinstance(shown, Estimate) else None,
        "method": item.trials.method,
        "power": item.grades.power.plain(),
        "sign_error": item.grades.sign_error.plain(),
        "misled": item.misled.plain(),
    }
