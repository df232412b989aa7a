"""What a summary says of an experiment's guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.guardrails import Guarded, guarded

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def guardrails_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a guardrail and arm."""
    return [_row(bench.experiment.alpha, item) for item in guarded(bench)]


def _row(alpha: float, item: Guarded) -> dict[str, Any]:
    shown = item.trials.one()
    return {
        **item.guardrail.model_dump(),
        "arm": item.arm,
        "truth": item.truth.plain(),
        "keeps": item.keeps,
        "effect": shown.effect.plain() if isinstance(shown, Estimate) else shown.plain(),
        "p_value": shown.p_value if isinstance(shown, Estimate) else None,
        "shown": isinstance(shown, Estimate) and bool(shown.p_value <= alpha),
        "method": item.trials.method,
        "passed": item.passed.plain(),
    }
