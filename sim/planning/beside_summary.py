"""What a summary says of the same trials by other procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.results import Estimate
from sim.experiment.beside import ONE_TRIAL, Beside, besides

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def beside_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a contrast and procedure."""
    return [_row(item) for item in besides(bench)]


def _row(item: Beside) -> dict[str, Any]:
    shown = item.trials.one()
    return {
        "what": item.what,
        "arm": item.arm,
        "against": item.against,
        "truth": item.truth.plain(),
        "effect": shown.effect.plain() if isinstance(shown, Estimate) else shown.plain(),
        "p_value": shown.p_value if isinstance(shown, Estimate) else None,
        "method": item.trials.method,
        "power": (item.grades.power if item.grades is not None else ONE_TRIAL).plain(),
        "coverage": (item.grades.coverage if item.grades is not None else ONE_TRIAL).plain(),
    }
