"""What a customer of a mobile world is besides: hooks that vanish from the kernel of a world without bills.

Hooks that move customers between states are in `bills`.
"""

import math

from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.states import Clock, State
from sim.customer.told import told

_NEVER = math.inf
_SUSPENDED = int(State.SUSPENDED)
_NUMBER_CHANGE, _PAYMENT = int(Clock.NUMBER_CHANGE), int(Clock.PAYMENT)
_OPTED_OUT = int(Decision.OPTED_OUT)


@hook(otherwise=lambda c, k, state, rate, laws: rate)
def adjusted(c, k, state, rate, laws):
    """The rate of clock `k` in a state, with what only mobile worlds know: own offers, arrears, a credit."""
    if k == _NUMBER_CHANGE:
        return rate * (1.0 + c.price_sensitivity * c.own_offer)
    if k == _PAYMENT:
        if c.arrears_at == _NEVER or c.fraud == 1:
            return 0.0
        if state == _SUSPENDED and c.reactivation > 0:
            return rate * (1.0 + laws.reactivation_raises)
    return rate


@hook(otherwise=lambda c: 1.0)
def served(c):
    """Share of the list fee that accrues now: less while dormant, nothing while the line is stopped both ways."""
    return c.served_share


@hook(otherwise=lambda c, amount: None)
def to_bill(c, amount):
    """Put what has been served on the next bill."""
    c.unbilled += amount


@hook(otherwise=lambda c, strength: None)
def set_own_offer(c, strength):
    """The firm's own offers to newcomers have changed."""
    c.own_offer = strength


@hook(otherwise=lambda c, laws: True)
def may_be_touched(c, laws):
    """Whether contact rules allow a touch now; counts it if they do."""
    if c.opted_out == 1 or c.touches >= laws.touches_a_month:
        return False
    c.touches += 1
    return True


@hook(otherwise=lambda c, occurrence, laws: None)
def after_contact(c, occurrence, laws):
    """A contact that reached the customer may make it opt out of all later ones."""
    u = uniform(laws.seed, c.id, _OPTED_OUT, c.life, occurrence, c.replication)
    if u <= laws.opts_out:
        c.opted_out = 1


@hook(otherwise=lambda c: False)
def has_opted_out(c):
    """Whether the customer wants to hear nothing more from the firm."""
    return c.opted_out == 1


@hook(otherwise=lambda c: None)
def new_month(c):
    """An accounting period begins."""
    c.touches = 0


@hook(otherwise=lambda c: True)
def is_reachable(c):
    """Whether any channel can reach the customer at all."""
    return c.unreachable == 0


@hook(otherwise=lambda c, firm: False)
def follow_mobile_policy(c, firm):
    """Take over what the firm's policy says of reminders and reactivation; tell whether a rate may hang on it."""
    before = c.reactivation
    c.reminders = told(c, firm.reminders, firm.arm_reminders)
    c.reactivation = told(c, firm.reactivation, firm.arm_reactivation)
    return c.reactivation != before


@hook(otherwise=lambda c, firm: None, needs=BOUND)
def follow_points_policy(c, firm):
    """Take over what the firm's policy says of reminders of points."""
    c.points_reminder = told(c, firm.points_reminder, firm.arm_points_reminder)
