"""Points: earned by bills, redeemed or lapsed on a date (model.md section 14, X-06, W-07)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.contest import has_subsidised_bundle
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.record import MOBILE_DUE, SATISFIED, VERY, BondMoment, Count, Line
from sim.customer.states import State

_NEVER = math.inf
_SUSPENDED = int(State.SUSPENDED)
_POINTS = MOBILE_DUE + int(BondMoment.POINTS)
_POINTS_LINE, _CONTACT = int(Line.POINTS), int(Line.CONTACT)
_REDEEMED, _REMEMBERED = int(Decision.REDEEMED), int(Decision.REMEMBERED)
_PLEASED = int(Decision.POINTS_PLEASED)
_WITHHELD = COUNT_COLUMN + int(Count.POINTS_WITHHELD)
_LAPSES = COUNT_COLUMN + int(Count.POINTS_LAPSED)
_REDEMPTIONS = COUNT_COLUMN + int(Count.POINTS_REDEEMED)


@hook(otherwise=lambda c, amount, t, laws, shared: None, needs=BOUND, inline=False)
def earn_points(c, amount, t, laws, shared):
    """A bill's points, unless another give-back forbids them (no overlap, X-06)."""
    earned = math.floor(laws.points_accrual * amount + 0.5)
    if earned == 0 or laws.points_segment[c.segment] == 0:
        return
    tied = t < c.agreement_until or (c.subsidised == 1 and t < c.contract_until) or has_subsidised_bundle(c, t, laws)
    if t < c.free_until or tied:
        count(c, _WITHHELD, shared)
        return
    c.points += earned
    if c.due[_POINTS] == _NEVER:  # who has no points has no date to miss
        schedule_points(c, t, laws)
    hold(c, t, laws)


@njit
def schedule_points(c, t, laws):
    """Find the next reminder or date, at `t` or later."""
    while laws.points_date[c.points_year] < t:
        c.points_year += 1
    date = laws.points_date[c.points_year]
    reminder = date - laws.points_before
    c.due[_POINTS] = reminder if reminder >= t else date


@njit
def remind_or_lapse(c, t, laws, shared):
    """The day of the reminder, or the date on which all points lapse."""
    date = laws.points_date[c.points_year]
    if t < date:
        c.due[_POINTS] = date
        if c.points_reminder == 1:
            book(c, _CONTACT, laws.points_reminder_cost, t, laws, shared)
            if c.unreachable == 0:
                c.points_known = 1
                redeem_by_chance(c, laws.points_redeems, _REDEEMED, t, laws, shared)
    else:
        if c.points_known == 1:
            redeem_by_chance(c, laws.points_remembers, _REMEMBERED, t, laws, shared)
        if c.points > 0:
            count(c, _LAPSES, shared)
            c.points = 0
    if c.points == 0:
        c.due[_POINTS] = _NEVER
    hold(c, t, laws)


@njit
def redeem_by_chance(c, chance, decision, t, laws, shared):
    """Turn the balance into what it is worth; a stopped line redeems nothing."""
    u = uniform(laws.seed, c.id, decision, c.life, c.points_year, c.replication)
    if c.state == _SUSPENDED or u > chance:
        return
    book(c, _POINTS_LINE, c.points, t, laws, shared)
    count(c, _REDEMPTIONS, shared)
    c.points = 0
    occurrence = 2 * c.points_year + (1 if decision == _REMEMBERED else 0)
    u = uniform(laws.seed, c.id, _PLEASED, c.life, occurrence, c.replication)
    if u <= laws.points_pleases and c.satisfaction == SATISFIED:
        c.satisfaction = VERY
