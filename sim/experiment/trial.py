"""A block of replications of one experiment: the trial, and a roll-out of every arm.

A trial puts all arms into one world, as a company would; a roll-out puts everybody eligible into one arm. Both
start from the same customers with the same luck (twins), so their difference is the arm's doing, or interference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.assignment import assign
from sim.experiment.outcomes import Outcomes, mean_by, metric
from sim.experiment.ratios import PARTS, ratio_by
from sim.experiment.start import Start, residual_end
from sim.experiment.truth import Customers, RolloutBlock
from sim.experiment.waves import arms_of, in_all, live_waves
from sim.world.world import World

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment, Question

TRIAL, ROLLOUT = "trial", "rollout "


@dataclass(frozen=True, eq=False)
class ExperimentBlock(RolloutBlock):
    """What a block of replications of an experiment leaves behind.

    Attributes
    ----------
    trial : Outcomes, or None where only roll-outs were asked for
    """

    trial: Outcomes | None

    def means(self, arm: str, name: str, replications: np.ndarray, margin: float) -> np.ndarray:
        """A metric's mean over those eligible."""
        outcomes = self.rollouts[arm]
        row = outcomes.replication - replications[0]
        if name in PARTS:
            return ratio_by(row, PARTS[name](outcomes), len(replications))
        return mean_by(row, metric(outcomes, name, margin), len(replications))


def horizon_of(start: Start, experiment: Question) -> float:
    """Days over which a question's outcomes are counted."""
    return float(experiment.horizon_days or start.scenario.horizon_days)


def live_trial(start: Start, experiment: Experiment, seed: int) -> tuple[Outcomes, World]:
    """Put all arms into one world and live it to the horizon, and on to the last day of the follow-up."""
    background = experiment.background
    arms = arms_of(experiment, list(experiment.arms.values()))
    world = start.world(background.policy, background.without, arms)

    def deal(customers: Customers, stratum: np.ndarray) -> np.ndarray:
        return assign(experiment, seed, customers, stratum)

    horizon = horizon_of(start, experiment)
    return live_waves(start, experiment, seed, world, deal, horizon=horizon, until=0.0), world


def live_rollout(start: Start, experiment: Experiment, arm: str, seed: int) -> tuple[Outcomes, World, np.ndarray]:
    """Put everybody eligible into one arm, live to the horizon, and on for the residual value.

    Returns
    -------
    Outcomes, the world after the residual time, and its tally as of the horizon
    """
    background, horizon = experiment.background, horizon_of(start, experiment)
    world = start.world(background.policy, background.without, arms_of(experiment, [experiment.arms[arm]]))
    outcomes = live_waves(
        start, experiment, seed, world, lambda customers, stratum: 0,
        horizon=horizon, until=residual_end(start.scenario, horizon),
    )  # fmt: skip
    outcomes.arm[:] = list(experiment.arms).index(arm)
    return outcomes, world, _books(start, world, 1)


def _books(start: Start, world: World, arms: int) -> np.ndarray:
    """The tally to the last horizon; who has been let go is enrolled no more."""
    tally = world.tally_to(start.laws.horizon)
    tally[:, 0] += tally[:, arms + 1 :].sum(axis=1)
    return tally[:, : arms + 1]


def live_experiment(start: Start, experiment: Experiment, seed: int, *, trial: bool = True) -> ExperimentBlock:
    """Live a block of replications of an experiment: its trial (unless left out) and all its roll-outs."""
    tallies: dict[str, np.ndarray] = {}
    customers: dict[str, Customers] = {}
    worlds: dict[str, Outcomes] = {}
    if trial:
        worlds[TRIAL], world = live_trial(start, experiment, seed)
        tallies[TRIAL] = _books(start, world, len(experiment.arms))
    for arm in experiment.arms:
        worlds[ROLLOUT + arm], world, tallies[arm] = live_rollout(start, experiment, arm, seed)
        if 0 in start.replications:
            customers[arm] = world.customers[: world.row_start[1]].copy()
    if experiment.starts is not None:
        worlds = in_all(worlds)
    rollouts = {arm: worlds[ROLLOUT + arm] for arm in experiment.arms}
    return ExperimentBlock(rollouts, tallies, customers, start.laws.marks, worlds.get(TRIAL))
