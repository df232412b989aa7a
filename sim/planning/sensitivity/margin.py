"""How far a world is from another decision: the gain of an arm over another, the margin of the arm that is taken."""

from __future__ import annotations

import numpy as np

from sim.scenario.experiment_schema import Question

ArmMeans = dict[str, tuple[np.ndarray, np.ndarray]]
"""By arm: the decision's metric and the cost, yuan a customer, shape (replications,); NaN where nobody counts."""


def gain(means: ArmMeans, arm: str, against: str) -> np.ndarray:
    """The decision's metric of an arm less that of another, by replication; shape (counted replications,)."""
    difference = means[arm][0] - means[against][0]
    counted: np.ndarray = difference[~np.isnan(difference)]
    return counted


def luck_of_few(means: ArmMeans, few: int) -> dict[str, tuple[float, float]]:
    """By how much the first few replications of a world lie above all of them: metric and cost of each arm."""
    return {
        arm: (float(np.nanmean(value[:few]) - np.nanmean(value)), float(np.nanmean(cost[:few]) - np.nanmean(cost)))
        for arm, (value, cost) in means.items()
    }


def without_luck(means: ArmMeans, luck: dict[str, tuple[float, float]]) -> ArmMeans:
    """A world lived in few replications, less the luck of these: all worlds share it (a control variate)."""
    return {arm: (value - luck[arm][0], cost - luck[arm][1]) for arm, (value, cost) in means.items()}


def margin(question: Question, means: ArmMeans, arm: str) -> np.ndarray:
    """By how much the arm's value may fall before the rule takes another arm; below 0 another one is taken already.

    With `decide`'s rule an arm with value y is taken if no value is better by more than the slack, and no cheaper arm
    comes within the slack of the best. Let b be the best value of the others and c the best of those that are cheaper.
    Where c is further than the slack from b, only the first matters: y may fall to b - slack. Else the cheaper arm is
    held off only by y itself: y may fall to c + slack.

    Parameters
    ----------
    question : Question
        Its decision rule.
    means : ArmMeans
    arm : str

    Returns
    -------
    float64 array, shape (counted replications,)
        In the metric's unit, pairs of the same luck; which arms are b and c, and the slack, follow from the means.
    """
    rule = question.decision
    sign = -1.0 if rule.choose == "lowest" else 1.0
    counted = ~np.isnan(np.sum([of for pair in means.values() for of in pair], axis=0))
    values = {name: sign * pair[0][counted] for name, pair in means.items()}
    value = {name: float(of.mean()) for name, of in values.items()}
    cost = {name: float(pair[1][counted].mean()) for name, pair in means.items()}
    slack = rule.indifferent_within * abs(value[question.reference])
    others = [name for name in question.arms if name != arm]
    best = max(others, key=lambda name: value[name])
    cheaper = [name for name in others if cost[name] < cost[arm]]
    near = max(cheaper, key=lambda name: value[name], default=None)
    if near is not None and value[near] >= value[best] - slack:
        bound: np.ndarray = values[near] + slack
    else:
        bound = values[best] - slack
    left: np.ndarray = values[arm] - bound
    return left
