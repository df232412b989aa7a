"""All points of a question lived with the same luck: the same replications, each with its own keyed draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from joblib import delayed

from sim.experiment.rollout import live_firm
from sim.experiment.start import draw_start
from sim.planning.blocks import blocks
from sim.planning.whatif.question import Point, Question
from sim.scenario.experiment_schema import Background, FirmArm, FirmQuestion
from sim.scenario.loaded import Settings
from sim.scenario.schema import Scenario

Measures = dict[str, np.ndarray]
"""By name; shape (points, replications), NaN where nobody could be counted."""


def live_past(
    world: Scenario, terms: Sequence[Settings], policy: str, seed: int, block: np.ndarray
) -> list[dict[str, np.ndarray]]:
    """Live a block of replications from one past under each of several terms of the firm; the measures of each.

    The terms were checked by all rules of a scenario when the question was read. They may be wider than what an arm of
    a question about the firm may set: what a policy gives, too.
    """
    arms = {str(number): FirmArm.model_construct(policy=policy, set=one) for number, one in enumerate(terms)}
    question = FirmQuestion.model_construct(arms=arms, background=Background(policy=policy), horizon_days=None)
    measures = live_firm(draw_start(world, seed, block), question).measures
    return [measures[arm] for arm in arms]


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
            terms = [question.terms(self.points[number]) for number in here]
            for block in blocks(world, replications):
                self._where.append((here, block))
                self.tasks.append(delayed(live_past)(world, terms, question.policy, seed, block))

    def gather(self, lived: Iterator[list[dict[str, np.ndarray]]]) -> Measures:
        """Put what was lived (in the order of the tasks) in its place; takes no more than its own tasks' results."""
        found: Measures = {}
        for here, block in self._where:
            for number, measures in zip(here, next(lived), strict=True):
                for name, values in measures.items():
                    empty = np.full((len(self.points), self.replications), np.nan)
                    found.setdefault(name, empty)[number, block] = values
        return found
