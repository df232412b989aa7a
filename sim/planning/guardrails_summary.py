"""What a summary says of an experiment's guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.guardrails import Guarded, guarded

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def guardrails_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a guardrail and arm."""
    return [_row(item) for item in guarded(bench)]


def _row(item: Guarded) -> dict[str, Any]:
    first = item.trials.one()
    return {
        **item.guardrail.model_dump(),
        "arm": item.arm,
        "truth": item.truth.plain(),
        "keeps": item.keeps,
        "effect": first.effect.plain() if isinstance(first, Estimate) else first.plain(),
        "p_value": first.p_value if isinstance(first, Estimate) else None,
        "shown": bool(item.shown[0]),
        "method": item.trials.method,
        "passed": item.passed.plain(),
    }
