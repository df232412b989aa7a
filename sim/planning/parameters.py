"""What a calibration may move: places between bounds, and the values of a scenario that follow from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.scenario.loaded import Loaded
from sim.scenario.mark_rules import families
from sim.scenario.marks import Free, Rest, SameAs
from sim.scenario.schema import Scenario

DIGITS = 4
"""Significant digits of a fitted value: finer ones would be noise."""
_SUM_DIGITS = 12


@dataclass(frozen=True)
class Parameter:
    """A free parameter.

    A place is 0 at the lower bound and 1 at the upper one; between them it goes with the logarithm of the value where
    both are above 0, since what doubles a rate weighs as much as what halves it.

    Parameters
    ----------
    path : str
        In the scenario.
    start : float
        The file's value.
    low, high : float
    same : tuple of str
        Paths of parameters that take the same value.
    """

    path: str
    start: float
    low: float
    high: float
    same: tuple[str, ...]

    def place(self, value: float) -> float:
        """Where between its bounds a value lies."""
        if self.low > 0:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """The value at a place, with as many digits as are written; the start, bounds and nothing beyond, exactly."""
        if place <= 0.0:
            return self.low
        if place >= 1.0:
            return self.high
        if place == self.place(self.start):
            return self.start
        exact = (
            self.low * (self.high / self.low) ** place if self.low > 0 else self.low + place * (self.high - self.low)
        )
        return min(max(_significant(exact), self.low), self.high)


class Parameters:
    """All free parameters of a scenario, and the shares that take what they leave of 1.

    Parameters
    ----------
    loaded : Loaded of Scenario
    """

    def __init__(self, loaded: Loaded[Scenario]) -> None:
        marks = {path: origin.mark for path, origin in loaded.provenance.items() if origin.mark is not None}
        follow: dict[str, list[str]] = {}
        for path, mark in marks.items():
            if isinstance(mark, SameAs):
                follow.setdefault(mark.path, []).append(path)
        self.values_of_file = {path: origin.central for path, origin in loaded.provenance.items()}
        self.free: tuple[Parameter, ...] = tuple(
            Parameter(path, self.values_of_file[path], mark.low, mark.high, tuple(follow.get(path, ())))
            for path, mark in marks.items()
            if isinstance(mark, Free)
        )
        rests = {path for path, mark in marks.items() if isinstance(mark, Rest)}
        self.rests: dict[str, list[str]] = {
            path: [other for other in family if other != path]
            for family in families(loaded.tree(), loaded.places)
            for path in family
            if path in rests
        }

    def __len__(self) -> int:
        return len(self.free)

    @property
    def start(self) -> np.ndarray:
        """Places of the file's values; shape (parameters,)."""
        return np.array([one.place(one.start) for one in self.free])

    def values(self, places: Sequence[float] | np.ndarray) -> dict[str, float]:
        """Values of the scenario at some places, by path: of free parameters, those that follow them, and rests."""
        values: dict[str, float] = {}
        for one, place in zip(self.free, places, strict=True):
            values |= dict.fromkeys((one.path, *one.same), one.value(float(place)))
        known: Mapping[str, float] = self.values_of_file | values
        for path, others in self.rests.items():
            values[path] = round(1.0 - math.fsum(known[other] for other in others), _SUM_DIGITS)
        return values


def _significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
