"""P-values of a metric's contrasts, corrected as the experiment's file asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.dunnett import dunnett_means, dunnett_shares
from sim.evidence.multiplicity import false_discovery_family, holm_family
from sim.study.estimates import Found, Trial

Pairs = Mapping[str, tuple[str, str]]
FAMILIES: dict[str, Callable[[Mapping[str, Found], str], dict[str, Found]]] = {
    "holm": holm_family,
    "dunnett": holm_family,  # where Dunnett's correction is not known: curves, censored shares, ratios
    "false_discovery_rate": false_discovery_family,
}


def leads(trial: Trial, metric: str, pairs: Pairs) -> dict[str, Found]:
    """Each contrast's leading estimate with its p corrected over the family of all of them.

    Parameters
    ----------
    trial : Trial
    metric : str
    pairs
        Arm and the one that it is compared with, by a name of the pair.
    """
    known = metric in trial.records.values and metric not in trial.records.per
    if trial.study.correction == "dunnett" and known and not trial.cut_short:
        return _dunnett(trial, metric, pairs)
    found = {name: trial.lead(metric, *pair) for name, pair in pairs.items()}
    return FAMILIES[trial.study.correction](found, metric)


def _dunnett(trial: Trial, metric: str, pairs: Pairs) -> dict[str, Found]:
    values, of_arm = trial.records.values[metric], trial.records.arm
    arms = [arm for arm, _ in pairs.values()]
    labels = [f"difference of {'shares' if trial.is_share(metric) else 'means'}"] * len(arms)

    def counted(arm: str) -> Counts:
        return counts(values[of_arm == trial.arms.index(arm)] > 0)

    def measured(arm: str) -> Sample:
        return sample(values[of_arm == trial.arms.index(arm)])

    reference = trial.study.reference
    if trial.is_share(metric):
        sides = [counted(arm) for arm in arms]
        found = dunnett_shares(sides, counted(reference), labels=labels, level=trial.level)
    else:
        samples = [measured(arm) for arm in arms]
        found = dunnett_means(samples, measured(reference), labels=labels, level=trial.level)
    return {name: estimates.one() for name, estimates in zip(pairs, found, strict=True)}
