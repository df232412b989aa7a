"""The page's picture of the life cycle is the table of legal moves."""

from sim.customer.states import MOVES
from tests.golden import life_cycle


def test_the_picture_is_drawn_from_the_table() -> None:
    """Catches a move that was added to the table, or taken from it, and not drawn."""
    _, made, _ = life_cycle.parts()
    assert made == life_cycle.picture()
    assert made.count("-->") == len(MOVES) + 2
