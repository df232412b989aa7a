"""Booking: every fen goes into one line of the ledger, once (model.md section 8)."""

import math

from numba import njit

from sim.customer.mobile import served, to_bill
from sim.customer.record import Line

_LIST, _FORGONE, _PENALTY = int(Line.LIST), int(Line.FORGONE), int(Line.PENALTY)
_MONTH = 365.0 / 12.0


@njit(forceinline=True)
def book(c, line, amount, t, laws, shared):
    """Book `amount` fen into `line` at `t`; before day 0 nothing is booked."""
    period = c.period
    if period < 0 or amount == 0:
        return
    shared.tally[c.row, c.arm + 1, period, line] += amount
    if period < c.horizon_period:
        c.ledger[line] += amount
    else:
        worth = weight(line, laws) * amount * math.exp(-laws.discount * (t - laws.marks[c.horizon_period]))
        c.residual += math.floor(worth + 0.5)


@njit(forceinline=True)
def weight(line, laws):
    """What a fen of a line is worth: the margin of a fee, the whole of a penalty, all of a cost against it."""
    if line == _LIST:
        return laws.margin
    return 1.0 if line == _PENALTY else -1.0


@njit(forceinline=True)
def accrue(c, t, laws, shared):
    """Book the list fee since the last booking; what falls into free days is forgone too."""
    days = t - c.booked_at
    if days > 0.0:
        amount = math.floor(served(c) * c.fee * days / _MONTH + 0.5)
        book(c, _LIST, amount, t, laws, shared)
        if t <= c.free_until:
            book(c, _FORGONE, amount, t, laws, shared)
        else:
            to_bill(c, amount)
    c.booked_at = t
