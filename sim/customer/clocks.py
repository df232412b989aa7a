"""Clocks: thresholds that integrated hazard runs down (model.md section 3).

A clock stores (left, since, rate) and is rebased only when its own rate changes or it fires, so that a window's end or
another clock's event writes nothing and times come out equal to the last bit, however a life is cut into windows.
"""

import math

from numba import njit

from sim.customer.answers import pull
from sim.customer.draws import Decision, exponential
from sim.customer.mobile import adjusted
from sim.customer.record import BOND_MOMENTS, MOBILE_MOMENTS, MOMENTS
from sim.customer.states import CORE_CLOCKS, MOBILE_CLOCKS
from sim.customer.ties import held

_CLOCK = int(Decision.CLOCK)
_NEVER = math.inf


@njit(forceinline=True)
def place(k):
    """Where clock `k` stands in `due`: behind the moments of the worlds that have it."""
    if k < CORE_CLOCKS:
        return MOMENTS + k
    return MOMENTS + MOBILE_MOMENTS + k + (BOND_MOMENTS if k >= MOBILE_CLOCKS else 0)


@njit(forceinline=True)
def rebase(c, k, t, rate):
    """Give clock `k` another rate from `t` on."""
    left = c.left[k] - c.rate[k] * (t - c.since[k])
    if left < 0.0:
        left = 0.0
    c.left[k] = left
    c.since[k] = t
    c.rate[k] = rate
    c.due[place(k)] = t + left / rate if rate > 0.0 else _NEVER


@njit(forceinline=True)
def rewind(c, k, t, seed):
    """Draw clock `k`'s next threshold; its rate stays."""
    left = exponential(seed, c.id, _CLOCK + k, c.life, c.firings[k], c.replication)
    c.firings[k] += 1
    c.left[k] = left
    c.since[k] = t
    rate = c.rate[k]
    c.due[place(k)] = t + left / rate if rate > 0.0 else _NEVER


@njit(forceinline=True)
def rate_in(c, k, state, t, laws):
    """The rate that clock `k` has now, a day, in the state in which the customer is or in another."""
    rate = laws.hazard[k, c.segment, state]
    if rate == 0.0:
        return 0.0
    if laws.locked[k] == 1 and t < c.free_until:
        return 0.0
    rate *= laws.shape[k, c.band] * laws.satisfaction[k, c.satisfaction]
    if laws.frail[k] == 1:
        rate *= c.frailty
    if laws.price_sensitive[k] == 1:
        rate *= 1.0 + c.price_sensitivity * pull(c, laws)
    helps = laws.reward_acts[k]
    if helps != 0:
        rate *= max(0.0, 1.0 + helps * c.reward_effect)
    acts = laws.contact_acts[k]
    if acts != 0:
        rate *= max(0.0, 1.0 + acts * c.contact_effect)
    return adjusted(c, k, state, rate * held(c, k), laws)


@njit(forceinline=True)
def refresh(c, t, laws):
    """Rebase exactly those clocks whose rate has changed."""
    for k in range(c.rate.shape[0]):
        rate = rate_in(c, k, c.state, t, laws)
        if rate != c.rate[k]:
            rebase(c, k, t, rate)


@njit(forceinline=True)
def stop(c):
    """Nothing more happens in this life."""
    for i in range(c.due.shape[0]):
        c.due[i] = _NEVER
