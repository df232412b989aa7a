"""Kernels that take customers of an array through their lives: what a world calls.

A whole life is long to compile, so few kernels hold one: `live`, which also lives the past, and `attend`.
"""

import math

from numba import njit

from sim.customer.ahead import AHEAD, ask_ahead_for_accounts, ask_for_life
from sim.customer.bills import full_service
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.clocks import refresh
from sim.customer.life import ASKING, LOST, PROSPECT, STABLE, close_accounts, live_one
from sim.customer.money import book
from sim.customer.moves import move
from sim.customer.parting import leave
from sim.customer.record import Moment

_NEVER = math.inf
_JOIN, _BOOKING = int(Moment.JOIN), int(Moment.BOOKING)
WAITS, STAYS, LEAVES = 0, 1, 2
"""How a call at the desk stands: it has not been answered yet; it was, and the customer stays; or leaves."""


@njit(cache=True, nogil=True)
def live(customers, laws, firm, shared, until, wakes):
    """Live every customer that does not stand at the desk up to, not including, `until`.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
    laws, firm : laws_dtype, firm_dtype arrays, shape (1,)
    shared : Shared
    until : float
        Day.
    wakes : float64 array, shape (n,)
        When something is due of each customer next, -inf where that has to be looked up; written. So short windows
        pass over who sleeps without reading its record.

    Returns
    -------
    number of events that happened
    """
    customers, shared, wakes = borrowed(customers), borrowed_shared(shared), borrowed(wakes)
    the_laws, the_firm = borrowed(laws)[0], borrowed(firm)[0]
    events = 0
    for i in range(customers.shape[0]):
        if i + AHEAD < customers.shape[0] and wakes[i + AHEAD] < until:
            ask_for_life(customers, i + AHEAD)
        if wakes[i] >= until:
            continue
        c = customers[i]
        if c.state == LOST:
            wakes[i] = _NEVER
        elif c.state == PROSPECT and c.due[_JOIN] >= until:
            wakes[i] = c.due[_JOIN]
        elif c.state != ASKING:
            happened, wakes[i] = live_one(c, the_laws, the_firm, shared, until)
            events += happened
    return events


@njit(cache=True)
def close(customers, laws, shared, t):
    """Close the accounts that are due at `t`, so that what happened before `t` is booked before anything at `t`.

    Returns
    -------
    number of accounts that were closed
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    closed = 0
    for i in range(customers.shape[0]):
        ask_ahead_for_accounts(customers, i)
        closed += close_if_due(customers[i], t, the_laws, shared)
    return closed


@njit(forceinline=True)
def close_if_due(c, t, laws, shared):
    """Close accounts that are due at `t`; tell whether they were."""
    if c.due[_BOOKING] != t:
        return False
    close_accounts(c, t, laws, shared)
    return True


@njit(cache=True)
def attend(customers, i, answer, cost, line, t, laws, firm, shared, until):
    """Let customer `i`, who stands at the desk, age to `t`: bills fall due, leaving clocks pause; then answer its call.

    Parameters
    ----------
    answer : int
        `WAITS`: it stands there still, and nothing more is done. `STAYS`: it lives on to `until`. `LEAVES`.
    cost, line : int
        What the call costs, fen, and the ledger's line.
    customers, laws, firm, shared, t, until
        As for `live`.

    Returns
    -------
    number of events that happened
    """
    c, the_laws, the_firm = customers[i], laws[0], firm[0]
    events = 0
    for lived_on in range(2):  # one place for a whole life in this kernel, not two
        happened, _ = live_one(c, the_laws, the_firm, shared, until if lived_on else t)
        events += happened
        if answer == WAITS or lived_on:
            break
        book(c, line, cost, t, the_laws, shared)
        if answer == LEAVES:
            leave(c, c.reason, t, the_laws, shared)
            break
        c.reason = -1
        full_service(c, t, the_laws, shared)
        move(c, STABLE, shared)
        refresh(c, t, the_laws)
    return events
