"""The end of the relation: a move, a reason, and the accounts that are settled (model.md sections 12, 13, 15)."""

import math

from numba import njit

from sim.customer.clocks import stop
from sim.customer.contest import note_leaving
from sim.customer.contracts import penalty
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import hook
from sim.customer.money import accrue, book
from sim.customer.moves import LOSS_COLUMN, count, move
from sim.customer.record import Line
from sim.customer.recruiters import claw_back
from sim.customer.states import State

_NEVER = math.inf
_LOST = int(State.LOST)
_BAD_DEBT, _COLLECTION = int(Line.BAD_DEBT), int(Line.COLLECTION)
_COLLECTED = int(Decision.COLLECTED)


@njit(forceinline=True)
def leave(c, k, t, laws, shared):
    """The relation ends for reason `k`."""
    accrue(c, t, laws, shared)
    move(c, _LOST, shared)
    count(c, LOSS_COLUMN + k, shared)
    c.lost_at = t
    c.reason = k
    note_leaving(c, k, t)
    stop(c)
    settle(c, t, laws, shared)


@hook(otherwise=lambda c, t, laws, shared: None, inline=False)
def settle(c, t, laws, shared):
    """Who leaves while owing leaves the debt behind, and a swindler the last bill too; all others pay what is due."""
    claw_back(c, t, laws, shared)
    if c.arrears_at < _NEVER or c.fraud == 1:
        write_off(c, t, laws, shared)
    else:
        penalty(c, t, laws, shared)


@njit
def write_off(c, t, laws, shared):
    """What a leaver owes is bad debt, less what collection brings in at its price."""
    owed = c.unpaid + c.unbilled
    c.unpaid = 0
    c.unbilled = 0
    u = uniform(laws.seed, c.id, _COLLECTED, c.life, 0, c.replication)
    if owed > 0 and u <= laws.collects:
        book(c, _COLLECTION, math.floor(owed * laws.collection_cost + 0.5), t, laws, shared)
    else:
        book(c, _BAD_DEBT, owed, t, laws, shared)
