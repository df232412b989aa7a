"""The life of one customer, from moment to moment (model.md).

`living` takes whole arrays through it. Everything here is private: it reads the customer's own record, the laws, and
what the firm decided at the last epoch, and writes the record and the tally of its replication.
"""

import math

from numba import njit

from sim.customer.agreements import offer_agreement
from sim.customer.answers import give_answers, set_answered
from sim.customer.bills import full_service, happen_mobile, start_bills
from sim.customer.bonds import hold
from sim.customer.bundles import offer_bundle
from sim.customer.clocks import refresh, rewind, stop
from sim.customer.contest import follow_contest_policy, start_contest
from sim.customer.contested import first_contest, happen_contested
from sim.customer.draws import Decision, uniform
from sim.customer.fading import fade
from sim.customer.joining import start_bonds
from sim.customer.laws import AS_POLICY
from sim.customer.mobile import (
    after_contact,
    follow_mobile_policy,
    follow_points_policy,
    is_reachable,
    may_be_touched,
    new_month,
    set_own_offer,
)
from sim.customer.money import accrue, book
from sim.customer.moves import STATE_COLUMN, move
from sim.customer.parting import leave
from sim.customer.purse import afford, price_of_days
from sim.customer.record import CORE_DUE, DISSATISFIED, MOMENTS, NO_TIER, SATISFIED, VERY, Line, Moment, Spender
from sim.customer.recruiters import pay_for_joining
from sim.customer.states import Clock, State
from sim.customer.told import told
from sim.customer.touch_laws import TOUCH_YEARS

_NEVER = math.inf
_YEAR = 365.0
PROSPECT, GROWTH, STABLE, WARNING, ASKING, LOST, SUSPENDED, DORMANT, WON_BACK = (int(s) for s in State)
(
    _JOIN,
    _STAGE,
    _BAND,
    _ANNIVERSARY,
    _BOOKING,
    _PROMOTION,
    _FREE_END,
    _REWARD_FADE,
    _CONTACT_FADE,
    _TOUCH,
    _TEAM,
) = (int(m) for m in Moment)
_CLOCK_WARNING, _CLOCK_RECOVERY, _CLOCK_PROBLEM = int(Clock.WARNING), int(Clock.RECOVERY), int(Clock.PROBLEM)
_REACHED, _EXPLAINED, _ANSWERED = int(Decision.REACHED), int(Decision.EXPLAINED), int(Decision.ANSWERED)
_CROSS_SOLD, _GIFT_PLEASED = int(Decision.CROSS_SOLD), int(Decision.GIFT_PLEASED)
_CAME, _ACTIVITY_PLEASED = int(Decision.CAME), int(Decision.ACTIVITY_PLEASED)
_SOLVED, _REPORTED, _SAVED = int(Decision.SOLVED), int(Decision.REPORTED), int(Decision.SAVED)
_CONTACT, _GIFT, _TEAM_LINE = int(Line.CONTACT), int(Line.GIFT), int(Line.TEAM)
_REWARD = int(Spender.REWARD)

# A touch's occurrence in a draw's key: name, year and channel, the same in every arm.
_CHANNELS = 16
RIVALS, OURS, ANSWERED, ANSWERS = 0, 1, 2, 3  # columns of the timetable


@njit(forceinline=True)
def give_free_days(c, days, t, laws, shared):
    """Free days from `t` on, and what they do to the customer (model.md section 5)."""
    accrue(c, t, laws, shared)
    c.free_until = max(c.free_until, t) + days
    c.due[_FREE_END] = c.free_until
    c.rewarded = 1
    c.reward_at = t
    c.reward_steps = 0
    c.reward_strength = laws.reward_max * days / (days + laws.reward_half_dose)
    c.reward_effect = c.reward_strength * fade(0, laws.step, laws.reward_half_life, laws.reward_lasts)
    c.due[_REWARD_FADE] = t + laws.step if c.reward_effect != 0.0 else _NEVER
    refresh(c, t, laws)


@njit(forceinline=True)
def next_touch(c, t, done, laws):
    """Find the current cadence's first touch after `t`, or at `t` if it stands behind touch `done` in the table."""
    c.due[_TOUCH] = _NEVER
    if c.cadence < 0:
        return
    for i in range(laws.touch_start[c.cadence], laws.touch_start[c.cadence + 1]):
        year = 0
        at = first = c.joined + laws.touch_tenure[i]
        if laws.touch_dated[i] == 1:
            at = laws.touch_date[i, 0]
            while at < t or (at == t and i <= done):
                year += 1
                at = laws.touch_date[i, year]
        elif at <= t and laws.touch_yearly[i] == 1:
            year = math.floor((t - first) / _YEAR)  # a year too few, or one that is past, where it is rounded
            at = first + year * _YEAR
            while at < t or (at == t and i <= done):
                year += 1
                at = first + year * _YEAR
        if (at > t or (at == t and i > done)) and at < c.due[_TOUCH]:
            c.due[_TOUCH] = at
            c.touch = i
            c.touch_year = year


