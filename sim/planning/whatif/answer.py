"""What a question comes to: every value against the file's, the best, who is not told apart from it, and its doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.evidence.paired import paired_difference, run_mean
from sim.evidence.results import Interval, Refused
from sim.planning.blocks import Progress, in_order, silent
from sim.planning.whatif.live import Lives, Measures
from sim.planning.whatif.question import Point, Question
from sim.scenario.experiment_schema import Experiment
from sim.scenario.loaded import Loaded
from sim.scenario.provenance import Provenance
from sim.scenario.varied import Varied

ALPHA = 0.05
"""Chance that the truly best value is not among those that are not told apart from the best seen."""
MOST_DOUBTED = 12
"""Values besides the file's that are lived again in each doubtful world."""
DOUBT_SHARE, DOUBT_AT_LEAST = 4, 40
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
    as_good : tuple of int
        Points that are not told apart from the best one, it included.
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
    as_good: tuple[int, ...]
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


def _counted(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


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
    NobodySurvives
        The tenure mix cannot exist under the hazards of a point or of a doubtful world.
    """
    tell = progress or silent
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
        as_good=as_good(measures[objective], best),
        named=tuple(is_named(question.varied, point, experiments) for point in question.points),
        doubt=tuple(_doubt(question, objective, means, seed, few, jobs, tell)),
        doubt_replications=few,
    )


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


def is_named(varied: Sequence[Varied], point: Point, experiments: Sequence[Loaded[Experiment]]) -> bool:
    """Whether every value of a point stands in the file or in an experiment's arm.

    An arm names a value where it sets the path, or where what it writes is how the path ends: `reward.free_days` of an
    arm is what a policy writes as `policies.programme.platinum.reward.free_days`.
    """
    written = [pair for experiment in experiments for pair in _written(experiment.value)]
    return all(
        value == one.in_file or any(value == said and one.path.endswith(end) for end, said in written)
        for one, value in zip(varied, point.values, strict=True)
    )


def _written(experiment: Experiment) -> Iterator[tuple[str, Any]]:
    for arm in experiment.arms.values():
        yield from _ends(arm.model_dump(mode="json", exclude_none=True), "")


def _ends(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _ends(value, "" if key == "set" else f"{above}.{key}")
        else:
            yield f"{above}.{key}" if above else key, value


def _doubt(
    question: Question, objective: str, means: np.ndarray, seed: int, few: int, jobs: int, tell: Progress
) -> Iterator[DoubtfulWorld]:
    """Live the file's value and the best ones at the ends of every range."""
    ranked = [int(number) for number in np.argsort(-means, kind="stable") if number != 0][:MOST_DOUBTED]
    chosen = sorted({0, int(np.argmax(means)), *ranked})
    best = chosen.index(int(np.argmax(means)))
    points = [question.points[number] for number in chosen]
    worlds = [
        (path, level, value, known)
        for path, known in question.loaded.provenance.items()
        if known.ranged and path not in {one.path for one in question.varied} and not path.startswith("targets.")
        for level, value in (("low", known.low), ("high", known.high))
        if value is not None
    ]
    lives = [Lives(question.doubting(path, value), points, seed, few) for path, _, value, _ in worlds]
    lived = in_order([task for one in lives for task in one.tasks], "living doubtful worlds", tell, jobs)
    for (path, level, value, known), one in zip(worlds, lives, strict=True):
        values = one.gather(lived)[objective]
        gain = difference(values, best, 0)
        yield DoubtfulWorld(path, level, value, known, gain, chosen[int(np.argmax(np.nanmean(values, axis=1)))])
