"""One customer as one record, and the ledger's lines.

The record holds everything that a life needs, so that a life can be lived, stopped, copied into another world and
lived on without any other memory.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from sim.customer.states import CORE_CLOCKS, MOBILE_CLOCKS, Clock


class Line(IntEnum):
    """A line of the ledger; every fen is in exactly one."""

    LIST = 0
    FORGONE = 1
    CONTACT = 2
    GIFT = 3
    TEAM = 4
    DESK = 5
    COMMISSION = 6
    BAD_DEBT = 7
    COLLECTION = 8
    SUBSIDY = 9
    PENALTY = 10
    POINTS = 11


class Count(IntEnum):
    """What the books count besides states, moves and losses."""

    CONTRACTS_SIGNED = 0
    AGREEMENTS = 1
    POINTS_WITHHELD = 2
    POINTS_LAPSED = 3
    POINTS_REDEEMED = 4
    WARNING_CALLS = 5
    ANSWERS = 6
    NEWS = 7
    REFERRALS = 8
    BUNDLES = 9
    WIN_BACK_ATTEMPTS = 10
    REFUSED = 11  # for want of money in the campaign's budget


class Bond(IntEnum):
    """What ties a customer to the firm, or drives it off: a factor on the rates of the clocks that it acts on."""

    CONTRACT = 0
    AGREEMENT = 1
    POINTS = 2
    AGENT = 3
    BUNDLE = 4
    CALL = 5
    FELLOWS = 6
    NEWS = 7


class Moment(IntEnum):
    """A scheduled private moment, in the order in which moments of the same instant happen; clocks come after them."""

    JOIN = 0
    STAGE = 1
    BAND = 2
    ANNIVERSARY = 3
    BOOKING = 4
    PROMOTION = 5
    FREE_END = 6
    REWARD_FADE = 7
    CONTACT_FADE = 8
    TOUCH = 9
    TEAM = 10


class MobileMoment(IntEnum):
    """Scheduled moments of mobile worlds; they come after all moments and clocks that every world has."""

    BILL = 0
    DUNNING = 1


class BondMoment(IntEnum):
    """Scheduled moments of worlds with bonds; they come after everything that other worlds have."""

    CONTRACT = 0
    CREDIT = 1
    POINTS = 2
    AGENT = 3


class ContestMoment(IntEnum):
    """Scheduled moments of contested worlds by place in `due` from its end: after everything that other worlds have."""

    CALL = -4
    CALL_FADE = -3
    NEWS = -2
    BUNDLE = -1


class Spender(IntEnum):
    """What a campaign's budget may have to pay for, and refuse when it has run out."""

    REWARD = 0
    AGREEMENT = 1
    BUNDLE = 2
    WARNING_CALL = 3
    WIN_BACK = 4


# `due` holds: moments, core clocks; mobile moments, mobile clocks; bond moments, bond clocks; contest moments. A plain
# customer's ends after the core clocks, a mobile one's after the mobile clocks, a bound one's after the bond clocks; a
# contested one's goes on after whichever of these it has, so contest moments are counted from the end.
MOMENTS = len(Moment)
MOBILE_MOMENTS = len(MobileMoment)
BOND_MOMENTS = len(BondMoment)
CORE_DUE = MOMENTS + CORE_CLOCKS
MOBILE_DUE = MOMENTS + MOBILE_MOMENTS + MOBILE_CLOCKS
CLOCKS = len(Clock)
BOUND_DUE = MOBILE_DUE + BOND_MOMENTS + CLOCKS - MOBILE_CLOCKS
CONTEST_MOMENTS = len(ContestMoment)
LINES = len(Line)
BONDS = len(Bond)
SPENDERS = len(Spender)

NO_TIER, GOLD, PLATINUM = 0, 1, 2
TIER_NAMES = ("none", "gold", "platinum")
DISSATISFIED, SATISFIED, VERY = 0, 1, 2
SATISFACTION_NAMES = ("dissatisfied", "satisfied", "very")
NOT_ENROLLED = -1
NOT_ASKED = -1