@njit(forceinline=True)
def follow_policy(c, t, laws, firm, shared, entering_rewards, at_epoch):
    """Give the customer what its arm, or else its tier, is due from `t` on; what a budget covers only at an epoch."""
    cadence = firm.cadence[c.tier]
    days = firm.free_days[c.tier] if entering_rewards else 0.0
    c.complaint_line = told(c, firm.complaint_line, firm.arm_complaint_line)
    if c.arm >= 0:
        if firm.arm_cadence[c.arm] != AS_POLICY:
            cadence = firm.arm_cadence[c.arm]
        if firm.arm_free_days[c.arm] >= 0.0:
            days = firm.arm_free_days[c.arm]
    follow_points_policy(c, firm)
    weaker = follow_contest_policy(c, firm)
    # a credit draws those who are suspended, and an answer works, from now on, not from their next event
    if follow_mobile_policy(c, firm) or weaker:
        refresh(c, t, laws)
    if cadence != c.cadence:
        c.cadence = cadence
        next_touch(c, t, laws.touch_tenure.shape[0], laws)
    if days > 0.0 and c.rewarded == 0 and afford(c, _REWARD, 0, price_of_days(c, days), at_epoch, laws, shared):
        give_free_days(c, days, t, laws, shared)
    if offer_agreement(c, t, laws, firm, shared, entering_rewards, at_epoch):
        refresh(c, t, laws)
    if offer_bundle(c, t, laws, firm, shared, entering_rewards, at_epoch):
        refresh(c, t, laws)


@njit(forceinline=True)
def schedule_team(c, t, laws):
    """Send the team, unless it is on its way already."""
    if c.due[_TEAM] == _NEVER:
        c.due[_TEAM] = t + laws.team_delay


@njit(forceinline=True)
def touch(c, t, laws, shared):
    """One touch of a cadence, in the order of model.md section 4."""
    i = c.touch
    if not may_be_touched(c, laws):
        next_touch(c, t, i, laws)
        return
    occurrence = (laws.touch_name[i] * TOUCH_YEARS + c.touch_year) * _CHANNELS
    strength = -1.0
    for j in range(laws.channel_start[i], laws.channel_start[i + 1]):
        channel = laws.channel[j]
        book(c, _CONTACT, laws.channel_cost[channel], t, laws, shared)
        u = uniform(laws.seed, c.id, _REACHED, c.life, occurrence + channel, c.replication)
        if is_reachable(c) and u <= laws.channel_reach[channel] and laws.channel_strength[channel] > strength:
            strength = laws.channel_strength[channel]
    if strength >= 0.0:
        if t - c.reached_at < laws.fatigue_within:
            strength *= laws.fatigue_factor
        c.reached_at = t
        c.contacts += 1
        after_contact(c, occurrence, laws)
        c.contact_at = t
        c.contact_steps = 0
        c.contact_strength = strength * laws.contact_max
        c.contact_effect = c.contact_strength * fade(0, laws.step, laws.contact_half_life, laws.contact_lasts)
        c.due[_CONTACT_FADE] = t + laws.step if c.contact_effect != 0.0 else _NEVER
        if c.satisfaction == SATISFIED:
            u = uniform(laws.seed, c.id, _EXPLAINED, c.life, occurrence, c.replication)
            if u <= strength * laws.explains:
                c.satisfaction = VERY
        if laws.touch_survey[i] == 1:
            u = uniform(laws.seed, c.id, _ANSWERED, c.life, occurrence, c.replication)
            if u <= laws.answers[c.satisfaction]:
                c.answer = c.satisfaction
                c.answered_at = t
                if c.satisfaction == DISSATISFIED:
                    schedule_team(c, t, laws)
        if laws.touch_cross_sell[i] == 1 and c.cross_sold == 0:
            u = uniform(laws.seed, c.id, _CROSS_SOLD, c.life, occurrence, c.replication)
            if u <= laws.cross_sell_accepts:
                accrue(c, t, laws, shared)
                c.fee = math.floor(c.fee * (1.0 + laws.cross_sell_increase) + 0.5)
                c.cross_sold = 1
    gift = laws.touch_gift[i]
    if gift >= 0:
        book(c, _GIFT, laws.gift_cost[gift], t, laws, shared)
        u = uniform(laws.seed, c.id, _GIFT_PLEASED, c.life, occurrence, c.replication)
        if u <= laws.gift_match[gift] and c.satisfaction == SATISFIED:
            c.satisfaction = VERY
    activity = laws.touch_activity[i]
    if activity >= 0:
        u = uniform(laws.seed, c.id, _CAME, c.life, occurrence, c.replication)
        if u <= laws.activity_comes[activity]:
            book(c, _GIFT, laws.activity_cost[activity], t, laws, shared)
            u = uniform(laws.seed, c.id, _ACTIVITY_PLEASED, c.life, occurrence, c.replication)
            if u <= laws.activity_pleases[activity] and c.satisfaction == SATISFIED:
                c.satisfaction = VERY
    next_touch(c, t, i, laws)


