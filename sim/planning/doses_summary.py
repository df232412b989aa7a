"""What a summary says of doses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.doses import DoseAnswer, dose_answers

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def doses_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a share and answer; empty where the experiment gives no doses."""
    return [_row(item) for item in dose_answers(bench)]


def _row(item: DoseAnswer) -> dict[str, Any]:
    shown = item.trials.one()
    graded = item.grades
    return {
        "metric": item.metric,
        "what": item.what,
        "label": item.trials.label,
        "truth": item.truth.plain(),
        "effect": shown.effect.plain() if isinstance(shown, Estimate) else shown.plain(),
        "p_value": shown.p_value if isinstance(shown, Estimate) else None,
        "method": item.trials.method,
        "refused_share": float(item.refused),
        "power": None if graded is None else graded.power.plain(),
        "coverage": None if graded is None else graded.coverage.plain(),
    }
