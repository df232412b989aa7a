"""What an arm must not harm: it is used after a trial only if that shows it to be no worse than a margin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.equivalence import mean_non_inferiority, share_non_inferiority
from sim.evidence.grading import run_share
from sim.evidence.results import Estimates, Interval, Refused
from sim.experiment.additive import SHARES, Cells

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.scenario.experiment_schema import Experiment, Guardrail


@dataclass(frozen=True, eq=False)
class Guarded:
    """One guardrail of one arm against the reference.

    Attributes
    ----------
    keeps : whether the arm keeps to it in truth; None where its run doubt cannot tell
    passed : share of trials that show that it does
    """

    guardrail: Guardrail
    arm: str
    truth: Interval | Refused
    keeps: bool | None
    trials: Estimates
    passed: Interval | Refused


def tested(experiment: Experiment, guardrail: Guardrail, cells: Cells, arm: str) -> Estimates:
    """The one-sided test of one arm in all trials, without strata (which makes it, if anything, stricter)."""
    arms = list(experiment.arms)
    sides = arms.index(arm), arms.index(experiment.reference)
    whole = cells.totals()
    margin, worse, alpha = guardrail.margin, guardrail.worse, experiment.alpha
    if guardrail.metric in SHARES:
        one, other = (whole.flat_counts(side) for side in sides)
        return share_non_inferiority(one, other, margin=margin, worse=worse, alpha=alpha)
    first, second = (whole.flat_sample(side) for side in sides)
    return mean_non_inferiority(first, second, margin=margin, worse=worse, alpha=alpha)


def allowed(experiment: Experiment, cells: Callable[[str], Cells]) -> dict[str, np.ndarray]:
    """Which trials allow each arm but the reference, by all guardrails; nothing where there is none.

    Parameters
    ----------
    experiment : Experiment
    cells : callable
        Sums of a metric in all trials.

    Returns
    -------
    dict of bool arrays by arm, shape (trials,)
        A test that is refused allows nothing.
    """
    found: dict[str, np.ndarray] = {}
    for guardrail in experiment.guardrails:
        of = cells(guardrail.metric)
        for arm in experiment.arms:
            if arm != experiment.reference:
                shown = _shown(experiment, tested(experiment, guardrail, of, arm))
                found[arm] = found.get(arm, np.ones(len(shown), dtype=bool)) & shown
    return found


def guarded(bench: Bench) -> Iterator[Guarded]:
    """Every guardrail of every arm."""
    plan = bench.experiment
    for guardrail in plan.guardrails:
        cells = bench.cells(guardrail.metric)
        for arm in bench.arms:
            if arm == plan.reference:
                continue
            trials = tested(plan, guardrail, cells, arm)
            truth = bench.truth(guardrail.metric, arm, plan.reference)
            yield Guarded(guardrail, arm, truth, _keeps(guardrail, truth), trials, run_share(_shown(plan, trials)))


def _shown(experiment: Experiment, trials: Estimates) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        shown: np.ndarray = trials.p_value <= experiment.alpha
    return shown


def _keeps(guardrail: Guardrail, truth: Interval | Refused) -> bool | None:
    if isinstance(truth, Refused):
        return None
    worst, best = (truth.high, truth.low) if guardrail.worse == "higher" else (-truth.low, -truth.high)
    return True if worst < guardrail.margin else False if best > guardrail.margin else None
