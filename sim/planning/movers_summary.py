"""What a summary says of whom each arm moved, and what was paid for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.movers import Moved, moved
from sim.experiment.start import residual_end

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.scenario.schema import Scenario

NUMBERS = ("paid", "deadweight", "deadweight_share", "cost_per_saved", "put_off", "sure_left")


def movers_part(scenario: Scenario, bench: Bench) -> list[dict[str, Any]]:
    """Every arm against the reference, twin by twin."""
    reference = bench.experiment.reference
    days = residual_end(scenario, bench.horizon) - bench.horizon
    return [
        _row(moved(scenario, bench.rollouts, arm, reference, replications=bench.replications, residual_days=days))
        for arm in bench.arms
        if arm != reference
    ]


def _row(of: Moved) -> dict[str, Any]:
    return {
        "arm": of.arm,
        "against": of.against,
        "residual_days": of.residual_days,
        **{name: getattr(of, name).plain() for name in NUMBERS},
        "groups": [
            {
                "by": group.by,
                "name": group.name,
                "customers": group.customers,
                **{kind: share.plain() for kind, share in group.shares.items()},
            }
            for group in of.groups
        ],
    }
