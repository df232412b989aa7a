"""Moves between states, and the books' columns in which they are counted."""

import numpy as np
from numba import njit

from sim.customer.record import CLOCKS, LINES, Count
from sim.customer.states import State, move_numbers

_LOST = int(State.LOST)

# Columns of the tally: ledger lines, then states at the period's end, moves, losses by leaving clock, counts.
STATES = len(State)
_LEGAL = move_numbers()
MOVES = int(_LEGAL.max()) + 1
STATE_COLUMN = LINES
MOVE_COLUMN = STATE_COLUMN + STATES
LOSS_COLUMN = MOVE_COLUMN + MOVES
COUNT_COLUMN = LOSS_COLUMN + CLOCKS
COLUMNS = COUNT_COLUMN + len(Count)
# An illegal move is counted as a closing in the state lost, which is never closed: so the books show it.
MOVE_NUMBERS = np.where(_LEGAL < 0, STATE_COLUMN + _LOST - MOVE_COLUMN, _LEGAL)


@njit(forceinline=True)
def count(c, column, shared):
    """Count something that happens to the customer, in a column of the tally."""
    if c.period >= 0:
        shared.tally[c.row, c.arm + 1, c.period, column] += 1


@njit(forceinline=True)
def move(c, state, shared):
    """Change the state; legal moves only (an illegal one shows in the books)."""
    count(c, MOVE_COLUMN + MOVE_NUMBERS[c.state, state], shared)
    c.state = state
