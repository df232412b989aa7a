"""Does an effect differ between kinds of customers? Each subgroup's own, and the test that they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.evidence.cells import counts, sample
from sim.evidence.multiplicity import holm_family
from sim.evidence.results import Refused
from sim.evidence.subgroups import subgroup_means, subgroup_shares
from sim.study.estimates import Found, Trial

LACKING = Refused("subgroups are not compared where whole circles were assigned or follow-up ends early")


@dataclass(frozen=True, eq=False)
class Split:
    """One contrast in one metric, split by a column: the effect in each group, and the test that all are equal."""

    metric: str
    arm: str
    against: str
    column: str
    effects: Mapping[str, Found]
    interaction: Found


def splits(trial: Trial, metric: str) -> list[Split]:
    """All contrasts of a metric by all columns; the interaction tests of a metric are one Holm family."""
    found = [
        _split(trial, metric, contrast.arm, contrast.against, column)
        for column in trial.records.subgroups
        for contrast in trial.study.contrasts
    ]
    tests = holm_family({str(place): split.interaction for place, split in enumerate(found)}, f"{metric}, subgroups")
    return [
        Split(split.metric, split.arm, split.against, split.column, split.effects, tests[str(place)])
        for place, split in enumerate(found)
    ]


def _split(trial: Trial, metric: str, arm: str, against: str, column: str) -> Split:
    if trial.records.circle is not None or trial.cut_short:
        return Split(metric, arm, against, column, {}, LACKING)
    if metric in trial.records.per:
        return Split(metric, arm, against, column, {}, Refused("subgroups are not compared in ratios of totals"))
    groups, of = trial.records.subgroups[column], trial.pair(arm, against)
    if len(groups.names) < 2:
        return Split(metric, arm, against, column, {}, Refused(f"every customer has the same {column}"))
    number, values = groups.number[of.rows], trial.records.values[metric][of.rows]
    size = {"trials": len(groups.names)}
    if trial.is_share(metric):
        shares = [counts(values[mask] > 0, trial=number[mask], **size) for mask in (of.in_arm, ~of.in_arm)]
        found = subgroup_shares(shares[0], shares[1], names=groups.names, level=trial.level)
    else:
        samples = [sample(values[mask], trial=number[mask], **size) for mask in (of.in_arm, ~of.in_arm)]
        found = subgroup_means(samples[0], samples[1], names=groups.names, level=trial.level)
    effects = {name: estimates.one() for name, estimates in found.effects.items()}
    return Split(metric, arm, against, column, effects, found.interaction.one())
