"""One customer as one record, and the ledger's lines.

The record holds everything that a life needs, so that a life can be lived, stopped, copied into another world and
lived on without any other memory.
"""

from enum import IntEnum

import numpy as np

from sim.customer.states import Clock


class Line(IntEnum):
    """A line of the ledger; every fen is in exactly one."""

    LIST = 0
    FORGONE = 1
    CONTACT = 2
    GIFT = 3
    TEAM = 4
    DESK = 5
    COMMISSION = 6


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


MOMENTS = len(Moment)
CLOCKS = len(Clock)
LINES = len(Line)

NO_TIER, GOLD, PLATINUM = 0, 1, 2
TIER_NAMES = ("none", "gold", "platinum")
DISSATISFIED, SATISFIED, VERY = 0, 1, 2
SATISFACTION_NAMES = ("dissatisfied", "satisfied", "very")
NOT_ENROLLED = -1
NOT_ASKED = -1

customer_dtype = np.dtype(
    [
        # who it is
        ("id", np.uint32),
        ("replication", np.uint32),
        ("row", np.int32),  # place of the replication in this block's arrays
        ("life", np.uint32),  # life number, part of every draw's key
        ("segment", np.int32),
        ("price_sensitivity", np.float64),
        ("growth", np.float64),  # yearly growth of the fee, a share
        ("frailty", np.float64),
        ("joined", np.float64),  # day
        # where it stands
        ("state", np.int32),
        ("satisfaction", np.int32),
        ("fee", np.int64),  # fen a month
        ("lost_at", np.float64),  # day, inf while it stays
        ("reason", np.int32),  # clock that ended the relation, -1 none
        ("asked_at", np.float64),  # day it asked to leave at the desk
        # what the firm does with it
        ("arm", np.int32),
        ("tier", np.int32),
        ("cadence", np.int32),
        ("complaint_line", np.int32),
        ("rewarded", np.int32),
        ("cross_sold", np.int32),
        ("contacts", np.int32),  # contacts that reached it
        ("answer", np.int32),  # satisfaction at its last survey answer, -1 never answered
        ("answered_at", np.float64),
        ("solved", np.int32),  # times the team solved its problem
        ("reached_at", np.float64),
        # effects that act on it
        ("contact_at", np.float64),
        ("contact_strength", np.float64),
        ("contact_effect", np.float64),
        ("contact_steps", np.int32),
        ("reward_steps", np.int32),
        ("reward_at", np.float64),
        ("reward_strength", np.float64),
        ("reward_effect", np.float64),
        ("promotion", np.float64),  # sum of strengths that run in its segment now
        ("free_until", np.float64),
        # where it is in the tables
        ("band", np.int32),
        ("period", np.int32),  # accounting period, -1 before day 0
        ("promotion_entry", np.int32),
        ("touch", np.int32),
        ("touch_year", np.int32),
        # clocks and moments
        ("firings", np.int32, (CLOCKS,)),
        ("calls", np.int32),
        ("due", np.float64, (MOMENTS + CLOCKS,)),
        ("left", np.float64, (CLOCKS,)),  # what was left of the threshold at `since`
        ("since", np.float64, (CLOCKS,)),
        ("rate", np.float64, (CLOCKS,)),  # a day
        # money
        ("booked_at", np.float64),
        ("ledger", np.int64, (LINES,)),  # fen within the horizon
        ("residual", np.int64),  # fen, discounted net value after the horizon
    ],
    align=True,
)
"""One customer; times are days since the scenario's start, money is fen."""
