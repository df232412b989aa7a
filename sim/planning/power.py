"""What a design does over many trials, by simulation as exact as asked for, beside the formula (docs/power.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from sim.customer.kernel_cache import kernels_are_compiled
from sim.evidence.paired import run_mean
from sim.evidence.power import Sizes, crossing
from sim.evidence.results import Interval, Refused
from sim.experiment.circle_sums import CircleCells
from sim.experiment.operating import (
    Judged,
    Operating,
    Sums,
    firms_table,
    joined_sums,
    sum_up,
)
from sim.experiment.start import Starts
from sim.experiment.trial import live_experiment
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.power_formula import EFFECTS, Formula, formula_of
from sim.planning.power_looks import look_points
from sim.planning.power_points import Number, Point
from sim.planning.quantities import COMPILING
from sim.planning.scored import with_score

if TYPE_CHECKING:
    from sim.experiment.trial import ExperimentBlock
    from sim.scenario.experiment_schema import Contrast, Experiment
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

BATCH = 200
"""Replications between two looks at the precision: enough for a first one, few enough not to overshoot far."""
MULTIPLES = (1, 2, 4, 8, 16, 32)
BY_FORMULA_ALONE = tuple(2**step for step in range(1, 13))
ENOUGH = 0.95
FEWEST_TRIALS = 50
"""Of a larger size: with fewer a share of trials says too little to be drawn."""
BEYOND = "more than {times} times the planned size, the largest that {replications} replications make"
NO_NOISE = Refused("no trial without an effect could be analysed")
NO_EFFECT = Refused("the truth is 0 within its run doubt: no size of trial finds it")


@dataclass(frozen=True)
class Asked:
    """What a study is asked for.

    Attributes
    ----------
    precision : half the width of a 95% interval that every share of trials at the planned size may have, absolute
    most : replications after which it stops all the same
    power : with which an effect shall be found
    """

    precision: float = 0.02
    most: int = 2000
    power: float = 0.8


@dataclass(frozen=True, eq=False)
class Study:
    """A design's operating characteristics, ready to be shown."""

    experiment: Experiment
    asked: Asked
    replications: int
    reached: float
    best: str
    money: str
    horizon: float
    customers: int
    seed: int
    points: list[Point] = field(default_factory=list)

    def of(self, axis: str, measure: str, metric: str = "") -> list[Point]:
        """The points of one measure, in their order."""
        return [p for p in self.points if (p.axis, p.measure, p.metric) == (axis, measure, metric)]


