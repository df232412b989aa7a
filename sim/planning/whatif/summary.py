"""From what was found to plain data: the content of `whatif.json`, all that the report is made from."""

from __future__ import annotations

from typing import Any

from sim.experiment.rollout import DEFINITIONS
from sim.planning.rounded import rounded
from sim.planning.whatif.answer import Answer, DoubtfulWorld


def summarise(answer: Answer) -> dict[str, Any]:
    """The content of `whatif.json`: plain dicts, lists, strings and rounded finite numbers."""
    question, scenario = answer.question, answer.question.loaded.value
    plain: dict[str, Any] = rounded(
        {
            "scenario": scenario.name,
            "title": scenario.title,
            "currency": scenario.currency,
            "seed": answer.seed,
            "replications": answer.replications,
            "customers": scenario.customers,
            "horizon_days": scenario.horizon_days,
            "policy": question.policy,
            "objective": answer.objective,
            "definitions": {
                name: dict(zip(("wording", "unit"), DEFINITIONS[name], strict=True)) for name in answer.measures
            },
            "varied": [
                {"path": one.path, "in_file": one.in_file, "values": list(one.values), "decided": decided}
                for one, decided in zip(question.varied, question.decided, strict=True)
            ],
            "points": [_point(answer, number) for number in range(len(question.points))],
            "best": answer.best,
            "rival": answer.rival,
            "edges": [{"path": path, "side": side} for path, side in answer.edges],
            "doubt_replications": answer.doubt_replications,
            "doubt": [_world(world) for world in answer.doubt],
        }
    )
    return plain


def _point(answer: Answer, number: int) -> dict[str, Any]:
    point = answer.question.points[number]
    return {
        "values": list(point.values),
        "in_file": point.in_file,
        "asked": point.asked,
        "named": answer.named[number],
        "best": number == answer.best,
        "as_good": number in answer.as_good,
        "measures": {name: answer.mean(number, name).plain() for name in answer.measures},
        "against_file": {name: answer.against_file(number, name).plain() for name in answer.measures},
    }


def _world(world: DoubtfulWorld) -> dict[str, Any]:
    known = world.known
    return {
        "path": world.path,
        "level": world.level,
        "value": world.value,
        "central": known.central,
        "assumed": known.assumed,
        "source": known.source,
        "gain": world.gain.plain(),
        "best": world.best,
    }
