"""The campaign's purse: what it covers is given only while its price fits (model.md section 22)."""

import math

from numba import njit

from sim.customer.hooks import CONTESTED, hook
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.record import Count

_MONTH = 365.0 / 12.0
_REFUSED = COUNT_COLUMN + int(Count.REFUSED)


@hook(otherwise=lambda c, spender, cash, forgone, at_epoch, laws, shared: True, needs=CONTESTED, inline=False)
def afford(c, spender, cash, forgone, at_epoch, laws, shared):
    """Take a price from the purse of the customer's replication; tell whether the thing may be given.

    Parameters
    ----------
    c : contested_customer_dtype
        For whom it is; its refusal is counted.
    spender : int
        A `Spender`; one that the budget does not cover may always be given.
    cash, forgone : int
        Price, fen; what is forgone counts where the budget says so.
    at_epoch : bool
        Between epochs nobody may draw on what is shared: what is covered waits, and is not counted as refused.
    """
    if laws.covers[spender] == 0:
        return True
    if not at_epoch:
        return False
    price = cash + (forgone if laws.purse_forgone == 1 else 0)
    if price > shared.purse[c.row]:
        count(c, _REFUSED, shared)
        return False
    shared.purse[c.row] -= price
    return True


@hook(otherwise=lambda c, spender, cash, forgone, laws, shared: None, needs=CONTESTED, inline=False)
def give_back(c, spender, cash, forgone, laws, shared):
    """Put back into the purse a part of a price that turned out not to be due at the same epoch."""
    if laws.covers[spender] == 1:
        shared.purse[c.row] += cash + (forgone if laws.purse_forgone == 1 else 0)


@njit(forceinline=True)
def price_of_days(c, days):
    """What free days forgo at today's fee, fen."""
    return math.floor(c.fee * days / _MONTH + 0.5)