# What stands near each other arrives together (`ahead`): first what scores read, 64 bytes; then what most events read;
# then clocks, bills and what answers and calls do; then the books; last what is seldom read.
_FIRST_FIELDS: list[Any] = [
    ("id", np.uint32),
    ("replication", np.uint32),
    ("row", np.int32),  # place of the replication in this block's arrays
    ("life", np.uint32),  # life number, part of every draw's key
    ("segment", np.int32),
    ("state", np.int32),
    ("satisfaction", np.int32),
    ("arm", np.int32),
    ("tier", np.int32),
    ("cadence", np.int32),
    ("band", np.int32),  # of tenure
    ("period", np.int32),  # accounting period, -1 before day 0
    ("fee", np.int64),  # fen a month
    ("growth", np.float64),  # yearly growth of the fee, a share
]
"""What every customer has; times are days since the scenario's start, money is fen."""

_OFTEN_FIELDS: list[Any] = [
    ("price_sensitivity", np.float64),
    ("frailty", np.float64),
    ("promotion", np.float64),  # sum of strengths that run in its segment now
    ("contact_effect", np.float64),
    ("reward_effect", np.float64),
    ("free_until", np.float64),
    ("joined", np.float64),  # day
    ("booked_at", np.float64),
    # what the firm does with it
    ("complaint_line", np.int32),
    ("rewarded", np.int32),
    # where it is in the tables
    ("promotion_entry", np.int32),
    ("touch", np.int32),
    ("touch_year", np.int32),
    # how effects fade that act on it
    ("contact_steps", np.int32),
    ("contact_at", np.float64),
    ("contact_strength", np.float64),
    ("reward_at", np.float64),
    ("reward_strength", np.float64),
    ("reward_steps", np.int32),
    ("contacts", np.int32),  # contacts that reached it
    ("reached_at", np.float64),
]

_BOOK_FIELDS: list[Any] = [
    ("ledger", np.int64, (LINES,)),  # fen within the horizon
    ("residual", np.int64),  # fen, discounted net value after the horizon
    ("horizon_period", np.int32),  # accounting periods within its own horizon; what comes later is residual
]

_SELDOM_FIELDS: list[Any] = [
    ("lost_at", np.float64),  # day, inf while it stays
    ("reason", np.int32),  # clock that ended the relation, -1 none
    ("calls", np.int32),
    ("asked_at", np.float64),  # day it asked to leave at the desk
    ("cross_sold", np.int32),
    ("answer", np.int32),  # satisfaction at its last survey answer, -1 never answered
    ("answered_at", np.float64),
    ("solved", np.int32),  # times the team solved its problem
]

_MOBILE_FIELDS: list[Any] = [
    # bills and arrears
    ("bill_day", np.float64),  # days after a month's start
    ("bill_month", np.int32),  # next bill's place among the laws' month starts
    ("unbilled", np.int64),  # fen served and not billed yet
    ("unpaid", np.int64),  # fen billed and not paid
    ("arrears_at", np.float64),  # day of the first unpaid bill, inf none
    ("dunning_step", np.int32),
    ("reminders", np.int32),  # whether the firm reminds it
    ("reactivation", np.int64),  # fen given when it pays after a stop
    ("fraud", np.int32),  # never means to pay
    ("served_share", np.float64),  # of the fee that accrues: less while dormant, nothing after the two-way stop
    ("own_offer", np.float64),  # strength of the firm's own offers to newcomers that run now
    ("changes", np.int32),  # changes of number inside the network
    ("unreachable", np.int32),
    ("opted_out", np.int32),
    ("touches", np.int32),  # in this accounting period
]
"""What a customer of a world with bills has besides."""

_BOND_FIELDS: list[Any] = [
    # contract and agreement
    ("contracts", np.int32),  # signed in this life
    ("contract_until", np.float64),  # day, -inf never signed
    ("subsidised", np.int32),  # whether the last contract came with a subsidy
    ("agreed", np.int32),
    ("agreement_at", np.float64),
    ("agreement_until", np.float64),  # day, -inf none
    ("agreement_credit", np.int64),  # fen a month
    ("credits", np.int32),  # months of the agreement that have passed
    # points
    ("points", np.int64),  # balance, fen
    ("points_known", np.int32),
    ("points_year", np.int32),  # next date's place among the laws' dates
    ("points_reminder", np.int32),  # whether the firm reminds it
    # the agent who recruited it
    ("recruited", np.int32),
    ("resold", np.int32),  # a card kept for its commission
    ("assessed", np.int32),
    ("assessed_at", np.float64),
    ("let_go", np.float64),  # by what the agent's letting go raises rates
]
"""What a customer of a world with bonds has besides."""


