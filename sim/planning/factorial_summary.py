"""What a summary says of two factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.factorial import FactorialEffect, factorial_effects

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def factorial_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a metric and effect; empty where the experiment names no factors."""
    return [_row(item) for item in factorial_effects(bench)]


def _row(item: FactorialEffect) -> dict[str, Any]:
    shown = item.trials.one()
    return {
        "metric": item.metric,
        "effect_of": item.effect,
        "label": item.trials.label,
        "truth": item.truth.plain(),
        "effect": shown.effect.plain() if isinstance(shown, Estimate) else shown.plain(),
        "p_value": shown.p_value if isinstance(shown, Estimate) else None,
        "method": item.trials.method,
        "power": item.grades.power.plain(),
        "coverage": item.grades.coverage.plain(),
    }
