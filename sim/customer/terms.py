"""New terms: what changes for who is there already when laws or the timetable change (model.md sections 15, 16, 18)."""

import math

from numba import njit

from sim.customer.bills import renew_steps
from sim.customer.bonds import hold
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.clocks import refresh
from sim.customer.hooks import BOUND, hook
from sim.customer.life import LOST, PROSPECT, next_promotion, see_promotions
from sim.customer.points import schedule_points
from sim.customer.record import MOBILE_DUE, BondMoment
from sim.customer.recruiters import let_go

_NEVER = math.inf
_CONTRACT, _POINTS, _AGENT = (MOBILE_DUE + int(BondMoment[name]) for name in ("CONTRACT", "POINTS", "AGENT"))


@hook(otherwise=lambda c, t, laws: None, needs=BOUND, inline=False)
def renew_bonds(c, t, laws):
    """What ties a customer that has not fallen due yet falls due by the laws as they are from `t` on.

    A contract keeps its end and an agreement its credits; an assessment that is still to come moves to its new
    tenure, or falls on `t` where it has passed by then.
    """
    if c.recruited == 1 and c.assessed == 0:
        c.due[_AGENT] = max(t, c.joined + laws.assessment_days)
    elif c.recruited == 1:
        let_go(c, t, laws)
    if c.contracts > 0 and t >= c.contract_until:
        end = c.contract_until + laws.contract_after_days
        c.due[_CONTRACT] = end if t < end else _NEVER
    if c.points > 0:
        schedule_points(c, t, laws)
    hold(c, t, laws)


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
        renew_bonds(c, t, the_laws)
        refresh(c, t, the_laws)


@njit(cache=True)
def take_rates(customers, laws, t):
    """Let everybody who is there live by other rates from `t` on; all else goes on as it was.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
        Written in place.
    laws : laws_dtype array, shape (1,)
    t : float
        Day up to which they have lived by the rates as they were.
    """
    customers = borrowed(customers)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state != PROSPECT and c.state != LOST:
            refresh(c, t, the_laws)


@njit(cache=True)
def see_ahead(customers, laws, shared, t):
    """Let everybody who is there see what a timetable that is new holds from `t` on; what runs now is as it was.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
        Written in place.
    laws : laws_dtype array, shape (1,)
    shared : Shared
        Its timetable is read; before `t` it says what the old one did.
    t : float
        Day up to which they have lived by the old one.
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state == PROSPECT or c.state == LOST:
            continue
        row = c.row * the_laws.segments + c.segment
        entry = shared.start[row]
        while entry < shared.start[row + 1] and shared.time[entry] < t:
            entry += 1
        c.promotion_entry = entry
        next_promotion(c, the_laws, shared)
