"""Agents: who recruited a customer, on what terms, and what that makes of it (model.md section 15)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.contest import has_returned
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.money import book
from sim.customer.record import MOBILE_DUE, BondMoment, Line

_NEVER = math.inf
_YEAR_MONTHS = 12.0
_MONTH = 365.0 / 12.0
_AGENT = MOBILE_DUE + int(BondMoment.AGENT)
_COMMISSION = int(Line.COMMISSION)
_RECRUITED, _RESOLD = int(Decision.RECRUITED), int(Decision.RESOLD)


@njit
def recruit(c, t, laws):
    """Whether an agent brings this customer, and whether it is a customer at all or a card to sell again.

    Who comes back is brought by nobody.
    """
    c.recruited = 0
    c.resold = 0
    c.assessed = 0
    if has_returned(c):
        return
    u = uniform(laws.seed, c.id, _RECRUITED, c.life, 0, c.replication)
    if u > laws.agent_share:
        return
    c.recruited = 1
    c.due[_AGENT] = t + laws.assessment_days
    earned = laws.agent_commission + laws.agent_assessed
    bills = laws.assessment_days / _MONTH * c.fee
    u = uniform(laws.seed, c.id, _RESOLD, c.life, 0, c.replication)
    if bills < earned and u <= laws.resale_share * (1.0 - bills / earned):
        c.resold = 1
        c.fraud = 0  # the reseller pays


@hook(otherwise=lambda c, t, laws, shared: book(c, _COMMISSION, laws.commission, t, laws, shared), needs=BOUND)
def pay_for_joining(c, t, laws, shared):
    """The commission for a new customer: the agent's, or that of the firm's own shops."""
    book(c, _COMMISSION, laws.agent_commission if c.recruited == 1 else laws.commission, t, laws, shared)


@hook(otherwise=lambda c, amount, t, laws, shared: None, needs=BOUND, inline=False)
def pay_from_bill(c, amount, t, laws, shared):
    """The agent's share of what is paid on bills."""
    if c.recruited == 1:
        book(c, _COMMISSION, math.floor(laws.agent_bill_share * amount + 0.5), t, laws, shared)


@hook(otherwise=lambda c, t, laws, shared: None, needs=BOUND, inline=False)
def claw_back(c, t, laws, shared):
    """Of who leaves before the assessment a part of the commission is taken back."""
    if c.recruited == 1 and c.assessed == 0:
        book(c, _COMMISSION, -laws.agent_clawback, t, laws, shared)


@hook(otherwise=lambda c: False, needs=BOUND)
def is_card(c):
    """Whether it is no customer but a card that is kept for its commission."""
    return c.resold == 1


@njit
def assess_or_keep(c, t, laws, shared):
    """The assessment pays, and the agent lets its customer go; or the time of letting go is over."""
    if c.assessed == 0:
        c.assessed = 1
        c.assessed_at = t
        book(c, _COMMISSION, laws.agent_assessed, t, laws, shared)
    let_go(c, t, laws)
    hold(c, t, laws)


@njit
def let_go(c, t, laws):
    """By how much an agent that has been assessed lets go from `t` on, and until when."""
    end = c.assessed_at + laws.let_go_days
    c.let_go = laws.let_go_max * pull(c, laws) if t < end else 0.0
    c.due[_AGENT] = end if t < end else _NEVER


@njit
def pull(c, laws):
    """A fresh commission pulls, a year's share of this customer's bills holds."""
    earned = laws.agent_commission + laws.agent_assessed
    if earned == 0:
        return 0.0
    held = _YEAR_MONTHS * laws.agent_bill_share * c.fee / earned
    return earned / (earned + laws.let_go_half) * max(0.0, 1.0 - held)
