"""What a published trial reports: each arm's outcomes and how they differ, as one trial of that size shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.flagged import flagged_kept
from sim.experiment.outcomes import DEFINITIONS, Outcomes, mean_by, metric
from sim.experiment.trial import horizon_of, live_trial
from sim.experiment.ways_out import ratio

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.scenario.experiment_schema import Experiment

Quantities = dict[str, np.ndarray]
TRIAL = "trial."
"""What the names of a trial's quantities begin with; the experiment's name follows."""
_WITH_RESIDUAL = "net_value_with_residual_per_customer"


def published(start: Start, experiment: Experiment, seed: int) -> Quantities:
    """Live an experiment's trial once a replication, and give what its report would print.

    Parameters
    ----------
    start : Start
        Drawn for the experiment's horizon.
    experiment : Experiment
    seed : int

    Returns
    -------
    dict of float64 arrays, shape (replications,)
        `trial.<experiment>.<arm>.<metric>` of all who were enrolled, `....churn_rate.<segment>` of a segment's, and
        `....flagged_kept` of those whom an early-warning list named (M-01; of an arm without calls it is the control);
        `....against.<arm>.<metric>`: the arm less the other, of each contrast and of each segment too, and
        `....relative`: in parts of the other. Residual values are not lived in a trial, so there are none. NaN where
        nobody could be counted.
    """
    outcomes, world = live_trial(start, experiment, seed)
    segments = list(start.scenario.segments)
    margin, rows = start.scenario.money.margin_share, start.replications
    arms = {arm: outcomes.where(outcomes.arm == number) for number, arm in enumerate(experiment.arms)}
    means = {arm: dict(_means(of_arm, experiment, segments, margin, rows)) for arm, of_arm in arms.items()}
    if start.scenario.early_warning is not None:
        end = horizon_of(start, experiment)
        for number, arm in enumerate(experiment.arms):
            means[arm]["flagged_kept"] = flagged_kept(world, 0.0, end, world.customers["arm"] == number)
    begin = f"{TRIAL}{experiment.name}"
    of = {f"{begin}.{arm}.{name}": values for arm, found in means.items() for name, values in found.items()}
    for contrast in experiment.contrasts:
        for name, values in means[contrast.arm].items():
            difference = values - means[contrast.against][name]
            here = f"{begin}.{contrast.arm}.against.{contrast.against}.{name}"
            of[here] = difference
            of[f"{here}.relative"] = ratio(difference, means[contrast.against][name])
    return of


def _means(
    outcomes: Outcomes, experiment: Experiment, segments: list[str], margin: float, replications: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Every metric of an arm that is a mean over customers, and its churn by segment."""
    row = outcomes.replication - replications[0]
    for name in experiment.metrics:
        if name in DEFINITIONS and name != _WITH_RESIDUAL:
            yield name, mean_by(row, metric(outcomes, name, margin), len(replications))
    left = outcomes.left.astype(float)
    for number, segment in enumerate(segments):
        inside = outcomes.before["segment"] == number
        yield f"churn_rate.{segment}", mean_by(row[inside], left[inside], len(replications))
