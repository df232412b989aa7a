"""From what was found to plain data: the content of `sensitivity.json`, all that the report is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.evidence.results import Refused
from sim.planning.rounded import rounded
from sim.planning.sensitivity.answer import Answer, End, Joint
from sim.planning.sensitivity.factors import Factor
from sim.planning.sensitivity.sobol import Index
from sim.planning.sensitivity.switch import Switch


def summarise(answer: Answer) -> dict[str, Any]:
    """The content of `sensitivity.json`: plain dicts, lists, strings and rounded finite numbers."""
    scenario, question, plan = answer.loaded.value, answer.question, answer.plan
    plain: dict[str, Any] = rounded(
        {
            "scenario": scenario.name,
            "title": scenario.title,
            "currency": scenario.currency,
            "seed": answer.seed,
            "customers": scenario.customers,
            "experiment": question.name,
            "question": question.question,
            "reference": question.reference,
            "metric": question.decision.metric,
            "chosen": answer.chosen,
            "arm": answer.arm,
            "against": answer.against,
            "budget": {
                "worlds": answer.worlds,
                "replications": plan.replications,
                "joint_worlds": plan.joint_worlds,
                "joint_replications": plan.joint_replications,
                "base_points": plan.points,
                "customer_years": plan.customer_years,
            },
            "factors": [_factor(factor) for factor in plan.factors],
            "left_out": [{"path": one.path, "reason": one.reason} for one in plan.left_out],
            "centre": _end(answer.centre),
            "tornado": [
                _end(end) | {"path": end.path, "level": end.level, "value": end.value} for end in answer.tornado
            ],
            "switches": [
                {
                    "path": path,
                    **({"found": [_switch(one) for one in found]} if isinstance(found, list) else found.plain()),
                }
                for path, found in answer.switches.items()
            ],
            "joint": answer.joint.plain() if isinstance(answer.joint, Refused) else _joint(answer.joint, plan.factors),
        }
    )
    return plain


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "path": factor.path,
        "low": factor.low,
        "central": factor.central,
        "high": factor.high,
        "law": str(factor.law),
        "assumed": factor.known.assumed,
        "source": factor.known.source,
    }


def _end(end: End) -> dict[str, Any]:
    return {"gain": end.gain.plain(), "margin": end.margin.plain(), "decision": end.decision}


def _switch(switch: Switch) -> dict[str, Any]:
    return {
        "at": {"value": switch.at, "low": switch.low, "high": switch.high, "of": "run", "level": 0.95},
        "open_low": switch.open_low,
        "open_high": switch.open_high,
        "stands_above": switch.stands_above,
    }


def _joint(joint: Joint, factors: Sequence[Factor]) -> dict[str, Any]:
    low, middle, high = joint.gains
    return {
        "stands": joint.stands.plain(),
        "gain": {"value": middle, "low": low, "high": high, "of": "assumption", "level": 0.9},
        "unsettled": joint.unsettled,
        "noise": joint.noise,
        "of_gain": _indices(joint.of_gain, factors),
        "of_decision": _indices(joint.of_decision, factors),
    }


def _indices(found: Sequence[Index] | Refused, factors: Sequence[Factor]) -> Any:
    if isinstance(found, Refused):
        return found.plain()
    return [
        {"path": factor.path, "first": index.first.plain(), "total": index.total.plain()}
        for factor, index in zip(factors, found, strict=True)
    ]
