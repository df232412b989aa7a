"""Contracts: a handset subsidy against a term (model.md section 13)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.record import MOBILE_DUE, BondMoment, Count, Line

_MONTH = 365.0 / 12.0
_NEVER = math.inf
_CONTRACT = MOBILE_DUE + int(BondMoment.CONTRACT)
_SUBSIDY, _PENALTY = int(Line.SUBSIDY), int(Line.PENALTY)
_RENEWED = int(Decision.RENEWED)
_SIGNED = COUNT_COLUMN + int(Count.CONTRACTS_SIGNED)


@njit
def sign(c, t, laws, shared):
    """Sign a contract from `t` on."""
    c.contracts += 1
    c.contract_until = t + laws.contract_days
    c.due[_CONTRACT] = c.contract_until
    c.subsidised = 1 if laws.contract_subsidy > 0 else 0
    book(c, _SUBSIDY, laws.contract_subsidy, t, laws, shared)
    count(c, _SIGNED, shared)


@njit
def end_contract(c, t, laws, shared):
    """The contract ends, and is signed again or not; or what its end has set off is over."""
    c.due[_CONTRACT] = _NEVER
    if t == c.contract_until:
        u = uniform(laws.seed, c.id, _RENEWED, c.life, c.contracts, c.replication)
        if u <= laws.contract_renews:
            sign(c, t, laws, shared)
        elif t < c.contract_until + laws.contract_after_days:
            c.due[_CONTRACT] = c.contract_until + laws.contract_after_days
    hold(c, t, laws)


@hook(otherwise=lambda c, t, laws, shared: None, needs=BOUND, inline=False)
def penalty(c, t, laws, shared):
    """Who leaves while a contract holds pays for a part of the days that are left."""
    days = c.contract_until - t
    if days > 0.0:
        book(c, _PENALTY, math.floor(laws.contract_penalty * c.fee * days / _MONTH + 0.5), t, laws, shared)
