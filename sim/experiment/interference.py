"""Trials against roll-outs: what customers do to each other across arms, and so what a trial cannot see.

Each customer of a trial is held against its own twin in the roll-out of its own arm: the expectation of the mean gap is
that of trial less roll-out, the luck of the draw cancels, and where nothing is shared it is exactly 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.outcomes import Outcomes, mean_by
from sim.experiment.ratios import PARTS, ratio_by
from sim.experiment.truth import NOBODY, paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


@dataclass(frozen=True, eq=False)
class ArmInterference:
    """One arm in one metric; all three over replications, with their run doubt.

    Attributes
    ----------
    trial, rollout : mean of the arm's customers in the trials, and of everybody eligible where all are under it
    difference : trial less roll-out, of the same customers
    """

    metric: str
    arm: str
    trial: Interval | Refused
    rollout: Interval | Refused
    difference: Interval | Refused


def gap(bench: Bench, name: str, arm: str, *, lived: bool = False) -> np.ndarray:
    """Mean gap between an arm's customers in the trial and their twins in its roll-out; shape (replications,).

    `lived` takes the roll-out's residual values as they were lived, not from the firm's table.
    """
    of = bench.trial.arm == bench.arms.index(arm)
    trial, rollout = bench.trial.where(of), bench.rollouts[arm].where(of)
    if name in PARTS:
        return np.asarray(_means(bench, name, trial) - _means(bench, name, rollout))
    gaps = bench.values(trial, name, lived=False) - bench.values(rollout, name, lived=lived)
    return mean_by(trial.replication, gaps, bench.replications)


def interference(bench: Bench, name: str, arm: str, against: str) -> Interval | Refused:
    """Mean of the trials' effects less the roll-outs' effect."""
    return paired(gap(bench, name, arm), gap(bench, name, against))


def of_arms(bench: Bench) -> Iterator[ArmInterference]:
    """Every arm, the reference included, in every metric that the experiment names."""
    for name in bench.experiment.metrics:
        for number, arm in enumerate(bench.arms):
            yield ArmInterference(
                metric=name,
                arm=arm,
                trial=_run(_means(bench, name, bench.trial.where(bench.trial.arm == number))),
                rollout=_run(_means(bench, name, bench.rollouts[arm])),
                difference=_run(gap(bench, name, arm)),
            )


def _means(bench: Bench, name: str, of: Outcomes) -> np.ndarray:
    """Means by replication as a trial would value them: residual values are the firm's table's."""
    if name in PARTS:
        return ratio_by(of.replication, PARTS[name](of), bench.replications)
    return mean_by(of.replication, bench.values(of, name, lived=False), bench.replications)


def _run(values: np.ndarray) -> Interval | Refused:
    known = values[~np.isnan(values)]
    return run_mean(known) if len(known) else NOBODY
