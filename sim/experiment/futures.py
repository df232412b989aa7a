"""Many futures of the same customers: as they stand on day 0, with other luck from then on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.customer.base import without_books
from sim.customer.luck import SLOT, draw_again
from sim.experiment.start import Start
from sim.world.timetable import compile_timetable

SLOTS = 1 << 12


def futures(start: Start, numbers: np.ndarray) -> Start:
    """Day 0 of one replication once for every future.

    Parameters
    ----------
    start : Start
        Of one replication, below `SLOT`.
    numbers : int64 array, shape (rows,)
        From 1 to `SLOTS` - 1; two futures of one number are the same.

    Returns
    -------
    Start
        A row a future: the same customers, who have lived the same past and whose promotions under way go on; what
        is drawn from day 0 on is that future's own, other promotions among it.
    """
    (replication,) = start.replications
    lucks = replication + numbers * SLOT
    seed, end = start.laws.seed, float(start.laws.marks[-1])
    past = np.full(len(numbers), replication)
    timetable = compile_timetable(start.scenario, seed, past, end, lucks)
    customers = np.tile(start.customers, len(numbers))
    rows = np.repeat(np.arange(len(numbers)), len(start.customers))
    customers["row"], customers["replication"] = rows, lucks[rows]
    draw_again(customers, start.laws.table, without_books(timetable), 0.0, seed)
    return replace(start, timetable=timetable, customers=customers, replications=lucks)
