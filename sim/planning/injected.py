"""What a summary says of records that are wrong on purpose (docs/analyse.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.evidence.checks import Check
from sim.evidence.results import Estimate, Refused
from sim.experiment.grade import WITH_RESIDUAL, Bench
from sim.experiment.ratios import PARTS
from sim.experiment.spoilt import Caught, Moved, Spoilt, spoil

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment


def injected_part(bench: Bench) -> dict[str, Any]:
    """The key `injected` of an experiment that asks for wrong records; nothing for any other."""
    experiment: Experiment = bench.experiment
    if experiment.inject is None:
        return {}
    metrics = [metric for metric in experiment.metrics if metric != WITH_RESIDUAL and metric not in PARTS]
    rules = experiment.inject.model_dump(exclude_none=True)
    found = spoil(bench, experiment.inject, metrics)
    return {"injected": [_row(spoilt, rules.get(spoilt.name, {})) for spoilt in found]}


def _row(spoilt: Spoilt, rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": spoilt.name,
        "rule": rule,
        "checks": [_check(name, caught) for name, caught in spoilt.checks.items()],
        "contrasts": [_contrast(moved) for moved in spoilt.moved],
    }


def _check(name: str, caught: Caught) -> dict[str, Any]:
    first = caught.first
    shown = {"fired": first.fired, "says": first.says} if isinstance(first, Check) else first.plain()
    return {"name": name, "share_of_trials": caught.share.plain(), "first_trial": shown}


def _contrast(moved: Moved) -> dict[str, Any]:
    return {
        "metric": moved.metric,
        "arm": moved.arm,
        "against": moved.against,
        "truth": moved.truth.plain(),
        "without": _effect(moved.without),
        "with": _effect(moved.estimate),
        "shift": moved.shift.plain(),
        "coverage_without": moved.covered_without.plain(),
        "coverage": moved.covered.plain(),
        "level_without": moved.level_without.plain(),
        "level": moved.level.plain(),
    }


def _effect(found: Estimate | Refused) -> dict[str, Any]:
    return found.plain() if isinstance(found, Refused) else found.effect.plain()
