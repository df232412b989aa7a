"""Draws of the assumptions: worlds whose doubtful parameters all stand somewhere in their ranges at once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.scenario.problems import InputProblems

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.provenance import Provenance
    from sim.scenario.schema import Scenario

TRIES = 100
"""Draws of a parameter set until one is a possible world; the law is that of the possible ones."""
ELSEWHERE = ("planning", "targets", "validation")
"""Blocks that speak about the world and are no part of it."""


@dataclass(frozen=True)
class Draw:
    """A world of the assumptions: its values by path, and its scenario."""

    values: dict[str, float]
    scenario: Scenario


def doubtful(loaded: Loaded[Scenario]) -> dict[str, Provenance]:
    """Parameters of the world that have a range or a distribution and can move alone, by path."""
    return {
        path: origin
        for path, origin in loaded.provenance.items()
        if origin.ranged and path.split(".")[0] not in ELSEWHERE and _moves_alone(loaded, path, origin)
    }


def _moves_alone(loaded: Loaded[Scenario], path: str, origin: Provenance) -> bool:
    """Whether both ends of its range are possible; a share among shares that add up to 1, say, cannot."""
    try:
        for end in (origin.low, origin.high):
            loaded.with_value(path, end)
    except InputProblems:
        return False
    return True


def place(origin: Provenance, chance: float) -> float:
    """The value below which a parameter lies with a chance.

    A distribution says so itself; of a range half lies on either side of its centre, uniform on each: the centre is
    the median of both, since it is what the main run lives.
    """
    if origin.distribution is not None:
        return origin.distribution.quantile(chance)
    assert origin.low is not None
    assert origin.high is not None
    if chance <= 0.5:
        return origin.low + 2 * chance * (origin.central - origin.low)
    return origin.central + (2 * chance - 1) * (origin.high - origin.central)


def draw_worlds(loaded: Loaded[Scenario], seed: int, number: int) -> list[Draw]:
    """Draw worlds; a parameter's draw depends on the seed, its path and the draw's number alone.

    Raises
    ------
    InputProblems
        No possible world in `TRIES` draws.
    """
    doubts = doubtful(loaded)
    return [_draw(loaded, doubts, seed, one) for one in range(number)] if doubts else []


def _draw(loaded: Loaded[Scenario], doubts: dict[str, Provenance], seed: int, number: int) -> Draw:
    entity = np.array([zlib.crc32(path.encode()) for path in doubts], dtype=np.uint32)
    which = np.full(len(doubts), number, dtype=np.uint32)
    for again in range(TRIES):
        u = uniforms(seed, entity, int(Decision.ASSUMED), 0, again, which)
        chances = np.minimum(u, 1.0 - 2.0**-53)
        values = {path: place(doubts[path], float(chance)) for path, chance in zip(doubts, chances, strict=True)}
        try:
            return Draw(values, loaded.with_values(values).value)
        except InputProblems:
            if again == TRIES - 1:
                raise
    raise AssertionError("the last try either returns or raises")
