"""The life cycle: which states there are, which moves are legal, which clocks run where.

This table is the only place that says so; the engine, the documents and the tests read it.
"""

from enum import IntEnum

import numpy as np


class State(IntEnum):
    """A stage of a customer's life."""

    PROSPECT = 0
    GROWTH = 1
    STABLE = 2
    WARNING = 3
    ASKING = 4
    LOST = 5
    SUSPENDED = 6
    DORMANT = 7
    WON_BACK = 8


class Clock(IntEnum):
    """A reason to act that integrated hazard runs down."""

    WARNING = 0
    RECOVERY = 1
    PROBLEM = 2
    COMPETITOR = 3
    NEED_GONE = 4
    VARIETY = 5
    # the mobile worlds' clocks stand behind the others: a world without them does not look at them
    NUMBER_CHANGE = 6
    FEE_DECLINE = 7
    PAYMENT = 8
    DORMANCY = 9
    WAKING = 10
    # and behind those the clock of worlds with bonds
    RESALE = 11


CORE_CLOCKS = 6
"""Clocks that every world looks at."""
MOBILE_CLOCKS = 11
"""Clocks that mobile worlds look at; the one behind runs only in worlds with bonds."""

LEAVING = (Clock.COMPETITOR, Clock.NEED_GONE, Clock.VARIETY)
"""Clocks that end the relation; the clock is the reason of the loss."""

REASONS = {
    Clock.COMPETITOR: "competitor",
    Clock.NEED_GONE: "need_gone",
    Clock.VARIETY: "variety",
    Clock.PAYMENT: "arrears",
    Clock.RESALE: "resale",
}
"""Reasons of a loss by the clock that a record and the books carry; a payment that never came is arrears, a card
that was kept for its commission alone is resale."""

ACTIVE = (
    State.GROWTH,
    State.STABLE,
    State.WARNING,
    State.ASKING,
    State.SUSPENDED,
    State.DORMANT,
    State.WON_BACK,
)
"""States that count as being a customer."""

MOVES: dict[tuple[State, State], str] = {
    (State.PROSPECT, State.GROWTH): "joins",
    (State.GROWTH, State.STABLE): "tenure passes the growth stage",
    (State.GROWTH, State.WARNING): "warning clock",
    (State.STABLE, State.WARNING): "warning clock",
    (State.WARNING, State.GROWTH): "recovery clock, still young",
    (State.WARNING, State.STABLE): "recovery clock",
    (State.GROWTH, State.ASKING): "a leaving clock, at a firm with a save desk",
    (State.STABLE, State.ASKING): "a leaving clock, at a firm with a save desk",
    (State.WARNING, State.ASKING): "a leaving clock, at a firm with a save desk",
    (State.ASKING, State.STABLE): "talked into staying",
    (State.ASKING, State.LOST): "not talked into staying, or tired of waiting",
    (State.GROWTH, State.LOST): "a leaving clock",
    (State.STABLE, State.LOST): "a leaving clock",
    (State.WARNING, State.LOST): "a leaving clock",
    (State.GROWTH, State.SUSPENDED): "arrears: one-way stop (单停)",
    (State.STABLE, State.SUSPENDED): "arrears: one-way stop (单停)",
    (State.WARNING, State.SUSPENDED): "arrears: one-way stop (单停)",
    (State.DORMANT, State.SUSPENDED): "arrears: one-way stop (单停)",
    (State.SUSPENDED, State.STABLE): "pays what is owed",
    (State.SUSPENDED, State.LOST): "arrears: cancellation (销户)",
    (State.GROWTH, State.DORMANT): "falls silent (冬眠)",
    (State.STABLE, State.DORMANT): "falls silent (冬眠)",
    (State.WARNING, State.DORMANT): "falls silent (冬眠)",
    (State.DORMANT, State.STABLE): "uses the line again",
    (State.DORMANT, State.ASKING): "a leaving clock, at a firm with a save desk",
    (State.DORMANT, State.LOST): "a leaving clock",
    (State.LOST, State.WON_BACK): "is won back (挽回)",
    (State.WON_BACK, State.STABLE): "tenure passes the growth stage",
    (State.WON_BACK, State.WARNING): "warning clock",
    (State.WON_BACK, State.ASKING): "a leaving clock, at a firm with a save desk",
    (State.WON_BACK, State.LOST): "a leaving clock",
    (State.WON_BACK, State.SUSPENDED): "arrears: one-way stop (单停)",
    (State.WON_BACK, State.DORMANT): "falls silent (冬眠)",
}
"""Legal moves and what makes them; anything else is a defect."""

RUNS: dict[Clock, tuple[State, ...]] = {
    Clock.WARNING: (State.GROWTH, State.STABLE, State.WON_BACK),
    Clock.RECOVERY: (State.WARNING,),
    Clock.PROBLEM: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.COMPETITOR: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.NEED_GONE: (State.GROWTH, State.STABLE, State.WARNING, State.DORMANT, State.WON_BACK),
    Clock.VARIETY: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.NUMBER_CHANGE: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.FEE_DECLINE: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.PAYMENT: (State.GROWTH, State.STABLE, State.WARNING, State.SUSPENDED, State.DORMANT, State.WON_BACK),
    Clock.DORMANCY: (State.GROWTH, State.STABLE, State.WARNING, State.WON_BACK),
    Clock.WAKING: (State.DORMANT,),
    Clock.RESALE: (State.GROWTH, State.STABLE),
}
"""States in which a clock runs; elsewhere it pauses and keeps what is left of its threshold."""


def move_numbers() -> np.ndarray:
    """Number of each legal move in `MOVES`' order, -1 for illegal ones; shape (states, states)."""
    numbers = np.full((len(State), len(State)), -1, dtype=np.int64)
    for number, (start, end) in enumerate(MOVES):
        numbers[start, end] = number
    return numbers
