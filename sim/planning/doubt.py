"""Assumption doubt: the decision in worlds whose parameters stand at the ends of their ranges, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.decide import decide
from sim.experiment.start import Starts
from sim.planning.live import live_question
from sim.scenario.experiment_schema import Experiment, FirmQuestion, Question

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

COST = "cost_per_customer"


@dataclass(frozen=True)
class DoubtfulWorld:
    """A parameter, where in its range it stands, and its value there."""

    path: str
    level: str
    value: float


def doubtful_worlds(loaded: Loaded[Scenario], experiments: list[Question]) -> list[DoubtfulWorld]:
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


def can_matter(scenario: Scenario, experiment: Question, path: str) -> bool:
    """Whether a parameter can change anything in an experiment: the response to rewards cannot where nobody gets
    one.
    """
    if not path.startswith("reward."):
        return True
    policies = [] if "reward" in experiment.background.without else [experiment.background.policy]
    if isinstance(experiment, FirmQuestion):
        policies += [arm.policy for arm in experiment.arms.values() if arm.policy is not None]
    elif isinstance(experiment, Experiment) and any(arm.reward is not None for arm in experiment.arms.values()):
        return True
    return any(part.reward is not None for policy in policies for part in scenario.policies[policy].values())


Means = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]
"""By experiment and arm: the decision's metric and the cost, yuan a customer, shape (replications,)."""


def live_doubtful(world: Scenario, experiments: list[Question], seed: int, replications: np.ndarray) -> Means:
    """Roll every arm out in one doubtful world."""
    starts, margin = Starts(world, seed, replications), world.money.margin_share

    def of(experiment: Question) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        block = live_question(starts, experiment, seed, trial=False)
        return {
            arm: (
                block.means(arm, experiment.decision.metric, replications, margin),
                block.means(arm, COST, replications, margin),
            )
            for arm in experiment.arms
        }

    return {experiment.name: of(experiment) for experiment in experiments}


def decide_world(
    experiment: Question, means: dict[str, tuple[np.ndarray, np.ndarray]]
) -> tuple[str, dict[str, Interval | Refused]]:
    """The decision in one world, and the decision's metric of each arm with its run doubt."""
    values = {arm: run_mean(of[0][~np.isnan(of[0])]) for arm, of in means.items()}
    decision = decide(
        experiment,
        {arm: float(np.nanmean(of[0])) for arm, of in means.items()},
        {arm: float(np.nanmean(of[1])) for arm, of in means.items()},
    )
    return decision.arm, values
