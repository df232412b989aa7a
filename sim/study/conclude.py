"""What the firm concludes from a real trial, by the rule in the experiment's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.evidence.results import Estimate, Interval, Refused
from sim.study.estimates import Found, Trial

CORRECTIONS = {"holm": "Holm", "dunnett": "Dunnett", "false_discovery_rate": "Benjamini-Hochberg"}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The arm that follows, and why; not conclusive where nothing was shown."""

    arm: str
    reason: str
    conclusive: bool


def conclude(trial: Trial, against_reference: Mapping[str, Found]) -> Conclusion | Refused:
    """Apply the trial's decision rule.

    Parameters
    ----------
    trial : Trial
    against_reference
        By arm: the rule's metric against the reference's, p corrected.

    Returns
    -------
    Conclusion, or Refused where no contrast could be tested, or several arms are better and no cost is known.
    """
    study, rule = trial.study, trial.study.trial_decision
    effects = {
        arm: (found.effect.value, found.p_value if found.p_adjusted is None else found.p_adjusted)
        for arm, found in against_reference.items()
        if isinstance(found, Estimate) and isinstance(found.effect, Interval)
    }
    if not effects:
        why = next((found.reason for found in against_reference.values() if isinstance(found, Refused)), "no contrast")
        return Refused(f"no arm's {rule.metric} could be compared with {study.reference}'s: {why}")
    sign = 1.0 if rule.choose == "cheapest_above_reference" else -1.0
    better = [arm for arm, (effect, p) in effects.items() if p <= study.alpha and sign * effect > 0]
    how = f"({CORRECTIONS[study.correction]}, {study.alpha:.0%})"
    if not better:
        reason = f"no arm's {rule.metric} differs from {study.reference}'s for the better {how}"
        return Conclusion(rule.if_inconclusive, f"{reason}: inconclusive, so {rule.if_inconclusive} stays", False)
    costs = _costs(trial)
    if len(better) > 1 and costs is None:
        return Refused(
            f"{', '.join(better)} all have a {rule.metric} that differs from {study.reference}'s for the better {how}, "
            "and the data hold no cost by which one is the cheapest"
        )
    arm = min(better, key=lambda name: (0.0 if costs is None else costs[name], -sign * effects[name][0]))
    which = "the only arm" if len(better) == 1 else "cheapest arm (of equally cheap ones the best)"
    return Conclusion(arm, f"{which} whose {rule.metric} differs from {study.reference}'s for the better {how}", True)


def _costs(trial: Trial) -> dict[str, float] | None:
    """Mean cost of each arm's customers; None where it is not known."""
    if trial.study.data.costs:
        return dict(trial.study.data.costs)
    cost, of_arm = trial.records.cost, trial.records.arm
    if cost is None:
        return None
    n = np.bincount(of_arm, minlength=len(trial.arms))
    total = np.bincount(of_arm, weights=cost, minlength=len(trial.arms))
    return {arm: float(total[place] / max(n[place], 1)) for place, arm in enumerate(trial.arms)}
