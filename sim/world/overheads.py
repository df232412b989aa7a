"""What the firm pays for no customer: seats at the desk, calls to prospects (model.md sections 16 and 20)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.laws import FEN
from sim.customer.prospects import calls
from sim.customer.record import Line
from sim.world.desk import DESK_LINE, seats_cost

if TYPE_CHECKING:
    from sim.world.world import World


def costs_of_nobody(world: World) -> dict[int, np.ndarray]:
    """Fen by line of the ledger; int64 arrays, shape (rows, periods), or (1, periods) where all rows are alike."""
    scenario, laws = world.scenario, world.laws
    found: dict[int, np.ndarray] = {}
    if scenario.desk is not None:
        each = [seats_cost(scenario.desk, float(a), float(b)) for a, b in itertools.pairwise(laws.marks)]
        found[DESK_LINE] = np.array([each], dtype=np.int64)
    if scenario.prospects is not None:
        replications = world.customers["replication"][world.row_start[:-1]].astype(np.int64)
        made = calls(scenario.prospects, laws.seed, laws.marks, replications)
        found[int(Line.CONTACT)] = made * round(scenario.prospects.cost_yuan * FEN)
    return found
