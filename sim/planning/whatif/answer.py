"""What a question comes to: every value against the file's, the best, who is not told apart from it, and its doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from sim.customer.kernel_cache import kernels_are_compiled
from sim.evidence.paired import paired_difference, run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.score_curve import TooSharp
from sim.planning.blocks import Progress, in_order, silent
from sim.planning.quantities import COMPILING, FEW
from sim.planning.scored import too_sharp
from sim.planning.whatif.live import Lives, Measures, live_past
from sim.planning.whatif.question import Point, Question
from sim.scenario.experiment_schema import Question as Experiment
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.provenance import Provenance
from sim.scenario.varied import VARY, Varied, is_lived

ALPHA = 0.05
"""Chance that the truly best value is not among those that are not told apart from the best seen."""
MOST_DOUBTED = 10
"""Values besides the file's that are lived again in each doubtful world."""
DOUBT_SHARE, DOUBT_AT_LEAST = 4, 20
WITHIN, WITH_RESIDUAL = "net_value_per_customer", "net_value_with_residual_per_customer"


@dataclass(frozen=True)
class DoubtfulWorld:
    """A number of the scenario at an end of its range, and what it does to the question."""

    path: str
    level: str
    value: float
    known: Provenance
    gain: Interval | Refused
    best: int


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found.

    Parameters
    ----------
    question : Question
    seed, replications : int
    objective : str
        The measure that decides.
    measures : float64 arrays by name, shape (points, replications)
    best : int
        Number of the best point.
    rival : int
        What the best is compared with: the file's point, or the next best where the file's is the best.
    as_good : tuple of int
        Points that are not told apart from the best one, it included.
    edges : tuple of (str, str)
        Paths at which the best point has the lowest or the highest of several values asked and could go on (`lower`,
        `higher`).
    named : tuple of bool
        Of each point: whether all its values stand in the file or in one of its experiments.
    doubt : tuple of DoubtfulWorld
    doubt_replications : int
    """

    question: Question
    seed: int
    replications: int
    objective: str
    measures: Measures
    best: int
    rival: int
    as_good: tuple[int, ...]
    edges: tuple[tuple[str, str], ...]
    named: tuple[bool, ...]
    doubt: tuple[DoubtfulWorld, ...]
    doubt_replications: int

    def mean(self, point: int, measure: str) -> Interval | Refused:
        """A measure of a point with its run doubt."""
        return run_mean(_counted(self.measures[measure][point]))

    def against_file(self, point: int, measure: str) -> Interval | Refused:
        """A measure of a point less that of the file's, replication by replication, with its run doubt."""
        return difference(self.measures[measure], point, 0)


def difference(values: np.ndarray, one: int, other: int, level: float = 0.95) -> Interval | Refused:
    """A point less another, by pairs of replications in which both could be counted."""
    both = ~np.isnan(values[one]) & ~np.isnan(values[other])
    return paired_difference(values[one][both], values[other][both], level=level)


def _rival(means: np.ndarray) -> int:
    order = [int(number) for number in np.argsort(-means, kind="stable")]
    return 0 if order[0] != 0 else order[1]


def _counted(values: np.ndarray) -> np.ndarray:
    counted: np.ndarray = values[~np.isnan(values)]
    return counted