_ANSWER_FIELDS: list[Any] = [
    ("answers", np.int32),  # whether the firm answers rivals' promotions for it
    ("called", np.int32),  # whether the firm calls it when it stands on the warning list
    ("answered", np.float64),  # sum of the strengths that run in its segment now and are answered
    ("listed_at", np.float64),  # day it last stood on the warning list, -inf never
]
"""What a customer of a contested world has besides, and events often read."""

_CONTEST_FIELDS: list[Any] = [
    # the call
    ("called_at", np.float64),  # day the last call reached it, -inf never
    ("call_strength", np.float64),
    ("call_effect", np.float64),
    ("call_steps", np.int32),
    # its circle
    ("circle", np.int32),  # number in its replication, -1 alone
    ("main", np.int32),  # whether its card is the main one of its circle
    ("fellows", np.int32),  # others of the circle who are there
    ("referrer", np.int32),  # id of the member who brings it, -1 nobody
    ("news", np.float64),  # by what losses that it has heard of raise rates
    ("news_until", np.float64),
    # bundle
    ("bundled", np.int32),
    ("bundle_until", np.float64),  # day, -inf none
    # leaving for the first time, and coming back
    ("first_joined", np.float64),  # day; `joined` is that of the life it lives now
    ("left_at", np.float64),  # first day of leaving, inf none
    ("left_for", np.int32),  # clock that ended the relation then, -1 none
    ("attempts", np.int32),  # to win it back since it last left
    ("returns", np.int32),
    ("returned_at", np.float64),  # day of the last return, -inf none
    ("away", np.float64),  # days between leaving and coming back, of all returns
]
"""And what they seldom read."""


def _kind(clocks: int, due: int, often: list[Any], seldom: list[Any]) -> np.dtype[Any]:
    """A kind of customer, by its clocks, the length of its `due`, and what it has besides a plain one."""
    of_clocks: list[Any] = [
        ("due", np.float64, (due,)),
        ("rate", np.float64, (clocks,)),  # a day
        ("left", np.float64, (clocks,)),  # what was left of the threshold at `since`
        ("since", np.float64, (clocks,)),
        ("firings", np.int32, (clocks,)),
    ]
    fields = [*_FIRST_FIELDS, *_OFTEN_FIELDS, *of_clocks, *often, *_BOOK_FIELDS, *_SELDOM_FIELDS, *seldom]
    return np.dtype(fields, align=True)


def _held(clocks: int) -> list[Any]:
    return [("held", np.float64, (clocks,))]  # what all bonds together leave of each clock's rate


customer_dtype = _kind(CORE_CLOCKS, CORE_DUE, [], [])
"""A customer of a world without bills."""

mobile_customer_dtype = _kind(MOBILE_CLOCKS, MOBILE_DUE, _MOBILE_FIELDS, [])
"""A customer of a mobile world. numba compiles the kernel once for each kind of customer, so that a world without bills
carries neither their fields nor their code (decision record 4)."""

bound_customer_dtype = _kind(CLOCKS, BOUND_DUE, [*_held(CLOCKS), *_MOBILE_FIELDS], _BOND_FIELDS)
"""A customer of a mobile world with contracts, agreements, points or agents."""

contested_customer_dtype = _kind(
    CORE_CLOCKS, CORE_DUE + CONTEST_MOMENTS, [*_held(CORE_CLOCKS), *_ANSWER_FIELDS], _CONTEST_FIELDS
)
"""A customer of a world without bills in which customers and firms act on each other (model.md sections 17 to 22)."""

contested_bound_customer_dtype = _kind(
    CLOCKS,
    BOUND_DUE + CONTEST_MOMENTS,
    [*_held(CLOCKS), *_MOBILE_FIELDS, *_ANSWER_FIELDS],
    [*_BOND_FIELDS, *_CONTEST_FIELDS],
)
"""The same in a mobile world, with or without bonds (decision record 5)."""
