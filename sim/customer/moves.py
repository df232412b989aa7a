"""Moves between states, and the books' columns in which they are counted."""

import numpy as np
from numba import njit

from sim.customer.clocks import stop
from sim.customer.money import accrue
from sim.customer.record import CLOCKS, LINES
from sim.customer.states import State, move_numbers

_LOST = int(State.LOST)

# Columns of the tally: ledger lines, then states at the period's end, moves, losses by leaving clock.
STATES = len(State)
_LEGAL = move_numbers()
MOVES = int(_LEGAL.max()) + 1
STATE_COLUMN = LINES
MOVE_COLUMN = STATE_COLUMN + STATES
LOSS_COLUMN = MOVE_COLUMN + MOVES
COLUMNS = LOSS_COLUMN + CLOCKS
# An illegal move is counted as a closing in the state lost, which is never closed: so the books show it.
MOVE_NUMBERS = np.where(_LEGAL < 0, STATE_COLUMN + _LOST - MOVE_COLUMN, _LEGAL)


@njit(forceinline=True)
def move(c, state, shared):
    """Change the state; legal moves only (an illegal one shows in the books)."""
    if c.period >= 0:
        shared.tally[c.row, c.arm + 1, c.period, MOVE_COLUMN + MOVE_NUMBERS[c.state, state]] += 1
    c.state = state


@njit(forceinline=True)
def leave(c, k, t, laws, shared):
    """The relation ends for reason `k`."""
    accrue(c, t, laws, shared)
    move(c, _LOST, shared)
    if c.period >= 0:
        shared.tally[c.row, c.arm + 1, c.period, LOSS_COLUMN + k] += 1
    c.lost_at = t
    c.reason = k
    stop(c)
