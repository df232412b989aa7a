"""What all bonds leave of a clock's rate, and what a contested world adds to them (model.md sections 17 to 22).

Below everything that makes or ends such a tie: that calls `hold`, which reads it.
"""

from sim.customer.hooks import CONTESTED, HELD, hook
from sim.customer.record import Bond

_BUNDLE, _CALL, _FELLOWS, _NEWS = int(Bond.BUNDLE), int(Bond.CALL), int(Bond.FELLOWS), int(Bond.NEWS)


@hook(otherwise=lambda c, k: 1.0, needs=HELD)
def held(c, k):
    """What all bonds together leave of the rate of clock `k`."""
    return c.held[k]


@hook(otherwise=lambda c, k, t, laws: 1.0, needs=CONTESTED)
def tie(c, k, t, laws):
    """What bundle, call, fellows and news together leave of the rate of clock `k`."""
    left = 1.0
    if laws.binds[_BUNDLE, k] == 1 and t < c.bundle_until:
        left *= 1.0 - laws.bundle_reduction
    if laws.binds[_CALL, k] == 1:
        left *= max(0.0, 1.0 - c.call_effect)
    if laws.binds[_FELLOWS, k] == 1:
        left *= (1.0 - laws.fellows_reduction) ** min(c.fellows, laws.fellows_at_most)
    if laws.binds[_NEWS, k] == 1 and t < c.news_until:
        left *= 1.0 + c.news
    return left
