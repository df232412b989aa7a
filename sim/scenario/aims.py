"""The numbers of a target: what was reported, and what a miss is counted in."""

from __future__ import annotations

from sim.scenario.facts import load_facts
from sim.scenario.schema import Target

DEFAULT_TOLERANCE = 0.01
"""Part of what is reported by which a target without a tolerance may be missed."""


def reported(target: Target) -> float:
    """The number that a target aims at."""
    if target.reported is not None:
        return target.reported
    fact, figure = str(target.fact).split(".", 1)
    return load_facts()[fact].figure(figure).value


def tolerance(target: Target) -> float:
    """What a miss of a target is counted in."""
    return DEFAULT_TOLERANCE * abs(reported(target)) if target.tolerance is None else target.tolerance