def answer(
    question: Question,
    experiments: Sequence[Loaded[Experiment]],
    *,
    seed: int,
    replications: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Answer a question.

    Parameters
    ----------
    question : Question
    experiments : sequence of Loaded
        Those of the scenario: what they ask about is no new idea.
    seed : int
    replications : int
        How often each point is lived.
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    InputProblems
        A point states the early-warning score to be better than true risk is.
    NobodySurvives
        The tenure mix cannot exist under the hazards of a point or of a doubtful world.
    """
    try:
        return _answer(question, experiments, seed, replications, jobs, progress or silent)
    except TooSharp as error:
        raise InputProblems([too_sharp(error, question.loaded, option=VARY)]) from error


def _answer(
    question: Question,
    experiments: Sequence[Loaded[Experiment]],
    seed: int,
    replications: int,
    jobs: int,
    tell: Progress,
) -> Answer:
    _compile(question, seed, tell)
    lives = Lives(question, question.points, seed, replications)
    measures = lives.gather(in_order(lives.tasks, "living every value", tell, jobs))
    objective = WITHIN if question.loaded.value.residual is None else WITH_RESIDUAL
    means = np.nanmean(measures[objective], axis=1)
    best = int(np.argmax(means))
    few = min(replications, max(DOUBT_AT_LEAST, replications // DOUBT_SHARE))
    return Answer(
        question=question,
        seed=seed,
        replications=replications,
        objective=objective,
        measures=measures,
        best=best,
        rival=_rival(means),
        as_good=as_good(measures[objective], best),
        edges=tuple(_edges(question, best)),
        named=tuple(is_named(question.varied, point, experiments) for point in question.points),
        doubt=tuple(_doubt(question, objective, means, seed, few, jobs, tell)),
        doubt_replications=few,
    )


def _compile(question: Question, seed: int, tell: Progress) -> None:
    """Compile the kernels in this process, before workers start, so that they are compiled once and seen as a stage."""
    if kernels_are_compiled():
        return
    tell(COMPILING, 0, 1)
    point = question.points[0]
    world = question.world(point)
    few = world.model_copy(update={"customers": min(world.customers, FEW)})
    live_past(few, [question.terms(point)], question.policy, seed, np.arange(1))
    tell(COMPILING, 1, 1)


def as_good(values: np.ndarray, best: int) -> tuple[int, ...]:
    """Give the points that are not told apart from the best one: the truly best is among them but for `ALPHA`.

    Each of the others is compared with the best by pairs at the level 1 - ALPHA / (points - 1) (Bonferroni; subset
    selection after Gupta 1965, with pairs in place of independent samples).

    Parameters
    ----------
    values : float64 array, shape (points, replications)
    best : int
    """
    found = []
    for number in range(len(values)):
        if number != best:
            apart = difference(values, best, number, 1 - ALPHA / (len(values) - 1))
            if isinstance(apart, Interval) and apart.low > 0:
                continue
        found.append(number)
    return tuple(found)


def _edges(question: Question, best: int) -> Iterator[tuple[str, str]]:
    """Give the paths at which the best value is the last one asked, and the scenario's rules allow more of it."""
    for place, (one, value) in enumerate(zip(question.varied, question.points[best].values, strict=True)):
        numbers = sorted(float(other) for other in {*one.values, one.in_file} if _is_number(other))
        if len(numbers) < 3 or not _is_number(value):
            continue
        for at, beside, side in ((numbers[0], numbers[1], "lower"), (numbers[-1], numbers[-2], "higher")):
            if value == at and question.allows(best, place, 2 * at - beside):
                yield one.path, side


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_named(varied: Sequence[Varied], point: Point, experiments: Sequence[Loaded[Experiment]]) -> bool:
    """Whether every value of a point stands in the file or in an experiment's arm, or says that nothing is done.

    An arm names a value where it sets the path, or where what it writes is how the path ends: `reward.free_days` of an
    arm is what a policy writes as `policies.programme.platinum.reward.free_days`.
    """
    written = [pair for experiment in experiments for pair in _written(experiment.value)]
    return all(
        not value
        or value == one.in_file
        or any(value == said and f".{one.path}".endswith(f".{end}") for end, said in written)
        for one, value in zip(varied, point.values, strict=True)
    )


def _written(experiment: Experiment) -> Iterator[tuple[str, Any]]:
    for arm in experiment.arms.values():
        yield from _ends(arm.model_dump(mode="json", exclude_none=True), "")


def _ends(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Give how paths end that an arm writes, with their values; what it sets are whole paths."""
    for key, value in tree.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from _ends(value, "" if key == "set" else path)
        else:
            yield path, value


def _doubt(
    question: Question, objective: str, means: np.ndarray, seed: int, few: int, jobs: int, tell: Progress
) -> Iterator[DoubtfulWorld]:
    """Live the file's value and the best ones at the ends of every range."""
    ranked = [int(number) for number in np.argsort(-means, kind="stable") if number != 0][:MOST_DOUBTED]
    chosen = sorted({0, int(np.argmax(means)), *ranked})
    best, rival = chosen.index(int(np.argmax(means))), chosen.index(_rival(means))
    points = [question.points[number] for number in chosen]
    worlds = [
        (path, level, value, known)
        for path, known in question.loaded.provenance.items()
        if known.ranged and path not in {one.path for one in question.varied} and is_lived(path)
        for level, value in (("low", known.low), ("high", known.high))
        if value is not None
    ]
    lives = [Lives(question.doubting(path, value), points, seed, few) for path, _, value, _ in worlds]
    lived = in_order([task for one in lives for task in one.tasks], "living doubtful worlds", tell, jobs)
    for (path, level, value, known), one in zip(worlds, lives, strict=True):
        values = one.gather(lived)[objective]
        gain = difference(values, best, rival)
        yield DoubtfulWorld(path, level, value, known, gain, chosen[int(np.argmax(np.nanmean(values, axis=1)))])
