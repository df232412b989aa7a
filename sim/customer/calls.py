"""The warning call: it comes some days after the list, reaches or not, and what it does fades (model.md section 17)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.draws import Decision, uniform
from sim.customer.fading import fade
from sim.customer.mobile import after_contact, is_reachable, may_be_touched
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.purse import afford
from sim.customer.record import ContestMoment, Count, Line, Spender
from sim.customer.states import State

_NEVER = math.inf
_WARNING, _ASKING, _SUSPENDED = int(State.WARNING), int(State.ASKING), int(State.SUSPENDED)
_CALL, _FADE = int(ContestMoment.CALL), int(ContestMoment.CALL_FADE)
_CONTACT, _SPENDER = int(Line.CONTACT), int(Spender.WARNING_CALL)
_REACHED = int(Decision.CALL_REACHED)
_CALLS = COUNT_COLUMN + int(Count.WARNING_CALLS)
_CHANNELS = 16  # of a touch's occurrence, whose lowest bits are 0 where it makes somebody opt out


@njit(cache=True)
def arrange_calls(customers, called, at, laws, shared):
    """Arrange calls in the order of `called`, as far as the campaign's budget pays for them.

    Parameters
    ----------
    customers : contested_customer_dtype array, shape (n,)
        Written in place.
    called : int64 array, shape (m,)
        Positions of those who are to be called.
    at : float
        Day of the calls.
    laws : laws_dtype array, shape (1,)
    shared : Shared
        Its purse is drawn on.
    """
    for i in called:
        if afford(customers[i], _SPENDER, laws[0].call_cost, 0, True, laws[0], shared):
            customers[i].due[_CALL] = at


@njit
def call(c, t, laws, shared):
    """Call who stood on the list; who is at the desk, or whose line is stopped by now, is left in peace."""
    c.due[_CALL] = _NEVER
    if c.state == _ASKING or c.state == _SUSPENDED or not may_be_touched(c, laws):
        return
    book(c, _CONTACT, laws.call_cost, t, laws, shared)
    count(c, _CALLS, shared)
    day = math.floor(c.listed_at)
    u = uniform(laws.seed, c.id, _REACHED, c.life, day, c.replication)
    if not is_reachable(c) or u > laws.call_reach:
        return
    after_contact(c, day * _CHANNELS + 1, laws)
    c.called_at = t
    c.call_steps = 0
    c.call_strength = laws.call_max if c.state == _WARNING else laws.call_asleep
    set_effect(c, t, laws)


@njit
def fade_call(c, t, laws):
    """A step of the lattice: less is left of the last call."""
    c.call_steps += 1
    set_effect(c, t, laws)


@njit
def set_effect(c, t, laws):
    """What is left of the last call, and when that becomes less."""
    c.call_effect = c.call_strength * fade(c.call_steps, laws.step, laws.call_half_life, laws.call_lasts)
    more = c.call_effect != 0.0
    c.due[_FADE] = c.called_at + (c.call_steps + 1) * laws.step if more else _NEVER
    hold(c, t, laws)
