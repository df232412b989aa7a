"""Agreements: monthly credits in return for staying (model.md section 13, X-07)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.purse import afford
from sim.customer.record import MOBILE_DUE, BondMoment, Count, Line, Spender
from sim.customer.states import State

_MONTH = 365.0 / 12.0
_NEVER = math.inf
_SUSPENDED = int(State.SUSPENDED)
_CREDIT = MOBILE_DUE + int(BondMoment.CREDIT)
_FORGONE = int(Line.FORGONE)
_AGREED = int(Decision.AGREED)
_SPENDER = int(Spender.AGREEMENT)
_AGREEMENTS = COUNT_COLUMN + int(Count.AGREEMENTS)


@hook(otherwise=lambda c, t, laws, firm, shared, entering, at_epoch: False, needs=BOUND)
def offer_agreement(c, t, laws, firm, shared, entering, at_epoch):
    """Offer what the arm, or else the tier's policy on entering, has to offer; tell whether it was accepted now."""
    months = firm.agreement_months[c.tier] if entering else 0
    credit = firm.agreement_credit[c.tier]
    if c.arm >= 0 and firm.arm_agreement_months[c.arm] >= 0:
        months = firm.arm_agreement_months[c.arm]
        credit = firm.arm_agreement_credit[c.arm]
    if c.agreed == 1 or c.resold == 1 or months * credit == 0:
        return False
    return agree(c, t, months, credit, at_epoch, laws, shared)


@njit
def agree(c, t, months, credit, at_epoch, laws, shared):
    """Accept an agreement or not: the same answer whenever it is offered, and the firm can pay for it."""
    u = uniform(laws.seed, c.id, _AGREED, c.life, 0, c.replication)
    if u > laws.agreement_accepts or not afford(c, _SPENDER, 0, months * credit, at_epoch, laws, shared):
        return False
    c.agreed = 1
    c.agreement_at = t
    c.agreement_credit = credit
    c.agreement_until = t + months * _MONTH
    c.credits = 0
    c.due[_CREDIT] = t + _MONTH
    count(c, _AGREEMENTS, shared)
    hold(c, t, laws)
    return True


@njit
def pass_month(c, t, laws, shared):
    """A month of the agreement has passed: its credit is given, unless the line is stopped."""
    c.credits += 1
    if c.state != _SUSPENDED:
        book(c, _FORGONE, c.agreement_credit, t, laws, shared)
    more = t < c.agreement_until
    c.due[_CREDIT] = c.agreement_at + (c.credits + 1) * _MONTH if more else _NEVER
    hold(c, t, laws)