@njit(forceinline=True)
def next_promotion(c, laws, shared):
    """When the promotions of the customer's segment change next."""
    entry = c.promotion_entry
    end = shared.start[c.row * laws.segments + c.segment + 1]
    c.due[_PROMOTION] = shared.time[entry] if entry < end else _NEVER


@njit(forceinline=True)
def take_level(c, entry, shared):
    """What an entry of the timetable says runs from now on."""
    c.promotion = shared.level[entry, RIVALS]
    set_own_offer(c, shared.level[entry, OURS])
    set_answered(c, shared.level[entry, ANSWERED])


@njit(forceinline=True)
def see_promotions(c, t, laws, shared):
    """Take from the timetable what runs at `t`, and when that changes next."""
    row = c.row * laws.segments + c.segment
    entry = shared.start[row]
    c.promotion = 0.0
    set_own_offer(c, 0.0)
    set_answered(c, 0.0)
    while entry < shared.start[row + 1] and shared.time[entry] <= t:
        take_level(c, entry, shared)
        entry += 1
    c.promotion_entry = entry
    next_promotion(c, laws, shared)


@njit(forceinline=True)
def start_life(c, t, laws, shared):
    """Set every clock and moment of a customer that joins at `t`; the state is set by the caller."""
    stop(c)
    c.band = 0
    c.booked_at = t
    see_promotions(c, t, laws, shared)
    c.due[_STAGE] = t + laws.growth_days
    c.due[_BAND] = t + laws.bands[1]
    if c.growth != 0.0:
        c.due[_ANNIVERSARY] = t + _YEAR
    start_contest(c)
    start_bills(c, t, laws)
    start_bonds(c, t, laws, shared)
    hold(c, t, laws)
    for k in range(c.rate.shape[0]):
        c.rate[k] = 0.0
        c.firings[k] = 0
        rewind(c, k, t, laws.seed)


@njit(forceinline=True)
def keep_up(c, t, laws):
    """Put who has no accounts to close into the accounting period of `t`."""
    period = c.period
    while laws.marks[period + 1] <= t:
        period += 1
    c.period = period


@njit(forceinline=True)
def take_tier(c, shared):
    """Give who begins a life the tier that the last score's cut-offs say."""
    value = 12.0 * c.fee * (1.0 + c.growth)
    c.tier = NO_TIER
    for tier in range(1, shared.cuts.shape[2]):
        if value >= shared.cuts[c.row, c.segment, tier]:
            c.tier = tier


@njit(inline="always")
def join(c, t, laws, firm, shared):
    """A prospect becomes a customer; the last score's cut-offs say its tier."""
    keep_up(c, t, laws)
    move(c, GROWTH, shared)
    start_life(c, t, laws, shared)
    c.due[_BOOKING] = laws.marks[c.period + 1]
    pay_for_joining(c, t, laws, shared)
    take_tier(c, shared)
    follow_policy(c, t, laws, firm, shared, True, False)


