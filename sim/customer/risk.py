"""True risk: the chance to leave the operator within some days under the rates of this moment (model.md section 17)."""

import math

import numpy as np
from numba import njit

from sim.customer.ahead import ask_ahead_for_life
from sim.customer.bills import CANCEL, ONE_WAY, REMINDER
from sim.customer.borrow import borrowed
from sim.customer.clocks import rate_in
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import hook
from sim.customer.record import ContestMoment
from sim.customer.states import LEAVING, Clock, State

_NEVER = math.inf
_PROSPECT, _ASKING, _LOST, _SUSPENDED = (
    int(state) for state in (State.PROSPECT, State.ASKING, State.LOST, State.SUSPENDED)
)
_GROWTH, _STABLE, _WARNING, _DORMANT = (
    int(state) for state in (State.GROWTH, State.STABLE, State.WARNING, State.DORMANT)
)
_TO_WARNING, _RECOVERY, _PAYMENT = int(Clock.WARNING), int(Clock.RECOVERY), int(Clock.PAYMENT)
_ENDS = tuple(int(clock) for clock in (*LEAVING, Clock.RESALE))
_SCORED = int(Decision.SCORED)
_CALL = int(ContestMoment.CALL)


@njit(forceinline=True)
def is_scored(c):
    """Whether a customer is scored: who is there, but neither at the desk nor stopped."""
    return c.state != _PROSPECT and c.state != _LOST and c.state != _ASKING and c.state != _SUSPENDED


@njit
def leaving_rate(c, state, t, laws):
    """The rate a day at which the customer would leave for good in a state; the desk keeps its share."""
    rate = 0.0
    for k in _ENDS:
        if k >= c.rate.shape[0]:
            break
        kept = laws.saved_share if laws.asks[k] == 1 else 0.0
        rate += (1.0 - kept) * rate_in(c, k, state, t, laws)
    return rate


@njit
def stays_in_chain(leaves, other, goes, comes, days):
    """The chance to be there after `days`, of a chain of two states with constant rates, by where it begins.

    Parameters
    ----------
    leaves, other : float
        Rates of leaving in the state of the beginning, and in the other one.
    goes, comes : float
        Rates of going to the other state, and of coming back from it.
    days : float
    """
    out, out_other = leaves + goes, other + comes
    half = (out_other - out) / 2.0
    root = math.sqrt(half * half + goes * comes)
    slow = math.exp((root - (out + out_other) / 2.0) * days)
    # (1 - exp(-2 root days)) / 2 root, which is `days` where both ends of the chain are alike
    spread = days if root == 0.0 else -math.expm1(-2.0 * root * days) / (2.0 * root)
    return slow * ((1.0 + math.exp(-2.0 * root * days)) / 2.0 + spread * (half + goes))


@hook(otherwise=lambda c, t, days, laws: 1.0, inline=False)
def stays_owing(c, t, days, laws):
    """The chance that arrears do not end the relation within `days`: something is paid, or the last step is later."""
    if c.arrears_at == _NEVER:
        return 1.0
    unpaid, at, state, step = 1.0, t, c.state, c.dunning_step
    while True:
        day = max(at, c.arrears_at + laws.dunning_day[step])
        if day >= t + days:
            return 1.0
        unpaid *= math.exp(-rate_in(c, _PAYMENT, state, t, laws) * (day - at))
        kind = laws.dunning_kind[step]
        if kind == CANCEL:
            return 1.0 - unpaid
        if kind == ONE_WAY:
            state = _SUSPENDED
        if kind == REMINDER and c.reminders == 1 and c.unreachable == 0 and c.fraud == 0:
            unpaid *= 1.0 - laws.reminder_pays
        at = day
        step += 1


@njit
def true_risk(c, t, days, laws):
    """The chance to leave within `days` of `t`, if all rates stayed as they are."""
    if c.state == _WARNING:
        calm = _GROWTH if t < c.joined + laws.growth_days else _STABLE
        goes, comes = rate_in(c, _RECOVERY, _WARNING, t, laws), rate_in(c, _TO_WARNING, calm, t, laws)
        stays = stays_in_chain(leaving_rate(c, _WARNING, t, laws), leaving_rate(c, calm, t, laws), goes, comes, days)
    else:
        goes, comes = rate_in(c, _TO_WARNING, c.state, t, laws), rate_in(c, _RECOVERY, _WARNING, t, laws)
        stays = stays_in_chain(leaving_rate(c, c.state, t, laws), leaving_rate(c, _WARNING, t, laws), goes, comes, days)
    return 1.0 - stays * stays_owing(c, t, days, laws)


@njit(cache=True)
def read_risks(customers, laws, t, days):
    """True risk of everybody who is scored at `t`, the noise of the score, and what a list asks besides, in one pass.

    Parameters
    ----------
    customers : contested_customer_dtype array, shape (n,)
        Lived up to `t`; only read.
    laws : laws_dtype array, shape (1,)
    t : float
        Day, whole.
    days : float

    Returns
    -------
    Of those who are scored, in their order, arrays of shape (scored,):
    who : int64, positions
    row : int64, place of the replication
    risk : float64
    noise : float64, uniforms on (0, 1]
    listed_at : float64, day on which each last stood on a list, -inf never
    awaits : bool, whether a call is still to come
    """
    customers = borrowed(customers)
    the_laws = borrowed(laws)[0]
    n = customers.shape[0]
    who, row = np.empty(n, np.int64), np.empty(n, np.int64)
    risk, noise = np.empty(n), np.empty(n)
    listed_at, awaits = np.empty(n), np.empty(n, np.bool_)
    day = math.floor(t)
    found = 0
    for i in range(n):
        ask_ahead_for_life(customers, i)
        c = customers[i]
        if is_scored(c):
            who[found] = i
            row[found] = c.row
            risk[found] = true_risk(c, t, days, the_laws)
            noise[found] = uniform(the_laws.seed, c.id, _SCORED, c.life, day, c.replication)
            listed_at[found] = c.listed_at
            awaits[found] = c.due[_CALL] < _NEVER
            found += 1
    return who[:found], row[:found], risk[:found], noise[:found], listed_at[:found], awaits[:found]


@njit(cache=True)
def is_anybody_called(customers):
    """Whether the firm calls anybody at all who stands on the list; customers as for `read_risks`."""
    first = 0
    while first < customers.shape[0] and customers[first].called == 0:
        first += 1
    return first < customers.shape[0]
