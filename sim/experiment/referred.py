"""What those are worth who joined because a customer of an experiment vouched for them (model.md section 19)."""

from __future__ import annotations

import numpy as np

from sim.customer.circles import NOBODY
from sim.customer.life import PROSPECT
from sim.experiment.follow_up import net_by
from sim.world.circles import referrers_of
from sim.world.world import World


def net_of_referred(world: World, who: np.ndarray, day: float) -> np.ndarray:
    """Net value, up to a day to which the world has been lived, of all whom each of some customers has brought.

    Parameters
    ----------
    world : World
    who : int64 array, shape (n,)
        Positions of customers of the base, each once.
    day : float

    Returns
    -------
    float64 array, shape (n,)
        Fen, from each one's joining on; 0 where nobody joined, everywhere where members bring nobody.
    """
    customers = world.customers
    if "referrer" not in (customers.dtype.names or ()):
        return np.zeros(len(who))
    joined = np.flatnonzero((customers["referrer"] != NOBODY) & (customers["state"] != PROSPECT))
    by = referrers_of(world, joined)
    net = net_by(world, joined, day, day, np.zeros_like(customers["ledger"][joined]))
    brought: np.ndarray = np.bincount(by, weights=net, minlength=len(customers))[who]
    return brought