@njit(inline="always")
def fire(c, k, t, laws, shared):
    """Clock `k` has run down."""
    rewind(c, k, t, laws.seed)
    if k == _CLOCK_WARNING:
        move(c, WARNING, shared)
    elif k == _CLOCK_RECOVERY:
        move(c, GROWTH if t < c.joined + laws.growth_days else STABLE, shared)
    elif k == _CLOCK_PROBLEM:
        c.satisfaction = DISSATISFIED
        if c.complaint_line == 1:
            u = uniform(laws.seed, c.id, _REPORTED, c.life, c.firings[k], c.replication)
            if u <= laws.reports:
                schedule_team(c, t, laws)
    elif laws.asks[k] == 0:
        leave(c, k, t, laws, shared)
    else:
        c.reason = k
        c.asked_at = t
        move(c, ASKING, shared)
        c.calls += 1
        if c.period < 0:  # in the lived past nobody waits at the desk
            u = uniform(laws.seed, c.id, _SAVED, c.life, c.calls, c.replication)
            if u <= laws.saved_share:
                c.reason = -1
                full_service(c, t, laws, shared)
                move(c, STABLE, shared)
            else:
                leave(c, k, t, laws, shared)


@njit(forceinline=True)
def close_accounts(c, t, laws, shared):
    """The accounting period ends at `t`."""
    accrue(c, t, laws, shared)
    shared.tally[c.row, c.arm + 1, c.period, STATE_COLUMN + c.state] += 1
    c.period += 1
    new_month(c)
    c.due[_BOOKING] = laws.marks[c.period + 1]


@njit(inline="always")
def happen(c, j, t, laws, firm, shared):
    """Let moment or clock number `j` of `due` happen at `t`; rates are refreshed by the caller."""
    if j >= first_contest(c):
        happen_contested(c, j, t, laws, shared)
    elif j >= CORE_DUE:
        happen_mobile(c, j, t, laws, shared)
    elif j >= MOMENTS:
        fire(c, j - MOMENTS, t, laws, shared)
    elif j == _BOOKING:
        close_accounts(c, t, laws, shared)
    elif j == _TOUCH:
        touch(c, t, laws, shared)
    elif j == _CONTACT_FADE:
        c.contact_steps += 1
        c.contact_effect = c.contact_strength * fade(
            c.contact_steps, laws.step, laws.contact_half_life, laws.contact_lasts
        )
        more = c.contact_effect != 0.0
        c.due[_CONTACT_FADE] = c.contact_at + (c.contact_steps + 1) * laws.step if more else _NEVER
    elif j == _REWARD_FADE:
        c.reward_steps += 1
        c.reward_effect = c.reward_strength * fade(c.reward_steps, laws.step, laws.reward_half_life, laws.reward_lasts)
        more = c.reward_effect != 0.0
        c.due[_REWARD_FADE] = c.reward_at + (c.reward_steps + 1) * laws.step if more else _NEVER
    elif j == _PROMOTION:
        take_level(c, c.promotion_entry, shared)
        give_answers(c, shared.level[c.promotion_entry, ANSWERS], t, laws, shared)
        c.promotion_entry += 1
        next_promotion(c, laws, shared)
    elif j == _BAND:
        c.band += 1
        c.due[_BAND] = c.joined + laws.bands[c.band + 1]
    elif j == _STAGE:
        c.due[_STAGE] = _NEVER
        if c.state == GROWTH or c.state == WON_BACK:
            move(c, STABLE, shared)
    elif j == _FREE_END:
        accrue(c, t, laws, shared)
        c.due[_FREE_END] = _NEVER
        c.free_until = -_NEVER
    elif j == _ANNIVERSARY:
        accrue(c, t, laws, shared)
        c.fee = math.floor(c.fee * max(0.0, 1.0 + c.growth) + 0.5)
        c.due[_ANNIVERSARY] += _YEAR
    elif j == _TEAM:
        c.due[_TEAM] = _NEVER
        book(c, _TEAM_LINE, laws.team_cost, t, laws, shared)
        u = uniform(laws.seed, c.id, _SOLVED, c.life, c.firings[_CLOCK_PROBLEM], c.replication)
        if c.satisfaction == DISSATISFIED and u <= laws.team_solves:
            c.satisfaction = laws.team_becomes
            c.solved += 1
    else:
        join(c, t, laws, firm, shared)


@njit(inline="always")
def live_one(c, laws, firm, shared, until):
    """Live one customer up to, not including, `until`, or until it asks at the desk.

    Returns
    -------
    number of events that happened, and when the next is due (-inf for who stands at the desk: it may be served)
    """
    events = 0
    asking = c.state == ASKING
    while True:
        j, t = 0, c.due[0]
        for i in range(1, c.due.shape[0]):
            if c.due[i] < t:
                j, t = i, c.due[i]
        if t >= until:
            return events, -_NEVER if c.state == ASKING else t
        happen(c, j, t, laws, firm, shared)
        events += 1
        if j != _BOOKING and c.state != LOST:
            refresh(c, t, laws)
            if c.state == ASKING and not asking:
                return events, -_NEVER
