"""What happens to a customer of a contested world only: the moments that no other world has."""

from sim.customer.bundles import end_bundle
from sim.customer.calls import call, fade_call
from sim.customer.circles import forget_news
from sim.customer.hooks import CONTESTED, hook
from sim.customer.record import CONTEST_MOMENTS, ContestMoment

_CALL, _CALL_FADE, _NEWS = (
    CONTEST_MOMENTS + int(moment) for moment in (ContestMoment.CALL, ContestMoment.CALL_FADE, ContestMoment.NEWS)
)


@hook(otherwise=lambda c: c.due.shape[0], needs=CONTESTED)
def first_contest(c):
    """Where the contest moments begin in `due`; behind its end where there are none."""
    return c.due.shape[0] - CONTEST_MOMENTS


@hook(otherwise=lambda c, j, t, laws, shared: None, needs=CONTESTED, inline=False)
def happen_contested(c, j, t, laws, shared):
    """Let entry `j` of `due`, one of the contest moments, happen."""
    moment = j - first_contest(c)
    if moment == _CALL:
        call(c, t, laws, shared)
    elif moment == _CALL_FADE:
        fade_call(c, t, laws)
    elif moment == _NEWS:
        forget_news(c, t, laws)
    else:
        end_bundle(c, t, laws)
