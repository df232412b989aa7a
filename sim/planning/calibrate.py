"""Fit the parameters that a scenario marks with `calibrate:` to its `targets:`, by weighted least squares.

Every step lives the same replications with the same keyed draws, so that what moves between two steps is what the
parameters moved (`sim.planning.points`). What the targets do not identify (`sim.planning.identify`) stays at its
starting value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel
from scipy.optimize import least_squares

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.planning.blocks import Progress, in_order, silent
from sim.planning.identify import Identified, identify
from sim.planning.parameters import Parameter, Parameters
from sim.planning.points import IMPOSSIBLE, Points
from sim.planning.quantities import check_quantities, known_quantities, life_of, named_trials
from sim.planning.scored import with_score
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario, Target

MET = 0.1
"""Part of its tolerance within which a target is met: the fit looks no further."""
MOST_STEPS = 15
_NORMAL_95 = 1.959964
_AT_BOUND = 1e-3


@dataclass(frozen=True)
class Aim:
    """A target, and what was reached of it."""

    target: Target
    reported: float
    tolerance: float
    start: float
    reached: Interval | Refused

    @property
    def missed(self) -> float:
        """Tolerances between what is reported and what was reached; NaN where a single replication shows no mean."""
        return (self.reached.value - self.reported) / self.tolerance if isinstance(self.reached, Interval) else np.nan


@dataclass(frozen=True)
class Fitted:
    """A parameter after the fit.

    Parameters
    ----------
    parameter : Parameter
    value : float
    interval : Interval or None
        How far another seed would move it; None where it was not fitted.
    state : str
        ``fitted``, ``at its lower bound``, ``at its upper bound`` or ``held`` (not identified: at its start).
    among : tuple of str
        Of one that is held: the parameters that the targets identify only together, itself too; empty where it
        moves no target.
    """

    parameter: Parameter
    value: float
    interval: Interval | None
    state: str
    among: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a calibration has found.

    Parameters
    ----------
    aims, fitted : tuple
    singular : tuple of float
        Singular values of the scaled Jacobian, the largest first (`sim.planning.identify`).
    values : float by scenario path
        What there is to write: every value that moved, those that follow another and rests included.
    rests : (float, float) by scenario path
        Start and value of the shares that take the rest.
    settled : bool
        False where the fit used up its steps.
    steps, worlds : int
        Points at which targets were compared, and points lived in all (slopes included).
    replications, seed : int
    """

    aims: tuple[Aim, ...]
    fitted: tuple[Fitted, ...]
    singular: tuple[float, ...]
    values: dict[str, float]
    rests: dict[str, tuple[float, float]]
    settled: bool
    steps: int
    worlds: int
    replications: int
    seed: int

    @property
    def met(self) -> bool:
        """Whether every target was met within its tolerance."""
        return all(abs(aim.missed) <= 1 for aim in self.aims)


def check_calibration(loaded: Loaded[Scenario]) -> None:
    """Refuse a scenario that leaves nothing to fit, or nothing to fit to.

    Raises
    ------
    InputProblems
    """
    problems = []
    if not Parameters(loaded).free:
        rule = "at least one parameter such as {value: 0.7, calibrate: [0.1, 5]}"
        problems.append(loaded.places.problem((), "no parameter with calibrate: [low, high]", rule))
    if not loaded.value.targets:
        problems.append(loaded.places.problem(("targets",), "nothing", "given: what the parameters are fitted to"))
    if problems:
        raise InputProblems(problems)


