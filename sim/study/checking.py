"""The checks that a trial's records allow: which were made, what they found."""

from __future__ import annotations

import numpy as np

from sim.evidence.checks import (
    Balance,
    Check,
    alike_before,
    all_recorded,
    arm_sizes,
    as_assigned,
    exposed_at_once,
    followed_up,
    redeemed_where_given,
)
from sim.evidence.results import Refused
from sim.study.estimates import Trial

Checks = dict[str, Check | Refused]


def check(trial: Trial) -> tuple[Checks, list[Balance]]:
    """Make every check for which the data hold what it needs, in the order in which faults come about."""
    study, records = trial.study, trial.records
    sizes = np.bincount(records.arm, minlength=len(trial.arms))
    shares = [study.data.shares.get(arm, 1.0) for arm in trial.arms]
    treated = records.arm != trial.arms.index(study.reference)
    found: Checks = {"sample ratio": arm_sizes(sizes.tolist(), shares)}
    if study.data.enrolled:
        found["everybody has a record"] = all_recorded(sizes, [study.data.enrolled[arm] for arm in trial.arms])
    balance: list[Balance] = []
    if records.covariates:
        balance, found["alike before the trial"] = alike_before(records.covariates, records.arm, len(trial.arms))
    if records.received is not None:
        found["treated as assigned"] = as_assigned(records.arm, records.received)
    if records.exposed_day is not None:
        found["exposed at once"] = exposed_at_once(records.exposed_day, treated)
    if records.redeemed is not None:
        found["redemptions where given"] = redeemed_where_given(records.redeemed, treated)
    if records.lives is not None and study.horizon_days is not None:
        found["followed to the end"] = followed_up(records.lives.days, records.lives.left, study.horizon_days)
    return found, balance
