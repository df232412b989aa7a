"""Looking at churn while the trial runs: with a plan, at any time, and as if nobody had looked before.

Each way is followed over all replications, in the trials as they were lived and in trials without any effect, so that
its power, its true level and how long it takes are seen beside each other. The statistic is the log-rank, whose steps
from look to look are independent, whether everybody starts on one day or in waves; days are those of the calendar.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from sim.evidence.anytime import always_valid
from sim.evidence.bounds import Design, Futility, Harm
from sim.evidence.grading import run_share
from sim.evidence.interim import Interim, interim_lives
from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refusals, Refused
from sim.evidence.spending import Spending
from sim.evidence.stagewise import group_sequential
from sim.evidence.stopping import WHY, Stops, peeking

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.experiment.outcomes import Outcomes
    from sim.scenario.experiment_schema import Experiment, Looks

FAMILIES = {"obrien_fleming": Spending("O'Brien-Fleming"), "pocock": Spending("Pocock")}
WAYS = {
    "planned": "looks that were planned, error spent over them",
    "any_time": "confidence sequence, looked at whenever one likes",
    "peeking": "each look as if it were the only one",
    "once": "one look, at the last day",
}
"""The ways of looking, in words."""
ESTIMAND, LABEL = "log_hazard_ratio", "logarithm of the hazard ratio"
BENEFIT, HARM = WHY.index("benefit"), WHY.index("harm")


@dataclass(frozen=True, eq=False)
class Looked:
    """One contrast looked at in one way.

    Attributes
    ----------
    power : share of trials that stop for benefit (fewer losses)
    harmed : share that stop for harm
    level : share that stop for benefit or harm where there is no effect at all
    days, days_without : when a trial stops, with the effect and without any
    first_day, first_why : of the trial that is shown; None where it is refused
    first : log hazard ratio of the trial that is shown, as this way of looking gives it
    """

    way: str
    arm: str
    against: str
    alpha: float
    power: Interval | Refused
    harmed: Interval | Refused
    level: Interval | Refused
    days: Interval | Refused
    days_without: Interval | Refused
    first_day: float | None
    first_why: str | None
    first: Interval | Refused
    first_p: float | None
    method: str
    stopped: np.ndarray
    """Number of the look at which each trial stops, the last for one that cannot be analysed; shape (trials,)."""


def looked(bench: Bench) -> Iterator[Looked]:
    """Every contrast in every way of looking; nothing where the experiment plans no looks."""
    plan = bench.experiment
    seen, still = (interims(plan, outcomes, bench.replications) for outcomes in (bench.trial, bench.placebo))
    yield from looked_at(plan, seen, still)


def interims(experiment: Experiment, outcomes: Outcomes, replications: int) -> list[Interim]:
    """What each look saw of each contrast, in trials numbered from 0; nothing where no looks are planned.

    Days are those of the calendar; nobody is followed beyond the own horizon.
    """
    if experiment.looks is None:
        return []
    arms, days = list(experiment.arms), np.array(experiment.looks.days, dtype=np.float64)
    found = []
    for contrast in experiment.contrasts:
        number = arms.index(contrast.arm)
        of = outcomes.where(np.isin(outcomes.arm, [number, arms.index(contrast.against)]))
        found.append(
            interim_lives(
                np.where(of.left, of.began + of.days, np.inf),
                of.arm == number,
                days,
                trial=of.replication,
                trials=replications,
                stratum=of.stratum if experiment.stratified else None,
                began=of.began,
            )
        )
    return found


def looked_at(experiment: Experiment, seen: list[Interim], still: list[Interim]) -> Iterator[Looked]:
    """Every contrast in every way of looking, from trials as they were lived and trials without any effect.

    Several contrasts share alpha equally (Bonferroni), in every way but that of who peeks, who does not know better.
    """
    plan = experiment.looks
    if plan is None:
        return
    days = np.array(plan.days, dtype=np.float64)
    shared = experiment.alpha / len(experiment.contrasts)
    for contrast, with_effect, without in zip(experiment.contrasts, seen, still, strict=True):
        tuned = float(np.median(without.information[:, -1]))
        for way in WAYS:
            level = experiment.alpha if way == "peeking" else shared
            one, none = (_stops(way, plan, interim, level, tuned) for interim in (with_effect, without))
            yield _graded(way, (contrast.arm, contrast.against), level, one, none, days)


def _stops(way: str, plan: Looks, interim: Interim, alpha: float, tuned: float) -> Stops:
    """Where trials stop that are looked at in one way; `tuned` is the information planned for the end."""
    z, information, customers = interim
    if way == "planned":
        spending, futility = FAMILIES[plan.spending], None
        if plan.futility is not None:
            futility = Futility(-math.log(plan.futility.hazard_ratio), plan.futility.beta)
        design = Design(alpha / 2, spending, Harm(alpha / 2, spending), futility)
        return group_sequential(
            z, information, customers, design, planned=tuned, better="lower", estimand=ESTIMAND, label=LABEL
        )
    if way == "any_time":
        return always_valid(
            z, information, customers, tuned_at=tuned, alpha=alpha, better="lower", estimand=ESTIMAND, label=LABEL
        )
    if way == "peeking":
        return peeking(z, information, customers, alpha=alpha, better="lower", estimand=ESTIMAND, label=LABEL)
    return _once(interim, alpha)


def _once(interim: Interim, alpha: float) -> Stops:
    """All trials at their last look, and none before it."""
    z, information = interim.z[:, -1], interim.information[:, -1]
    refusals = Refusals(len(z))
    refusals.add(np.isnan(z), "nobody left while both arms were at risk")
    critical, error = float(-ndtri(alpha / 2)), 1 / np.sqrt(np.where(information > 0, information, 1.0))
    value = z * error
    estimates = refusals.estimates(
        estimand=ESTIMAND,
        label=LABEL,
        method="normal interval and test of the log-rank statistic, one look",
        p_value=2 * ndtr(-np.abs(z)),
        n=interim.customers[:, -1],
        interval=(value, value - critical * error, value + critical * error),
        level=1 - alpha,
    )
    why = np.select([z <= -critical, z >= critical], [BENEFIT, HARM], WHY.index("end"))
    refused = estimates.refused
    return Stops(np.where(refused, -1, interim.z.shape[1] - 1), np.where(refused, -1, why), estimates)


def _graded(way: str, pair: tuple[str, str], alpha: float, one: Stops, none: Stops, days: np.ndarray) -> Looked:
    first = one.estimates.one()
    shown = not isinstance(first, Refused)
    return Looked(
        way=way,
        arm=pair[0],
        against=pair[1],
        alpha=alpha,
        power=run_share(one.why == BENEFIT),
        harmed=run_share(one.why == HARM),
        level=run_share((none.why == BENEFIT) | (none.why == HARM)),
        days=_mean_day(one, days),
        days_without=_mean_day(none, days),
        first_day=float(days[one.look[0]]) if shown else None,
        first_why=WHY[one.why[0]] if shown else None,
        first=first if isinstance(first, Refused) else first.effect,
        first_p=None if isinstance(first, Refused) else first.p_value,
        method=one.estimates.method,
        stopped=np.where(one.look < 0, len(days) - 1, one.look),
    )


def _mean_day(stops: Stops, days: np.ndarray) -> Interval | Refused:
    """When trials stop; one that cannot be analysed goes on to the end."""
    return run_mean(np.where(stops.look < 0, days[-1], days[stops.look]))
