"""Records that are wrong on purpose: what a firm would have filed of a trial, instead of what happened in it.

Each pathology turns the records of all trials into other records, by draws of the customer's own, so that a trial's
records hang on no other trial.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.customer.record import Line
from sim.evidence.cells import counts
from sim.evidence.proportions import risk_difference
from sim.experiment.outcomes import Outcomes

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.scenario.inject_schema import (
        DuplicatedRecords,
        Inject,
        LateExposure,
        LostRecords,
        MisloggedRedemption,
        NonCompliance,
        Peeking,
        SampleRatio,
    )


@dataclass(frozen=True, eq=False)
class Filed:
    """The records of all trials as they were filed; arrays have shape (n,), rows in the order of replications.

    Attributes
    ----------
    trial : Outcomes
    received : number of the arm whose treatment the customer got
    exposed_day : day from which on it is filed as exposed
    money_known : whether amounts up to the horizon are filed
    """

    trial: Outcomes
    received: np.ndarray
    exposed_day: np.ndarray
    money_known: bool = True

    def where(self, rows: np.ndarray) -> Filed:
        """Chosen rows, in the order given."""
        return Filed(self.trial.where(rows), self.received[rows], self.exposed_day[rows], self.money_known)


def as_it_happened(bench: Bench) -> Filed:
    """Nothing wrong."""
    return Filed(bench.trial, bench.trial.arm, np.zeros(len(bench.trial)))


def sample_ratio(bench: Bench, rule: SampleRatio) -> Filed:
    """A share of an arm's customers has no record."""
    filed = as_it_happened(bench)
    lost = (bench.trial.arm == bench.arms.index(rule.arm)) & _drawn(bench, "sample_ratio", rule.share)
    return filed.where(np.flatnonzero(~lost))


def late_exposure(bench: Bench, rule: LateExposure) -> Filed:
    """Who left before it was filed as exposed counts for the reference: only who stayed can be exposed late."""
    trial, reference = bench.trial, bench.arms.index(bench.experiment.reference)
    late = (trial.arm != reference) & _drawn(bench, "late_exposure", rule.share)
    before = late & trial.left & (trial.days < rule.days)
    arm = np.where(before, reference, trial.arm)
    return Filed(replace(trial, arm=arm), arm, np.where(late & ~before, rule.days, 0.0))


def non_compliance(bench: Bench, rule: NonCompliance) -> Filed:
    """A share of the arms' customers lives as its own twin does under the reference."""
    trial, reference = bench.trial, bench.arms.index(bench.experiment.reference)
    other = (trial.arm != reference) & _drawn(bench, "non_compliance", rule.share)
    twin = bench.rollouts[bench.experiment.reference]

    def mixed(name: str) -> np.ndarray:
        own, its = getattr(trial, name), getattr(twin, name)
        chosen: np.ndarray = np.where(other.reshape(-1, *[1] * (own.ndim - 1)), its, own)
        return chosen

    lived = {name: mixed(name) for name in ("days", "left", "reason", "active", "returned", "ledger", "cell", "answer")}
    received = np.where(other, reference, trial.arm)
    return Filed(replace(trial, **lived), received, np.zeros(len(trial)))


def lost_records(bench: Bench, rule: LostRecords) -> Filed:
    """A share of those who left has no record."""
    lost = bench.trial.left & _drawn(bench, "lost_records", rule.share)
    return as_it_happened(bench).where(np.flatnonzero(~lost))


def duplicated_records(bench: Bench, rule: DuplicatedRecords) -> Filed:
    """A share of all records stands twice."""
    times = 1 + _drawn(bench, "duplicated_records", rule.share)
    return as_it_happened(bench).where(np.repeat(np.arange(len(bench.trial)), times))


def peeking(bench: Bench, rule: Peeking) -> Filed:
    """Cut at the first look at which churn of the first contrast differs at alpha, as if it were the only look."""
    trial, experiment = bench.trial, bench.experiment
    contrast = experiment.contrasts[0]
    one, other = (trial.arm == bench.arms.index(arm) for arm in (contrast.arm, contrast.against))
    looks = bench.horizon * np.arange(1, rule.looks + 1) / rule.looks
    stopped = np.full(bench.replications, bench.horizon)
    for day in looks[-2::-1]:  # from the last look but one back to the first, which stands in the end
        gone = trial.left & (trial.days < day)
        sides = [counts(gone[mask], trial=trial.replication[mask], trials=bench.replications) for mask in (one, other)]
        seen = risk_difference(*sides).p_value <= experiment.alpha
        stopped[seen] = day
    cut = stopped[trial.replication]
    left = trial.left & (trial.days < cut)
    lived = {"days": np.minimum(trial.days, cut), "left": left, "reason": np.where(left, trial.reason, -1)}
    return Filed(replace(trial, **lived), trial.arm, np.zeros(len(trial)), money_known=False)


def mislogged_redemption(bench: Bench, rule: MisloggedRedemption) -> Filed:
    """A share of the redemptions stands in the ledger of another customer of the same trial."""
    trial = bench.trial
    moved = (trial.ledger[:, Line.FORGONE] > 0) & _drawn(bench, "mislogged_redemption", rule.share)
    n = np.bincount(trial.replication, minlength=bench.replications)
    start = np.cumsum(n) - n
    rows = np.flatnonzero(moved)
    replication = trial.replication[rows]
    place = (_uniforms(bench, Decision.LOGGED_FOR, "mislogged_redemption")[rows] * n[replication]).astype(np.int64)
    under = start[replication] + np.minimum(place, n[replication] - 1)
    ledger = trial.ledger.copy()
    ledger[rows, Line.FORGONE] = 0
    np.add.at(ledger[:, Line.FORGONE], under, trial.ledger[rows, Line.FORGONE])
    return Filed(replace(trial, ledger=ledger), trial.arm, np.zeros(len(trial)))


PATHOLOGIES: dict[str, Callable[[Bench, Any], Filed]] = {
    "sample_ratio": sample_ratio,
    "late_exposure": late_exposure,
    "non_compliance": non_compliance,
    "lost_records": lost_records,
    "duplicated_records": duplicated_records,
    "peeking": peeking,
    "mislogged_redemption": mislogged_redemption,
}


def filed_records(bench: Bench, inject: Inject) -> dict[str, Filed]:
    """The records under each pathology that the experiment asks for, alone."""
    asked = {name: getattr(inject, name) for name in PATHOLOGIES}
    return {name: PATHOLOGIES[name](bench, rule) for name, rule in asked.items() if rule is not None}


def _drawn(bench: Bench, name: str, share: float) -> np.ndarray:
    drawn: np.ndarray = _uniforms(bench, Decision.SPOILT, name) <= share
    return drawn


def _uniforms(bench: Bench, decision: Decision, name: str) -> np.ndarray:
    trial = bench.trial
    occurrence = zlib.crc32(f"{bench.experiment.name} {name}".encode())
    replication = trial.replication.astype(np.uint32)
    found: np.ndarray = uniforms(bench.seed, trial.id.astype(np.uint32), int(decision), 0, occurrence, replication)
    return found
