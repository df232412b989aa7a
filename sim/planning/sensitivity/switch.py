"""Where along one assumption the decision switches: halving on the paired margin, and on its limits for an interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Refused
from sim.planning.sensitivity.factors import Factor

CLOSE = 0.01
"""Part of a range to which a switch point is found."""
Limits = tuple[float, float, float]
"""Mean of the margin, and its 95% limits."""


@dataclass(frozen=True)
class Switch:
    """A value at which the decision changes.

    Parameters
    ----------
    at : float
    low, high : float
        Where the margin's limits cross 0.
    open_low, open_high : bool
        Whether they do not cross on that side, so that the range's end stands there.
    stands_above : bool
        Whether the centre's decision is that above the point.
    """

    at: float
    low: float
    high: float
    open_low: bool
    open_high: bool
    stands_above: bool


@dataclass
class Line:
    """The margin along one factor, as far as it has been lived."""

    factor: Factor
    known: dict[float, Limits] = field(default_factory=dict)

    def gaps(self) -> list[tuple[float, float]]:
        """Neighbouring values between which the mean changes its sign."""
        return [(a, b) for a, b in pairwise(sorted(self.known)) if (self.known[a][0] > 0) != (self.known[b][0] > 0)]

    def wide(self, gap: tuple[float, float]) -> bool:
        """Whether there is anything to gain from halving a gap."""
        width = gap[1] - gap[0]
        least = 1.0 if self.factor.whole else CLOSE * (self.factor.high - self.factor.low)
        return width > least * (1 + 1e-9)

    def middle(self, gap: tuple[float, float]) -> float:
        """The value that halves a gap."""
        return self.factor.rounded((gap[0] + gap[1]) / 2)

    def unsure(self, gap: tuple[float, float]) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
        """Neighbours around a gap's ends between which run doubt ends: the margin's limits have one sign beyond."""
        places = sorted(self.known)
        below = [x for x in places if x <= gap[0]]
        above = [x for x in places if x >= gap[1]]
        left = next(((x, y) for x, y in pairwise_down(below, gap[1]) if self._sure(x)), None)
        right = next(((y, x) for x, y in pairwise_up(above, gap[0]) if self._sure(x)), None)
        return left, right

    def _sure(self, value: float) -> bool:
        _, low, high = self.known[value]
        return low > 0 or high < 0


def pairwise_down(places: Sequence[float], after: float) -> Iterable[tuple[float, float]]:
    """Values from the last to the first, each with the one behind it."""
    return zip(reversed(places), [after, *reversed(places)], strict=False)


def pairwise_up(places: Sequence[float], before: float) -> Iterable[tuple[float, float]]:
    """Values from the first to the last, each with the one before it."""
    return zip(places, [before, *places], strict=False)


def limits(margins: np.ndarray) -> Limits:
    """Mean and 95% limits of margins by replication; a single replication has none."""
    found = run_mean(margins)
    if isinstance(found, Refused):
        raise ValueError(found.reason)
    return found.value, found.low, found.high


def find_switches(lines: Sequence[Line], look: Callable[[list[tuple[Line, float]]], None]) -> list[list[Switch]]:
    """Find the switch points of some factors, each round of halvings for all of them at once.

    Parameters
    ----------
    lines : sequence of Line
        Each with the values of its factor's grid known.
    look : callable
        Given lines and values, makes the margins there known.

    Returns
    -------
    list of Switch by line
        Empty where the margin keeps its sign over the grid.
    """
    while wanted := [(line, line.middle(gap)) for line in lines for gap in line.gaps() if line.wide(gap)]:
        look(wanted)
    while wanted := [
        (line, line.middle(end))
        for line in lines
        for gap in line.gaps()
        for end in line.unsure(gap)
        if end is not None and line.wide(end)
    ]:
        look(wanted)
    return [[_switch(line, gap) for gap in line.gaps()] for line in lines]


def _switch(line: Line, gap: tuple[float, float]) -> Switch:
    left, right = line.unsure(gap)
    (below, above), factor = gap, line.factor
    at = (below + above) / 2 if factor.whole else _zero(below, above, line.known[below][0], line.known[above][0])
    low = factor.low if left is None else left[0]
    high = factor.high if right is None else right[1]
    return Switch(at, low, high, left is None, right is None, line.known[above][0] > 0)


def _zero(below: float, above: float, first: float, last: float) -> float:
    return below + (above - below) * first / (first - last)
