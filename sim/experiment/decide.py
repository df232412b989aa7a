"""Decisions by rules that are data in the experiment's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.experiment.families import NAMES
from sim.experiment.guardrails import allowed

if TYPE_CHECKING:
    from sim.experiment.grade import Bench, GradedContrast
    from sim.scenario.experiment_schema import Experiment, Question

INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Decision:
    """An arm and why; shares of trials only for a trial's decision."""

    arm: str
    reason: str
    conclusive: bool = True
    shares: Mapping[str, float] | None = None


def decide(
    experiment: Question, values: Mapping[str, float], costs: Mapping[str, float], currency: str = "yuan"
) -> Decision:
    """Decide from known values, as somebody would who knew the truth.

    Parameters
    ----------
    experiment : Question
        Its `decision` rule: the best value wins; among those within `indifferent_within` of the reference's value from
        the best, the cheapest.
    values, costs : float by arm
        The rule's metric, and the cost, yuan a customer.
    currency : str
        What the reason calls money.
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
        gap = _amount(rule.metric, abs(values[arm] - values[runner_up]), currency)
        return Decision(arm, f"{rule.choose} {rule.metric}: {gap} ahead of {runner_up}")
    return Decision(
        arm,
        f"cheapest of those within {rule.indifferent_within:.0%} of the reference's {rule.metric} from the best "
        f"({best}): {_amount(rule.metric, abs(values[best] - values[arm]), currency)} behind it",
    )


def _amount(metric: str, gap: float, currency: str) -> str:
    """Write a difference in a rule's metric with its unit."""
    if metric == "churn_rate":
        return f"{100 * gap:.1f} points"
    decimals = 0 if gap >= 100 else 1 if gap >= 10 else 2
    return f"{gap:,.{decimals}f} {currency} a customer"


def decide_trials(bench: Bench, contrasts: list[GradedContrast]) -> Decision:
    """What the firm would have concluded from the first trial, and the share of all that conclude each thing."""
    experiment = bench.experiment
    rule, correction = experiment.trial_decision, NAMES[experiment.multiplicity]
    against = {c.arm: c for c in contrasts if c.metric == rule.metric and c.against == experiment.reference}
    concluded = conclude(
        experiment,
        {arm: contrast.p_adjusted for arm, contrast in against.items()},
        {arm: contrast.trials.value for arm, contrast in against.items()},
        _trial_costs(bench),
        allowed(experiment, bench.cells),
    )
    rails = " with all guardrails kept" if experiment.guardrails else ""
    if concluded.conclusive[0]:
        reason = (
            f"cheapest arm whose {rule.metric} differs from {experiment.reference}'s for the better{rails} "
            f"({correction}, {experiment.alpha:.0%})"
        )
    else:
        reason = (
            f"no arm's {rule.metric} differs from {experiment.reference}'s for the better{rails} ({correction}, "
            f"{experiment.alpha:.0%}): inconclusive, so {rule.if_inconclusive} stays"
        )
    first = bench.arms[concluded.arm[0]]
    return Decision(first, reason, bool(concluded.conclusive[0]), concluded.shares(bench.arms, list(against)))


class Concluded(NamedTuple):
    """What each of many trials concludes; arrays of shape (trials,).

    `arm` is the number of the arm that is used afterwards, `conclusive` whether the trial has shown it to be better.
    """

    arm: np.ndarray
    conclusive: np.ndarray

    def shares(self, arms: Sequence[str], tried: Sequence[str]) -> dict[str, float]:
        """Share of trials that conclude each arm that was tried, or nothing."""
        shares = {
            arm: float((self.conclusive & (self.arm == number)).mean())
            for number, arm in enumerate(arms)
            if arm in tried
        }
        return shares | {INCONCLUSIVE: float((~self.conclusive).mean())}


def conclude(
    experiment: Experiment,
    p_adjusted: Mapping[str, np.ndarray],
    effect: Mapping[str, np.ndarray],
    costs: Mapping[str, np.ndarray],
    permitted: Mapping[str, np.ndarray],
) -> Concluded:
    """Decide after each trial by the experiment's `trial_decision`.

    Parameters
    ----------
    experiment : Experiment
    p_adjusted, effect : float64 arrays by arm, shape (trials,)
        Of the rule's metric, each arm against the reference; NaN where a trial is refused.
    costs : float64 arrays by arm, shape (trials,)
        Yuan a customer: the cheapest of several better arms is taken, the first of equally cheap ones.
    permitted : bool arrays by arm, shape (trials,)
        What guardrails allow; an arm that is not named is allowed.
    """
    rule, arms = experiment.trial_decision, list(experiment.arms)
    stays = arms.index(rule.if_inconclusive)
    trials = len(next(iter(costs.values())))
    cheapest = np.full((trials, len(arms)), np.inf)
    for arm, p in p_adjusted.items():
        with np.errstate(invalid="ignore"):
            better = effect[arm] > 0 if rule.choose == "cheapest_above_reference" else effect[arm] < 0
            better = (p <= experiment.alpha) & better & permitted.get(arm, True)
        cheapest[:, arms.index(arm)] = np.where(better, costs[arm], np.inf)
    conclusive = np.isfinite(cheapest).any(axis=1)
    return Concluded(np.where(conclusive, cheapest.argmin(axis=1), stays), conclusive)


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
