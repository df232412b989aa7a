"""What happens in contested worlds only: calls, news, bundles (model.md sections 17 to 22); what ties is in `ties`."""

import math

from sim.customer.calls import call, fade_call
from sim.customer.hooks import CONTESTED, hook
from sim.customer.record import BOUND_DUE, ContestMoment

_NEVER = math.inf
_CALL_DUE, _FADE_DUE, _NEWS_DUE, _BUNDLE_DUE = (BOUND_DUE + int(moment) for moment in ContestMoment)


@hook(otherwise=lambda c: None, needs=CONTESTED)
def start_contest(c):
    """Nobody has called a customer that begins a life, told it news, or sold it a bundle."""
    c.listed_at = -_NEVER
    c.called_at = -_NEVER
    c.call_strength = 0.0
    c.call_effect = 0.0
    c.news = 0.0
    c.news_until = -_NEVER
    c.bundled = 0
    c.bundle_until = -_NEVER
    c.attempts = 0


@hook(otherwise=lambda c, j, t, laws, shared: None, needs=CONTESTED, inline=False)
def happen_contested(c, j, t, laws, shared):
    """Let entry `j` of `due`, behind the bond clocks, happen."""
    if j == _CALL_DUE:
        call(c, t, laws, shared)
    elif j == _FADE_DUE:
        fade_call(c, t, laws)


@hook(otherwise=lambda c, firm: None, needs=CONTESTED)
def follow_contest_policy(c, firm):
    """Take over what the firm's policy says of calls, answers and attempts to win back."""
    c.called = firm.warning_call[c.tier]
    c.answers = firm.answers[c.tier]
    c.tries = firm.win_back[c.tier]
    if c.arm >= 0:
        if firm.arm_warning_call[c.arm] >= 0:
            c.called = firm.arm_warning_call[c.arm]
        if firm.arm_answers[c.arm] >= 0:
            c.answers = firm.arm_answers[c.arm]
        if firm.arm_win_back[c.arm] >= 0:
            c.tries = firm.arm_win_back[c.arm]
