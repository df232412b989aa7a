"""A block of replications of one experiment: the trial, and a roll-out of every arm.

A trial puts all arms into one world, as a company would; a roll-out puts everybody eligible into one arm. Both
start from the same customers with the same luck (twins), so their difference is the arm's doing, or interference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.assignment import assign, eligible, strata
from sim.experiment.before import read_before
from sim.experiment.follow_up import live_through
from sim.experiment.outcomes import Outcomes, mean_by, metric, read_outcomes
from sim.experiment.start import Start, residual_end
from sim.experiment.truth import Customers, RolloutBlock
from sim.world.world import ArmRule, World

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment, Question
    from sim.scenario.offers import Arm


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
        return mean_by(row, metric(outcomes, name, margin), len(replications))


def horizon_of(start: Start, experiment: Question) -> float:
    """Days over which a question's outcomes are counted."""
    return float(experiment.horizon_days or start.scenario.horizon_days)


def arm_rule(arm: Arm) -> ArmRule:
    """What an arm overrides."""
    return ArmRule(
        arm.cadence,
        None if arm.reward is None else float(arm.reward.free_days),
        arm.reminders,
        None if arm.reactivation is None else arm.reactivation.credit_yuan,
        arm.agreement,
        arm.points_reminder,
        arm.complaint_line,
    )


def live_trial(start: Start, experiment: Experiment, seed: int) -> tuple[Outcomes, World]:
    """Put all arms into one world and live it to the horizon, and on to the last day of the follow-up."""
    world = start.world(
        experiment.background.policy,
        experiment.background.without,
        [arm_rule(arm) for arm in experiment.arms.values()],
    )
    who = eligible(experiment, world.customers)
    stratum = strata(start.scenario, experiment, world.customers[who])
    arm = assign(experiment, seed, world.customers[who], stratum)
    return _lived(start, experiment, world, who, stratum, arm, until=0.0), world


def live_rollout(start: Start, experiment: Experiment, arm: str) -> tuple[Outcomes, World, np.ndarray]:
    """Put everybody eligible into one arm, live to the horizon, and on for the residual value.

    Returns
    -------
    Outcomes, the world after the residual time, and its tally as of the horizon
    """
    background, horizon = experiment.background, horizon_of(start, experiment)
    world = start.world(background.policy, background.without, [arm_rule(experiment.arms[arm])])
    who = eligible(experiment, world.customers)
    stratum = strata(start.scenario, experiment, world.customers[who])
    outcomes = _lived(start, experiment, world, who, stratum, 0, until=residual_end(start.scenario, horizon))
    outcomes.arm[:] = list(experiment.arms).index(arm)
    return replace(outcomes, residual=world.customers["residual"][who]), world, world.tally_to(horizon)


def _lived(
    start: Start,
    experiment: Experiment,
    world: World,
    who: np.ndarray,
    stratum: np.ndarray,
    arm: np.ndarray | int,
    *,
    until: float,
) -> Outcomes:
    """Enrol customers, live the campaign to the horizon and, without it, on to `until` and the follow-up's last day."""
    horizon, background = horizon_of(start, experiment), experiment.background
    days = tuple(float(day) for day in experiment.follow_up_days)
    later = tuple(day for day in days if day > horizon)
    before = read_before(start.scenario, world.customers[who])
    world.enrol(who, arm)
    world.begin()
    net = live_through(world, who, days[: len(days) - len(later)])
    world.live(horizon)
    outcomes = read_outcomes(start.scenario, world.customers[who], stratum, before, horizon)
    if until > horizon or later:
        world.end_campaign(background.policy, background.without)
        net = np.concatenate([net, live_through(world, who, later)], axis=1)
        world.live(max(until, *later) if later else until)
    return replace(outcomes, net_at=net, lost_at=world.customers["lost_at"][who])


def live_experiment(start: Start, experiment: Experiment, seed: int, *, trial: bool = True) -> ExperimentBlock:
    """Live a block of replications of an experiment: its trial (unless left out) and all its roll-outs."""
    tallies: dict[str, np.ndarray] = {}
    rollouts: dict[str, Outcomes] = {}
    customers: dict[str, Customers] = {}
    of_trial = None
    if trial:
        of_trial, world = live_trial(start, experiment, seed)
        tallies["trial"] = world.tally_to(horizon_of(start, experiment))
    for arm in experiment.arms:
        rollouts[arm], world, tallies[arm] = live_rollout(start, experiment, arm)
        if 0 in start.replications:
            customers[arm] = world.customers[: world.row_start[1]].copy()
    return ExperimentBlock(rollouts, tallies, customers, start.laws.marks, of_trial)
