"""What happens in contested worlds only: calls, news, bundles, and the ties they make (model.md sections 17 to 22)."""

import math

from sim.customer.hooks import CONTESTED, hook
from sim.customer.record import BOUND_DUE, Bond, ContestMoment

_NEVER = math.inf
_BUNDLE, _CALL, _FELLOWS, _NEWS = int(Bond.BUNDLE), int(Bond.CALL), int(Bond.FELLOWS), int(Bond.NEWS)
_CALL_DUE, _FADE_DUE, _NEWS_DUE, _BUNDLE_DUE = (BOUND_DUE + int(moment) for moment in ContestMoment)


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


@hook(otherwise=lambda c: None, needs=CONTESTED)
def start_contest(c):
    """Nobody has called a customer that begins a life, told it news, or sold it a bundle."""
    c.listed_at = -_NEVER
    c.called_at = -_NEVER
    c.call_strength = 0.0
    c.call_effect = 0.0
    c.news = 0.0
    c.news_until = -_NEVER
    c.bundle_until = -_NEVER
    c.attempts = 0


@hook(otherwise=lambda c, j, t, laws, shared: None, needs=CONTESTED, inline=False)
def happen_contested(c, j, t, laws, shared):
    """Let entry `j` of `due`, behind the bond clocks, happen; bonds are renewed by the caller."""
    if j == _BUNDLE_DUE:
        c.due[j] = _NEVER


@hook(otherwise=lambda c, firm: None, needs=CONTESTED)
def follow_contest_policy(c, firm):
    """Take over what the firm's policy says of calls and answers."""
    c.called = firm.warning_call[c.tier]
    c.answers = firm.answers[c.tier]
    if c.arm >= 0:
        if firm.arm_warning_call[c.arm] >= 0:
            c.called = firm.arm_warning_call[c.arm]
        if firm.arm_answers[c.arm] >= 0:
            c.answers = firm.arm_answers[c.arm]


@hook(otherwise=lambda c, k, t: None, needs=CONTESTED)
def note_leaving(c, k, t):
    """Remember when and why a customer left for the first time."""
    if c.left_at == _NEVER:
        c.left_at = t
        c.left_for = k


@hook(otherwise=lambda c: False, needs=CONTESTED)
def has_returned(c):
    """Whether this is the life of somebody who was won back."""
    return c.returns > 0


@hook(otherwise=lambda c, t, laws: False, needs=CONTESTED)
def has_subsidised_bundle(c, t, laws):
    """Whether a bundle that came with a subsidy runs: another give-back, for the no-overlap rule."""
    return laws.bundle_subsidy > 0 and t < c.bundle_until
