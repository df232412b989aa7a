"""Conservation: who is where, and every fen, is in exactly one place, in long runs of company H."""

from itertools import pairwise

import numpy as np
import pytest

from sim.customer.base import STREAM_FIRST
from sim.customer.laws import MONTH
from sim.customer.life import LOSS_COLUMN, MOVE_COLUMN, STATE_COLUMN
from sim.customer.record import CLOCKS, LINES, Line
from sim.customer.states import ACTIVE, LEAVING, MOVES, Clock, State
from sim.world.world import World
from tests.worlds import HORIZON, company, day_zero, with_desk

ROWS, CUSTOMERS, UNTIL = 3, 400, 900.0
SETTLED = {"money.margin_share": 1.0, "residual.discount_per_year": 0.0}


class Run:
    """A long life: a world on its last day, and how many stood where on day 0."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.start = np.array([self.count(row) for row in range(ROWS)])
        world.begin()
        world.live(UNTIL)
        self.tally = world.shared.tally
        self.customers = world.customers

    def count(self, row: int) -> np.ndarray:
        return np.bincount(self.world.customers["state"][self.world.customers["row"] == row], minlength=len(State))

    @property
    def moves(self) -> np.ndarray:
        """(row, period, move)"""
        return self.tally[..., MOVE_COLUMN : MOVE_COLUMN + len(MOVES)].sum(axis=1)

    @property
    def closing(self) -> np.ndarray:
        """(row, period, state)"""
        return self.tally[..., STATE_COLUMN : STATE_COLUMN + len(State)].sum(axis=1)


def everybody_in_arms(world: World) -> World:
    """The same world with its base dealt to two arms, so that the books are kept by arm."""
    base = np.flatnonzero(world.customers["id"] < STREAM_FIRST)
    world.enrol(base, np.arange(len(base)) % 2)
    return world


WORLDS = {
    "before": lambda: day_zero(company({"customers": CUSTOMERS, **SETTLED}), "before", replications=ROWS, until=UNTIL),
    "programme": lambda: day_zero(
        company({"customers": CUSTOMERS, "base.commission_yuan": 7, **SETTLED}),
        "programme",
        replications=ROWS,
        until=UNTIL,
    ),
    "desk": lambda: day_zero(
        with_desk(company({"customers": CUSTOMERS, **SETTLED}), service_minutes=4_000.0, seats=1),
        "programme",
        replications=ROWS,
        until=UNTIL,
    ),
    "arms": lambda: everybody_in_arms(
        day_zero(
            company({"customers": CUSTOMERS, **SETTLED}),
            "programme",
            replications=ROWS,
            until=UNTIL,
            arms=[("gold", 0.0), ("none", 45.0)],
        )
    ),
}


@pytest.fixture(scope="module", params=list(WORLDS))
def run(request: pytest.FixtureRequest) -> Run:
    return Run(WORLDS[request.param]())


def test_every_move_was_legal(run: Run):
    """Catches a move that the table does not have: it is booked as closing in a state that is never closed."""
    assert run.moves.sum() > 1_000
    assert not run.closing[..., State.LOST].any()
    assert not run.closing[..., State.PROSPECT].any()


def test_each_state_keeps_its_books(run: Run):
    """Catches a customer who is in two states, or in none, at the end of any month."""
    before = run.start.copy()
    for period in range(run.moves.shape[1]):
        now = before.copy()
        for number, (source, target) in enumerate(MOVES):
            now[:, source] -= run.moves[:, period, number]
            now[:, target] += run.moves[:, period, number]
        for state in ACTIVE:
            assert (now[:, state] == run.closing[:, period, state]).all(), (period, state)
        before = now
    at_the_end = np.array([run.count(row) for row in range(ROWS)])
    assert (before == at_the_end).all()


def test_losses_by_reason_are_the_moves_to_lost(run: Run):
    """Catches a loss without a reason, or one that a month counts and the records date otherwise."""
    losses = run.tally[..., LOSS_COLUMN : LOSS_COLUMN + CLOCKS].sum(axis=1)
    to_lost = [number for number, (_, end) in enumerate(MOVES) if end == State.LOST]
    assert (losses.sum(axis=2) == run.moves[..., to_lost].sum(axis=2)).all()
    assert not np.delete(losses, [int(clock) for clock in LEAVING], axis=2).any()
    lost = run.customers[run.customers["state"] == State.LOST]
    period = np.searchsorted(run.world.laws.marks, lost["lost_at"], side="right") - 1
    counted = np.zeros_like(losses)
    np.add.at(counted, (lost["row"], period, lost["reason"]), 1)
    assert (counted == losses).all()
    assert losses[..., Clock.COMPETITOR].sum() > 100


def test_every_fen_of_the_records_is_in_the_books(run: Run):
    """Catches an amount that is booked once where it belongs twice: the customer's ledger and the month's."""
    periods = run.world.laws.horizon_period
    within = run.tally[:, :, :periods, :LINES].sum(axis=2)
    records = np.zeros_like(within)
    for line in range(LINES):
        np.add.at(
            records[..., line],
            (run.customers["row"], run.customers["arm"] + 1),
            run.customers["ledger"][:, line],
        )
    assert (within == records).all()
    assert within[..., Line.LIST].sum() > 0


def test_after_the_horizon_every_fen_is_residual(run: Run):
    """Catches an amount that is booked in both places, or in neither (margin 1, no discount: to the fen)."""
    periods = run.world.laws.horizon_period
    later = run.tally[:, :, periods:, :LINES].sum(axis=2)
    expected = later[..., Line.LIST] - later[..., Line.LIST + 1 :].sum(axis=-1)
    records = np.zeros_like(expected)
    np.add.at(records, (run.customers["row"], run.customers["arm"] + 1), run.customers["residual"])
    assert (records == expected).all()


def test_list_and_forgone_fees_are_the_fee_times_the_days():
    """Catches a month or a free day that is billed wrongly, and rounding anywhere but at a booking."""
    growth = {f"segments.{s}.growth_per_year.{x}": 0.0 for s in company().segments for x in ("mean", "sd")}
    scenario = company({"customers": CUSTOMERS, **growth, "cross_sell.accept_share": 0.0})
    world = day_zero(scenario, "programme", replications=ROWS)
    world.begin()
    world.live(HORIZON)
    days = float(scenario.policies["programme"]["platinum"].reward.free_days)
    paid = rewarded = 0
    for c in world.customers:
        start, end = max(float(c["joined"]), 0.0), min(float(c["lost_at"]), HORIZON)
        if start >= end:
            assert not c["ledger"].any()
            continue
        cuts = {start, end} | {m for m in world.laws.marks.tolist() if start < m < end}
        free = (np.inf, np.inf)
        if c["rewarded"]:
            free = (float(c["reward_at"]), float(c["reward_at"]) + days)
            cuts |= {t for t in free if start < t < end}
        edges = sorted(cuts)
        owed = [int(np.floor(int(c["fee"]) * (b - a) / MONTH + 0.5)) for a, b in pairwise(edges)]
        forgone = [
            amount for (a, b), amount in zip(pairwise(edges), owed, strict=True) if free[0] <= a and b <= free[1]
        ]
        assert c["ledger"][Line.LIST] == sum(owed)
        assert c["ledger"][Line.FORGONE] == sum(forgone)
        paid, rewarded = paid + 1, rewarded + bool(forgone)
    assert paid > 1_000
    assert rewarded > 150


def test_joiners_cost_a_commission_once():
    """Catches a commission for the base, or at every life."""
    world = WORLDS["programme"]()
    world.begin()
    world.live(HORIZON)
    joined = (world.customers["joined"] > 0) & (world.customers["joined"] < HORIZON)
    assert joined.sum() > 100
    assert (world.customers["ledger"][:, Line.COMMISSION] == np.where(joined, 700, 0)).all()
