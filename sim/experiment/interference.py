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
from sim.experiment.outcomes import OF_LEAVERS, counted, mean_by
from sim.experiment.truth import NOBODY, paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


NOT_THE_SAME = Refused("who leaves in the trial and who leaves in the roll-out are not the same")


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
    seen = bench.values(bench.trial, name, lived=False)[of]
    gaps = seen - bench.values(bench.rollouts[arm], name, lived=lived)[of]
    return mean_by(bench.trial.replication[of], gaps, bench.replications)


def interference(bench: Bench, name: str, arm: str, against: str) -> Interval | Refused:
    """Mean of the trials' effects less the roll-outs' effect."""
    if name in OF_LEAVERS:
        return NOT_THE_SAME
    return paired(gap(bench, name, arm), gap(bench, name, against))


def of_arms(bench: Bench) -> Iterator[ArmInterference]:
    """Every arm, the reference included, in every metric that the experiment names."""
    for name in bench.experiment.metrics:
        for number, arm in enumerate(bench.arms):
            of = counted(bench.trial.where(bench.trial.arm == number), name)
            seen = bench.values(of, name, lived=False)
            yield ArmInterference(
                metric=name,
                arm=arm,
                trial=_run(mean_by(of.replication, seen, bench.replications)),
                rollout=_run(_rollout(bench, name, arm)),
                difference=NOT_THE_SAME if name in OF_LEAVERS else _run(gap(bench, name, arm)),
            )


def _rollout(bench: Bench, name: str, arm: str) -> np.ndarray:
    """An arm's roll-out as a trial would value it: residual values are the firm's table's."""
    rollout = counted(bench.rollouts[arm], name)
    return mean_by(rollout.replication, bench.values(rollout, name, lived=False), bench.replications)


def _run(values: np.ndarray) -> Interval | Refused:
    known = values[~np.isnan(values)]
    return run_mean(known) if len(known) else NOBODY
