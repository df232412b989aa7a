"""Bills, arrears in steps, silent numbers and changes of number (model.md section 12).

Hooks as in `mobile`: in a world without bills they vanish.
"""

import math

from numba import njit

from sim.customer.bound import happen_bound
from sim.customer.clocks import rewind
from sim.customer.contest import has_returned
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import hook
from sim.customer.money import accrue, book
from sim.customer.moves import LOSS_COLUMN, count, move
from sim.customer.parting import leave
from sim.customer.points import earn_points
from sim.customer.record import CORE_DUE, MOBILE_DUE, MOBILE_MOMENTS, Line, MobileMoment
from sim.customer.recruiters import is_card, pay_from_bill
from sim.customer.states import CORE_CLOCKS, Clock, State

_NEVER = math.inf
_PROSPECT, _GROWTH, _STABLE, _WARNING, _ASKING, _LOST, _SUSPENDED, _DORMANT, _WON_BACK = (int(s) for s in State)
_NUMBER_CHANGE, _FEE_DECLINE, _PAYMENT = int(Clock.NUMBER_CHANGE), int(Clock.FEE_DECLINE), int(Clock.PAYMENT)
_DORMANCY = int(Clock.DORMANCY)
_BILL, _DUNNING = (CORE_DUE + int(moment) for moment in MobileMoment)
_FORGONE, _CONTACT, _COMMISSION = int(Line.FORGONE), int(Line.CONTACT), int(Line.COMMISSION)
_FORGOT, _REMINDED = int(Decision.FORGOT), int(Decision.REMINDED)
_FRAUD = int(Decision.FRAUD)
REMINDER, ONE_WAY, TWO_WAY, CANCEL = 0, 1, 2, 3
_LONGEST_MONTH = 31.0  # days: as many months at least have begun
_STEPS = 16  # most dunning steps; part of a reminder's occurrence


@hook(otherwise=lambda c, t, laws: None)
def start_bills(c, t, laws):
    """Set bills and mobile clocks of a customer that joins at `t`, and whether it ever means to pay."""
    if not has_returned(c):  # a swindler is one for life, and for all lives
        c.fraud = 1 if uniform(laws.seed, c.id, _FRAUD, c.life, 0, c.replication) <= laws.swindles else 0
    c.arrears_at = _NEVER
    c.served_share = 1.0
    c.unbilled = 0
    c.unpaid = 0
    c.bill_month = max(0, math.floor((t - laws.month_starts[0]) / _LONGEST_MONTH))
    if laws.bills == 1:
        next_bill(c, t, laws)


@njit
def next_bill(c, t, laws):
    """Schedule the first bill after `t`."""
    while laws.month_starts[c.bill_month] + c.bill_day <= t:
        c.bill_month += 1
    c.due[_BILL] = laws.month_starts[c.bill_month] + c.bill_day


@hook(otherwise=lambda c, j, t, laws, shared: None, inline=False)
def happen_mobile(c, j, t, laws, shared):
    """Let entry `j` of `due`, behind the core clocks, happen."""
    if j == _BILL:
        bill(c, t, laws, shared)
    elif j == _DUNNING:
        dun(c, t, laws, shared)
    elif j < MOBILE_DUE:
        fire_mobile(c, j - CORE_DUE - MOBILE_MOMENTS + CORE_CLOCKS, t, laws, shared)
    else:
        happen_bound(c, j, t, laws, shared)


@njit
def bill(c, t, laws, shared):
    """A month's bill: paid at once, unless it is forgotten or was never meant to be paid."""
    accrue(c, t, laws, shared)
    amount = c.unbilled
    c.unbilled = 0
    if amount > 0:
        earn_points(c, amount, t, laws, shared)
        if c.arrears_at < _NEVER:
            c.unpaid += amount
        else:
            u = uniform(laws.seed, c.id, _FORGOT, c.life, c.bill_month, c.replication)
            if c.fraud == 1 or (u <= laws.forgets[c.segment] and not is_card(c)):
                c.unpaid = amount
                c.arrears_at = t
                c.dunning_step = 0
                c.due[_DUNNING] = t + laws.dunning_day[0]
            else:
                pay_from_bill(c, amount, t, laws, shared)
    c.bill_month += 1
    c.due[_BILL] = laws.month_starts[c.bill_month] + c.bill_day


