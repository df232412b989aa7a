"""What an answer rests on, in sentences: the assumptions that an experiment's own mechanisms put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.planning.doubt import can_matter
from sim.scenario.experiment_schema import Experiment, FirmQuestion, Question

if TYPE_CHECKING:
    from sim.scenario.provenance import Provenance
    from sim.scenario.schema import Scenario


def rests_on(scenario: Scenario, experiment: Question, provenance: Mapping[str, Provenance]) -> list[str]:
    """Sentences for the report, the ones about the experiment's own arms first."""
    if isinstance(experiment, FirmQuestion):
        sentences = _of_firm(scenario, experiment)
    else:
        assert isinstance(experiment, Experiment)
        sentences = _of_arms(scenario, experiment)
    for path in experiment.doubt:
        if not can_matter(scenario, experiment, path):
            continue
        known = provenance[path]
        if known.assumed is not None:
            sentences.append(
                f"{path} = {known.central:g} ({known.low:g} to {known.high:g}) is assumed: {known.assumed}."
            )
    return sentences


def _of_arms(scenario: Scenario, experiment: Experiment) -> list[str]:
    """What rewards and contacts do to those who get them."""
    sentences = []
    rewarded = any(arm.reward is not None for arm in experiment.arms.values())
    contacted = any(arm.cadence not in (None, "none") for arm in experiment.arms.values())
    if rewarded and scenario.reward is not None:
        law = scenario.reward
        doses = sorted(arm.reward.free_days for arm in experiment.arms.values() if arm.reward is not None)
        shares = [f"{dose:g} days {dose / (dose + law.half_dose_days):.0%}" for dose in doses if dose > 0]
        sentences.append(
            f"The response to free days is put in, not found out: at most {law.max_reduction:.0%} off the rates of "
            f"{' and '.join(law.acts_on)}, of it {', '.join(shares) or 'no arm gets any'}. H-12 reports only that 45 "
            "days did no more than 15, without sizes or random assignment."
        )
        if not law.lock_in:
            sentences.append("Free days do not bind: a customer may leave while they run.")
    if contacted and scenario.contacts is not None and scenario.contacts.effect is not None:
        effect = scenario.contacts.effect
        sentences.append(
            f"The effect of a contact is put in: a call takes {effect.max_reduction:.0%} off the rates of "
            f"{' and '.join(name for name in effect.acts_on if name != 'recovery')}, halved every "
            f"{effect.half_life_days:g} days; trials elsewhere found both help and harm (P-01 to P-04)."
        )
        if scenario.team is not None:
            sentences.append(
                f"A problem that a survey finds is solved in {scenario.team.solves_share:.0%} of cases, and stays "
                "solved until the next one: assumed."
            )
    return sentences


def _of_firm(scenario: Scenario, experiment: FirmQuestion) -> list[str]:
    """What the desk does, where an arm changes it."""
    law = scenario.desk
    if law is None or not any(path.startswith("desk.") for arm in experiment.arms.values() for path in arm.set):
        return []
    patience = "nobody tires of waiting"
    if law.patience_minutes is not None:
        patience = f"patience is {law.patience_minutes:g} minutes on average"
    stays = f"{law.success_share:.0%} of those who have their talk stay (W-03: about 40%)"
    return [
        f"What the desk does is put in: {stays}, a talk takes {law.service_minutes:g} minutes, {patience}.",
        f"A seat costs {law.seat_yuan_per_month:g} {scenario.currency} a month, busy or not.",
    ]
