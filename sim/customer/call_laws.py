"""The warning call compiled for the kernel (model.md section 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

_FEN = 100


def compile_calls(scenario: Scenario) -> dict[str, Any]:
    """Fields of the laws' record that early warning fills; empty where there is none."""
    if scenario.early_warning is None:
        return {}
    call = scenario.early_warning.call
    effect = call.effect
    return {
        "call_cost": round(call.cost_yuan * _FEN),
        "call_reach": call.reach_share,
        "call_max": effect.max_reduction,
        "call_asleep": effect.max_reduction if effect.asleep is None else effect.asleep,
        "call_half_life": effect.half_life_days,
        "call_lasts": effect.lasts_days,
    }
