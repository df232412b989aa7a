"""New terms of the firm, taken over by its customers in the middle of their lives (model.md section 16)."""

from numba import njit

from sim.customer.bills import renew_steps
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.clocks import refresh
from sim.customer.life import LOST, PROSPECT, see_promotions


@njit(cache=True)
def take_terms(customers, laws, shared, t):
    """Let everybody who is there live by other laws and another timetable from `t` on.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
        Written in place.
    laws : laws_dtype array, shape (1,)
    shared : Shared
        Its timetable is read.
    t : float
        Day up to which they have lived by the laws as they were.
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state == PROSPECT or c.state == LOST:
            continue
        # what a customer carries of the firm's terms is renewed here, before the clocks that hang on it
        see_promotions(c, t, the_laws, shared)
        renew_steps(c, t, the_laws)
        refresh(c, t, the_laws)
