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
    shown : which trials show that it does, shape (trials,)
    """

    guardrail: Guardrail
    arm: str
    truth: Interval | Refused
    keeps: bool | None
    trials: Estimates
    shown: np.ndarray

    @property
    def passed(self) -> Interval | Refused:
        """Share of trials that show it."""
        return run_share(self.shown)


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
        A test that is refused allows nothing, but where nobody differs (`shown`).
    """
    found: dict[str, np.ndarray] = {}
    for guardrail in experiment.guardrails:
        of = cells(guardrail.metric)
        for arm in experiment.arms:
            if arm != experiment.reference:
                kept = shown(experiment, guardrail, of, arm, tested(experiment, guardrail, of, arm))
                found[arm] = found.get(arm, np.ones(len(kept), dtype=bool)) & kept
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
            kept = shown(plan, guardrail, cells, arm, trials)
            yield Guarded(guardrail, arm, truth, _keeps(guardrail, truth), trials, kept)


def shown(experiment: Experiment, guardrail: Guardrail, cells: Cells, arm: str, trials: Estimates) -> np.ndarray:
    """Which trials show that an arm keeps to a guardrail, shape (trials,).

    Those whose test does. And where two or more customers of each arm all have one value there is nothing to test and
    nothing to doubt: the arm keeps to it if that value is not worse than the reference's by the margin.
    """
    with np.errstate(invalid="ignore"):
        found: np.ndarray = trials.p_value <= experiment.alpha
    if guardrail.metric in SHARES:  # the score test knows what no events, or nothing but events, are worth
        return found
    arms, whole = list(experiment.arms), cells.totals()
    one, other = (whole.flat_sample(arms.index(name)) for name in (arm, experiment.reference))
    still = np.ones(len(found), dtype=bool)
    for side in (one, other):
        still &= (np.asarray(side.n) > 1) & (np.asarray(side.variance) == 0)
    more = np.asarray(one.mean) - np.asarray(other.mean)
    kept: np.ndarray = found | (still & ((more if guardrail.worse == "higher" else -more) < guardrail.margin))
    return kept


def _keeps(guardrail: Guardrail, truth: Interval | Refused) -> bool | None:
    if isinstance(truth, Refused):
        return None
    worst, best = (truth.high, truth.low) if guardrail.worse == "higher" else (-truth.low, -truth.high)
    return True if worst < guardrail.margin else False if best > guardrail.margin else None
