"""What wrong records do to a trial: which checks catch them, and what they make of the estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.record import Line
from sim.evidence.checks import (
    Check,
    all_recorded,
    arm_sizes,
    as_assigned,
    exposed_at_once,
    followed_up,
    once_each,
    redeemed_where_given,
)
from sim.evidence.grading import level, run_share
from sim.evidence.paired import paired_difference
from sim.evidence.results import Estimate, Estimates, Interval, Refused
from sim.experiment.pathologies import Filed, as_it_happened, filed_records

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.scenario.inject_schema import Inject

NOTHING = "nothing"
"""Name of the row in which records are as it happened: how often checks cry wolf."""
NOT_FILED = Refused("the records hold no amounts up to the horizon")
NO_SHIFT = Refused("no trial gives the estimate with and without")


@dataclass(frozen=True, eq=False)
class Caught:
    """One check over all trials: how often it fired, and what it found in the first."""

    share: Interval | Refused
    first: Check | Refused


@dataclass(frozen=True, eq=False)
class Moved:
    """One contrast with wrong records and without.

    Attributes
    ----------
    shift : mean over trials of the estimate with less that without
    covered, covered_without : share of trials whose interval holds the truth
    level, level_without : share of trials that find a difference where arms have no effect at all, p not adjusted
    """

    metric: str
    arm: str
    against: str
    truth: Interval | Refused
    without: Estimate | Refused
    estimate: Estimate | Refused
    shift: Interval | Refused
    covered: Interval | Refused
    covered_without: Interval | Refused
    level: Interval | Refused
    level_without: Interval | Refused


@dataclass(frozen=True, eq=False)
class Spoilt:
    """One pathology: its checks and its contrasts."""

    name: str
    checks: dict[str, Caught]
    moved: list[Moved]


def spoil(bench: Bench, inject: Inject, metrics: Sequence[str]) -> list[Spoilt]:
    """Analyse the trials with each pathology alone, after the row in which nothing is wrong."""
    idle = bench.without_effect()
    sound = as_it_happened(bench), as_it_happened(idle)
    found = [Spoilt(NOTHING, _checks(bench, sound[0]), [])]
    of_idle = filed_records(idle, inject)
    for name, filed in filed_records(bench, inject).items():
        moved = [
            _moved(bench, sound, (filed, of_idle[name]), metric, contrast.arm, contrast.against)
            for metric in metrics
            for contrast in bench.experiment.contrasts
        ]
        found.append(Spoilt(name, _checks(bench, filed), moved))
    return found


def _checks(bench: Bench, filed: Filed) -> dict[str, Caught]:
    bounds = np.searchsorted(filed.trial.replication, np.arange(bench.replications + 1))
    made = [_checks_of(bench, filed, trial, slice(*bounds[trial : trial + 2])) for trial in range(bench.replications)]
    caught = {}
    for name in made[0]:
        of = [checks[name] for checks in made]
        fired = [check.fired for check in of if isinstance(check, Check)]
        caught[name] = Caught(run_share(fired) if fired else Refused("made in no trial"), of[0])
    return caught


def _checks_of(bench: Bench, filed: Filed, trial: int, rows: slice) -> dict[str, Check | Refused]:
    experiment, of = bench.experiment, filed.trial
    arm, treated = of.arm[rows], of.arm[rows] != bench.arms.index(experiment.reference)
    enrolled = np.bincount(bench.trial.arm[bench.trial.replication == trial], minlength=len(bench.arms))
    recorded = np.bincount(arm, minlength=len(bench.arms))
    checks: dict[str, Check | Refused] = {
        "sample ratio": arm_sizes(recorded.tolist()),
        "one record a customer": once_each(of.id[rows]),
        "everybody has a record": all_recorded(recorded, enrolled),
        "treated as assigned": as_assigned(arm, filed.received[rows]),
        "exposed at once": exposed_at_once(filed.exposed_day[rows], treated),
        "followed to the end": followed_up(of.days[rows], of.left[rows], bench.horizon),
    }
    gives = np.array([experiment.arms[name].reward is not None for name in bench.arms])
    if gives.any() and "reward" in experiment.background.without:
        checks["redemptions where given"] = redeemed_where_given(of.ledger[rows, Line.FORGONE], gives[arm])
    return checks


def _moved(
    bench: Bench, sound: tuple[Filed, Filed], filed: tuple[Filed, Filed], metric: str, arm: str, against: str
) -> Moved:
    """``sound`` and ``filed``: the records of the trials, and of trials without any effect."""

    def estimates(records: Filed) -> Estimates:
        return bench.estimates(records.trial, metric, arm, against, 1 - bench.experiment.alpha)

    truth, alpha = bench.truth(metric, arm, against), bench.experiment.alpha
    without, idle = estimates(sound[0]), estimates(sound[1])
    before = _covered(without, truth), level(idle.p_value, alpha=alpha)
    if metric != "churn_rate" and not filed[0].money_known:
        refused = dict.fromkeys(("estimate", "shift", "covered", "level"), NOT_FILED)
        return Moved(
            metric, arm, against, truth, without.one(), covered_without=before[0], level_without=before[1], **refused
        )
    found = estimates(filed[0])
    both = ~(found.refused | without.refused)
    shift = paired_difference(found.value[both], without.value[both]) if both.any() else NO_SHIFT
    return Moved(
        metric=metric,
        arm=arm,
        against=against,
        truth=truth,
        without=without.one(),
        estimate=found.one(),
        shift=shift,
        covered=_covered(found, truth),
        covered_without=before[0],
        level=level(estimates(filed[1]).p_value, alpha=alpha),
        level_without=before[1],
    )


def _covered(estimates: Estimates, truth: Interval | Refused) -> Interval | Refused:
    if isinstance(truth, Refused):
        return truth
    there = ~estimates.refused
    if not there.any():
        return NO_SHIFT
    held = (estimates.low[there] <= truth.value) & (truth.value <= estimates.high[there])
    return run_share(held)
