"""What a customer of a mobile world is besides: hooks that vanish from the kernel of a world without bills.

Each hook is compiled for the kind of customer it meets; for a plain one it does nothing, at no cost (decision 4).
Hooks that move customers between states are in `bills`.
"""

import math

from numba.extending import overload

from sim.customer.states import Clock, State

_NEVER = math.inf
_SUSPENDED = int(State.SUSPENDED)
_NUMBER_CHANGE, _PAYMENT = int(Clock.NUMBER_CHANGE), int(Clock.PAYMENT)
INLINED = {"forceinline": True}


def is_mobile(c):
    """Whether a numba record type is that of a customer of a mobile world."""
    return "arrears_at" in c.fields


def adjusted(c, k, rate, laws):
    """The rate of clock `k`, with what only mobile worlds know: own offers, arrears, a reactivation reward."""


@overload(adjusted, jit_options=INLINED)
def _adjusted(c, k, rate, laws):
    if not is_mobile(c):
        return lambda c, k, rate, laws: rate

    def of_mobile(c, k, rate, laws):
        if k == _NUMBER_CHANGE:
            return rate * (1.0 + c.price_sensitivity * c.own_offer)
        if k == _PAYMENT:
            if c.arrears_at == _NEVER or c.fraud == 1:
                return 0.0
            if c.state == _SUSPENDED and c.reactivation > 0:
                return rate * (1.0 + laws.reactivation_raises)
        return rate

    return of_mobile


def served(c):
    """Share of the list fee that accrues now: less while dormant, nothing while the line is stopped both ways."""


@overload(served, jit_options=INLINED)
def _served(c):
    if not is_mobile(c):
        return lambda c: 1.0
    return lambda c: c.served_share


def to_bill(c, amount):
    """Put what has been served on the next bill."""


@overload(to_bill, jit_options=INLINED)
def _to_bill(c, amount):
    if not is_mobile(c):
        return lambda c, amount: None

    def of_mobile(c, amount):
        c.unbilled += amount

    return of_mobile


def set_own_offer(c, strength):
    """The firm's own offers to newcomers have changed."""


@overload(set_own_offer, jit_options=INLINED)
def _set_own_offer(c, strength):
    if not is_mobile(c):
        return lambda c, strength: None

    def of_mobile(c, strength):
        c.own_offer = strength

    return of_mobile


def may_be_touched(c, laws):
    """Whether contact rules allow a touch now; counts it if they do."""


@overload(may_be_touched, jit_options=INLINED)
def _may_be_touched(c, laws):
    if not is_mobile(c):
        return lambda c, laws: True

    def of_mobile(c, laws):
        if c.opted_out == 1 or c.touches >= laws.touches_a_month:
            return False
        c.touches += 1
        return True

    return of_mobile


def new_month(c):
    """An accounting period begins."""


@overload(new_month, jit_options=INLINED)
def _new_month(c):
    if not is_mobile(c):
        return lambda c: None

    def of_mobile(c):
        c.touches = 0

    return of_mobile


def is_reachable(c):
    """Whether any channel can reach the customer at all."""


@overload(is_reachable, jit_options=INLINED)
def _is_reachable(c):
    if not is_mobile(c):
        return lambda c: True
    return lambda c: c.unreachable == 0


def follow_mobile_policy(c, firm):
    """Take over what the firm's policy says of reminders and reactivation; tell whether a rate may hang on it."""


@overload(follow_mobile_policy, jit_options=INLINED)
def _follow_mobile_policy(c, firm):
    if not is_mobile(c):
        return lambda c, firm: False

    def of_mobile(c, firm):
        before = c.reactivation
        c.reminders = firm.reminders[c.tier]
        c.reactivation = firm.reactivation[c.tier]
        if c.arm >= 0:
            if firm.arm_reminders[c.arm] >= 0:
                c.reminders = firm.arm_reminders[c.arm]
            if firm.arm_reactivation[c.arm] >= 0:
                c.reactivation = firm.arm_reactivation[c.arm]
        return c.reactivation != before

    return of_mobile
