"""Keyed draws: a uniform is a pure function of what is decided, never of what was drawn before.

Counter-based Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, 'Parallel random numbers: as easy as 1, 2, 3'): the
key is the 64-bit seed, the counter is (entity, decision + 256 x life number, occurrence, replication). No
generator state exists anywhere, so a decision that is added, dropped or taken in another order changes no other
draw.
"""

import math
from enum import IntEnum, unique

import numpy as np
from numba import njit, uint32, uint64


@unique
class Decision(IntEnum):
    """What a draw decides. Numbers are fixed for good; each belongs to one kind of entity (named in brackets)."""

    SEGMENT = 1  # customer
    TENURE_BAND = 2  # customer
    TENURE = 3  # customer
    FEE = 4  # customer
    PRICE_SENSITIVITY = 5  # customer
    GROWTH = 6  # customer
    FRAILTY = 7  # customer
    SATISFACTION = 8  # customer
    JOINING = 9  # stream: time between two arrivals
    PROMOTION = 10  # promotion: time between two random promotions
    ASSIGNMENT = 11  # customer
    STRATUM = 12  # firm: where dealing of arms starts in a stratum
    REASSIGNMENT = 13  # customer: arms dealt again without effect
    RESTRATUM = 14  # firm: the same for strata
    PLANNED = 15  # customer: what a mix gives it
    ASSUMED = 16  # parameter: one a draw of the assumptions
    TRIED = 17  # customer: its place in the order in which a pilot's arms are dealt
    RANKED = 18  # customer: its place among those whom a targeting policy ranks alike
    REACHED = 20  # customer: one a touch, year and channel
    EXPLAINED = 21  # customer
    ANSWERED = 22  # customer
    CROSS_SOLD = 23  # customer
    GIFT_PLEASED = 24  # customer
    SOLVED = 25  # customer
    REPORTED = 26  # customer
    PATIENCE = 30  # caller
    SERVICE = 31  # caller
    SAVED = 32  # caller
    SIGNED = 40  # customer
    RENEWED = 41  # customer: one a contract
    AGREED = 42  # customer
    KNOWS_POINTS = 43  # customer
    REDEEMED = 44  # customer: at a reminder, one a year
    REMEMBERED = 45  # customer: on the date, one a year
    POINTS_PLEASED = 46  # customer: one a redemption
    RECRUITED = 47  # customer
    RESOLD = 48  # customer
    BILL_DAY = 50  # customer
    FRAUD = 51  # customer
    UNREACHABLE = 52  # customer
    FORGOT = 53  # customer: one a bill
    REMINDED = 54  # customer: one a bill and step
    COLLECTED = 55  # customer
    OPTED_OUT = 56  # customer: one a touch
    SPOILT = 60  # customer: one a pathology of a trial's records
    LOGGED_FOR = 61  # customer: under whom its redemption is logged
    SCORED = 80  # customer: noise of the early-warning score, one a list (by its day)
    CALL_REACHED = 81  # customer: one a list (by its day)
    WAVE = 62  # customer: its place in the order in which waves are dealt
    FIRST_WAVE = 63  # firm: where dealing of waves starts in a stratum
    CLOCK = 64  # customer: 64 + number of the clock
    CIRCLED = 90  # customer: its place in the order in which circles are dealt
    FOLLOWED = 91  # customer: one a life of the main card that has left
    REFERRER = 92  # customer: which member brings it
    CIRCLE_ASSIGNMENT = 93  # circle
    CIRCLE_REASSIGNMENT = 94  # circle: arms dealt again without effect
    WON_BACK = 96  # customer: one a life that ended and month
    VERY_SATISFIED = 97  # customer: on returning
    BUNDLED = 98  # customer
    CAME = 99  # customer: one a touch and year
    ACTIVITY_PLEASED = 100  # customer: one a touch and year
    CALLED = 101  # prospect: when
    CALL_WON = 102  # prospect


LIVES_SHIFT = 8  # the life number stands above the decision in the counter's second word

_MULTIPLIER_0 = uint64(0xD2511F53)
_MULTIPLIER_1 = uint64(0xCD9E8D57)
_WEYL_0 = uint32(0x9E3779B9)
_WEYL_1 = uint32(0xBB67AE85)
_LOW = uint64(0xFFFFFFFF)


@njit(cache=True, inline="always")
def philox(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """Ten rounds of Philox4x32; all arguments and the four results are 32-bit words."""
    x0, x1, x2, x3 = uint32(counter_0), uint32(counter_1), uint32(counter_2), uint32(counter_3)
    k0, k1 = uint32(key_0), uint32(key_1)
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * uint64(x0)
        product_1 = _MULTIPLIER_1 * uint64(x2)
        high_0 = uint32(product_0 >> uint64(32))
        high_1 = uint32(product_1 >> uint64(32))
        x0, x1, x2, x3 = (
            uint32(high_1 ^ x1 ^ k0),
            uint32(product_1 & _LOW),
            uint32(high_0 ^ x3 ^ k1),
            uint32(product_0 & _LOW),
        )
        k0 = uint32(k0 + _WEYL_0)
        k1 = uint32(k1 + _WEYL_1)
    return x0, x1, x2, x3


@njit(cache=True, inline="always")
def uniform(seed, entity, decision, life, occurrence, replication):
    """A 53-bit uniform on (0, 1]: never 0, so that its logarithm exists, and `u <= 1` always holds."""
    seed = uint64(seed)
    a, b, _, _ = philox(
        entity,
        uint32(decision) + (uint32(life) << uint32(LIVES_SHIFT)),
        occurrence,
        replication,
        seed & _LOW,
        seed >> uint64(32),
    )
    k = (uint64(a >> uint32(5)) << uint64(26)) + uint64(b >> uint32(6))
    return (float(k) + 1.0) * (1.0 / 9007199254740992.0)


@njit(cache=True, inline="always")
def exponential(seed, entity, decision, life, occurrence, replication):
    """A standard exponential."""
    return -math.log(uniform(seed, entity, decision, life, occurrence, replication))


@njit(cache=True)
def uniforms(seed, entity, decision, life, occurrence, replication):
    """Uniforms for arrays of entities and replications (same shape); one decision, life and occurrence.

    Returns
    -------
    float64 array, shape of `entity`
    """
    result = np.empty(entity.shape[0])
    for i in range(entity.shape[0]):
        result[i] = uniform(seed, entity[i], decision, life, occurrence, replication[i])
    return result
