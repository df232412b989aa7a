"""What a summary says of interference: each arm in the trials and in its roll-out, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.interference import ArmInterference, of_arms

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


def interference_part(bench: Bench) -> list[dict[str, Any]]:
    """A row a metric and arm; that of a contrast stands with the contrast."""
    return [_row(item) for item in of_arms(bench)]


def _row(item: ArmInterference) -> dict[str, Any]:
    return {
        "metric": item.metric,
        "arm": item.arm,
        "trial": item.trial.plain(),
        "rollout": item.rollout.plain(),
        "difference": item.difference.plain(),
    }
