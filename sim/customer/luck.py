"""Other luck from a moment on: the same customers as they stand, and another future (model.md section 10)."""

from numba import njit

from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.clocks import refresh, rewind
from sim.customer.life import LOST, PROSPECT, see_promotions

SLOT = 1 << 20
"""Replications stand below; future `k` of replication `r` has the luck of replication `r + k * SLOT`."""


@njit(cache=True)
def draw_again(customers, laws, shared, t, seed):
    """Draw anew what is left of every clock's threshold, by the number of the replication that customers now have.

    What is left of an Exp(1) threshold that has not been run down is Exp(1) again, so the futures drawn here have the
    law of the future that was pending.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
        Written in place; their `replication` is that of the future.
    laws : laws_dtype array, shape (1,)
    shared : Shared
        Its timetable is read.
    t : float
        Day up to which they have lived.
    seed : int
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state == PROSPECT or c.state == LOST:
            continue
        for k in range(c.rate.shape[0]):
            rewind(c, k, t, seed)
        see_promotions(c, t, the_laws, shared)
        refresh(c, t, the_laws)
