"""Assumption doubt: the decision in worlds whose parameters stand at the ends of their ranges, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.decide import decide
from sim.experiment.outcomes import metric
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment

if TYPE_CHECKING:
    from sim.experiment.outcomes import Outcomes
    from sim.scenario.experiment_schema import Experiment
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

COST = "cost_per_customer"


@dataclass(frozen=True)
class DoubtfulWorld:
    """A parameter, where in its range it stands, and its value there."""

    path: str
    level: str
    value: float


def doubtful_worlds(loaded: Loaded[Scenario], experiments: list[Experiment]) -> list[DoubtfulWorld]:
    """Low and high of every parameter that an experiment doubts, each once."""
    paths = dict.fromkeys(path for experiment in experiments for path in experiment.doubt)
    worlds = []
    for path in paths:
        if not any(path in e.doubt and can_matter(loaded.value, e, path) for e in experiments):
            continue
        known = loaded.provenance[path]
        for level, value in (("low", known.low), ("high", known.high)):
            if value is not None:
                worlds.append(DoubtfulWorld(path, level, value))
    return worlds


def can_matter(scenario: Scenario, experiment: Experiment, path: str) -> bool:
    """Whether a parameter can change anything in an experiment: the response to rewards cannot where nobody gets
    one.
    """
    if not path.startswith("reward."):
        return True
    background = scenario.policies[experiment.background.policy].values()
    by_policy = any(part.reward is not None for part in background) and "reward" not in experiment.background.without
    return by_policy or any(arm.reward is not None for arm in experiment.arms.values())


Means = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]
"""By experiment and arm: the decision's metric and the cost, yuan a customer, shape (replications,)."""


def live_doubtful(world: Scenario, experiments: list[Experiment], seed: int, replications: np.ndarray) -> Means:
    """Roll every arm out in one doubtful world."""
    horizons = [float(e.horizon_days or world.horizon_days) for e in experiments]
    start = draw_start(world, seed, replications, horizons)
    return {e.name: arm_means(live_experiment(start, e, seed, trial=False).rollouts, e, world) for e in experiments}


def arm_means(
    rollouts: dict[str, Outcomes], experiment: Experiment, world: Scenario
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Means of the decision's metric and of the cost in each arm's roll-out, by replication."""
    means: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for arm, outcomes in rollouts.items():
        row = outcomes.replication - outcomes.replication.min()
        n = np.bincount(row)
        value, cost = (
            np.bincount(row, weights=metric(outcomes, name, world.money.margin_share)) / n
            for name in (experiment.decision.metric, COST)
        )
        means[arm] = value, cost
    return means


def decide_world(
    experiment: Experiment, means: dict[str, tuple[np.ndarray, np.ndarray]]
) -> tuple[str, dict[str, Interval | Refused]]:
    """The decision in one world, and the decision's metric of each arm with its run doubt."""
    values = {arm: run_mean(of[0]) for arm, of in means.items()}
    decision = decide(
        experiment,
        {arm: float(of[0].mean()) for arm, of in means.items()},
        {arm: float(of[1].mean()) for arm, of in means.items()},
    )
    return decision.arm, values