@with_score
def calibrate(
    loaded: Loaded[Scenario],
    *,
    seed: int,
    replications: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Calibration:
    """Fit a scenario's marked parameters to its targets.

    Parameters
    ----------
    loaded : Loaded of Scenario
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
        Nothing is marked, there are no targets, or a target's quantity does not exist.
    Impossible
        The file's own values leave nobody to begin with, or nobody of whom a target speaks.
    """
    check_calibration(loaded)
    tell = progress or silent
    trials = named_trials(loaded)
    known = known_quantities(loaded.value, tell, trials)
    check_quantities(loaded, known)
    life = life_of((target.quantity for target in loaded.value.targets), known)
    with Parallel(n_jobs=jobs, return_as="generator") as workers:

        def run(tasks: list[Any], stage: str) -> list[Any]:
            return list(in_order(tasks, stage, tell, workers))

        return _fit(Points(loaded, life, trials, seed, replications, run))


def _fit(points: Points) -> Calibration:
    """Fit what is identified; what turns out not to be goes back to its start, and the others are fitted anew."""
    start = points.parameters.start
    found = identify(points.slopes(start))
    held: dict[int, tuple[int, ...]] = {}
    while True:
        held = found.held | held
        places, settled = _least_squares(points, start, held)
        found = identify(points.slopes(places))
        if found.held.keys() <= held.keys():
            return _report(points, places, held, found, settled)


def _least_squares(points: Points, start: np.ndarray, held: Collection[int]) -> tuple[np.ndarray, bool]:
    """Places at which the targets are missed least, the held ones as they were; and whether the fit settled there."""
    free = [number for number in range(len(start)) if number not in held]
    if not free:
        return start, True

    def at(moved: np.ndarray) -> np.ndarray:
        places = start.copy()
        places[free] = moved
        return places

    def misses(moved: np.ndarray) -> np.ndarray:
        try:
            missed: np.ndarray = np.nanmean(points.misses(at(moved)), axis=0)
        except IMPOSSIBLE:
            if np.array_equal(moved, start[free]):
                raise
            return np.full(len(points.aim), np.inf)  # no possible world: a shorter step is tried
        return np.zeros_like(missed) if np.abs(missed).max() <= MET else missed

    def slopes(moved: np.ndarray) -> np.ndarray:
        jacobian: np.ndarray = np.nanmean(points.slopes(at(moved)), axis=0)[:, free]
        return jacobian

    result = least_squares(
        misses,
        start[free],
        jac=slopes,
        bounds=(0.0, 1.0),
        method="dogbox",
        ftol=1e-3,
        xtol=1e-4,
        gtol=1e-6,
        max_nfev=MOST_STEPS,
    )
    return at(result.x), result.status > 0


def _report(
    points: Points, places: np.ndarray, held: Mapping[int, tuple[int, ...]], found: Identified, settled: bool
) -> Calibration:
    parameters = points.parameters
    reached, before = points.misses(places), np.nanmean(points.misses(parameters.start), axis=0)
    aims = tuple(
        Aim(
            target,
            float(aim),
            float(scale),
            float(aim + scale * first),
            run_mean(aim + scale * missed[~np.isnan(missed)]),
        )
        for target, aim, scale, first, missed in zip(
            points.targets, points.aim, points.scale, before, reached.T, strict=True
        )
    )
    values = parameters.values(places)
    free = [n for n in range(len(places)) if n not in held and _AT_BOUND < places[n] < 1 - _AT_BOUND]
    errors = dict(zip(free, _errors(reached, np.nanmean(points.slopes(places), axis=0)[:, free]), strict=True))
    fitted = []
    for number, one in enumerate(parameters.free):
        state = "held" if number in held else "fitted" if number in free else _bound(places[number])
        interval = _interval(one, places[number], errors[number]) if number in errors else None
        among = tuple(parameters.free[other].path for other in held.get(number, ()))
        fitted.append(Fitted(one, values[one.path], interval, state, among))
    return Calibration(
        aims=aims,
        fitted=tuple(fitted),
        singular=tuple(float(value) for value in found.singular),
        values={path: value for path, value in values.items() if value != parameters.values_of_file[path]},
        rests={path: (parameters.values_of_file[path], values[path]) for path in parameters.rests},
        settled=settled,
        steps=points.steps,
        worlds=points.lived,
        replications=points.replications,
        seed=points.seed,
    )


def _bound(place: float) -> str:
    return "at its lower bound" if place < 0.5 else "at its upper bound"


def _errors(misses: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Standard errors of fitted places by the run noise of the targets; NaN where replications are too few."""
    whole = misses[~np.isnan(misses).any(axis=1)]
    if len(whole) < 2 or slopes.shape[1] == 0:
        return np.full(slopes.shape[1], np.nan)
    moves = np.linalg.pinv(slopes) @ (whole - whole.mean(axis=0)).T
    errors: np.ndarray = moves.std(axis=1, ddof=1) / np.sqrt(len(whole))
    return errors


def _interval(parameter: Parameter, place: float, error: float) -> Interval | None:
    if np.isnan(error):
        return None
    low, high = (parameter.value(place + side * _NORMAL_95 * error) for side in (-1, 1))
    return Interval(parameter.value(place), low, high, "run")
