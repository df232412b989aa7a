"""The same trials by other procedures and in other sizes, graded like the ones that decide.

Mean days still there, the share gone to each destination while the others took customers too, revenue by month that
anybody was there, kept revenue, amounts adjusted for the fee on day 0, and the bootstrap of the amount that decides.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.states import REASONS
from sim.evidence.bootstrap import bootstrap_mean_difference
from sim.evidence.clusters import NOT_BY_CIRCLE, no_form_by_circle
from sim.evidence.competing import cumulative_incidence_difference
from sim.evidence.grading import Grades, grade
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.restricted_mean import restricted_mean_difference
from sim.evidence.results import Estimates, Interval, Refused
from sim.experiment.additive import SHARES
from sim.experiment.outcomes import FEN, Outcomes, mean_by
from sim.experiment.ratios import PARTS
from sim.experiment.truth import paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench

ONE_TRIAL = Refused("only the trial that is shown was resampled")
RATIOS = {"revenue_per_active_month": "revenue_per_customer_month", "kept_revenue": "kept_revenue_share"}
"""Ratios of totals that are always given, unless the experiment names them as metrics."""


@dataclass(frozen=True, eq=False)
class Beside:
    """One contrast by another procedure.

    Attributes
    ----------
    what : 'days_there', 'gone:<reason>', 'revenue_per_active_month', 'kept_revenue', 'adjusted:<metric>' or
        'bootstrap:<metric>'
    trials : Estimates
        One entry a replication, without adjustment for several contrasts; of a bootstrap the first trial alone.
    """

    what: str
    arm: str
    against: str
    truth: Interval | Refused
    trials: Estimates
    grades: Grades | None


def besides(bench: Bench) -> Iterator[Beside]:
    """All contrasts by all other procedures."""
    for contrast in bench.experiment.contrasts:
        pair = (contrast.arm, contrast.against)
        yield from _lives(bench, pair)
        yield from _ratios(bench, pair)
        yield from _amounts(bench, pair)


def _lives(bench: Bench, pair: tuple[str, str]) -> Iterator[Beside]:
    """Days still there, and shares gone by destination."""
    of, in_arm = _of(bench, pair)
    common: dict[str, Any] = {
        "within_days": bench.horizon,
        "trial": of.replication,
        "trials": bench.replications,
        "stratum": of.stratum if bench.stratified else None,
        "level": 1 - bench.experiment.alpha,
    }
    level = 1 - bench.experiment.alpha
    if bench.by_circle:  # everybody is followed to the horizon, so days there are an amount like any other
        days = bench.difference_by_circle(of, of.days, in_arm, level)
    else:
        days = restricted_mean_difference(of.days, of.left, in_arm, **common)
    yield _graded(bench, "days_there", pair, _per_customer(bench, pair, lambda one: one.days), days)
    for clock, name in REASONS.items():
        if not any((bench.rollouts[arm].reason == clock).any() for arm in pair):
            continue
        reason = np.where(of.reason < 0, 0, of.reason + 1)
        if bench.by_circle:
            found = bench.difference_by_circle(of, (of.reason == clock) * 1.0, in_arm, level)
        else:
            found = cumulative_incidence_difference(of.days, reason, in_arm, cause=int(clock) + 1, **common)
        truth = _per_customer(bench, pair, lambda one, clock=clock: one.reason == clock)  # type: ignore[misc]
        yield _graded(bench, f"gone:{name}", pair, truth, found)


def _ratios(bench: Bench, pair: tuple[str, str]) -> Iterator[Beside]:
    """Ratios of totals; customers are what was assigned, so months are no observations."""
    for what, name in RATIOS.items():
        if name in bench.experiment.metrics:
            continue
        found = bench.estimates(bench.trial, name, *pair, 1 - bench.experiment.alpha)
        yield _graded(bench, what, pair, bench.truth(name, *pair), found)


def _amounts(bench: Bench, pair: tuple[str, str]) -> Iterator[Beside]:
    """Amounts adjusted for the fee on day 0, and the amount that decides resampled."""
    plan = bench.experiment
    of, in_arm = _of(bench, pair)
    level = 1 - plan.alpha
    for name in plan.metrics:
        if name in SHARES or name in PARTS:
            continue
        values = bench.values(of, name, lived=False)
        found = adjusted_mean_difference(
            values,
            in_arm,
            of.before["fee"] / FEN,
            robust="HC3",
            population=True,
            trial=of.replication,
            trials=bench.replications,
            level=level,
        )
        if bench.by_circle:
            found = no_form_by_circle(found.estimand, found.label, bench.replications)
        truth = bench.truth(name, *pair)
        yield _graded(bench, f"adjusted:{name}", pair, truth, found)
        if name == plan.decision.metric:
            first = of.replication == 0
            key = zlib.crc32(f"{plan.name} {name} {pair[0]} {pair[1]}".encode())
            generator = np.random.Generator(np.random.Philox(key=[bench.seed, key]))
            resampled = bootstrap_mean_difference(values[first], in_arm[first], [generator], level=level)
            if bench.by_circle:
                resampled = no_form_by_circle(resampled.estimand, resampled.label, 1)
            yield Beside(f"bootstrap:{name}", *pair, truth, resampled, None)


def _of(bench: Bench, pair: tuple[str, str]) -> tuple[Outcomes, np.ndarray]:
    numbers = [bench.arms.index(arm) for arm in pair]
    of = bench.trial.where(np.isin(bench.trial.arm, numbers))
    return of, of.arm == numbers[0]


def _per_customer(bench: Bench, pair: tuple[str, str], of: Callable[[Outcomes], np.ndarray]) -> Interval | Refused:
    """The true difference of a mean over those enrolled."""
    sides = [bench.rollouts[arm] for arm in pair]
    return paired(*(mean_by(one.replication, of(one) * 1.0, bench.replications) for one in sides))


def _graded(
    bench: Bench, what: str, pair: tuple[str, str], truth: Interval | Refused, trials: Estimates
) -> Beside:  # fmt: skip
    if trials.refused.all() and bench.by_circle:
        refused = Refused(NOT_BY_CIRCLE)
        return Beside(what, *pair, truth, trials, Grades(refused, refused, refused, refused))
    return Beside(what, *pair, truth, trials, grade(trials, truth, alpha=bench.experiment.alpha))
