"""Bundles: a converged package that makes a customer stick (model.md section 21, V-06, V-09)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import CONTESTED, hook
from sim.customer.money import accrue, book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.purse import afford
from sim.customer.record import ContestMoment, Count, Line, Spender
from sim.customer.recruiters import is_card

_NEVER = math.inf
_BUNDLE = int(ContestMoment.BUNDLE)
_SUBSIDY, _SPENDER = int(Line.SUBSIDY), int(Spender.BUNDLE)
_BUNDLED = int(Decision.BUNDLED)
_BUNDLES = COUNT_COLUMN + int(Count.BUNDLES)


@hook(otherwise=lambda c, t, laws, firm, shared, entering, at_epoch: False, needs=CONTESTED)
def offer_bundle(c, t, laws, firm, shared, entering, at_epoch):
    """Offer a bundle where the arm, or else the tier's policy on entering, says so; tell whether it was accepted."""
    offered = firm.bundle[c.tier] if entering else 0
    if c.arm >= 0 and firm.arm_bundle[c.arm] >= 0:
        offered = firm.arm_bundle[c.arm]
    if offered == 0 or c.bundled == 1 or is_card(c):
        return False
    return bundle(c, t, at_epoch, laws, shared)


@njit
def bundle(c, t, at_epoch, laws, shared):
    """Accept a bundle or not: the same answer whenever it is offered in this life, and the firm can pay for it."""
    u = uniform(laws.seed, c.id, _BUNDLED, c.life, 0, c.replication)
    if u > laws.bundle_accepts or not afford(c, _SPENDER, laws.bundle_subsidy, 0, at_epoch, laws, shared):
        return False
    accrue(c, t, laws, shared)
    c.fee = math.floor(c.fee * (1.0 + laws.bundle_fee_change) + 0.5)
    c.bundled = 1
    c.bundle_until = t + laws.bundle_days
    c.due[_BUNDLE] = c.bundle_until
    book(c, _SUBSIDY, laws.bundle_subsidy, t, laws, shared)
    count(c, _BUNDLES, shared)
    hold(c, t, laws)
    return True


@njit
def end_bundle(c, t, laws):
    """The bundle's time is over: the fee stays as it is, and nothing holds the customer any more."""
    c.due[_BUNDLE] = _NEVER
    hold(c, t, laws)
