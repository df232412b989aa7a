"""Decisions by rules that are data in the experiment's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.experiment.grade import Bench, GradedContrast
    from sim.scenario.experiment_schema import Question

INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Decision:
    """An arm and why; shares of trials only for a trial's decision."""

    arm: str
    reason: str
    conclusive: bool = True
    shares: Mapping[str, float] | None = None


def decide(experiment: Question, values: Mapping[str, float], costs: Mapping[str, float]) -> Decision:
    """Decide from known values, as somebody would who knew the truth.

    Parameters
    ----------
    experiment : Question
        Its `decision` rule: the best value wins; among those within `indifferent_within` of the reference's value from
        the best, the cheapest.
    values, costs : float by arm
        The rule's metric, and the cost, yuan a customer.
    """
    rule = experiment.decision
    sign = -1.0 if rule.choose == "lowest" else 1.0
    best = max(experiment.arms, key=lambda arm: sign * values[arm])
    slack = rule.indifferent_within * abs(values[experiment.reference])
    as_good = [arm for arm in experiment.arms if sign * (values[best] - values[arm]) <= slack]
    arm = min(as_good, key=lambda name: costs[name])
    if arm == best:
        others = [name for name in experiment.arms if name != arm]
        runner_up = max(others, key=lambda name: sign * values[name])
        gap = abs(values[arm] - values[runner_up])
        return Decision(arm, f"{rule.choose} {rule.metric}: {gap:,.4g} a customer ahead of {runner_up}")
    return Decision(
        arm,
        f"cheapest of those within {rule.indifferent_within:.0%} of the reference's {rule.metric} from the best "
        f"({best}): {abs(values[best] - values[arm]):,.4g} a customer behind it",
    )


def decide_trials(bench: Bench, contrasts: list[GradedContrast]) -> tuple[list[Decision], Decision]:
    """What the firm would have concluded from each trial, and from the first.

    Returns
    -------
    one decision a replication, and the first one with the share of trials that conclude each thing
    """
    experiment = bench.experiment
    rule = experiment.trial_decision
    against = {c.arm: c for c in contrasts if c.metric == rule.metric and c.against == experiment.reference}
    arm_costs = _trial_costs(bench)
    decisions = []
    for trial in range(bench.replications):
        better = [
            arm
            for arm, contrast in against.items()
            if contrast.p_adjusted[trial] <= experiment.alpha and _better(rule.choose, contrast.trials.value[trial])
        ]
        if better:
            arm = min(better, key=lambda name: arm_costs[name][trial])
            reason = (
                f"cheapest arm whose {rule.metric} differs from {experiment.reference}'s for the better "
                f"(Holm, {experiment.alpha:.0%})"
            )
            decisions.append(Decision(arm, reason))
        else:
            reason = (
                f"no arm's {rule.metric} differs from {experiment.reference}'s for the better (Holm, "
                f"{experiment.alpha:.0%}): inconclusive, so {rule.if_inconclusive} stays"
            )
            decisions.append(Decision(rule.if_inconclusive, reason, conclusive=False))
    seen = Counter(d.arm if d.conclusive else INCONCLUSIVE for d in decisions)
    outcomes = [*(arm for arm in experiment.arms if arm in against), INCONCLUSIVE]
    shares = {outcome: seen[outcome] / len(decisions) for outcome in outcomes}
    first = decisions[0]
    return decisions, Decision(first.arm, first.reason, first.conclusive, shares)


def _better(choose: str, effect: float) -> bool:
    return effect > 0 if choose == "cheapest_above_reference" else effect < 0


def _trial_costs(bench: Bench) -> dict[str, np.ndarray]:
    """Mean cost of each arm in each trial, yuan a customer."""
    trial = bench.trial
    cost = bench.values(trial, "cost_per_customer", lived=False)
    costs = {}
    for number, arm in enumerate(bench.arms):
        mask = trial.arm == number
        n = np.bincount(trial.replication[mask], minlength=bench.replications)
        total = np.bincount(trial.replication[mask], weights=cost[mask], minlength=bench.replications)
        costs[arm] = total / np.maximum(n, 1)
    return costs
