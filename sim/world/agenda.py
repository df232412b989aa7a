"""Who acts when: epochs at which what customers share acts on them (model.md section 9).

A world lives from epoch to epoch. At each the mechanisms that are due act one after another, in the order in which they
stand in the world's list; a mechanism acts once an epoch, however a world is lived in pieces.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from sim.world.world import World

WEEK = 7.0


class Mechanism(Protocol):
    """Something that customers share, which acts at epochs of its own."""

    def epochs(self, until: float) -> Iterable[float]:
        """Its epochs in [0, until), in order."""

    def act(self, t: float) -> np.ndarray | None:
        """Act at an epoch; everybody has been lived up to it.

        Returns
        -------
        positions of the customers of whom something else may be due now than before; None: perhaps of all
        """

    def fork(self, world: World) -> Mechanism:
        """The same mechanism in a world that goes on from here."""


def weekly(until: float) -> list[float]:
    """Starts of weeks in (0, until), counted from day 0."""
    return [float(day) for day in np.arange(WEEK, until, WEEK)]


class Agenda:
    """The mechanisms of a world, and up to when each has acted.

    Parameters
    ----------
    mechanisms : iterable of Mechanism
        In the order in which they act at one moment.
    """

    def __init__(self, mechanisms: Iterable[Mechanism]) -> None:
        self.mechanisms = list(mechanisms)
        self._acted = [-math.inf] * len(self.mechanisms)

    def due(self, now: float, until: float) -> dict[float, list[int]]:
        """Epochs from `now` on and before `until`, with the numbers of the mechanisms that act there."""
        epochs: dict[float, list[int]] = {}
        for number, mechanism in enumerate(self.mechanisms):
            for epoch in mechanism.epochs(until):
                if now <= epoch < until and epoch > self._acted[number]:
                    epochs.setdefault(epoch, []).append(number)
        return epochs

    def act(self, numbers: Iterable[int], t: float, wakes: np.ndarray) -> None:
        """Let mechanisms act at `t`; in `wakes` (n,) whoever they touch is to be looked at again."""
        for number in numbers:
            self._acted[number] = t
            touched = self.mechanisms[number].act(t)
            wakes[slice(None) if touched is None else touched] = -math.inf

    def has_acted(self, kind: type[Any], t: float) -> None:
        """Note that mechanisms of a kind have acted at `t` without the agenda."""
        for number, mechanism in enumerate(self.mechanisms):
            if isinstance(mechanism, kind):
                self._acted[number] = t

    def fork(self, world: World) -> Agenda:
        """The agenda of a world that goes on from here."""
        twin = Agenda(mechanism.fork(world) for mechanism in self.mechanisms)
        twin._acted = self._acted.copy()
        return twin
