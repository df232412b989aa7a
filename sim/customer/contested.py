"""What happens to a customer of a contested world only: the moments that no other world has."""

from sim.customer.bundles import end_bundle
from sim.customer.calls import call, fade_call
from sim.customer.circles import forget_news
from sim.customer.hooks import CONTESTED, hook
from sim.customer.record import BOUND_DUE, ContestMoment

_CALL, _CALL_FADE, _NEWS = (
    BOUND_DUE + int(moment) for moment in (ContestMoment.CALL, ContestMoment.CALL_FADE, ContestMoment.NEWS)
)


@hook(otherwise=lambda c, j, t, laws, shared: None, needs=CONTESTED, inline=False)
def happen_contested(c, j, t, laws, shared):
    """Let entry `j` of `due`, behind the bond clocks, happen."""
    if j == _CALL:
        call(c, t, laws, shared)
    elif j == _CALL_FADE:
        fade_call(c, t, laws)
    elif j == _NEWS:
        forget_news(c, t, laws)
    else:
        end_bundle(c, t, laws)
