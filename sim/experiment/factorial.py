"""Two factors, each given or not, in four plain arms: main effects and interaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.contrasts import FACTORIAL, factorial_means, factorial_shares
from sim.evidence.grading import Grades, grade
from sim.evidence.results import Estimates, Interval, Refused
from sim.experiment.additive import SHARES
from sim.experiment.truth import paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench


@dataclass(frozen=True, eq=False)
class FactorialEffect:
    """A main effect or the interaction in one metric.

    Attributes
    ----------
    effect : 'first', 'second' or 'interaction'
    trials : Estimates
        One entry a replication, unadjusted; its label says the effect in words.
    """

    metric: str
    effect: str
    truth: Interval | Refused
    trials: Estimates
    grades: Grades


def factorial_effects(bench: Bench) -> Iterator[FactorialEffect]:
    """All effects of the factors in all metrics; nothing where the experiment names no factors."""
    plan = bench.experiment.factorial
    if plan is None:
        return
    arms = [bench.arms.index(arm) for arm in plan.cells]
    names = (plan.names[0], plan.names[1])
    level = 1 - bench.experiment.alpha
    for metric in bench.experiment.metrics:
        cells = bench.cells(metric)
        if metric in SHARES:
            found = factorial_shares([cells.flat_counts(arm) for arm in arms], names=names, level=level)
        else:
            found = factorial_means([cells.flat_sample(arm) for arm in arms], names=names, level=level)
        lived = np.stack([bench.by_replication(arm, metric) for arm in plan.cells])
        for effect, trials in found.items():
            combined = np.asarray(FACTORIAL[effect]) @ lived
            truth = paired(combined, np.zeros(len(combined)))
            yield FactorialEffect(metric, effect, truth, trials, grade(trials, truth, alpha=bench.experiment.alpha))
