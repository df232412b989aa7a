"""What a firm would have said without a control group, made the way H-15 and H-16 were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.assignment import eligible
from sim.experiment.trial import horizon_of
from sim.scenario.offers import Arm

if TYPE_CHECKING:
    from sim.experiment.outcomes import Outcomes
    from sim.experiment.start import Start
    from sim.scenario.experiment_schema import Experiment
    from sim.world.world import World


def before_and_after(start: Start, experiment: Experiment) -> dict[str, np.ndarray]:
    """Churn of the eligible in a period with an arm, less churn of the eligible in the period before.

    The period before is lived under the scenario's baseline policy; then the experiment's background and the arm come
    at once for everybody who is eligible by then.

    Returns
    -------
    dict of float64 arrays, shape (replications,)
        By arm, the reference left out.
    """
    horizon = horizon_of(start, experiment)
    rows = len(start.replications)
    before = start.world(start.scenario.baseline_policy, arms=[Arm()])
    before.begin()
    first = eligible(experiment, before.customers)
    before.live(horizon)
    churn_before = _churn(before, first, rows, 0.0, horizon)
    differences = {}
    for name, arm in experiment.arms.items():
        if name == experiment.reference:
            continue
        after = before.fork()
        after.restart(experiment.background.policy, experiment.background.without, [arm])
        second = eligible(experiment, after.customers)
        after.enrol(second, 0)
        after.begin()
        after.live(2 * horizon)
        differences[name] = _churn(after, second, rows, horizon, 2 * horizon) - churn_before
    return differences


def responders_and_others(trial: Outcomes, arm: int, replications: int) -> np.ndarray:
    """Churn of those of an arm who answered a survey, less churn of those who never did, in each trial; NaN: nobody."""
    churn = []
    for answered in (True, False):
        group = (trial.arm == arm) & ((trial.answer >= 0) == answered)
        n = np.bincount(trial.replication[group], minlength=replications)
        left = np.bincount(trial.replication[group], weights=trial.left[group], minlength=replications)
        churn.append(np.divide(left, n, out=np.full(replications, np.nan), where=n > 0))
    difference: np.ndarray = churn[0] - churn[1]
    return difference


def _churn(world: World, who: np.ndarray, rows: int, begin: float, end: float) -> np.ndarray:
    """Share of some customers who left in a time, also where they came back."""
    lives = world.lives()
    left, row = lives.of_customers(lives.ended(begin, end))[who], world.customers["row"][who]
    n = np.bincount(row, minlength=rows)
    lost = np.bincount(row, weights=left, minlength=rows)
    churn: np.ndarray = np.divide(lost, n, out=np.full(rows, np.nan), where=n > 0)
    return churn
