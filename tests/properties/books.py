"""The books of a world: what must be equal because every customer, and every fen, is in exactly one place."""

import numpy as np

from sim.customer.moves import LOSS_COLUMN, MOVE_COLUMN, STATE_COLUMN
from sim.customer.prospects import calls
from sim.customer.record import CLOCKS, LINES, Line
from sim.customer.states import ACTIVE, MOVES, REASONS, Clock, State
from sim.world.desk import seats_cost
from sim.world.world import World

SETTLED = {"money.margin_share": 1.0, "residual.discount_per_year": 0.0}
"""Values under which money after the horizon is counted as money within it."""


COUNTED = {Clock.NUMBER_CHANGE, Clock.FEE_DECLINE}
"""Clocks whose firings the books count beside the losses."""


class Books:
    """A world on day 0, to be lived; the methods compare its records with its tally at the end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.start = self.count()

    def count(self) -> np.ndarray:
        """Customers by (row, state)."""
        counted = np.zeros((self.world.rows, len(State)), dtype=np.int64)
        np.add.at(counted, (self.world.customers["row"], self.world.customers["state"]), 1)
        return counted

    @property
    def customers(self) -> np.ndarray:
        return self.world.customers

    @property
    def moves(self) -> np.ndarray:
        """(row, period, move)"""
        return self.world.shared.tally[..., MOVE_COLUMN : MOVE_COLUMN + len(MOVES)].sum(axis=1)

    @property
    def closing(self) -> np.ndarray:
        """(row, period, state)"""
        return self.world.shared.tally[..., STATE_COLUMN : STATE_COLUMN + len(State)].sum(axis=1)

    @property
    def losses(self) -> np.ndarray:
        """(row, period, clock); behind the reasons of a loss stand firings that are only counted."""
        return self.world.shared.tally[..., LOSS_COLUMN : LOSS_COLUMN + CLOCKS].sum(axis=1)

    def money(self, *, within: bool) -> np.ndarray:
        """(row, arm, line) within the horizon or after it."""
        end = self.world.laws.horizon_period
        periods = slice(0, end) if within else slice(end, None)
        return self.world.shared.tally[:, :, periods, :LINES].sum(axis=2)

    def check_moves_are_legal(self) -> None:
        """An illegal move is booked as closing in a state that is never closed."""
        assert not self.closing[..., State.LOST].any()
        assert not self.closing[..., State.PROSPECT].any()

    def check_states(self) -> None:
        """Start + in - out = now, at every period's end and at last."""
        now = self.start.copy()
        for period in range(self.moves.shape[1]):
            for number, (source, target) in enumerate(MOVES):
                now[:, source] -= self.moves[:, period, number]
                now[:, target] += self.moves[:, period, number]
            assert (now[:, ACTIVE] == self.closing[:, period, ACTIVE]).all(), period
        assert (now == self.count()).all()

    def check_losses(self) -> None:
        """Losses by reason are the moves to lost, and those of all lives; lives that another followed are returns."""
        back = list(MOVES).index((State.LOST, State.WON_BACK))
        assert self.moves[..., back].sum() == sum(map(len, self.world.ended))
        to_lost = [number for number, (_, end) in enumerate(MOVES) if end == State.LOST]
        reasons = [int(clock) for clock in REASONS]
        assert (self.losses[..., reasons].sum(axis=2) == self.moves[..., to_lost].sum(axis=2)).all()
        others = [int(clock) for clock in set(Clock) - set(REASONS) - COUNTED]
        assert not self.losses[..., others].any()
        lives = self.world.lives()
        lost = np.isfinite(lives.lost_at)
        period = np.searchsorted(self.world.laws.marks, lives.lost_at[lost], side="right") - 1
        counted = np.zeros_like(self.losses)
        np.add.at(counted, (lives.row[lost], period, lives.reason[lost]), 1)
        assert (counted[..., reasons] == self.losses[..., reasons]).all()

    def check_ledgers(self) -> None:
        """Every fen of a customer's ledger is in the tally, line by line."""
        within = self.money(within=True)
        records = np.zeros_like(within)
        for line in range(LINES):
            place = (self.customers["row"], self.customers["arm"] + 1)
            np.add.at(records[..., line], place, self.customers["ledger"][:, line])
        desk, laws = self.world.scenario.desk, self.world.laws
        if desk is not None:  # seats are of no customer
            records[:, 0, Line.DESK] += seats_cost(desk, 0.0, laws.horizon)
        prospects = self.world.scenario.prospects
        if prospects is not None:  # nor are calls to those who are none yet
            whose = self.customers["replication"][self.world.row_start[:-1]].astype(np.int64)
            made = calls(prospects, laws.seed, laws.marks, whose)[:, : laws.horizon_period].sum(axis=1)
            records[:, 0, Line.CONTACT] += made * round(100 * prospects.cost_yuan)
        assert (within == records).all()

    def check_residuals(self) -> None:
        """Every fen after the horizon is residual value (in a `SETTLED` world)."""
        later = self.money(within=False)
        income = later[..., Line.LIST] + later[..., Line.PENALTY]
        expected = 2 * income - later.sum(axis=-1)
        records = np.zeros_like(expected)
        np.add.at(records, (self.customers["row"], self.customers["arm"] + 1), self.customers["residual"])
        records[:, 0] += self.world.residual  # seats and calls are of no customer
        assert (records == expected).all()

    def check_all(self) -> None:
        """All of the above; the world has been lived to the last of its marks."""
        self.check_moves_are_legal()
        self.check_states()
        self.check_losses()
        self.check_ledgers()
        self.check_residuals()