@with_score
def study(
    loaded: Loaded[Scenario],
    experiment: Experiment,
    asked: Asked,
    *,
    seed: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Study:
    """Live trials of a design until its shares are known as exactly as asked, and read off what it does.

    Parameters
    ----------
    loaded : Loaded of Scenario
    experiment : Experiment
    asked : Asked
    seed : int
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    NobodyEligible
        Nobody may take part.
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    """
    scenario, tell = loaded.value, progress or silent
    if not kernels_are_compiled():
        tell(COMPILING, 0, 1)
        few = scenario.model_copy(update={"customers": min(scenario.customers, 50)})
        live_experiment(Starts(few, seed, np.arange(1)).of(experiment), experiment, seed)
        tell(COMPILING, 1, 1)
    parts: list[Sums] = []
    lived, reached = 0, np.inf
    operating: Operating | None = None
    for part in _batches(scenario, experiment, asked.most, seed, jobs, tell):
        parts.append(part)
        operating = Operating(scenario, experiment, joined_sums(parts), seed)
        lived = operating.replications
        reached = widest(operating)
        if reached <= asked.precision:
            break
    assert operating is not None
    tell("reading off the trials", 0, 1)
    found = Study(
        experiment=experiment,
        asked=asked,
        replications=lived,
        reached=reached,
        best=operating.best,
        money=operating.money,
        horizon=float(experiment.horizon_days or scenario.horizon_days),
        customers=scenario.customers,
        seed=seed,
        points=[*_contrasts(operating, asked), *_trials(operating), *look_points(operating)],
    )
    tell("reading off the trials", 1, 1)
    return found


def live_part(scenario: Scenario, experiment: Experiment, seed: int, replications: np.ndarray) -> ExperimentBlock:
    """Live a block of replications: the trial and the roll-outs."""
    return live_experiment(Starts(scenario, seed, replications).of(experiment), experiment, seed)


def live_and_sum(
    scenario: Scenario, experiment: Experiment, seed: int, replications: np.ndarray, table: np.ndarray
) -> Sums:
    """Live a block of replications and keep only its sums, so that memory does not grow with their number."""
    return sum_up(scenario, experiment, live_part(scenario, experiment, seed, replications), replications, table, seed)


def _batches(
    scenario: Scenario, experiment: Experiment, most: int, seed: int, jobs: int, tell: Progress
) -> Iterator[Sums]:
    """Batch after batch; the first one makes the firm's table of residual values, which all others use too."""
    with Parallel(n_jobs=jobs, return_as="generator") as workers:
        size = min(BATCH, most)
        cut = blocks(scenario, size)
        tasks = [delayed(live_part)(scenario, experiment, seed, numbers) for numbers in cut]
        first = list(in_order(tasks, f"living replications 1 to {size}", tell, workers))
        table = firms_table(scenario, experiment, first)
        yield joined_sums(
            [
                sum_up(scenario, experiment, block, numbers, table, seed)
                for block, numbers in zip(first, cut, strict=True)
            ]
        )
        del first
        for begin in range(size, most, BATCH):
            end = min(begin + BATCH, most)
            tasks = [
                delayed(live_and_sum)(scenario, experiment, seed, begin + numbers, table)
                for numbers in blocks(scenario, end - begin)
            ]
            yield joined_sums(list(in_order(tasks, f"living replications {begin + 1} to {end}", tell, workers)))


def widest(operating: Operating) -> float:
    """Half the width of the widest 95% interval among the shares of trials at the planned size.

    Absolute, so that a share that is always 0 is known soon and drives nothing; means of money have no share in it.
    """
    found: list[Number] = [operating.wrong(operating.concluded())]
    for name in operating.experiment.metrics:
        found += [judged.grades.power for judged in operating.judged(name)]
        found += [operating.type_one(name, contrast) for contrast in operating.experiment.contrasts]
    halves = [(item.high - item.low) / 2 for item in found if isinstance(item, Interval)]
    return max(halves, default=0.0)


# --- what a contrast is worth ---------------------------------------------------------------------


def _contrasts(operating: Operating, asked: Asked) -> Iterator[Point]:
    plan = operating.experiment
    sizes = {
        times: _each_metric(operating, times)
        for times in MULTIPLES
        if operating.replications // times >= FEWEST_TRIALS or times == 1
    }
    for place, name in enumerate(plan.metrics):
        for number, contrast in enumerate(plan.contrasts):
            by_size = {times: found[place][number] for times, found in sizes.items()}
            yield from _contrast(operating, asked, name, contrast, by_size)


def _each_metric(operating: Operating, times: int) -> list[list[Judged]]:
    return [operating.judged(name, times) for name in operating.experiment.metrics]


def _contrast(
    operating: Operating, asked: Asked, name: str, contrast: Contrast, by_size: dict[int, Judged]
) -> Iterator[Point]:
    truth, planned = operating.truth(name, contrast), _sizes(operating, contrast)
    what: dict[str, Any] = {"metric": name, "arm": contrast.arm, "against": contrast.against}
    formula = formula_of(operating, name, contrast)
    effect = truth.value if isinstance(truth, Interval) else None
    at = what | {"customers": tuple(planned), "effect": effect}
    grades = by_size[1].grades
    yield Point("design", "truth", truth, **at)
    yield Point("design", "power", grades.power, **at)
    yield Point("design", "power_alone", by_size[1].alone, **at, formula=formula.at(effect, planned))
    yield Point("design", "type_one", operating.type_one(name, contrast), **at, formula=formula.at(0.0, planned))
    for measure in ("coverage", "sign_error", "size_error"):
        yield Point("design", measure, getattr(grades, measure), **at)
    for times, judged in by_size.items():
        larger = planned.times(times)
        here = what | {"times": times, "customers": tuple(larger), "effect": effect}
        yield Point("customers", "power_alone", judged.alone, **here, formula=formula.at(effect, larger))
        yield Point("customers", "power", judged.grades.power, **here)
        yield Point("customers", "size_error", judged.grades.size_error, **here)
    for times in BY_FORMULA_ALONE:
        larger = planned.times(times)
        chance = formula.at(effect, larger)
        if times <= max(by_size) or not isinstance(chance, float):
            continue
        here = what | {"times": times, "customers": tuple(larger), "effect": effect}
        yield Point("customers", "by_formula_alone", chance, **here)
        if chance > ENOUGH:
            break
    yield from _over_effects(operating, asked, name, contrast, formula)
    needed: Number = NO_EFFECT
    by_formula: Number = NO_EFFECT
    if isinstance(truth, Interval) and not truth.low <= 0 <= truth.high:
        needed, by_formula = (
            _needed(by_size, planned, asked.power, operating.replications),
            formula.needed(truth.value, planned, asked.power),
        )
    yield Point("design", "customers_needed", needed, **at, formula=by_formula)


def _sizes(operating: Operating, contrast: Contrast) -> Sizes:
    return Sizes(operating.sizes(contrast.arm), operating.sizes(contrast.against))


def _needed(by_size: dict[int, Judged], planned: Sizes, power: float, replications: int) -> Number:
    """Customers in the arm with which the true effect is found, between the sizes that were joined."""
    known = {times: judged.alone for times, judged in by_size.items() if isinstance(judged.alone, Interval)}
    if not known:
        return by_size[1].alone
    chance = np.array([share.value for share in known.values()])
    found = crossing(np.log(np.array(list(known))), chance, power)
    if found is None:
        return Refused(BEYOND.format(times=max(by_size), replications=replications))
    if found == 0.0:
        return Refused("the planned size is enough") if chance[0] > power else planned.arm
    return float(np.exp(found)) * planned.arm


def _over_effects(
    operating: Operating, asked: Asked, name: str, contrast: Contrast, formula: Formula
) -> Iterator[Point]:
    """Power, wrong signs and overstatement where an effect of a stated size is put in at the planned size."""
    what: dict[str, Any] = {"metric": name, "arm": contrast.arm, "against": contrast.against}
    planned, noise = _sizes(operating, contrast), operating.noise(name, contrast)
    if not np.isfinite(noise) or noise == 0:
        yield Point("design", "least_effect", NO_NOISE, **what, customers=tuple(planned))
        return
    likely = formula.likely_effect(noise, asked.power)
    chances: list[tuple[float, Interval]] = []
    for part in EFFECTS:
        effect = part * likely
        judged = operating.put_in(name, contrast, effect)
        here = what | {"customers": tuple(planned), "effect": effect}
        yield Point("effect", "power_alone", judged.alone, **here, formula=formula.from_reference(effect, planned))
        yield Point("effect", "sign_error", judged.grades.sign_error, **here)
        yield Point("effect", "size_error", judged.grades.size_error, **here)
        if isinstance(judged.alone, Interval):
            chances.append((effect, judged.alone))
    effects = np.array([effect for effect, _ in chances])
    ends = [
        crossing(effects, np.array([getattr(share, end) for _, share in chances]), asked.power)
        for end in ("value", "high", "low")
    ]
    least: Number = Refused(f"an effect of {EFFECTS[-1] * likely:.4g}, the largest tried, is found less often")
    if ends[0] is not None:
        low, high = (
            end if end is not None else other for end, other in ((ends[1], effects[0]), (ends[2], effects[-1]))
        )
        low, high = min(low, high), max(low, high)
        least = Interval(ends[0], float(low), float(high), "run", 0.95, n=operating.replications)
    yield Point(
        "design", "least_effect", least, **what, customers=tuple(planned), formula=formula.least(planned, asked.power)
    )


# --- what the whole trial is worth ----------------------------------------------------------------


def _trials(operating: Operating) -> Iterator[Point]:
    losses = operating.loss()
    a_customer = np.array([losses[arm] for arm in operating.arms])
    everybody = sum(operating.sizes(arm) for arm in operating.arms)
    for times in MULTIPLES:
        trials = operating.replications // times
        if trials < FEWEST_TRIALS and times > 1:
            continue
        concluded = operating.concluded(times)
        here: dict[str, Any] = {"times": times, "customers": (everybody * times,)}
        axis = "customers"
        yield Point(axis, "wrong", operating.wrong(concluded), **here)
        lost = a_customer[concluded.arm]
        yield Point(axis, "loss_per_customer", run_mean(lost), **here)
        yield Point(axis, "loss", run_mean(lost * everybody), **here)
        for arm, share in concluded.shares(operating.arms, operating.arms).items():
            yield Point(axis, f"concludes:{arm}", share, **here)
    yield Point("design", "cost", run_mean(operating.cost_of_trial()), customers=(everybody,))
    for name in operating.experiment.metrics:
        yield Point("design", "family_error", operating.family_error(name), metric=name, customers=(everybody,))
    if operating.by_circle:
        yield from _circles(operating)


def _circles(operating: Operating) -> Iterator[Point]:
    """How many circles each arm has, and how alike their members are in each metric without any effect."""
    for arm in operating.arms:
        yield Point("design", "circles", operating.circles(arm), arm=arm, customers=(operating.sizes(arm),))
    for name in operating.experiment.metrics:
        pilot = operating.sums.placebo[name]
        if isinstance(pilot, CircleCells):
            yield Point("design", "design_effect", pilot.design_effect(), metric=name)
            yield Point("design", "correlation_in_circles", pilot.correlation(), metric=name)
