"""Points of a fit, each lived once: how far a scenario misses its targets there, and how that changes.

Every point lives the same replications with the same keyed draws. Slopes are differences over 10% of a value: over
less, single customers would show as steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from joblib import delayed

from sim.planning.blocks import blocks
from sim.planning.identify import identify
from sim.planning.parameters import Parameter, Parameters
from sim.planning.quantities import join, live_quantities, total
from sim.scenario.aims import reported, tolerance
from sim.scenario.experiment_schema import Experiment
from sim.scenario.loaded import Loaded
from sim.scenario.problems import Impossible, InputProblems
from sim.scenario.schema import Scenario

Run = Callable[[list[Any], str], list[Any]]
"""Runs the tasks of a stage and gives their results in order."""

STEP = 0.1
"""Over how much of its logarithm a parameter's slope is taken; on a plain scale, of half the way between its bounds."""
WIDE_STEP = 0.5
MOST_OF_WAY = 0.25
"""Part of the way between its bounds that a step never exceeds."""
FEWEST = 20
"""Slopes are taken on half of the replications, but on so many at least."""
IMPOSSIBLE = (Impossible, InputProblems)
"""What a point may raise that is no world: bounds alone cannot keep a fit from such."""


class Points:
    """Lives a scenario at points of a fit, each once.

    Parameters
    ----------
    loaded : Loaded of Scenario
    life : int
        How long a life the targets need (`sim.planning.quantities`).
    trials : sequence of Experiment
        Whose trials they speak of.
    seed, replications : int
    run : callable
        Runs the tasks of a stage and gives their results in order.
    """

    def __init__(
        self,
        loaded: Loaded[Scenario],
        life: int,
        trials: Sequence[Experiment],
        seed: int,
        replications: int,
        run: Run,
    ) -> None:
        self.loaded, self.life, self.trials, self.run = loaded, life, trials, run
        self.seed, self.replications = seed, replications
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
        tasks = [
            delayed(live_quantities)(world, self.life, self.seed, part, self.trials)
            for world in worlds
            for part in parts
        ]
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


def _step(parameter: Parameter, size: float) -> float:
    """The difference of places over which a slope is taken."""
    whole = np.log(parameter.high / parameter.low) if parameter.low > 0 else 2.0
    return float(min(size / whole, MOST_OF_WAY))
