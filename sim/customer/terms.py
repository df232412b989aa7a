"""New terms: what changes for who is there already when the firm changes its laws (model.md sections 15, 16)."""

import math

from numba import njit

from sim.customer.bonds import hold
from sim.customer.clocks import refresh
from sim.customer.hooks import BOUND, hook
from sim.customer.points import schedule_points
from sim.customer.record import MOBILE_DUE, BondMoment
from sim.customer.recruiters import let_go
from sim.customer.states import State

_NEVER = math.inf
_CONTRACT, _POINTS, _AGENT = (MOBILE_DUE + int(BondMoment[name]) for name in ("CONTRACT", "POINTS", "AGENT"))
_PROSPECT, _LOST = int(State.PROSPECT), int(State.LOST)


@hook(otherwise=lambda c, t, laws: refresh(c, t, laws), needs=BOUND, inline=False)
def new_terms(c, t, laws):
    """Let a customer who is there live by `laws` from `t` on: what has not fallen due yet falls due by them.

    A contract keeps its end and an agreement its credits; an assessment that is still to come moves to its new
    tenure, or falls on `t` where it has passed by then.
    """
    if c.recruited == 1 and c.assessed == 0:
        c.due[_AGENT] = max(t, c.joined + laws.assessment_days)
    elif c.recruited == 1:
        let_go(c, t, laws)
    if c.contracts > 0 and t >= c.contract_until:
        end = c.contract_until + laws.contract_after_days
        c.due[_CONTRACT] = end if t < end else _NEVER
    if c.points > 0:
        schedule_points(c, t, laws)
    hold(c, t, laws)
    refresh(c, t, laws)


@njit(cache=True)
def take_terms(customers, laws, t):
    """Let everybody who is there live by other laws from `t` on.

    Parameters
    ----------
    customers : customer_dtype array, shape (n,)
    laws : laws_dtype array, shape (1,)
    t : float
        Day.
    """
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state != _PROSPECT and c.state != _LOST:
            new_terms(c, t, laws[0])
