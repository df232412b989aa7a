"""All points of a question lived with the same luck: the same replications, each with its own keyed draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from joblib import delayed

from sim.experiment.start import draw_start
from sim.experiment.whole_firm import live_whole
from sim.planning.blocks import blocks
from sim.planning.whatif.question import Point, Question
from sim.scenario.schema import Scenario

Measures = dict[str, np.ndarray]
"""By name; shape (points, replications), NaN where nobody could be counted."""


def live_past(
    world: Scenario, firms: Sequence[Scenario], policy: str, seed: int, block: np.ndarray
) -> list[dict[str, np.ndarray]]:
    """Live a block of replications from one past under each of several firms; the measures of each."""
    start = draw_start(world, seed, block)
    return [live_whole(start, firm, policy) for firm in firms]


class Lives:
    """What is to be lived for some points of a question, and what came of it.

    Parameters
    ----------
    question : Question
    points : sequence of Point
    seed, replications : int
    """

    def __init__(self, question: Question, points: Sequence[Point], seed: int, replications: int) -> None:
        self.points, self.replications = list(points), replications
        self.tasks: list[Any] = []
        self._where: list[tuple[list[int], np.ndarray]] = []
        for past in question.pasts():
            here = [number for number, point in enumerate(self.points) if point in past]
            if not here:
                continue
            world = question.world(self.points[here[0]])
            firms = [question.firm(self.points[number]) for number in here]
            for block in blocks(world, replications):
                self._where.append((here, block))
                self.tasks.append(delayed(live_past)(world, firms, question.policy, seed, block))

    def gather(self, lived: Iterator[list[dict[str, np.ndarray]]]) -> Measures:
        """Put what was lived (in the order of the tasks) in its place; takes no more than its own tasks' results."""
        found: Measures = {}
        for here, block in self._where:
            for number, measures in zip(here, next(lived), strict=True):
                for name, values in measures.items():
                    empty = np.full((len(self.points), self.replications), np.nan)
                    found.setdefault(name, empty)[number, block] = values
        return found


Run = Callable[[list[Any], str], Iterator[Any]]
"""Runs tasks as a stage; results in the order of the tasks."""
