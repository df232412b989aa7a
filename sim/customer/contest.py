"""What contested worlds add to a life: a policy, a beginning (model.md sections 17 to 22)."""

import math

from sim.customer.hooks import CONTESTED, hook
from sim.customer.told import told

_NEVER = math.inf


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


@hook(otherwise=lambda c, firm: False, needs=CONTESTED)
def follow_contest_policy(c, firm):
    """Take over what the firm's policy says of calls, answers and attempts to win back.

    Returns
    -------
    whether a rate may hang on what has changed
    """
    answered = c.answers
    c.called = told(c, firm.warning_call, firm.arm_warning_call)
    c.answers = told(c, firm.answers, firm.arm_answers)
    return c.answers != answered and c.answered > 0.0


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
