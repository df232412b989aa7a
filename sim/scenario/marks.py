"""What `calibrate:` beside a parameter says: how `sim calibrate` may move it.

Three forms::

    risk_factor: {value: 0.7, calibrate: [0.05, 20]}                  free between two bounds
    fee_sigma: {value: 0.9, calibrate: {same_as: segments.a.fee_sigma}}   takes the value of a free one
    satisfied: {value: 0.8, calibrate: rest}                          takes what the other shares leave of 1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

REST = "rest"
SAME_AS = "same_as"
FORMS = f"[low, high], {{{SAME_AS}: PATH}} or {REST}"


@dataclass(frozen=True)
class Free:
    """Free between two bounds; it is moved on the scale of logarithms where the lower one is above 0."""

    low: float
    high: float

    def plain(self) -> Any:
        """Give the mark as a file writes it."""
        return [self.low, self.high]


@dataclass(frozen=True)
class SameAs:
    """Takes the value of another parameter, by its dotted path."""

    path: str

    def plain(self) -> Any:
        """Give the mark as a file writes it."""
        return {SAME_AS: self.path}

    def __str__(self) -> str:
        return f"as {self.path}"


@dataclass(frozen=True)
class Rest:
    """A share that takes what the others of its kind leave of 1."""

    def plain(self) -> Any:
        """Give the mark as a file writes it."""
        return REST

    def __str__(self) -> str:
        return "takes the rest"


Mark: TypeAlias = Free | SameAs | Rest
