"""Winning back who has left: the next life of the same customer (model.md section 20, M-01 to M-05, X-07)."""

import math

import numpy as np
from numba import njit

from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.clocks import refresh
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import hook
from sim.customer.laws import NO_CADENCE
from sim.customer.life import WON_BACK, follow_policy, give_free_days, keep_up, start_life, take_tier
from sim.customer.mobile import has_opted_out, is_reachable, new_month
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count, move
from sim.customer.purse import afford, give_back, price_of_days
from sim.customer.record import SATISFIED, VERY, Count, Line, Moment, Spender
from sim.customer.told import told

_NEVER = math.inf
_BOOKING = int(Moment.BOOKING)
_CONTACT = int(Line.CONTACT)
_WON, _VERY, _COLLECTED = int(Decision.WON_BACK), int(Decision.VERY_SATISFIED), int(Decision.COLLECTED)
_ATTEMPTS = COUNT_COLUMN + int(Count.WIN_BACK_ATTEMPTS)
_SPENDER = int(Spender.WIN_BACK)

ended_dtype = np.dtype(
    [("position", np.int64), ("joined", np.float64), ("lost_at", np.float64), ("reason", np.int32)], align=True
)
"""A life that ended and was followed by another: whose (position in the world's array), from when to when, and why."""


@njit
def is_worth_it(c, t, laws):
    """Whether one who is lost is one of those whom the firm wants back now, whatever its policy spends on them."""
    since = t - c.lost_at
    if since < laws.win_back_from or since >= laws.win_back_to or laws.win_back_for[c.reason] == 0:
        return False
    if has_opted_out(c) or c.returns >= laws.worth_returns:
        return False
    if 12.0 * c.fee * (1.0 + c.growth) < laws.worth_from:
        return False
    return laws.worth_debtors == 1 or not owes(c, laws)


@hook(otherwise=lambda c, laws: False, inline=False)
def owes(c, laws):
    """Whether the last life ended with a debt that was never paid: a swindler's, or one that was not collected."""
    if c.fraud == 1:
        return True
    u = uniform(laws.seed, c.id, _COLLECTED, c.life, 0, c.replication)
    return c.arrears_at < _NEVER and u > laws.collects


@njit
def come_back(c, t, month, laws, firm, shared):
    """Begin the next life of a customer: other luck, the same character."""
    c.returns += 1
    c.returned_at = t
    c.away += t - c.lost_at
    c.life += 1
    c.joined = t
    c.lost_at = _NEVER
    c.reason = -1
    c.fee = math.floor(c.fee * (1.0 + laws.win_back_fee_change) + 0.5)
    u = uniform(laws.seed, c.id, _VERY, c.life, month, c.replication)
    c.satisfaction = VERY if u <= laws.win_back_very else SATISFIED
    # what acted on it when it left, and what it was in the middle of, is over
    c.contact_effect = 0.0
    c.reward_effect = 0.0
    c.free_until = -_NEVER
    new_month(c)
    c.cadence = NO_CADENCE
    move(c, WON_BACK, shared)
    start_life(c, t, laws, shared)
    c.due[_BOOKING] = laws.marks[c.period + 1]
    take_tier(c, shared)
    if laws.win_back_free_days > 0.0:
        give_free_days(c, laws.win_back_free_days, t, laws, shared)
    follow_policy(c, t, laws, firm, shared, True, True)
    refresh(c, t, laws)


@njit(cache=True)
def win_back(customers, lost, laws, firm, shared, t, month, ended):
    """Approach everybody who is to be approached at `t`, the start of a month.

    Parameters
    ----------
    customers : contested_customer_dtype array, shape (n,)
        Written in place.
    lost : int64 array, shape (m,)
        Positions of those who are lost.
    laws, firm : laws_dtype, firm_dtype arrays, shape (1,)
    shared : Shared
    t : float
        Day.
    month : int
        Number of the month, from that of day 0 on.
    ended : ended_dtype array, shape (m,)
        The lives of those who come back are written to its beginning.

    Returns
    -------
    number of those who come back
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws, the_firm = borrowed(laws)[0], borrowed(firm)[0]
    number = 0
    for i in lost:
        c = customers[i]
        if c.attempts >= told(c, the_firm.win_back, the_firm.arm_win_back) or not is_worth_it(c, t, the_laws):
            continue
        keep_up(c, t, the_laws)
        days = price_of_days(c, the_laws.win_back_free_days)
        if not afford(c, _SPENDER, the_laws.win_back_cost, days, True, the_laws, shared):
            continue
        c.attempts += 1
        book(c, _CONTACT, the_laws.win_back_cost, t, the_laws, shared)
        count(c, _ATTEMPTS, shared)
        u = uniform(the_laws.seed, c.id, _WON, c.life, month, c.replication)
        if not is_reachable(c) or u > the_laws.win_back_succeeds:
            give_back(c, _SPENDER, 0, days, the_laws, shared)
            continue
        ended[number].position = i
        ended[number].joined = c.joined
        ended[number].lost_at = c.lost_at
        ended[number].reason = c.reason
        number += 1
        come_back(c, t, month, the_laws, the_firm, shared)
    return number
