"""What was found about targeting as plain data: page, tables and terminal are made from here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval
from sim.planning.budget.doubt import HIGH, LOW, Lives
from sim.planning.budget.draws import doubtful
from sim.planning.budget.lives import value_metric
from sim.planning.rounded import rounded
from sim.planning.targeting.information import value_of_information
from sim.planning.targeting.policies import ORACLE, by_trial
from sim.planning.targeting.world import SHARES

if TYPE_CHECKING:
    from sim.planning.targeting.answer import Answer
    from sim.planning.targeting.world import WorldFound
    from sim.scenario.schema import Scenario


def summarise(answer: Answer) -> dict[str, Any]:
    """Everything that page and tables show.

    Returns
    -------
    dict
        JSON as it is; amounts in the scenario's currency, each interval with the doubt that it is of.
    """
    scenario, question = answer.loaded.value, answer.question
    worlds = [*answer.centre, *answer.drawn]
    found: dict[str, Any] = rounded(
        {
            "scenario": scenario.name,
            "title": scenario.title,
            "currency": scenario.currency,
            "customers": scenario.customers,
            "horizon_days": scenario.horizon_days,
            "metric": value_metric(scenario),
            "shares_something": bool(_shared(scenario)),
            "shared": _shared(scenario),
            "question": {
                "action": question.action,
                "gives": question.gives,
                "reach": {"kind": question.reach.kind, "amount": question.reach.amount},
                "counts": "cash" if question.cash_only else "cash_and_forgone",
                "trial_sizes": list(question.sizes),
            },
            "everybody": {key: _everybody(answer, place).run() for place, key in enumerate(("value", "spend"))}
            | {"value_doubt": _everybody(answer, 0).assumption()},
            "belief": _belief(answer),
            "policies": [_policy(answer, name) for name in answer.centre[0].policies],
            "curve": _curve(answer),
            "information": _information(answer),
            "lived": {
                "replications": len(answer.centre),
                "draws": len(answer.drawn),
                "assumptions": len(doubtful(answer.loaded)) if answer.drawn else 0,
                "twins": question.twins,
                "trials": question.trials,
                "lives": sum(world.lived for world in worlds),
                "customer_years": sum(world.years for world in worlds),
            },
        }
    )
    return found


def _shared(scenario: Scenario) -> list[str]:
    """What customers of a scenario share, so that treating one can change another."""
    parts = {
        "the desk": scenario.desk is not None,
        "a campaign's budget": scenario.campaign_budget is not None,
        "circles": scenario.circles is not None,
        "rivals that react": any(promotion.reacts is not None for promotion in scenario.promotions.values()),
    }
    return [name for name, there in parts.items() if there]


def _belief(answer: Answer) -> dict[str, float] | None:
    """What is thought of the action before any trial, monthly fees a customer before its cost."""
    if answer.belief is None:
        return None
    of = answer.belief
    return {"mean": of.mean, "sd": of.variance**0.5, "slope_sd": of.differs**0.5}


def _lives(answer: Answer, read: Any) -> Lives:
    """A quantity of each world, at the centre and in the draws."""
    return Lives(np.array([read(w) for w in answer.centre]), np.array([read(w) for w in answer.drawn]))


def _everybody(answer: Answer, place: int) -> Lives:
    customers = answer.loaded.value.customers
    return _lives(answer, lambda world: world.everybody[place] * customers)


def _policy(answer: Answer, name: str) -> dict[str, Any]:
    """One policy: what it is worth, what it spends, and how far it is from knowing everybody's uplift."""

    def of(key: str) -> Lives:
        return _lives(answer, lambda world: getattr(world.policies[name], key))

    gap = _lives(answer, lambda world: world.policies[ORACLE].value - world.policies[name].value)
    row: dict[str, Any] = {
        "policy": name,
        "customers": of("customers").mean,
        "value": of("value").run(),
        "value_doubt": of("value").assumption(),
        "spend": of("spend").run(),
        "gap": gap.run(),
        "gap_doubt": gap.assumption(),
    }
    for place, size in enumerate(answer.question.sizes):
        if name == by_trial(size):
            row["size"] = size
            row["beyond_base"] = size > answer.loaded.value.customers
            row["value_of_one_trial"] = _of_trials(answer, place)
    return row


def _of_trials(answer: Answer, place: int) -> dict[str, Any]:
    """Where the value of what one trial teaches lies, the luck of bases aside: trial doubt."""
    values = np.array([world.by_trials[place] for world in answer.centre])
    if values.shape[1] < 2:
        return {"refused": "one trial a world shows no trial doubt: --trials of at least 2 do"}
    own = values - values.mean(axis=1, keepdims=True)
    # deviations from a mean that they are part of are too small by the part that it takes
    spread = values.mean() + own * np.sqrt(values.shape[1] / (values.shape[1] - 1))
    low, high = np.quantile(spread, [LOW, HIGH])
    mean = float(values.mean())
    return Interval(mean, min(float(low), mean), max(float(high), mean), "trial", HIGH - LOW, n=values.size).plain()


def _curve(answer: Answer) -> list[dict[str, Any]]:
    """A row a policy and share of the base: value in that policy's order, with its run doubt."""
    rows = []
    for name in answer.centre[0].policies:
        curves = np.array([world.policies[name].curve for world in answer.centre])
        for place, share in enumerate(SHARES):
            rows.append({"policy": name, "share": float(share), "value": run_mean(curves[:, place]).plain()})
    return rows


def _information(answer: Answer) -> dict[str, Any]:
    """Over the worlds of the assumptions; where there are none, over bases of the one world."""
    outer: list[WorldFound] = answer.drawn if len(answer.drawn) >= 2 else answer.centre
    found = value_of_information(outer, answer.question, answer.loaded.value.customers)
    return found | {"over": "draws" if outer is answer.drawn else "centre"}
