"""Worlds of other assumptions, each lived once: the roll-outs of a question with the same luck in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from joblib import Parallel, delayed

from sim.planning import blocks
from sim.planning.doubt import live_doubtful
from sim.planning.sensitivity.margin import ArmMeans
from sim.scenario.experiment_schema import Question
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario

Values = tuple[tuple[str, float], ...]
"""Paths and the values at which they stand; all others are the file's."""


class Worlds:
    """What has been lived so far.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    seed, replications : int
        Every world is lived in the same replications.
    tell : callable
        Called with (stage, done, total).
    workers : Parallel
        Must return a generator.
    """

    def __init__(
        self,
        loaded: Loaded[Scenario],
        question: Question,
        seed: int,
        replications: int,
        tell: blocks.Progress,
        workers: Parallel,
    ) -> None:
        self.loaded, self.question = loaded, question
        self.seed, self.replications = seed, replications
        self._tell, self._workers = tell, workers
        self._lived: dict[Values, ArmMeans] = {}

    def __len__(self) -> int:
        return len(self._lived)

    def __getitem__(self, values: Values) -> ArmMeans:
        """What came of a world that has been lived."""
        return self._lived[values]

    def live(self, wanted: Iterable[Values], stage: str) -> None:
        """Live the worlds that have not been lived yet."""
        new = [values for values in dict.fromkeys(wanted) if values not in self._lived]
        parts = self._parts()
        tasks = [
            delayed(live_doubtful)(self.loaded.with_values(dict(values)).value, [self.question], self.seed, part)
            for values in new
            for part in parts
        ]
        done = blocks.in_order(tasks, stage, self._tell, self._workers)
        for values in new:
            self._lived[values] = _joined([next(done)[self.question.name] for _ in parts])

    def _parts(self) -> list[np.ndarray]:
        """Replications in as few blocks as memory allows: there are worlds enough for all processes."""
        size = max(1, blocks.BLOCK_CUSTOMERS // self.loaded.value.customers)
        return np.split(np.arange(self.replications), range(size, self.replications, size))


def _joined(parts: Sequence[ArmMeans]) -> ArmMeans:
    def whole(arm: str, column: int) -> np.ndarray:
        return np.concatenate([part[arm][column] for part in parts])

    return {arm: (whole(arm, 0), whole(arm, 1)) for arm in parts[0]}
