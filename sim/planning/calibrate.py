"""Fit the parameters that a scenario marks with `calibrate:` to its `targets:`, by weighted least squares.

Every step lives the same replications with the same keyed draws, so that what moves between two steps is what the
parameters moved. Slopes are differences over 10% of a value: over less, single customers would show as steps. What
the targets do not identify (`sim.planning.identify`) stays at its starting value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy.optimize import least_squares

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.identify import Identified, identify
from sim.planning.parameters import Parameter, Parameters
from sim.planning.quantities import (
    check_quantities,
    join,
    known_quantities,
    life_of,
    live_quantities,
    total,
)
from sim.scenario.aims import reported, tolerance
from sim.scenario.loaded import Loaded
from sim.scenario.problems import Impossible, InputProblems
from sim.scenario.schema import Scenario, Target

Run = Callable[[list[Any], str], list[Any]]
"""Runs the tasks of a stage and gives their results in order."""

MET = 0.1
"""Part of its tolerance within which a target is met: the fit looks no further."""
STEP = 0.1
"""Over how much of its logarithm a parameter's slope is taken; on a plain scale, of half the way between its bounds."""
WIDE_STEP = 0.5
MOST_OF_WAY = 0.25
"""Part of the way between its bounds that a step never exceeds."""
FEWEST = 20
"""Slopes are taken on half of the replications, but on so many at least."""
MOST_STEPS = 15
IMPOSSIBLE = (Impossible, InputProblems)
"""What a point may raise that is no world: bounds alone cannot keep a fit from such."""
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
    steps, worlds : int
        Points at which targets were compared, and points lived in all (slopes included).
    replications, seed : int
    """

    aims: tuple[Aim, ...]
    fitted: tuple[Fitted, ...]
    singular: tuple[float, ...]
    values: dict[str, float]
    rests: dict[str, tuple[float, float]]
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
    known = known_quantities(loaded.value, tell)
    check_quantities(loaded, known)
    life = life_of((target.quantity for target in loaded.value.targets), known)
    with Parallel(n_jobs=jobs, return_as="generator") as workers:

        def run(tasks: list[Any], stage: str) -> list[Any]:
            return list(in_order(tasks, stage, tell, workers))

        return _fit(_Worlds(loaded, life, seed, replications, run))


class _Worlds:
    """Lives a scenario at points of the fit, each once."""

    def __init__(self, loaded: Loaded[Scenario], life: int, seed: int, replications: int, run: Run) -> None:
        self.loaded, self.life, self.seed, self.replications, self.run = loaded, life, seed, replications, run
        self.parameters = Parameters(loaded)
        targets = loaded.value.targets
        self.targets = targets
        self.aim = np.array([reported(target) for target in targets])
        self.scale = np.array([tolerance(target) for target in targets])
        self.steps = self.lived = 0
        self._misses: dict[tuple[float, ...], np.ndarray] = {}
        self._slopes: list[tuple[np.ndarray, np.ndarray]] = []

    def misses(self, places: np.ndarray) -> np.ndarray:
        """Tolerances by which each replication misses each target; shape (replications, targets)."""
        key = tuple(places)
        if key not in self._misses:
            self.steps += 1
            (self._misses[key],) = self._live([places], self.replications, f"step {self.steps}")
        return self._misses[key]

    def slopes(self, places: np.ndarray) -> np.ndarray:
        """What a replication's misses move by from bound to bound; shape (replications, targets, parameters).

        Slopes over a step hold within that step: inside it they are not taken anew. Those of a parameter that seems
        to move nothing are taken over a wide step, in which fewer moves drown in run noise.
        """
        self.misses(places)
        steps = np.array([_step(one, STEP) for one in self.parameters.free])
        for there, slopes in self._slopes:
            if np.all(np.abs(places - there) <= steps):
                return slopes
        taken = self._differences(places, steps, f"step {self.steps}: slopes")
        faint = identify(taken).silent
        if faint:
            wide = np.array([_step(self.parameters.free[number], WIDE_STEP) for number in faint])
            stage = f"step {self.steps}: slopes of the faint"
            taken[:, :, faint] = self._differences(places, wide, stage, faint)
        self._slopes.append((places, taken))
        return taken

    def _differences(
        self, places: np.ndarray, steps: np.ndarray, stage: str, which: Sequence[int] | None = None
    ) -> np.ndarray:
        """Slopes of some parameters (all if not given) over steps of a size."""
        few = min(self.replications, max(FEWEST, -(-self.replications // 2)))
        here = self.misses(places)[:few]
        columns = list(range(len(places)) if which is None else which)
        forward = np.where(places[columns] + steps <= 1.0, steps, -steps)
        edge: Exception | None = None
        for sign in (1.0, -1.0):  # backwards where the edge of what is possible lies ahead
            points = np.repeat(places[None, :], len(columns), axis=0)
            points[range(len(columns)), columns] = np.clip(places[columns] + sign * forward, 0.0, 1.0)
            moved = points[range(len(columns)), columns] - places[columns]
            try:
                beside = self._live([*points], few, stage)
            except IMPOSSIBLE as error:
                edge = error
                continue
            return np.stack([(there - here) / move for there, move in zip(beside, moved, strict=True)], axis=2)
        assert edge is not None
        raise edge

    def _live(self, points: list[np.ndarray], replications: int, stage: str) -> list[np.ndarray]:
        """Live some points in blocks of replications, all of them side by side."""
        where = "at a point that calibrate tried"
        worlds = [self.loaded.with_values(self.parameters.values(point), where).value for point in points]
        parts = blocks(self.loaded.value, replications)
        tasks = [delayed(live_quantities)(world, self.life, self.seed, part) for world in worlds for part in parts]
        done = self.run(tasks, stage)
        self.lived += len(points)
        found = []
        for number in range(len(points)):
            quantities = join(done[number * len(parts) : (number + 1) * len(parts)])
            values = np.stack([total(target.quantity, quantities) for target in self.targets], axis=1)
            nobody = np.isnan(values).all(axis=0)
            if nobody.any():
                raise Impossible(f"no replication has anybody to count for {self.targets[nobody.argmax()].quantity}")
            found.append((values - self.aim) / self.scale)
        return found


def _fit(worlds: _Worlds) -> Calibration:
    """Fit what is identified; what turns out not to be goes back to its start, and the others are fitted anew."""
    start = worlds.parameters.start
    found = identify(worlds.slopes(start))
    held: dict[int, tuple[int, ...]] = {}
    while True:
        held = found.held | held
        places = _least_squares(worlds, start, held)
        found = identify(worlds.slopes(places))
        if found.held.keys() <= held.keys():
            return _report(worlds, places, held, found)


def _least_squares(worlds: _Worlds, start: np.ndarray, held: Collection[int]) -> np.ndarray:
    """Places at which the targets are missed least, the held ones as they were."""
    free = [number for number in range(len(start)) if number not in held]
    if not free:
        return start

    def at(moved: np.ndarray) -> np.ndarray:
        places = start.copy()
        places[free] = moved
        return places

    def misses(moved: np.ndarray) -> np.ndarray:
        try:
            missed: np.ndarray = np.nanmean(worlds.misses(at(moved)), axis=0)
        except IMPOSSIBLE:
            if np.array_equal(moved, start[free]):
                raise
            return np.full(len(worlds.aim), np.inf)  # no possible world: a shorter step is tried
        return np.zeros_like(missed) if np.abs(missed).max() <= MET else missed

    def slopes(moved: np.ndarray) -> np.ndarray:
        jacobian: np.ndarray = np.nanmean(worlds.slopes(at(moved)), axis=0)[:, free]
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
    return at(result.x)


def _report(worlds: _Worlds, places: np.ndarray, held: Mapping[int, tuple[int, ...]], found: Identified) -> Calibration:
    parameters = worlds.parameters
    reached, before = worlds.misses(places), np.nanmean(worlds.misses(parameters.start), axis=0)
    aims = tuple(
        Aim(
            target,
            float(aim),
            float(scale),
            float(aim + scale * first),
            run_mean(aim + scale * missed[~np.isnan(missed)]),
        )
        for target, aim, scale, first, missed in zip(
            worlds.targets, worlds.aim, worlds.scale, before, reached.T, strict=True
        )
    )
    values = parameters.values(places)
    free = [n for n in range(len(places)) if n not in held and _AT_BOUND < places[n] < 1 - _AT_BOUND]
    errors = dict(zip(free, _errors(reached, np.nanmean(worlds.slopes(places), axis=0)[:, free]), strict=True))
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
        steps=worlds.steps,
        worlds=worlds.lived,
        replications=worlds.replications,
        seed=worlds.seed,
    )


def _step(parameter: Parameter, size: float) -> float:
    """The difference of places over which a slope is taken."""
    whole = np.log(parameter.high / parameter.low) if parameter.low > 0 else 2.0
    return float(min(size / whole, MOST_OF_WAY))


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