@njit
def pay(c, t, laws, shared):
    """Everything owed is paid; a stopped line is opened again, and the reactivation reward given."""
    pay_from_bill(c, c.unpaid, t, laws, shared)
    c.arrears_at = _NEVER
    c.due[_DUNNING] = _NEVER
    c.unpaid = 0
    if c.state == _SUSPENDED:
        accrue(c, t, laws, shared)
        c.served_share = 1.0
        if c.reactivation > 0:
            book(c, _FORGONE, c.reactivation, t, laws, shared)
        move(c, _STABLE, shared)


@njit
def dun(c, t, laws, shared):
    """The next step against a debtor: reminder, one-way stop (单停), two-way stop (双停), cancellation (销户)."""
    if c.state == _ASKING:  # who is talking to the desk is left in peace until tomorrow
        c.due[_DUNNING] = t + 1.0
        return
    step = c.dunning_step
    kind = laws.dunning_kind[step]
    c.dunning_step += 1
    c.due[_DUNNING] = max(t, c.arrears_at + laws.dunning_day[step + 1])  # never behind, after a talk at the desk
    if kind == REMINDER:
        if c.reminders == 1:
            book(c, _CONTACT, laws.reminder_cost, t, laws, shared)
            u = uniform(laws.seed, c.id, _REMINDED, c.life, c.bill_month * _STEPS + step, c.replication)
            if c.fraud == 0 and c.unreachable == 0 and u <= laws.reminder_pays:
                pay(c, t, laws, shared)
    elif kind == ONE_WAY:
        move(c, _SUSPENDED, shared)  # the fee goes on as it is: a silent line owes no more because it is stopped
    elif kind == TWO_WAY:
        accrue(c, t, laws, shared)
        c.served_share = 0.0
    else:
        leave(c, _PAYMENT, t, laws, shared)


@hook(otherwise=lambda c, t, laws: None, inline=False)
def renew_steps(c, t, laws):
    """The steps against debtors are new from `t` on: who is in arrears goes on at the first that has not been taken."""
    if c.arrears_at < _NEVER:
        step = 0
        while is_taken(c, step, t, laws):
            step += 1
        c.dunning_step = step
        c.due[_DUNNING] = max(t, c.arrears_at + laws.dunning_day[step])


@njit
def is_taken(c, step, t, laws):
    """Whether a step against a debtor lies behind; a reminder whose day has passed is not made up for."""
    kind = laws.dunning_kind[step]
    if kind == REMINDER:
        return c.arrears_at + laws.dunning_day[step] < t
    if kind == ONE_WAY:
        return c.state == _SUSPENDED
    return kind == TWO_WAY and c.state == _SUSPENDED and c.served_share == 0.0


@hook(otherwise=lambda c, t, laws, shared: None)
def full_service(c, t, laws, shared):
    """A customer who was silent is talked into staying: the whole fee accrues again."""
    if c.served_share < 1.0:
        accrue(c, t, laws, shared)
        c.served_share = 1.0


@njit
def fire_mobile(c, k, t, laws, shared):
    """A mobile clock has run down."""
    rewind(c, k, t, laws.seed)
    if k == _NUMBER_CHANGE:
        accrue(c, t, laws, shared)
        c.fee = math.floor(c.fee * (1.0 - laws.change_drop) + 0.5)
        c.changes += 1
        book(c, _COMMISSION, laws.change_commission, t, laws, shared)
        count(c, LOSS_COLUMN + k, shared)
    elif k == _FEE_DECLINE:
        accrue(c, t, laws, shared)
        c.fee = math.floor(c.fee * (1.0 - laws.fee_decline) + 0.5)
        count(c, LOSS_COLUMN + k, shared)
    elif k == _PAYMENT:
        pay(c, t, laws, shared)
    elif k == _DORMANCY:
        accrue(c, t, laws, shared)
        c.served_share = laws.dormant_fee
        move(c, _DORMANT, shared)
    else:
        accrue(c, t, laws, shared)
        c.served_share = 1.0
        move(c, _STABLE, shared)
