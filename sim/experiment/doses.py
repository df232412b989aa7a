"""Does more do more? The trend of a share over the arms' doses, and the least dose that does nearly all (H-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.dose_response import least_dose, least_dose_of_shares
from sim.evidence.grading import Grades, grade
from sim.evidence.results import Estimates, Interval, Refused
from sim.evidence.trend import share_trend
from sim.experiment.additive import SHARES
from sim.experiment.truth import paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench

TREND, LEAST_DOSE = "trend", "least_dose"
NEARLY_ALL = 0.9
"""Of the largest dose's effect: what is enough."""


@dataclass(frozen=True, eq=False)
class DoseAnswer:
    """What the doses say in one metric.

    Attributes
    ----------
    what : 'trend' (slope a unit of dose) or 'least_dose'
    grades : of the trend; None for the least dose, which most trials of a usual size refuse
    refused : share of trials that are refused
    """

    metric: str
    what: str
    truth: Interval | Refused
    trials: Estimates
    grades: Grades | None
    refused: float


def dose_answers(bench: Bench) -> Iterator[DoseAnswer]:
    """Trend and least dose of every share that the experiment measures; nothing where the file gives no doses."""
    plan = bench.experiment
    if plan.doses is None:
        return
    doses = np.array([plan.doses[arm] for arm in bench.arms], dtype=np.float64)
    for name in (name for name in plan.metrics if name in SHARES):
        cells, level = bench.cells(name), 1 - plan.alpha
        arms = [cells.flat_counts(number) for number in range(len(doses))]
        trials = share_trend(arms, doses, level=level)
        lived = np.stack([bench.by_replication(arm, name) for arm in bench.arms])
        truth = paired(_slope(doses) @ lived, np.zeros(lived.shape[1]))
        yield DoseAnswer(
            name, TREND, truth, trials, grade(trials, truth, alpha=plan.alpha), float(trials.refused.mean())
        )
        if len(np.unique(doses)) >= 3:
            found = least_dose_of_shares(arms, doses, of_largest=NEARLY_ALL, level=level)
            yield DoseAnswer(name, LEAST_DOSE, _true_least(lived, doses), found, None, float(found.refused.mean()))


def _slope(doses: np.ndarray) -> np.ndarray:
    centred = doses - doses.mean()
    weights: np.ndarray = centred / (centred**2).sum()
    return weights


def _true_least(lived: np.ndarray, doses: np.ndarray) -> Interval | Refused:
    """By the roll-outs' shares, whose doubt is that of differences between arms of the same luck."""
    known = lived[:, ~np.isnan(lived).any(axis=0)]
    replications = known.shape[1]
    if replications < 2:
        return Refused("one replication: its run doubt is not known")
    own = known - known.mean(axis=0)
    errors = own.std(axis=1, ddof=1) / np.sqrt(replications)
    found = least_dose(known.mean(axis=1), errors, doses, replications, of_largest=NEARLY_ALL, of="run").one()
    return found if isinstance(found, Refused) else found.effect
