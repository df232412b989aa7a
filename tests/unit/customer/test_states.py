"""The table of states, and the books that would show a move that is not in it."""

import numpy as np
from numba import njit

from sim.customer.moves import COLUMNS, COUNT_COLUMN, LOSS_COLUMN, MOVE_COLUMN, STATE_COLUMN, move
from sim.customer.record import CLOCKS, LINES, Count
from sim.customer.states import ACTIVE, LEAVING, MOVES, RUNS, Clock, State, move_numbers
from tests.worlds import day_zero, quiet


def test_every_legal_move_has_a_number_of_its_own():
    """Catches two moves counted in one column, or a legal move that counts as illegal."""
    table = move_numbers()
    assert sorted(table[table >= 0]) == list(range(len(MOVES)))
    assert {(State(a), State(b)) for a, b in np.argwhere(table >= 0)} == set(MOVES)


def test_who_is_lost_can_only_be_won_back_and_prospects_only_join():
    """Catches a table that lets a lost customer act, or a prospect leave."""
    assert [end for start, end in MOVES if start == State.LOST] == [State.WON_BACK]
    assert [end for start, end in MOVES if start == State.PROSPECT] == [State.GROWTH]


def test_clocks_run_only_where_their_firing_is_legal():
    """Catches a clock that fires in a state from which its move is not in the table."""
    for clock in LEAVING:
        for state in RUNS[clock]:
            assert (state, State.LOST) in MOVES
            assert (state, State.ASKING) in MOVES
    for state in RUNS[Clock.WARNING]:
        assert (state, State.WARNING) in MOVES
    for state in RUNS[Clock.RECOVERY]:
        assert (state, State.STABLE) in MOVES
        assert (state, State.GROWTH) in MOVES
    assert not {state for states in RUNS.values() for state in states} - set(ACTIVE)


def test_columns_of_the_tally_do_not_overlap():
    """Catches a fen that is counted as a move."""
    ends = np.cumsum([LINES, len(State), len(MOVES), CLOCKS, len(Count)]).tolist()
    assert ends == [STATE_COLUMN, MOVE_COLUMN, LOSS_COLUMN, COUNT_COLUMN, COLUMNS]


def test_an_illegal_move_shows_in_the_books():
    """Shows that the tests of long runs can fail: an illegal move is booked as lost customers there are."""
    world = day_zero(quiet(customers=1))
    world.live(1.0)

    @njit
    def move_one(customers, state, shared):
        move(customers[0], state, shared)

    column = STATE_COLUMN + int(State.LOST)
    assert world.shared.tally[..., column].sum() == 0
    move_one(world.customers, int(State.PROSPECT), world.shared)
    assert world.shared.tally[..., column].sum() == 1
