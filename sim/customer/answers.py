"""The firm's answers to rivals' promotions, in the life of who is answered for (model.md section 18)."""

from sim.customer.hooks import CONTESTED, hook
from sim.customer.money import book
from sim.customer.moves import COUNT_COLUMN, count
from sim.customer.record import Count, Line
from sim.customer.states import State

_SUSPENDED = int(State.SUSPENDED)
_FORGONE = int(Line.FORGONE)
_ANSWERS = COUNT_COLUMN + int(Count.ANSWERS)


@hook(otherwise=lambda c, laws: c.promotion, needs=CONTESTED)
def pull(c, laws):
    """Strength with which rivals' promotions pull the customer now: less by what the firm sets against them."""
    if c.answers == 1:
        return max(0.0, c.promotion - laws.answer_weakens * c.answered)
    return c.promotion


@hook(otherwise=lambda c, strength: None, needs=CONTESTED)
def set_answered(c, strength):
    """What is answered of the promotions that run has changed."""
    c.answered = strength


@hook(otherwise=lambda c, number, t, laws, shared: None, needs=CONTESTED, inline=False)
def give_answers(c, number, t, laws, shared):
    """So many answers start now: who is answered for is credited once for each, unless its line is stopped."""
    if c.answers == 1 and c.state != _SUSPENDED:
        for _ in range(int(number)):
            book(c, _FORGONE, laws.answer_credit, t, laws, shared)
            count(c, _ANSWERS, shared)
